package kms

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"slices"
)

// A ciphertext names its key, as AWS's do, so that Decrypt needs no key id: magic, key id (a UUID, as text), number of the material,
// nonce, text and tag. Zeros fill it up to the length of AWS's, 184 bytes for a key of 32, so that what is stored weighs the same.
var magic = []byte{1, 2, 2, 0, 0x78}

const (
	idBytes    = 36
	nonceBytes = 12
	tagBytes   = 16
	overhead   = 152
)

var headBytes = overhead - nonceBytes - tagBytes

func (m material) cipher() cipher.AEAD {
	block, err := aes.NewCipher(m.Bytes)
	if err != nil {
		panic("kms: " + err.Error()) // material has 32 bytes
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic("kms: " + err.Error())
	}
	return aead
}

// encrypt is done with s.mu held.
func (s *Server) encrypt(k Key, with map[string]string, plain []byte) ([]byte, error) {
	m, n, err := s.current(k)
	if err != nil {
		return nil, err
	}
	head := make([]byte, 0, headBytes)
	head = append(append(head, magic...), k.ID...)
	head = binary.BigEndian.AppendUint16(head, uint16(n))
	head = head[:headBytes]
	return m.cipher().Seal(head, nil, plain, bound(head, with)), nil
}

// decrypt opens what encrypt made; ok is false for anything else. id is of the key that the ciphertext names, "" where it names none.
// s.mu is held.
func (s *Server) decrypt(blob []byte, with map[string]string) (plain []byte, id string, number int, ok bool) {
	id = named(blob)
	h := s.held[id]
	if h == nil {
		return nil, "", 0, false
	}
	n := int(binary.BigEndian.Uint16(blob[len(magic)+idBytes:]))
	if n >= len(h.Material) {
		return nil, id, 0, false
	}
	plain, err := h.Material[n].cipher().Open(nil, nil, blob[headBytes:], bound(blob[:headBytes], with))
	return plain, id, n, err == nil
}

// named is the id of the key that a ciphertext names.
func named(blob []byte) string {
	if len(blob) < overhead || !slices.Equal(blob[:len(magic)], magic) {
		return ""
	}
	return string(blob[len(magic) : len(magic)+idBytes])
}

// bound is what is authenticated with a ciphertext: its head and the encryption context, in the order of its names.
func bound(head []byte, with map[string]string) []byte {
	context, err := json.Marshal(with)
	if err != nil {
		panic("kms: " + err.Error()) // of strings
	}
	if len(with) == 0 {
		context = nil
	}
	return append(slices.Clone(head), context...)
}

// random makes the bytes of a data key.
func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}
