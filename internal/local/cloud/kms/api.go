package kms

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
)

// Error is an error as KMS names it.
type Error struct{ Kind, Message string }

func (e *Error) Error() string { return e.Kind + ": " + e.Message }

func fault(kind, format string, args ...any) *Error {
	return &Error{kind, fmt.Sprintf(format, args...)}
}

func invalid(format string, args ...any) *Error {
	return fault("ValidationException", "1 validation error detected: "+format, args...)
}

// request has the members of all operations that are known.
type request struct {
	KeyId, KeySpec, EncryptionAlgorithm string
	NumberOfBytes                       *int
	Plaintext, CiphertextBlob           []byte
	EncryptionContext                   map[string]string
	GrantTokens                         []string
	Recipient                           json.RawMessage
	DryRun                              bool

	SourceKeyId, DestinationKeyId                             string // of ReEncrypt
	SourceEncryptionAlgorithm, DestinationEncryptionAlgorithm string
	SourceEncryptionContext, DestinationEncryptionContext     map[string]string
}

// operations are done with s.mu held.
var operations = map[string]func(*Server, request) (any, error){
	"GenerateDataKey": func(s *Server, r request) (any, error) { return s.generateDataKey(r, true) },
	"GenerateDataKeyWithoutPlaintext": func(s *Server, r request) (any, error) {
		return s.generateDataKey(r, false)
	},
	"Encrypt":     (*Server).encryptCall,
	"Decrypt":     (*Server).decryptCall,
	"ReEncrypt":   (*Server).reEncrypt,
	"DescribeKey": (*Server).describeKey,
}

// maxRequest is more than any call may carry: 6,144 bytes of ciphertext and 8 KB of context, as base64 and JSON.
const maxRequest = 64 << 10

// ServeHTTP answers one call.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	var answer any
	if err != nil {
		err = fault("RequestEntityTooLargeException", "the request has more than %d bytes", maxRequest)
	} else {
		answer, err = s.call(operation, body)
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	if err == nil {
		json.NewEncoder(w).Encode(answer)
		return
	}
	var e *Error
	status := http.StatusBadRequest
	if !errors.As(err, &e) { // the file could not be written
		e, status = fault("KMSInternalException", "%v", err), http.StatusInternalServerError
	}
	w.WriteHeader(status)
	said := map[string]string{"__type": e.Kind}
	if e.Message != "" {
		said["message"] = e.Message
	}
	json.NewEncoder(w).Encode(said)
}

func (s *Server) call(operation string, body []byte) (any, error) {
	do := operations[operation]
	if do == nil {
		return nil, fault("UnknownOperationException", "the laptop does not know %q of KMS", operation)
	}
	var in request
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, fault("SerializationException", "the request is not the JSON that KMS takes")
	}
	switch {
	case len(in.GrantTokens) > 0:
		return nil, fault("InvalidGrantTokenException", "the laptop has no grants")
	case len(in.Recipient) > 0 && string(in.Recipient) != "null":
		return nil, fault("UnsupportedOperationException", "the laptop knows no enclaves (Recipient)")
	}
	for _, algorithm := range []string{in.EncryptionAlgorithm, in.SourceEncryptionAlgorithm, in.DestinationEncryptionAlgorithm} {
		if algorithm != "" && algorithm != symmetric {
			return nil, fault("InvalidKeyUsageException", "the laptop's keys are symmetric: %s is not for them", algorithm)
		}
	}
	for _, with := range []map[string]string{in.EncryptionContext, in.SourceEncryptionContext, in.DestinationEncryptionContext} {
		if err := checkContext(with); err != nil {
			return nil, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return do(s, in)
}

const symmetric = "SYMMETRIC_DEFAULT"

// maxContext is KMS's limit for an encryption context as JSON.
const maxContext = 8 << 10

func checkContext(with map[string]string) error {
	size := 0
	for name, value := range with {
		if name == "" || value == "" {
			return invalid("Value at 'encryptionContext' failed to satisfy constraint: names and values must not be empty")
		}
		size += len(name) + len(value) + len(`"":"",`)
	}
	if size > maxContext {
		return invalid("Value at 'encryptionContext' failed to satisfy constraint: it has %d bytes, at most %d are allowed", size, maxContext)
	}
	return nil
}

// find resolves a key id, an alias, or the ARN of either, into a key of the template that may be used.
func (s *Server) find(member, id string) (Key, error) {
	if id == "" {
		return Key{}, invalid("Value null at '%s' failed to satisfy constraint: Member must not be null", member)
	}
	for _, k := range s.keys {
		if id == k.ID || id == k.ARN || slices.Contains(k.Aliases, id) || slices.ContainsFunc(k.Aliases, func(a string) bool { return id == aliasARN(k, a) }) {
			return k, nil
		}
	}
	if strings.Contains(id, "alias/") {
		return Key{}, fault("NotFoundException", "Alias %s is not found.", id)
	}
	if strings.HasPrefix(id, "arn:") && !strings.Contains(id, ":kms:") {
		return Key{}, fault("InvalidArnException", "Invalid arn %s", id)
	}
	return Key{}, fault("NotFoundException", "Key '%s' does not exist", id)
}

// usable is find of a key that is not disabled.
func (s *Server) usable(member, id string) (Key, error) {
	k, err := s.find(member, id)
	if err == nil && k.Disabled {
		err = fault("DisabledException", "%s is disabled.", k.ARN)
	}
	return k, err
}

// aliasARN is an alias's own ARN: the key's, with the alias for its last part.
func aliasARN(k Key, alias string) string {
	return strings.TrimSuffix(k.ARN, "key/"+k.ID) + alias
}

// materialID is how KMS names material without showing it.
func materialID(m material) string {
	sum := sha256.Sum256(m.Bytes)
	sum = sha256.Sum256(append(sum[:], "material id"...))
	return hex.EncodeToString(sum[:])
}
