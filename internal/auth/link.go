package auth

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/survey"
)

// State says what a link is good for.
type State string

// The states of a link. In another browser than the one that asked for it the page says so, and the button is that page's
// own (HereSeal), so that another site cannot press it.
const (
	LinkGone  State = "gone"    // used, ended, expired, invented, or of somebody who is not who they were
	LinkOther State = "other"   // opened in another browser
	LinkReady State = "confirm" // signs in
)

// Link is a sign-in link that somebody has opened.
type Link struct {
	State State
	Staff survey.Staff // whose it is; of the first administrator only the address and the role

	kept authz.SignIn
}

// Look reads a link as it is opened, without using it up. browser is what the browser's cookie says, here the seal that
// HereSeal made for a page in this browser.
func (d *Door) Look(ctx context.Context, token, browser, here string) (Link, error) {
	if !shaped(token) {
		return Link{State: LinkGone}, nil
	}
	return d.lookHash(ctx, Hash(token), browser, here)
}

// lookHash is Look by the hash of the token.
func (d *Door) lookHash(ctx context.Context, hash, browser, here string) (Link, error) {
	l := Link{State: LinkGone}
	kept, ok, err := d.Store.SignIn(ctx, hash)
	if err != nil || !ok || !d.Now().Before(kept.Expires) {
		return l, err
	}
	l.kept = kept
	if l.Staff, ok, err = d.holder(ctx, kept); err != nil || !ok {
		return l, err
	}
	l.State = LinkReady
	if kept.Browser != "" && kept.Browser != Hash(browser) && !d.Keys.Sealed("here", kept.Hash+"\x00"+browser, here) {
		l.State = LinkOther
	}
	return l, nil
}

// HereSeal lets a link of another browser be used from a page that says so.
func (d *Door) HereSeal(l Link, browser string) string {
	return d.Keys.Seal("here", l.kept.Hash+"\x00"+browser)
}

// holder is whom a link signs in; ok is false for one whose person has gone, or has another address or role than when the
// link was made.
func (d *Door) holder(ctx context.Context, l authz.SignIn) (m survey.Staff, ok bool, err error) {
	if l.Staff != "" {
		m, ok, err = d.Store.StaffMember(ctx, l.Staff)
	} else if email, wrong := survey.NormalizeEmail(d.Admin); wrong == nil {
		m, ok = survey.Staff{Email: email, Role: survey.RoleAdministrator}, true
	}
	return m, ok && (l.Standing == "" || l.Standing == standing(d.Keys, m)), err
}

// Use is Look that uses the link up. In the state LinkReady its person may have a session (Begin).
func (d *Door) Use(ctx context.Context, token, browser, here string) (Link, error) {
	if !shaped(token) {
		return Link{State: LinkGone}, nil
	}
	return d.useHash(ctx, Hash(token), browser, here)
}

// useHash is Use by the hash of the token.
func (d *Door) useHash(ctx context.Context, hash, browser, here string) (Link, error) {
	l, err := d.lookHash(ctx, hash, browser, here)
	if err != nil || l.State != LinkReady {
		return l, err
	}
	switch err := d.Store.UseSignIn(ctx, l.kept); {
	case errors.Is(err, apperr.ErrChanged):
		l.State = LinkGone
		return l, nil
	case err != nil:
		return l, err
	}
	if l.kept.Staff == "" {
		m, ok, err := d.Proved(ctx, l.Staff.Email)
		if l.Staff = m; !ok { // there is an administrator by now
			l.State = LinkGone
		}
		return l, err
	}
	return l, nil
}

// Proved is who of the staff somebody is who has proved to have an address. Where the staff have no administrator, the one
// whom the deployment names is made here and nowhere else: created if absent, and written into the audit list.
func (d *Door) Proved(ctx context.Context, email string) (m survey.Staff, ok bool, err error) {
	made := false
	err = d.Store.ChangeStaff(ctx, func(staff []survey.Staff) ([]survey.Staff, error) {
		made = false
		if m, ok = survey.StaffByEmail(staff, email); ok {
			return nil, nil
		}
		if m, ok = d.firstAdministrator(staff, email); !ok {
			return nil, nil
		}
		made = true
		return []survey.Staff{m}, nil
	})
	if err == nil && made {
		d.audit(ctx, m.ID, "staff.first", d.Keys.Conceal("staff", strings.ToLower(m.ID)))
	}
	return m, ok && err == nil, err
}

// firstAdministrator is whom a deployment may make administrator of whoever has proved to have the address that it names:
// only while the staff have no administrator, and nobody has that address. ok is false otherwise. The id is one that is
// nobody's.
func (d *Door) firstAdministrator(staff []survey.Staff, email string) (m survey.Staff, ok bool) {
	admin, err := survey.NormalizeEmail(d.Admin)
	if err != nil || admin != email {
		return m, false
	}
	taken := map[string]bool{}
	for _, other := range staff {
		if other.Role == survey.RoleAdministrator || survey.OneSpelling(other.Email) == admin {
			return m, false
		}
		taken[strings.ToLower(other.ID)] = true
	}
	id := d.Keys.StaffID(admin)
	for n := 1; taken[id]; n++ {
		id = "administrator-" + strconv.Itoa(n)
	}
	return survey.Staff{ID: id, Email: admin, Name: admin, Role: survey.RoleAdministrator, Written: admin}, true
}
