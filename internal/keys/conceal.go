package keys

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
)

// Conceal makes a text, such as an id that may be an address, fit for the address of a page: nobody without the key can
// read it or make another, and the same text is always the same. It is AES-256 in counter mode under a MAC of the text as
// its counter (the construction of RFC 5297, SIV, with HMAC-SHA256): 22 characters and 4 for each 3 bytes of the text.
func (k *Keys) Conceal(purpose, text string) string {
	iv := k.concealed(purpose, text)
	return base64.RawURLEncoding.EncodeToString(append(iv, k.stream(iv, []byte(text))...))
}

// Reveal returns the text that was concealed for the purpose; ok is false for anything else.
func (k *Keys) Reveal(purpose, concealed string) (text string, ok bool) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(concealed)
	if err != nil || len(b) <= aes.BlockSize {
		return "", false
	}
	text = string(k.stream(b[:aes.BlockSize], b[aes.BlockSize:]))
	if subtle.ConstantTimeCompare(k.concealed(purpose, text), b[:aes.BlockSize]) != 1 {
		return "", false
	}
	return text, true
}

func (k *Keys) concealed(purpose, text string) []byte {
	m := hmac.New(sha256.New, k.seal)
	m.Write([]byte("conceal " + purpose))
	m.Write([]byte{0})
	m.Write([]byte(text))
	return m.Sum(nil)[:aes.BlockSize]
}

// Pseudonym stands for an id of a kind: 12 characters in three groups, always the same, that nobody without the key can tell from the id, or make. It
// has 60 bits: of a million contacts two are alike with a chance of one in two million.
func (k *Keys) Pseudonym(kind, id string) string {
	m := hmac.New(sha256.New, k.seal)
	m.Write([]byte("pseudonym " + kind))
	m.Write([]byte{0})
	m.Write([]byte(id))
	s := ids.EncodeToString(m.Sum(nil)[:10])
	return s[:4] + "-" + s[4:8] + "-" + s[8:12]
}

func (k *Keys) stream(iv, b []byte) []byte {
	block, err := aes.NewCipher(k.conceal)
	if err != nil {
		panic("link: " + err.Error()) // the key has 32 bytes
	}
	out := make([]byte, len(b))
	cipher.NewCTR(block, iv).XORKeyStream(out, b)
	return out
}
