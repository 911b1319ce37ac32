package kms

import (
	"encoding/json"
	"strings"
)

// Need is a permission of IAM that a call takes: an action on a key, with what the call says as its encryption context.
type Need struct {
	Action, Key string // Key is an ARN; "" where the call names no key that there is
	Context     map[string]string
}

// Needs lists the permissions that a call takes. IAM knows keys by their ARN alone, whatever alias the call names, and for a ciphertext
// by the key that made it.
func (s *Server) Needs(operation string, body []byte) []Need {
	var r request
	_ = json.Unmarshal(body, &r) // what is no JSON is refused by the call itself
	s.mu.Lock()
	defer s.mu.Unlock()
	key := func(id string, blob []byte) string {
		if h := s.held[named(blob)]; h != nil && id == "" {
			return h.ARN
		}
		k, _ := s.find("keyId", id)
		return k.ARN
	}
	if operation == "ReEncrypt" {
		return []Need{
			{"kms:ReEncryptFrom", key(r.SourceKeyId, r.CiphertextBlob), r.SourceEncryptionContext},
			{"kms:ReEncryptTo", key(r.DestinationKeyId, nil), r.DestinationEncryptionContext},
		}
	}
	return []Need{{"kms:" + operation, key(r.KeyId, r.CiphertextBlob), r.EncryptionContext}}
}

func account(arn string) string {
	parts := strings.Split(arn, ":")
	if len(parts) < 5 {
		return ""
	}
	return parts[4]
}
