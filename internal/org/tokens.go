package org

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"onetap/internal/apperr"
	"onetap/internal/auth"
	"onetap/internal/authz"
	"onetap/internal/survey"
)

const (
	maxTokens    = 100
	maxTokenName = 60 // characters
)

// TokenRoles are those that an API token may have: they see everybody's. An owner's and a manager's reach is their own
// person's.
var TokenRoles = []survey.Role{survey.RoleMarketing, survey.RoleExecutive, survey.RoleAnalyst, survey.RoleAdministrator}

// TokensFull is the problem of who would make one more token than there may be: tokens_full; nil while there is room.
func TokensFull(tokens int) error {
	if tokens < maxTokens {
		return nil
	}
	return apperr.New(apperr.Conflict, "tokens_full", "", "Limit", maxTokens)
}

// MakeToken makes an API token and returns its text, which is kept nowhere. Problems: tokens_full, token_name,
// token_name_taken, token_role.
func (c *Company) MakeToken(ctx context.Context, by authz.Who, name string, role survey.Role) (token string, err error) {
	all, err := c.Store.Tokens(ctx)
	if err != nil {
		return "", err
	}
	if err := TokensFull(len(all)); err != nil {
		return "", err
	}
	switch n := utf8.RuneCountInString(name); {
	case n == 0 || n > maxTokenName || strings.ContainsFunc(name, func(c rune) bool { return c < ' ' }):
		return "", apperr.New(apperr.Invalid, "token_name", "name", "Limit", maxTokenName)
	case name == auth.DeploymentToken || slices.ContainsFunc(all, func(t authz.Token) bool { return strings.EqualFold(t.Name, name) }):
		return "", apperr.New(apperr.Invalid, "token_name_taken", "name")
	case !slices.Contains(TokenRoles, role):
		return "", apperr.New(apperr.Invalid, "token_role", "role")
	}
	token, hash := auth.NewToken()
	return token, c.Store.PutToken(ctx, authz.Token{Hash: hash, Name: name, Role: role, By: by.Staff.ID, Made: c.Now().UTC()})
}
