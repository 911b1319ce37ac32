package local

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"strings"

	"onetap/internal/local/cloud/template"
)

// secrets are generated once and kept in the data folder, readable by its owner only.
type secrets struct {
	path   string
	values map[string]string
}

func openSecrets(folder string) (*secrets, error) {
	s := &secrets{path: filepath.Join(folder, "secrets.json"), values: map[string]string{}}
	data, err := os.ReadFile(s.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return s, nil
	case err != nil:
		return nil, fmt.Errorf("secrets: %w", err)
	}
	if err := json.Unmarshal(data, &s.values); err != nil {
		return nil, fmt.Errorf("secrets: %s is broken (%w); move the data folder away to start afresh", s.path, err)
	}
	return s, nil
}

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

// punctuation is what Secrets Manager may use beside letters and digits.
const punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"

// get gives the secret of that name, made as spec says if there is none yet.
func (s *secrets) get(name string, spec template.SecretSpec) (string, error) {
	if v, ok := s.values[name]; ok {
		return v, nil
	}
	alphabet := letters
	if !spec.ExcludePunctuation {
		alphabet += punctuation
	}
	alphabet = strings.Map(func(r rune) rune {
		if strings.ContainsRune(spec.ExcludeCharacters, r) {
			return -1
		}
		return r
	}, alphabet)
	if alphabet == "" {
		return "", fmt.Errorf("secret %s: no characters are left to make it of", name)
	}
	var b strings.Builder
	for range spec.Length {
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(alphabet))))
		if err != nil {
			return "", fmt.Errorf("secret %s: %w", name, err)
		}
		b.WriteByte(alphabet[n.Int64()])
	}
	s.values[name] = b.String()
	data, err := json.MarshalIndent(s.values, "", " ")
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(s.path, data, 0o600); err != nil {
		return "", fmt.Errorf("secrets: %w", err)
	}
	return s.values[name], nil
}
