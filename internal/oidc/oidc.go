// Package oidc signs people in at the company's issuer of identities, by OpenID Connect: discovery, an authorization code
// with PKCE, a signed token.
package oidc

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"onetap/internal/auth"
)

// timeout is how long the issuer may take for an answer.
const timeout = 5 * time.Second

var _ auth.Issuer = (*Issuer)(nil)

// Issuer is an auth.Issuer. It is safe for concurrent use.
type Issuer struct {
	address, client, secret string

	mu    sync.Mutex
	found *oidc.Provider // what discovery said, at first use
}

// New is the issuer at an address, where Onetap is known as client; nil where both are "".
func New(address, client, secret string) (*Issuer, error) {
	if address == "" && client == "" {
		return nil, nil
	}
	u, err := url.Parse(address)
	if err != nil || client == "" || u.Host == "" || u.Scheme != "https" && !loopback(u.Hostname()) {
		return nil, errors.New("OIDC_ISSUER and OIDC_CLIENT_ID go together, and the issuer's address begins with https://")
	}
	return &Issuer{address: address, client: client, secret: secret}, nil
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// Address is where a browser signs in; it comes back to back.
func (i *Issuer) Address(ctx context.Context, back string, s auth.LoginState) (string, error) {
	_, _, config, err := i.settings(ctx, back)
	if err != nil {
		return "", err
	}
	return config.AuthCodeURL(s.State, oidc.Nonce(s.Nonce), oauth2.S256ChallengeOption(s.Verifier)), nil
}

// Email exchanges a code for the address that the issuer vouches for; "" where it vouches for none.
func (i *Issuer) Email(ctx context.Context, back, code string, s auth.LoginState, now func() time.Time) (string, error) {
	ctx, p, config, err := i.settings(ctx, back)
	if err != nil {
		return "", err
	}
	tokens, err := config.Exchange(ctx, code, oauth2.VerifierOption(s.Verifier))
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) { // its text holds the whole answer
		return "", fmt.Errorf("the issuer refused the code: %s", refused.ErrorCode)
	}
	if err != nil {
		return "", fmt.Errorf("exchange the code: %w", err)
	}
	raw, _ := tokens.Extra("id_token").(string)
	token, err := p.Verifier(&oidc.Config{ClientID: i.client, Now: now}).Verify(ctx, raw)
	if err != nil {
		return "", fmt.Errorf("verify the token: %w", err)
	}
	if token.Nonce != s.Nonce {
		return "", errors.New("the token is of another login")
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
	return claims.Email, nil
}

// settings are those of a request to the issuer.
func (i *Issuer) settings(ctx context.Context, back string) (context.Context, *oidc.Provider, *oauth2.Config, error) {
	ctx = oidc.ClientContext(ctx, &http.Client{Timeout: timeout})
	p, err := i.discovered(ctx)
	if err != nil {
		return nil, nil, nil, err
	}
	return ctx, p, &oauth2.Config{
		ClientID: i.client, ClientSecret: i.secret, Endpoint: p.Endpoint(), RedirectURL: back,
		Scopes: []string{oidc.ScopeOpenID, oidc.ScopeEmail},
	}, nil
}

// discovered reads the issuer's configuration once; a failure is tried again by the next who comes.
func (i *Issuer) discovered(ctx context.Context) (*oidc.Provider, error) {
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
