// Package kms is the laptop's Key Management Service: symmetric keys over KMS's own wire protocol (JSON 1.1, TrentService).
//
// It knows what a program needs that keeps wrapped keys: GenerateDataKey, GenerateDataKeyWithoutPlaintext, Encrypt, Decrypt, ReEncrypt
// and DescribeKey, with AWS's limits, errors and encryption contexts. The keys are those of the template. Their material is made once,
// lies in one file and never leaves this package; without that file nothing wrapped before opens again, as on AWS without the key.
package kms

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"
)

// Key is a key as the template declares it.
type Key struct {
	ID, ARN     string
	Aliases     []string // "alias/..."
	Description string
	Disabled    bool
	Rotation    time.Duration // how often KMS changes the material; 0: never
}

// Options say which keys there are and where their material lies.
type Options struct {
	File string // "": in memory
	Keys []Key
	Now  func() time.Time // nil: time.Now
}

// Server answers KMS's calls. It is safe for concurrent use.
type Server struct {
	now func() time.Time

	mu   sync.Mutex
	file string
	keys []Key
	held map[string]*heldKey // by key id; of keys that the template does not have any more, too
}

// heldKey is a key's material, the newest last. What older material has encrypted still opens.
type heldKey struct {
	ARN      string     `json:"arn"`
	Material []material `json:"material"`
}

type material struct {
	Made  time.Time `json:"made"`
	Bytes []byte    `json:"bytes"` // 32
}

// Open reads the material of the keys and makes what is missing.
func Open(o Options) (*Server, error) {
	s := &Server{now: o.Now, file: o.File, keys: o.Keys, held: map[string]*heldKey{}}
	if s.now == nil {
		s.now = time.Now
	}
	if s.file != "" {
		data, err := os.ReadFile(s.file)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("keys: %w", err)
		}
		if err == nil {
			if err := json.Unmarshal(data, &s.held); err != nil {
				return nil, fmt.Errorf("keys: %s is broken (%w); what was sealed with them does not open without it: move the data folder away to start afresh", s.file, err)
			}
		}
	}
	made := false
	for _, k := range s.keys {
		if s.held[k.ID] == nil {
			s.held[k.ID] = &heldKey{ARN: k.ARN, Material: []material{s.newMaterial()}}
			made = true
		}
	}
	if made {
		return s, s.save()
	}
	return s, nil
}

func (s *Server) newMaterial() material {
	m := material{Made: s.now().UTC(), Bytes: make([]byte, 32)}
	rand.Read(m.Bytes)
	return m
}

// save writes the file in one step; s.mu is held, or nobody else has s yet.
func (s *Server) save() error {
	if s.file == "" {
		return nil
	}
	data, err := json.MarshalIndent(s.held, "", " ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(s.file+".new", data, 0o600); err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	if err := os.Rename(s.file+".new", s.file); err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	return nil
}

// current is the material that encrypts: as AWS does, it is changed when it has become old, and nobody notices. s.mu is held.
func (s *Server) current(k Key) (material, int, error) {
	h := s.held[k.ID]
	last := len(h.Material) - 1
	if k.Rotation > 0 && s.now().Sub(h.Material[last].Made) >= k.Rotation {
		h.Material = append(h.Material, s.newMaterial())
		if err := s.save(); err != nil {
			h.Material = h.Material[:last+1]
			return material{}, 0, err
		}
		last++
	}
	return h.Material[last], last, nil
}
