package console

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"onetap/internal/apperr"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// oidcCookie keeps what a browser was sent to the issuer with, until it comes back.
const oidcCookie = "oidc"

// oidcLife is how long somebody may take to sign in at the issuer.
const oidcLife = 10 * time.Minute

// issuer is where the company signs its people in (OpenID Connect), besides the links by e-mail.
type issuer struct {
	address, client, secret string

	mu    sync.Mutex
	found *oidc.Provider // what discovery said, at first use
}

// newIssuer returns nil where no issuer is set.
func newIssuer(address, client, secret string) (*issuer, error) {
	if address == "" && client == "" {
		return nil, nil
	}
	u, err := url.Parse(address)
	if err != nil || client == "" || u.Host == "" || u.Scheme != "https" && !loopback(u.Host) {
		return nil, errors.New("OIDC_ISSUER and OIDC_CLIENT_ID go together, and the issuer's address begins with https://")
	}
	return &issuer{address: address, client: client, secret: secret}, nil
}

// discovered reads the issuer's configuration once; a failure is tried again by the next who comes.
func (i *issuer) discovered(ctx context.Context) (*oidc.Provider, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.found == nil {
		p, err := oidc.NewProvider(context.WithoutCancel(ctx), i.address) // it keeps the context, for fetching keys
		if err != nil {
			return nil, fmt.Errorf("discover the issuer: %w", err)
		}
		i.found = p
	}
	return i.found, nil
}

// trip is what a browser takes to the issuer and back.
type trip struct {
	State, Nonce, Verifier, To string
	Until                      int64 // unix seconds
}

func (d *Desk) packTrip(e trip) (string, error) {
	b, err := json.Marshal(e)
	if err != nil {
		return "", err
	}
	what := base64.RawURLEncoding.EncodeToString(b)
	return what + "." + d.keys.Seal("oidc", what), nil
}

func (d *Desk) unpackTrip(value string) (e trip, ok bool) {
	what, seal, _ := strings.Cut(value, ".")
	if !d.keys.Sealed("oidc", what, seal) {
		return e, false
	}
	b, err := base64.RawURLEncoding.DecodeString(what)
	return e, err == nil && json.Unmarshal(b, &e) == nil && d.now().Unix() < e.Until
}

// oauth returns the issuer and the settings of a request to it.
func (d *Desk) oauth(r *http.Request) (context.Context, *oidc.Provider, *oauth2.Config, error) {
	if d.issuer == nil {
		return nil, nil, nil, apperr.New(apperr.Unknown, "no_such_page", "")
	}
	ctx := oidc.ClientContext(r.Context(), &http.Client{Timeout: 5 * time.Second})
	p, err := d.issuer.discovered(ctx)
	if err != nil {
		return nil, nil, nil, err
	}
	return ctx, p, &oauth2.Config{ClientID: d.issuer.client, ClientSecret: d.issuer.secret, Endpoint: p.Endpoint(),
		RedirectURL: d.siteOf(r) + "/sign-in/oidc/back", Scopes: []string{oidc.ScopeOpenID, oidc.ScopeEmail}}, nil
}

// toIssuer sends a browser to the issuer. It is a link and not a form: a form may lead nowhere but to this site.
func (d *Desk) toIssuer(w http.ResponseWriter, r *http.Request) error {
	_, _, config, err := d.oauth(r)
	if apperr.As(err) != nil {
		return err
	}
	if err != nil {
		web.Log(r, err)
		return d.showRefusal(w, r, "oidc_away", http.StatusBadGateway)
	}
	e := trip{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), To: local(r.URL.Query().Get("to")), Until: d.now().Add(oidcLife).Unix()}
	value, err := d.packTrip(e)
	if err != nil {
		return err
	}
	http.SetCookie(w, cookie(r, oidcCookie, value, oidcLife))
	http.Redirect(w, r, config.AuthCodeURL(e.State, oidc.Nonce(e.Nonce), oauth2.S256ChallengeOption(e.Verifier)), http.StatusSeeOther)
	return nil
}

// fromIssuer takes a browser back: with a code that belongs to its own trip, a token that the issuer has signed for us,
// and a verified address that is somebody's of the staff, it is signed in as by a link.
func (d *Desk) fromIssuer(w http.ResponseWriter, r *http.Request) error {
	e, ok := d.unpackTrip(cookieValue(r, oidcCookie))
	http.SetCookie(w, cookie(r, oidcCookie, "", -time.Second)) // once
	q := r.URL.Query()
	if !ok || q.Get("state") == "" || q.Get("state") != e.State || q.Get("code") == "" { // among them: error=access_denied
		return d.showRefusal(w, r, "oidc_failed", http.StatusForbidden)
	}
	email, err := d.emailOf(r, q.Get("code"), e)
	if apperr.Is(err, "no_such_page") {
		return err
	}
	if err != nil {
		web.Log(r, err)
		return d.showRefusal(w, r, "oidc_failed", http.StatusForbidden)
	}
	m, ok, err := d.proved(r, email)
	switch {
	case err != nil:
		return err
	case email == "" || !ok:
		return d.showRefusal(w, r, "oidc_nobody", http.StatusForbidden)
	}
	return d.begin(w, r, m, e.To)
}

// emailOf exchanges a code for the address that the issuer vouches for; "" where it vouches for none.
func (d *Desk) emailOf(r *http.Request, code string, e trip) (string, error) {
	ctx, p, config, err := d.oauth(r)
	if err != nil {
		return "", err
	}
	tokens, err := config.Exchange(ctx, code, oauth2.VerifierOption(e.Verifier))
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) { // its text holds the whole answer
		return "", fmt.Errorf("the issuer refused the code: %s", refused.ErrorCode)
	}
	if err != nil {
		return "", fmt.Errorf("exchange the code: %w", err)
	}
	raw, _ := tokens.Extra("id_token").(string)
	token, err := p.Verifier(&oidc.Config{ClientID: d.issuer.client, Now: d.now}).Verify(ctx, raw)
	if err != nil {
		return "", fmt.Errorf("verify the token: %w", err)
	}
	if token.Nonce != e.Nonce {
		return "", errors.New("the token is of another trip")
	}
	var claims struct {
		Email    string `json:"email"`
		Verified any    `json:"email_verified"` // some issuers write "true"
	}
	if err := token.Claims(&claims); err != nil {
		return "", fmt.Errorf("read the token: %w", err)
	}
	if claims.Verified != true && claims.Verified != "true" {
		return "", nil
	}
	email, err := survey.NormalizeEmail(claims.Email)
	if err != nil {
		return "", nil
	}
	return email, nil
}
