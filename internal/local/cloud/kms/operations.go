package kms

import "time"

// Limits of KMS.
const (
	maxPlaintext  = 4096
	maxCiphertext = 6144
	maxDataKey    = 1024
)

// done answers a dry run as KMS does: with an error that says that it would have worked.
func done(r request, answer any, err error) (any, error) {
	if err == nil && r.DryRun {
		return nil, fault("DryRunOperationException", "The request would have succeeded, but the DryRun option is set.")
	}
	return answer, err
}

func (s *Server) generateDataKey(r request, plaintext bool) (any, error) {
	k, err := s.usable("keyId", r.KeyId)
	if err != nil {
		return nil, err
	}
	var bytes int
	switch {
	case (r.KeySpec == "") == (r.NumberOfBytes == nil):
		return nil, fault("ValidationException", "Please specify either number of bytes or key spec.")
	case r.NumberOfBytes != nil:
		bytes = *r.NumberOfBytes
	case r.KeySpec == "AES_256":
		bytes = 32
	case r.KeySpec == "AES_128":
		bytes = 16
	default:
		return nil, invalid("Value '%s' at 'keySpec' failed to satisfy constraint: Member must satisfy enum value set: [AES_256, AES_128]", r.KeySpec)
	}
	if bytes < 1 || bytes > maxDataKey {
		return nil, invalid("Value '%d' at 'numberOfBytes' failed to satisfy constraint: Member must have value between 1 and %d", bytes, maxDataKey)
	}
	plain := random(bytes)
	blob, err := s.encrypt(k, r.EncryptionContext, plain)
	if err != nil {
		return nil, err
	}
	m := s.held[k.ID].Material
	answer := map[string]any{"KeyId": k.ARN, "CiphertextBlob": blob, "KeyMaterialId": materialID(m[len(m)-1])}
	if plaintext {
		answer["Plaintext"] = plain
	}
	return done(r, answer, nil)
}

func (s *Server) encryptCall(r request) (any, error) {
	k, err := s.usable("keyId", r.KeyId)
	if err != nil {
		return nil, err
	}
	if len(r.Plaintext) < 1 || len(r.Plaintext) > maxPlaintext {
		return nil, invalid("Value at 'plaintext' failed to satisfy constraint: Member must have length between 1 and %d", maxPlaintext)
	}
	blob, err := s.encrypt(k, r.EncryptionContext, r.Plaintext)
	return done(r, map[string]any{"KeyId": k.ARN, "CiphertextBlob": blob, "EncryptionAlgorithm": symmetric}, err)
}

// opened decrypts for Decrypt and ReEncrypt: with the key that the ciphertext names, which must be the one that the caller names, if
// any.
func (s *Server) opened(member, id string, blob []byte, with map[string]string) (plain []byte, arn string, m material, err error) {
	if len(blob) < 1 || len(blob) > maxCiphertext {
		return nil, "", m, invalid("Value at 'ciphertextBlob' failed to satisfy constraint: Member must have length between 1 and %d", maxCiphertext)
	}
	want := Key{}
	if id != "" {
		if want, err = s.usable(member, id); err != nil {
			return nil, "", m, err
		}
	}
	plain, by, n, ok := s.decrypt(blob, with)
	if by != "" && want.ID != "" && by != want.ID {
		return nil, "", m, fault("IncorrectKeyException", "The key ID in the request does not identify a CMK that can perform this operation.")
	}
	if by != "" {
		for _, k := range s.keys {
			if k.ID == by && k.Disabled {
				return nil, "", m, fault("DisabledException", "%s is disabled.", k.ARN)
			}
		}
	}
	if !ok { // AWS gives no reason
		return nil, "", m, fault("InvalidCiphertextException", "")
	}
	return plain, s.held[by].ARN, s.held[by].Material[n], nil
}

func (s *Server) decryptCall(r request) (any, error) {
	plain, arn, m, err := s.opened("keyId", r.KeyId, r.CiphertextBlob, r.EncryptionContext)
	if err != nil {
		return nil, err
	}
	return done(r, map[string]any{"KeyId": arn, "Plaintext": plain, "EncryptionAlgorithm": symmetric, "KeyMaterialId": materialID(m)}, nil)
}

func (s *Server) reEncrypt(r request) (any, error) {
	to, err := s.usable("destinationKeyId", r.DestinationKeyId)
	if err != nil {
		return nil, err
	}
	plain, from, m, err := s.opened("sourceKeyId", r.SourceKeyId, r.CiphertextBlob, r.SourceEncryptionContext)
	if err != nil {
		return nil, err
	}
	blob, err := s.encrypt(to, r.DestinationEncryptionContext, plain)
	if err != nil {
		return nil, err
	}
	now := s.held[to.ID].Material
	return done(r, map[string]any{
		"CiphertextBlob": blob, "SourceKeyId": from, "KeyId": to.ARN,
		"SourceEncryptionAlgorithm": symmetric, "DestinationEncryptionAlgorithm": symmetric,
		"SourceKeyMaterialId": materialID(m), "DestinationKeyMaterialId": materialID(now[len(now)-1]),
	}, nil)
}

func (s *Server) describeKey(r request) (any, error) {
	k, err := s.find("keyId", r.KeyId)
	if err != nil {
		return nil, err
	}
	state := "Enabled"
	if k.Disabled {
		state = "Disabled"
	}
	m := s.held[k.ID].Material
	return map[string]any{"KeyMetadata": map[string]any{
		"AWSAccountId": account(k.ARN), "KeyId": k.ID, "Arn": k.ARN, "Description": k.Description,
		"CreationDate": float64(m[0].Made.UnixMilli()) / float64(time.Second/time.Millisecond),
		"Enabled":      !k.Disabled, "KeyState": state, "KeyManager": "CUSTOMER", "Origin": "AWS_KMS", "MultiRegion": false,
		"KeyUsage": "ENCRYPT_DECRYPT", "KeySpec": symmetric, "CustomerMasterKeySpec": symmetric, "EncryptionAlgorithms": []string{symmetric},
		"CurrentKeyMaterialId": materialID(m[len(m)-1]),
	}}, nil
}
