package main

import (
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"onetap/internal/access"
	"onetap/internal/mail"
	"onetap/internal/problem"
	"onetap/internal/signin"
	"onetap/internal/store"
	"onetap/internal/survey"
	"onetap/internal/web"
)

const (
	linksAnHour = 5
	// answerTime is how long asking for a link takes at least, so that it does not tell whose address it is.
	answerTime = 400 * time.Millisecond
)

// guests lists what is open to people who are not signed in yet.
func (d *desk) guests() []route {
	return []route{
		{"GET /sign-in", access.Anyone, d.signInForm}, {"POST /sign-in", access.Anyone, d.sendLink},
		{"GET /sign-in/{token}", access.Anyone, d.confirmLink}, {"POST /sign-in/{token}", access.Anyone, d.useLink},
		{"GET /sign-in/oidc", access.Anyone, d.toIssuer}, {"GET /sign-in/oidc/back", access.Anyone, d.fromIssuer},
	}
}

// entrance serves guests.
func (d *desk) entrance() http.Handler {
	mux := http.NewServeMux()
	for _, rt := range d.guests() {
		mux.HandleFunc(rt.pattern, func(w http.ResponseWriter, r *http.Request) {
			v := visit{Lang: languageOf(r, ""), Zone: zoneOf(r)}
			var err error
			if v.Company, err = d.store.Settings(r.Context()); err != nil {
				web.Log(r, err) // the door opens without the company's colours too
			}
			r = withVisit(r, v)
			r.Header.Set("Accept-Language", string(v.Lang))
			if err := rt.do(w, r); err != nil {
				web.Fail(w, r, err)
			}
		})
	}
	return d.secure(mux)
}

type signInPage struct {
	frame
	State string // "ask", "sent", "confirm", "gone", "other", "refused"
	Ask, Sent, Confirm,
	Gone, Other, Refused bool
	Issuer                         string // address of the way in through the company's issuer; "": there is none
	Email, To, Wrong, Text, Action string
}

func (d *desk) signInPage(r *http.Request, state, title string) *signInPage {
	p := &signInPage{frame: d.frame(r, title), State: state}
	p.Ask, p.Sent, p.Confirm, p.Gone, p.Other = state == "ask", state == "sent", state == "confirm", state == "gone", state == "other"
	p.Refused = state == "refused"
	return p
}

