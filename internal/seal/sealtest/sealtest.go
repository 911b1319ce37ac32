// Package sealtest gives tests a sealer whose keys lie in memory.
package sealtest

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/seal"
)

// New returns a sealer with rings and KMS of its own.
func New() *seal.Sealer {
	return seal.New(seal.Options{Rings: &Rings{}, KMS: NewKMS(), Now: time.Now})
}

// KMS wraps with a key of its own, and checks contexts, as the real one does.
type KMS struct {
	aead cipher.AEAD

	mu    sync.Mutex
	calls map[string]int
	Fail  error // what every call ends with, if set before the calls
}

// NewKMS returns a KMS with a random key.
func NewKMS() *KMS {
	key := make([]byte, 32)
	rand.Read(key)
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err)
	}
	return &KMS{aead: aead, calls: map[string]int{}}
}

// Calls tells how often NewKey, Wrap or Unwrap was called.
func (k *KMS) Calls(name string) int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.calls[name]
}

func (k *KMS) call(name string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.calls[name]++
	return k.Fail
}

// NewKey is seal.KMS's.
func (k *KMS) NewKey(_ context.Context, with map[string]string) (plain, wrapped []byte, err error) {
	if err := k.call("NewKey"); err != nil {
		return nil, nil, err
	}
	plain = make([]byte, 32)
	rand.Read(plain)
	return plain, k.aead.Seal(nil, nil, plain, said(with)), nil
}

// Wrap is seal.KMS's.
func (k *KMS) Wrap(_ context.Context, with map[string]string, plain []byte) ([]byte, error) {
	if err := k.call("Wrap"); err != nil {
		return nil, err
	}
	return k.aead.Seal(nil, nil, plain, said(with)), nil
}

// Unwrap is seal.KMS's.
func (k *KMS) Unwrap(_ context.Context, with map[string]string, wrapped []byte) ([]byte, error) {
	if err := k.call("Unwrap"); err != nil {
		return nil, err
	}
	plain, err := k.aead.Open(nil, nil, wrapped, said(with))
	if err != nil {
		return nil, errors.New("sealtest: InvalidCiphertextException")
	}
	return plain, nil
}

func said(with map[string]string) []byte {
	b, err := json.Marshal(with)
	if err != nil {
		panic(err)
	}
	return b
}

// Rings keeps rings in memory. The zero value is ready.
type Rings struct {
	mu     sync.Mutex
	stored map[string]seal.Ring
	reads  int
}

// Reads tells how often a ring was read.
func (r *Rings) Reads() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.reads
}

// KeyRing is seal.Rings's.
func (r *Rings) KeyRing(_ context.Context, name string) (seal.Ring, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.reads++
	found := r.stored[name]
	found.Name, found.Keys = name, slices.Clone(found.Keys)
	return found, nil
}

// PutKeyRing is seal.Rings's.
func (r *Rings) PutKeyRing(_ context.Context, ring seal.Ring) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stored[ring.Name].Version != ring.Version {
		return apperr.ErrChanged
	}
	if r.stored == nil {
		r.stored = map[string]seal.Ring{}
	}
	ring.Version++
	r.stored[ring.Name] = ring
	return nil
}

// DeleteKeyRing is seal.Rings's.
func (r *Rings) DeleteKeyRing(_ context.Context, name string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.stored, name)
	return nil
}
