package auth

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"onetap/internal/survey"
)

// Issuer is where the company signs its people in, besides the links by e-mail (OpenID Connect; internal/oidc).
type Issuer interface {
	// Address is where a browser is sent to sign in, and comes back from to back. An error is the issuer's: it does not answer.
	Address(ctx context.Context, back string, s LoginState) (string, error)
	// Email exchanges the code that the browser brought back for the address that the issuer vouches for, as the issuer
	// writes it; "" where it vouches for none. An error is for a code or a token that is not what it should be.
	Email(ctx context.Context, back, code string, s LoginState, now func() time.Time) (string, error)
}

// LoginState is what a browser takes to the issuer and back, sealed in a cookie.
type LoginState struct {
	State, Nonce string
	Verifier     string // of PKCE
	To           string // path that the person wanted to see
	Until        int64  // unix seconds
}

// LoginLife is how long somebody may take to sign in at the issuer.
const LoginLife = 10 * time.Minute

// Why nobody is signed in who comes from the issuer.
var (
	ErrNotProved = errors.New("the way back from the issuer proves nothing")
	ErrNobody    = errors.New("the issuer's address is nobody's of the staff")
)

// ToIssuer begins a login at the issuer: where to send the browser, and what its cookie keeps meanwhile.
func (d *Door) ToIssuer(ctx context.Context, back, to string) (address, cookie string, err error) {
	verifier := make([]byte, 32) // RFC 7636: 43 characters
	rand.Read(verifier)          // never fails
	s := LoginState{State: rand.Text(), Nonce: rand.Text(), Verifier: base64.RawURLEncoding.EncodeToString(verifier), To: to, Until: d.Now().Add(LoginLife).Unix()}
	if address, err = d.Issuer.Address(ctx, back, s); err != nil {
		return "", "", err
	}
	cookie, err = d.packLogin(s)
	return address, cookie, err
}

// FromIssuer is who has come back: with a code that belongs to the browser's own login, a token that the issuer has signed
// for us, and a verified address that is somebody's of the staff. to is the path that the person wanted to see. Errors
// besides the table's: ErrNotProved, with the cause where there is one to look into, and ErrNobody.
func (d *Door) FromIssuer(ctx context.Context, back, cookie, state, code string) (m survey.Staff, to string, err error) {
	s, ok := d.unpackLogin(cookie)
	if !ok || d.Issuer == nil || state == "" || state != s.State || code == "" { // among them: error=access_denied
		return m, "", ErrNotProved
	}
	said, err := d.Issuer.Email(ctx, back, code, s, d.Now)
	if err != nil {
		return m, "", fmt.Errorf("%w: %w", ErrNotProved, err)
	}
	email, err := survey.NormalizeEmail(said)
	if err != nil {
		return m, "", ErrNobody
	}
	m, ok, err = d.Proved(ctx, email)
	if err == nil && !ok {
		err = ErrNobody
	}
	return m, s.To, err
}

func (d *Door) packLogin(s LoginState) (string, error) {
	b, err := json.Marshal(s)
	if err != nil {
		return "", err
	}
	what := base64.RawURLEncoding.EncodeToString(b)
	return what + "." + d.Keys.Seal("oidc", what), nil
}

func (d *Door) unpackLogin(cookie string) (s LoginState, ok bool) {
	what, seal, _ := strings.Cut(cookie, ".")
	if !d.Keys.Sealed("oidc", what, seal) {
		return s, false
	}
	b, err := base64.RawURLEncoding.DecodeString(what)
	return s, err == nil && json.Unmarshal(b, &s) == nil && d.Now().Unix() < s.Until
}