// askToSignIn sends a person to the form, and back afterwards; a script gets the status.
func (d *desk) askToSignIn(w http.ResponseWriter, r *http.Request) {
	if web.WantsJSON(r) || r.Method != http.MethodGet && r.Method != http.MethodHead {
		web.Fail(w, r, problem.New(problem.Unauthentic, "form_expired", ""))
		return
	}
	to := "/sign-in"
	if back := local(r.URL.RequestURI()); back != "/" {
		to += "?to=" + url.QueryEscape(back)
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

func (d *desk) signInForm(w http.ResponseWriter, r *http.Request) error {
	p := d.signInPage(r, "ask", "signin.page_title")
	p.To = local(r.URL.Query().Get("to"))
	if d.issuer != nil {
		p.Issuer = "/sign-in/oidc?to=" + url.QueryEscape(p.To)
	}
	return d.show(w, http.StatusOK, "signin.html", p)
}

// showRefusal says why somebody was not signed in, and offers another try.
func (d *desk) showRefusal(w http.ResponseWriter, r *http.Request, why string, status int) error {
	p := d.signInPage(r, "refused", "signin."+why+"_title")
	p.Text = p.lang.T("signin." + why + "_text")
	return d.show(w, status, "signin.html", p)
}

// sendLink answers the same, and after the same time, whether or not the address is anybody's.
func (d *desk) sendLink(w http.ResponseWriter, r *http.Request) error {
	began := time.Now()
	p := d.signInPage(r, "ask", "signin.page_title")
	p.Email, p.To = strings.TrimSpace(r.FormValue("email")), local(r.FormValue("to"))
	email, err := survey.NormalizeEmail(p.Email)
	if err != nil {
		p.Wrong = p.lang.Problem(problem.New(problem.Invalid, "signin_email", "email"))
		return d.show(w, http.StatusBadRequest, "signin.html", p)
	}
	may, err := d.store.AskSignIn(r.Context(), d.keys.Seal("asks", email), linksAnHour, time.Hour, d.now())
	if errors.Is(err, store.ErrChanged) {
		may, err = d.store.AskSignIn(r.Context(), d.keys.Seal("asks", email), linksAnHour, time.Hour, d.now())
	}
	if err != nil {
		return err
	}
	if !may {
		p.Wrong = p.lang.Problem(problem.New(problem.Conflict, "signin_wait", "email"))
		return d.show(w, http.StatusTooManyRequests, "signin.html", p)
	}
	browser := cookieValue(r, browserCookie)
	if len(browser) < 20 {
		browser = rand.Text()
	}
	if err := d.mailLink(r, email, p.To, browser); err != nil {
		web.Log(r, err) // the same answer: who asks must not learn from it
	}
	time.Sleep(answerTime - time.Since(began))
	http.SetCookie(w, cookie(r, browserCookie, browser, 24*time.Hour))
	done := d.signInPage(r, "sent", "signin.sent_title")
	done.Text = done.lang.T("signin.sent_text", map[string]any{"Count": int(signin.Life / time.Minute)})
	return d.show(w, http.StatusOK, "signin.html", done)
}

// mailLink writes to an address if it is somebody's of the staff, or may become the first administrator's.
func (d *desk) mailLink(r *http.Request, email, to, browser string) error {
	staff, err := d.store.Staff(r.Context())
	if err != nil {
		return err
	}
	m, ok := signin.Whose(staff, email)
	if !ok {
		if m, ok = signin.First(staff, d.admin, email); !ok {
			return nil
		}
		m.ID = "" // nobody yet: whoever uses the link becomes it
	}
	token, l := signin.New(m.ID, browser, d.now(), signin.Life)
	if err := d.store.PutSignIn(r.Context(), l); err != nil {
		return err
	}
	address := d.siteOf(r) + "/sign-in/" + token
	if to != "/" {
		address += "?to=" + url.QueryEscape(to)
	}
	language := m.Language
	if language == "" {
		language = string(visitOf(r).Lang)
	}
	letter, err := mail.SignIn(mail.SignInData{From: d.sender, To: m.Email, Language: language, URL: address, Valid: signin.Life})
	if err != nil {
		return err
	}
	_, err = d.mail.Send(r.Context(), letter)
	return err
}

// proved is who of the staff somebody is who has proved to have an address. Where the staff have no administrator, the one
// whom the deployment names is made here and nowhere else: created if absent, and written into the audit list.
func (d *desk) proved(r *http.Request, email string) (m survey.Staff, ok bool, err error) {
	for range 3 {
		staff, err := d.store.Staff(r.Context())
		if err != nil {
			return m, false, err
		}
		if m, ok = signin.Whose(staff, email); ok {
			return m, true, nil
		}
		if m, ok = signin.First(staff, d.admin, email); !ok {
			return m, false, nil
		}
		if err = d.store.SaveStaff(r.Context(), nil, m); err == nil {
			d.note(r, visit{Who: access.Who{Staff: m}}, "staff.first", d.handle(m.ID))
			return m, true, nil
		}
		if !errors.Is(err, store.ErrChanged) {
			return m, false, err
		}
	} // somebody else has made it meanwhile: read again who that is
	return m, false, store.ErrChanged
}

// look reads a link as it is opened, without using it up. State is "gone" or "other" where it cannot be used here.
func (d *desk) look(r *http.Request) (l store.SignIn, state string, err error) {
	l, ok, err := d.store.SignIn(r.Context(), signin.Hash(r.PathValue("token")))
	switch {
	case err != nil:
		return l, "", err
	case !ok, !d.now().Before(l.Expires):
		return l, "gone", nil
	case l.Browser != "" && l.Browser != signin.Hash(cookieValue(r, browserCookie)):
		return l, "other", nil
	}
	return l, "confirm", nil
}

// confirmLink shows the button; scanners that open the link do not use it up.
func (d *desk) confirmLink(w http.ResponseWriter, r *http.Request) error {
	_, state, err := d.look(r)
	if err != nil {
		return err
	}
	return d.showLink(w, r, state)
}

func (d *desk) showLink(w http.ResponseWriter, r *http.Request, state string) error {
	p := d.signInPage(r, state, "signin."+state+"_title")
	p.Action = r.URL.Path
	p.To = local(r.URL.Query().Get("to"))
	status := http.StatusOK
	if state == "gone" {
		status = http.StatusGone
	}
	return d.show(w, status, "signin.html", p)
}

// useLink signs in. The session begins anew: what the browser had before is no longer sent.
func (d *desk) useLink(w http.ResponseWriter, r *http.Request) error {
	l, state, err := d.look(r)
	if err != nil {
		return err
	}
	if state == "confirm" {
		if err = d.store.UseSignIn(r.Context(), l.Hash); errors.Is(err, store.ErrChanged) {
			state, err = "gone", nil
		}
	}
	if err != nil || state != "confirm" {
		if err != nil {
			return err
		}
		return d.showLink(w, r, state)
	}
	m := survey.Staff{ID: l.Staff}
	if l.Staff == "" { // of the first administrator
		email, err := survey.NormalizeEmail(d.admin)
		if err != nil {
			return d.showLink(w, r, "gone")
		}
		ok := false
		if m, ok, err = d.proved(r, email); err != nil {
			return err
		} else if !ok { // there is an administrator by now
			return d.showLink(w, r, "gone")
		}
	}
	return d.begin(w, r, m.ID, local(r.FormValue("to")))
}

// begin starts a session and leads to a page.
func (d *desk) begin(w http.ResponseWriter, r *http.Request, staff, to string) error {
	now := d.now().UTC()
	s := store.Session{ID: rand.Text(), Staff: staff, Created: now, Expires: now.Add(sessionLife)}
	if err := d.store.PutSession(r.Context(), s); err != nil {
		return err
	}
	d.note(r, visit{Who: access.Who{Staff: survey.Staff{ID: staff}}}, "sign-in", "")
	http.SetCookie(w, cookie(r, sessionCookie, d.sessionValue(staff, s.ID), sessionLife))
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

func (d *desk) signOut(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	end := func() error { return d.store.EndSession(r.Context(), v.Staff.ID, v.Session) }
	if r.FormValue("everywhere") != "" {
		end = func() error { return d.store.EndSessions(r.Context(), v.Staff.ID) }
	}
	if err := end(); err != nil {
		return err
	}
	http.SetCookie(w, cookie(r, sessionCookie, "", -time.Second))
	http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
	return nil
}

// chooseLanguage keeps the language for this browser.
func (d *desk) chooseLanguage(w http.ResponseWriter, r *http.Request) error {
	http.SetCookie(w, cookie(r, languageCookie, r.FormValue("language"), 365*24*time.Hour))
	http.Redirect(w, r, local(r.FormValue("to")), http.StatusSeeOther)
	return nil
}
