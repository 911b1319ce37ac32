package console

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/auth"
	"onetap/internal/authz"
	"onetap/internal/web"
)

// guests lists what is open to people who are not signed in yet.
func (d *Desk) guests() []route {
	return []route{
		{"GET /sign-in", authz.Anyone, d.signInForm, ""}, {"POST /sign-in", authz.Anyone, d.sendLink, unaudited},
		{"GET /sign-in/{token}", authz.Anyone, d.confirmLink, ""}, {"POST /sign-in/{token}", authz.Anyone, d.useLink, unaudited},
		{"GET /sign-in/oidc", authz.Anyone, d.toIssuer, ""}, {"GET /sign-in/oidc/back", authz.Anyone, d.fromIssuer, ""},
	}
}

// entrance serves guests.
func (d *Desk) entrance() http.Handler {
	mux := http.NewServeMux()
	for _, rt := range d.guests() {
		mux.HandleFunc(rt.pattern, func(w http.ResponseWriter, r *http.Request) {
			v := visit{Lang: languageOf(r, ""), Zone: zoneOf(r)}
			var err error
			if v.Company, err = d.companyFor(r); err != nil {
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
	Here                           string // seal of the link and this browser, where the link was asked for in another
}

func (d *Desk) signInPage(r *http.Request, state, title string) *signInPage {
	p := &signInPage{frame: d.frame(r, title), State: state}
	p.Ask, p.Sent, p.Confirm, p.Gone, p.Other = state == "ask", state == "sent", state == "confirm", state == "gone", state == "other"
	p.Refused = state == "refused"
	return p
}

// askToSignIn sends a person to the form, and back afterwards; a script gets the status.
func (d *Desk) askToSignIn(w http.ResponseWriter, r *http.Request) {
	if web.WantsJSON(r) || r.Method != http.MethodGet && r.Method != http.MethodHead {
		web.Fail(w, r, apperr.New(apperr.Unauthentic, "form_expired", ""))
		return
	}
	to := "/sign-in"
	if back := local(r.URL.RequestURI()); back != "/" {
		to += "?to=" + url.QueryEscape(back)
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

func (d *Desk) signInForm(w http.ResponseWriter, r *http.Request) error {
	p := d.signInPage(r, "ask", "signin.page_title")
	p.To = local(r.URL.Query().Get("to"))
	if d.door.Issuer != nil {
		p.Issuer = "/sign-in/oidc?to=" + url.QueryEscape(p.To)
	}
	return d.show(w, r, http.StatusOK, p)
}

// showRefusal says why somebody was not signed in, and offers another try.
func (d *Desk) showRefusal(w http.ResponseWriter, r *http.Request, why string, status int) error {
	p := d.signInPage(r, "refused", "signin."+why+"_title")
	p.Text = p.lang.T("signin." + why + "_text")
	return d.show(w, r, status, p)
}

// sendLink answers the same, after the same work, whether or not the address is anybody's: finding that out, and the
// letter, are left to another call.
func (d *Desk) sendLink(w http.ResponseWriter, r *http.Request) error {
	p := d.signInPage(r, "ask", "signin.page_title")
	p.Email, p.To = strings.TrimSpace(r.FormValue("email")), local(r.FormValue("to"))
	browser := auth.BrowserName(cookieValue(r, browserCookie))
	ask, err := d.door.Ask(r.Context(), auth.Asking{Email: p.Email, To: p.To, Language: string(visitOf(r).Lang), Site: d.siteOf(r),
		Browser: browser, Known: cookieValue(r, knownCookie), Remote: r.RemoteAddr})
	if refusal := apperr.As(err); refusal != nil {
		if refusal.Code == "signin_busy" {
			w.Header().Set("Retry-After", "60")
		}
		p.Wrong = p.lang.Problem(refusal)
		return d.show(w, r, web.Status(refusal), p)
	}
	if err != nil {
		return err
	}
	if err := d.leave(r, ownCall{SignIn: &ask}); err != nil {
		return err
	}
	http.SetCookie(w, cookie(r, browserCookie, browser, browserLife))
	done := d.signInPage(r, "sent", "signin.sent_title")
	done.Text = done.lang.T("signin.sent_text", map[string]any{"Count": int(auth.LinkLife / time.Minute)})
	return d.show(w, r, http.StatusOK, done)
}

// browserLife is how long a browser keeps the name under which it asks for links.
const browserLife = 24 * time.Hour

func (d *Desk) signOut(w http.ResponseWriter, r *http.Request) error {
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
func (d *Desk) chooseLanguage(w http.ResponseWriter, r *http.Request) error {
	http.SetCookie(w, cookie(r, languageCookie, r.FormValue("language"), 365*24*time.Hour))
	http.Redirect(w, r, local(r.FormValue("to")), http.StatusSeeOther)
	return nil
}
