package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
)

// A text may have a key of its own, so that whoever is given that key can read it and nothing else. The key is what is sealed then, for
// the text's place; sealed again with another key of the purpose, the text stays as it is.

// smallestOwn is the length to which the shortest texts are padded; others are to the next power of two.
const smallestOwn = 128

// WithKey encrypts a text with a key that is no other text's, of 32 bytes. How long it was can be told roughly.
func WithKey(key, text []byte) ([]byte, error) {
	size := smallestOwn
	for size <= len(text) {
		size *= 2
	}
	padded, err := Pad(text, size)
	if err != nil {
		return nil, err
	}
	aead, err := ownAEAD(key)
	if err != nil {
		return nil, err
	}
	return aead.Seal(nil, nil, padded, nil), nil
}

// OpenWithKey decrypts what WithKey encrypted; ErrChanged for another key, or other bytes.
func OpenWithKey(key, sealed []byte) ([]byte, error) {
	aead, err := ownAEAD(key)
	if err != nil {
		return nil, err
	}
	padded, err := aead.Open(nil, nil, sealed, nil)
	if err != nil {
		return nil, ErrChanged
	}
	return Unpad(padded)
}

func ownAEAD(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// AppendPart appends a part and, before it, its length; CutPart takes the first part off.
func AppendPart(b, part []byte) []byte {
	return append(binary.AppendUvarint(b, uint64(len(part))), part...)
}

// CutPart returns the first part and what follows it, or ErrForm.
func CutPart(b []byte) (part, rest []byte, err error) {
	n, head := binary.Uvarint(b)
	if head <= 0 || n > uint64(len(b)-head) {
		return nil, nil, ErrForm
	}
	b = b[head:]
	return b[:n:n], b[n:], nil
}

// Pack is a text under its own key together with that key, sealed.
func Pack(sealedKey, text []byte) []byte { return append(AppendPart(nil, sealedKey), text...) }
