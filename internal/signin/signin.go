// Package signin makes the links by which the staff sign in. A link holds a random token; the table keeps only its hash,
// so that whoever reads the table cannot sign in with it.
package signin

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"onetap/internal/authz"
)

// Shaped reports whether a text can be a link's token at all, so that nobody asks the table about anything else.
func Shaped(token string) bool {
	return len(token) == 26 && strings.Trim(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == ""
}

// Life is how long a link that was asked for can be used.
const Life = 15 * time.Minute

// New makes a link's token, 26 letters and digits (130 random bits), and what the table keeps of it. browser is what
// the asking browser keeps; "" makes a link for any browser.
func New(staff, browser string, now time.Time, life time.Duration) (token string, l authz.SignIn) {
	token = rand.Text()
	l = authz.SignIn{Hash: Hash(token), Staff: staff, Expires: now.Add(life).UTC()}
	if browser != "" {
		l.Browser = Hash(browser)
	}
	return token, l
}

// Hash is how a secret of this package is kept. They are random and long, so a plain hash is enough.
func Hash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:16])
}
