package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"log/slog"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/survey"
)

const (
	// tokenPrefix lets a person, and a scanner of leaked secrets, see what a token is.
	tokenPrefix = "onetap_"
	// DeploymentToken is the name of the API token that the deployment was given.
	DeploymentToken = "deployment"
)

// NewToken makes an API token's text, 130 random bits, which is shown once, and the hash that is kept of it.
func NewToken() (token, hash string) {
	token = tokenPrefix + strings.ToLower(rand.Text())
	return token, Hash(token)
}

// Program says which program calls the API by its Authorization header: by the deployment's token, if it has one,
// compared in constant time, its length included, or by one that an administrator has made. Problems: token_missing,
// token_wrong.
func (d *Door) Program(ctx context.Context, header string) (authz.Who, error) {
	if header == "" {
		return authz.Who{}, apperr.New(apperr.Unauthentic, "token_missing", "Authorization")
	}
	scheme, token, _ := strings.Cut(header, " ")
	token = strings.TrimSpace(token)
	wrong := apperr.New(apperr.Unauthentic, "token_wrong", "Authorization")
	if !strings.EqualFold(scheme, "Bearer") {
		return authz.Who{}, wrong
	}
	got, want := sha256.Sum256([]byte(token)), sha256.Sum256([]byte(d.Token))
	if d.Token != "" && subtle.ConstantTimeCompare(got[:], want[:]) == 1 {
		return authz.Who{Staff: survey.Staff{Role: survey.RoleAdministrator}, Token: DeploymentToken}, nil
	}
	if !strings.HasPrefix(token, tokenPrefix) {
		return authz.Who{}, wrong
	}
	t, ok, err := d.Store.Token(ctx, Hash(token))
	switch {
	case err != nil:
		return authz.Who{}, err
	case !ok:
		return authz.Who{}, wrong
	}
	if err := d.Store.UseToken(ctx, t, d.Now()); err != nil { // it was used all the same
		slog.ErrorContext(ctx, "use of an API token not written", "error", err.Error())
	}
	return authz.Who{Staff: survey.Staff{Role: t.Role}, Token: t.Name}, nil
}
