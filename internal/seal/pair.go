package seal

import (
	"crypto/ecdh"
	"crypto/hpke"
)

// Sealing to a public key is HPKE in its base mode (RFC 9180): a fresh key of X25519 for each text, from which HKDF-SHA256 derives the
// key of AES-256-GCM. The text's own private key is thrown away, so that the sender cannot open it either.
var (
	kem  = hpke.DHKEM(ecdh.X25519())
	kdf  = hpke.HKDFSHA256()
	aead = hpke.AES256GCM()
)

// encapsulatedBytes is the length of the fresh public key that goes with a text.
const encapsulatedBytes = 32

// pairInfo separates our use of a key from any other.
var pairInfo = []byte("onetap sealed to a public key")

func sealPublic(to hpke.PublicKey, info, bound, text []byte) (encapsulated, sealed []byte, err error) {
	encapsulated, sender, err := hpke.NewSender(to, kdf, aead, info)
	if err != nil {
		return nil, nil, err
	}
	sealed, err = sender.Seal(bound, text)
	return encapsulated, sealed, err
}

func openPrivate(key hpke.PrivateKey, encapsulated, info, bound, sealed []byte) ([]byte, error) {
	recipient, err := hpke.NewRecipient(encapsulated, key, kdf, aead, info)
	if err != nil {
		return nil, err
	}
	return recipient.Open(bound, sealed)
}
