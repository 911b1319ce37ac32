// Package auth says who somebody is: people sign in by links sent by e-mail or at the company's issuer of identities, and
// keep a session; programs carry API tokens. A link holds a random token and the table keeps only its hash, so that
// whoever reads the table cannot sign in with it.
package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"strings"
	"time"

	"onetap/internal/authz"
	"onetap/internal/mail"
)

// Door lets people and programs in. It is safe for concurrent use.
type Door struct {
	Store  Store
	Keys   Keys
	Now    func() time.Time
	Send   func(context.Context, mail.Message) (id string, err error) // sends a letter at least once
	From   string                                                     // of letters with links
	Admin  string                                                     // address of whom the deployment names as administrator; "": nobody
	Token  string                                                     // the deployment's API token; "": only tokens that administrators have made
	Issuer Issuer                                                     // signs people in besides the links; nil: none

	gate Gate
}

// Keys signs texts and hides them (keys.Keys).
type Keys interface {
	// StaffID is the id of somebody whom lists name by an address and nothing else.
	StaffID(email string) string
	Sealer
	// Conceal is a text as addresses of pages may carry it.
	Conceal(purpose, text string) string
	// Reveal returns what was concealed; ok is false for anything else.
	Reveal(purpose, concealed string) (text string, ok bool)
}

// Sealer signs texts for a purpose.
type Sealer interface {
	Seal(purpose, text string) string
	Sealed(purpose, text, seal string) bool
}

// LinkLife is how long a link that was asked for can be used.
const LinkLife = 15 * time.Minute

// NewLink makes a link's token, 26 letters and digits (130 random bits), and what the table keeps of it. browser is what
// the asking browser keeps; "" makes a link for any browser.
func NewLink(staff, browser string, now time.Time, life time.Duration) (token string, l authz.SignIn) {
	token = rand.Text()
	l = authz.SignIn{Hash: Hash(token), Staff: staff, Expires: now.Add(life).UTC()}
	if browser != "" {
		l.Browser = Hash(browser)
	}
	return token, l
}

// shaped reports whether a text can be a link's token at all, so that nobody asks the table about anything else.
func shaped(token string) bool {
	return len(token) == 26 && strings.Trim(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == ""
}

// Hash is how a secret of this package is kept. They are random and long, so a plain hash is enough.
func Hash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:16])
}

// audit writes down what a person has done at the door. It is done by then, so a failure is only logged.
func (d *Door) audit(ctx context.Context, staff, action, object string) {
	err := d.Store.AddAudit(ctx, authz.AuditEntry{Who: staff, Action: action, Object: object, At: d.Now().UTC()})
	if err != nil {
		slog.ErrorContext(ctx, "audit entry not written", "error", err.Error(), "action", action)
	}
}
