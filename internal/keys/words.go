package keys

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"

	"onetap/internal/survey"
)

// WordsKey is the key of what a person wrote: whoever wrote it has it, for the same words it is always the same, and nobody
// without our key can make it. Whose words they are is part of it, so that equal words of two people are not alike.
func (k *Keys) WordsKey(c survey.CampaignID, of survey.ContactID, words string) (key [32]byte) {
	m := hmac.New(sha256.New, k.words)
	for _, s := range []string{string(c), string(of), words} {
		m.Write([]byte(s))
		m.Write([]byte{0})
	}
	return [32]byte(m.Sum(nil))
}

// WordsTrace is the trace of what has that key (survey.Post.Trace): 16 characters, of which the key cannot be worked out.
func WordsTrace(key [32]byte) string {
	m := hmac.New(sha256.New, key[:])
	m.Write([]byte("trace"))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil)[:12])
}
