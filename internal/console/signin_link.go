package console

import (
	"crypto/rand"
	"errors"
	"net/http"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/signin"
	"onetap/internal/survey"
)

// look reads a link as it is opened, without using it up, and whose it is; of the first administrator only the address. State
// is "gone" where it cannot be used, and "other" in another browser than the one that asked for it: there the page says so,
// and the button is that page's own, so that another site cannot press it.
func (d *Desk) look(r *http.Request) (l authz.SignIn, m survey.Staff, state string, err error) {
	if !signin.Shaped(r.PathValue("token")) {
		return l, m, "gone", nil
	}
	l, ok, err := d.store.SignIn(r.Context(), signin.Hash(r.PathValue("token")))
	if err != nil || !ok || !d.now().Before(l.Expires) {
		return l, m, "gone", err
	}
	if m, ok, err = d.holder(r, l); err != nil || !ok {
		return l, m, "gone", err
	}
	browser := cookieValue(r, browserCookie)
	if l.Browser != "" && l.Browser != signin.Hash(browser) && !d.keys.Sealed("here", l.Hash+"\x00"+browser, r.PostFormValue("here")) {
		return l, m, "other", nil
	}
	return l, m, "confirm", nil
}

// holder is whom a link signs in; ok is false for one whose person has gone, or has another address or role than when the
// link was made.
func (d *Desk) holder(r *http.Request, l authz.SignIn) (m survey.Staff, ok bool, err error) {
	if l.Staff != "" {
		m, ok, err = d.store.StaffMember(r.Context(), l.Staff)
	} else if email, wrong := survey.NormalizeEmail(d.admin); wrong == nil {
		m, ok = survey.Staff{Email: email, Role: survey.RoleAdministrator}, true
	}
	return m, ok && (l.Standing == "" || l.Standing == signin.Standing(d.keys, m)), err
}

// confirmLink shows the button; scanners that open the link do not use it up.
func (d *Desk) confirmLink(w http.ResponseWriter, r *http.Request) error {
	l, m, state, err := d.look(r)
	if err != nil {
		return err
	}
	return d.showLink(w, r, l, m, state)
}

func (d *Desk) showLink(w http.ResponseWriter, r *http.Request, l authz.SignIn, m survey.Staff, state string) error {
	p := d.signInPage(r, state, "signin."+state+"_title")
	p.Action = r.URL.Path
	p.To = local(r.FormValue("to"))
	status := http.StatusOK
	switch state {
	case "gone":
		status = http.StatusGone
	case "other":
		browser := browserOf(r)
		http.SetCookie(w, cookie(r, browserCookie, browser, 24*time.Hour))
		p.Here = d.keys.Seal("here", l.Hash+"\x00"+browser)
		p.Text = p.lang.T("signin.other_text", map[string]any{"Name": nameOf(m)})
	}
	return d.show(w, status, "signin.html", p)
}

// useLink signs in. The session begins anew: what the browser had before is no longer sent.
func (d *Desk) useLink(w http.ResponseWriter, r *http.Request) error {
	l, m, state, err := d.look(r)
	if err == nil && state == "confirm" {
		if err = d.store.UseSignIn(r.Context(), l); errors.Is(err, apperr.ErrChanged) {
			state, err = "gone", nil
		}
	}
	if err == nil && state == "confirm" && l.Staff == "" {
		var ok bool
		if m, ok, err = d.proved(r, m.Email); !ok { // there is an administrator by now
			state = "gone"
		}
	}
	switch {
	case err != nil:
		return err
	case state != "confirm":
		return d.showLink(w, r, l, m, state)
	}
	return d.begin(w, r, m, local(r.FormValue("to")))
}

// proved is who of the staff somebody is who has proved to have an address. Where the staff have no administrator, the one
// whom the deployment names is made here and nowhere else: created if absent, and written into the audit list.
func (d *Desk) proved(r *http.Request, email string) (m survey.Staff, ok bool, err error) {
	made := false
	err = d.store.ChangeStaff(r.Context(), func(staff []survey.Staff) ([]survey.Staff, error) {
		made = false
		if m, ok = signin.Whose(staff, email); ok {
			return nil, nil
		}
		if m, ok = signin.First(staff, d.admin, email); !ok {
			return nil, nil
		}
		made = true
		return []survey.Staff{m}, nil
	})
	if err == nil && made {
		d.note(r, visit{Who: authz.Who{Staff: m}}, "staff.first", d.handle(m.ID))
	}
	return m, ok && err == nil, err
}

// begin starts a session and leads to a page.
func (d *Desk) begin(w http.ResponseWriter, r *http.Request, m survey.Staff, to string) error {
	now := d.now().UTC()
	s := authz.Session{ID: rand.Text(), Staff: m.ID, Created: now, Expires: now.Add(sessionLife), Reach: signin.Reach(d.keys, m)}
	if err := d.store.PutSession(r.Context(), s); err != nil {
		return err
	}
	d.note(r, visit{Who: authz.Who{Staff: m}}, "sign-in", "")
	http.SetCookie(w, cookie(r, sessionCookie, d.sessionValue(m.ID, s.ID), sessionLife))
	if email, err := survey.NormalizeEmail(m.Email); err == nil {
		http.SetCookie(w, cookie(r, knownCookie, signin.Remember(d.keys, cookieValue(r, knownCookie), email), knownLife))
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}
