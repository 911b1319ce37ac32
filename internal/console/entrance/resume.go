package entrance

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/auth"
	"onetap/internal/console/shell"
	"onetap/internal/door"
	"onetap/internal/web"
)

// maxInterrupted is the most of a form that is read for somebody whose session has ended, in bytes.
const maxInterrupted = 1 << 20

// AskToSignIn sends a person to the form, and back afterwards; a script gets the status. What somebody has typed into a form
// of a session that has ended since goes with them.
func (d *Pages) AskToSignIn(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost && !web.WantsJSON(r) {
		r.Body = http.MaxBytesReader(w, r.Body, maxInterrupted)
		staff, session, ok := d.Door.SessionOf(shell.CookieValue(r, shell.SessionCookie))
		if ok && d.carryOn(w, r, staff, session, http.StatusUnauthorized) {
			return
		}
	}
	askToSignIn(w, r)
}

// Fail answers a refusal of somebody who is signed in. Two of them would lose what was typed: of a form that is of the
// session before, and of one that needs a fresh sign-in.
func (d *Pages) Fail(w http.ResponseWriter, r *http.Request, err error) {
	v := door.VisitOf(r)
	if r.Method == http.MethodPost && !web.WantsJSON(r) {
		switch {
		case apperr.Is(err, "form_expired") && v.Before != "" && d.OwnDraft(r, v.Before):
			p := newResumePage(r, auth.Carried{Path: r.URL.Path, Fields: fieldsOf(r)}, v.Form)
			if shell.Show(w, r, http.StatusForbidden, p) == nil {
				return
			}
		case apperr.Is(err, "signin_again") && d.carryOn(w, r, v.Staff.ID, v.Session, http.StatusForbidden):
			return
		}
	}
	shell.FailPage(w, r, err)
}

// carryOn shows the form for signing in with what was typed in it; false where there is nothing that a form of that session
// has sent.
func (d *Pages) carryOn(w http.ResponseWriter, r *http.Request, staff, session string, status int) bool {
	if !d.OwnDraft(r, session) {
		return false
	}
	carried, ok := d.Door.Carry(staff, r.URL.Path, fieldsOf(r))
	if !ok {
		return false
	}
	v := door.Visit{Lang: shell.LanguageOf(r, ""), Zone: shell.ZoneOf(r)} // a guest's page, without the menu
	v.Company, _ = d.CompanyFor(r)                                        // without the company's colours where they cannot be read
	p := newSignInPage(door.WithVisit(r, v), "ask", "keep.ask_title")
	p.Carried, p.To = carried, "/"
	p.Issuer = d.issuerAddress(p.To)
	shell.Policy(w)
	return shell.Show(w, r, status, p) == nil
}

// fieldsOf are the fields of a form but the token of its session.
func fieldsOf(r *http.Request) map[string][]string {
	fields := map[string][]string(maps.Clone(r.PostForm))
	delete(fields, "form")
	return fields
}

// resume goes on with what was typed, for somebody who has signed in meanwhile, with the link in another tab.
func (d *Pages) resume(w http.ResponseWriter, r *http.Request) error {
	text := r.PostFormValue("carried")
	c, ok := d.Door.Carried(text)
	v, err := d.Session(r)
	switch {
	case err != nil:
		return err
	case !ok:
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return nil
	case v.Session == "":
		p := newSentPage(r, "/")
		p.Carried, p.Wrong = text, p.Lang.T("keep.not_yet")
		return shell.Show(w, r, http.StatusUnauthorized, p)
	case !c.Of(v.Staff.ID):
		return apperr.New(apperr.Forbidden, "keep_others", "")
	}
	return shell.Show(w, r, http.StatusOK, newResumePage(r, c, v.Form))
}

type resumePage struct {
	shell.Frame
	Action string
	Token  string      // of the new session's forms
	Fields [][2]string // name and value
	Texts  []string    // those that a person has written
}

func newResumePage(r *http.Request, c auth.Carried, token string) *resumePage {
	p := &resumePage{Frame: shell.NewFrame(r, "keep.resume_title"), Action: c.Path, Token: token}
	for _, name := range slices.Sorted(maps.Keys(c.Fields)) {
		for _, value := range c.Fields[name] {
			p.Fields = append(p.Fields, [2]string{name, value})
			if strings.ContainsAny(strings.TrimSpace(value), " \n") { // words; what pages put into forms has no spaces
				p.Texts = append(p.Texts, value)
			}
		}
	}
	return p
}
