// Package testsend says who may have a test letter sent, to whom and how often. A test letter carries words and a sender
// of somebody's choosing to an address of their choosing: without these rules it would be a way to write to strangers in
// the company's name.
package testsend

import (
	"context"
	"fmt"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/signin"
	"onetap/internal/survey"
)

// How many test letters may go out in an hour of the clock: from one person or program, to one address, and in all. A
// wording is tried a few times in each language; more is no trying.
const (
	MaxFrom = 20
	MaxTo   = 10
	MaxAll  = 60
)

// Store is what is asked of the table.
type Store interface {
	// Staff lists everybody of the staff.
	Staff(ctx context.Context) ([]survey.Staff, error)
	// Spend takes one of at most most uses within the hour of now, and reports whether there was one left.
	Spend(ctx context.Context, allowance string, most int, now time.Time) (bool, error)
}

// Rules decide about test letters.
type Rules struct {
	Store Store
	Seal  func(purpose, text string) string // makes a key of an address without the address in it
	Admin string                            // the deployment's administrator, who is of the staff before there is a list
}

// Recipient tells why a test letter may not go to an address: test_to_strangers. Anybody who may send writes to people
// of the staff list, an administrator, and a program with that role, to any address.
func (r Rules) Recipient(ctx context.Context, who authz.Who, to string) error {
	if who.Staff.Role == survey.RoleAdministrator {
		return nil
	}
	if admin, err := survey.NormalizeEmail(r.Admin); err == nil && admin == to {
		return nil
	}
	staff, err := r.Store.Staff(ctx)
	if err != nil {
		return fmt.Errorf("who is of the staff: %w", err)
	}
	if _, ok := signin.Whose(staff, to); ok {
		return nil
	}
	return apperr.New(apperr.Forbidden, "test_to_strangers", "to")
}

// Spend counts a test letter that is about to go out, and tells why it may not: test_too_many. It is asked last, so that
// what is refused for another reason does not count.
func (r Rules) Spend(ctx context.Context, who authz.Who, to string, now time.Time) error {
	from := "staff " + who.Staff.ID
	if who.Token != "" {
		from = "token " + who.Token
	}
	for _, a := range []struct {
		whose string
		most  int
	}{{r.Seal("test-from", from), MaxFrom}, {r.Seal("test-to", to), MaxTo}, {r.Seal("test-all", ""), MaxAll}} {
		left, err := r.Store.Spend(ctx, a.whose, a.most, now)
		if err != nil {
			return fmt.Errorf("count a test letter: %w", err)
		}
		if !left {
			return apperr.New(apperr.TooMany, "test_too_many", "to", "Limit", a.most)
		}
	}
	return nil
}
