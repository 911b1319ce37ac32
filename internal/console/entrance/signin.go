package entrance

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/auth"
	"onetap/internal/authz"
	"onetap/internal/console/shell"
	"onetap/internal/door"
	"onetap/internal/web"
)

// Guests lists what is open to people who are not signed in yet.
func (d *Pages) Guests() []door.Route {
	return []door.Route{
		door.On("GET /sign-in", authz.Anyone, d.signInForm, ""), door.On("POST /sign-in", authz.Anyone, d.sendLink, door.Unaudited),
		door.On("GET /sign-in/{token}", authz.Anyone, d.confirmLink, ""), door.On("POST /sign-in/{token}", authz.Anyone, d.useLink, door.Unaudited),
		door.On("GET /sign-in/code", authz.Anyone, d.codeForm, ""), door.On("POST /sign-in/code", authz.Anyone, d.useCode, door.Unaudited),
		door.On("POST /sign-in/resume", authz.Anyone, d.resume, door.Unaudited),
		door.On("GET /sign-in/oidc", authz.Anyone, d.toIssuer, ""), door.On("GET /sign-in/oidc/back", authz.Anyone, d.fromIssuer, ""),
	}
}

// Handler serves guests: these pages, and others that somebody reaches without a session.
func (d *Pages) Handler(others ...door.Route) http.Handler {
	mux := http.NewServeMux()
	for _, rt := range append(d.Guests(), others...) {
		mux.HandleFunc(rt.Pattern, func(w http.ResponseWriter, r *http.Request) {
			v := door.Visit{Lang: shell.LanguageOf(r, ""), Zone: shell.ZoneOf(r)}
			var err error
			if v.Company, err = d.CompanyFor(r); err != nil {
				web.Log(r, err) // the door opens without the company's colours too
			}
			r = door.WithVisit(r, v)
			r.Header.Set("Accept-Language", string(v.Lang))
			if err := rt.Do(w, r); err != nil {
				web.Fail(w, r, err)
			}
		})
	}
	return shell.Secure(mux)
}

type signInPage struct {
	shell.Frame
	State string // "ask", "sent", "confirm", "gone", "other", "refused"
	Ask, Sent, Confirm,
	Gone, Other, Refused bool
	Issuer                         string // address of the way in through the company's issuer; "": there is none
	Email, To, Wrong, Text, Action string
	Code                           string // as typed
	HasCode                        bool   // this browser has asked for a code
	CodeAt                         string // address of the form for it
	Carried                        string // what was typed before, sealed (auth.Carried); "": nothing
	Own, OwnFor                    string // how long an own device is remembered, and whose; "": nobody's
	Here                           string // seal of the link and this browser, where the link was asked for in another
}

func newSignInPage(r *http.Request, state, title string) *signInPage {
	p := &signInPage{Frame: shell.NewFrame(r, title), State: state}
	p.Ask, p.Sent, p.Confirm, p.Gone, p.Other = state == "ask", state == "sent", state == "confirm", state == "gone", state == "other"
	p.Refused = state == "refused"
	return p
}

func askToSignIn(w http.ResponseWriter, r *http.Request) {
	if web.WantsJSON(r) || r.Method != http.MethodGet && r.Method != http.MethodHead {
		web.Fail(w, r, apperr.New(apperr.Unauthentic, "form_expired", ""))
		return
	}
	to := "/sign-in"
	if back := shell.Local(r.URL.RequestURI()); back != "/" {
		to += "?to=" + url.QueryEscape(back)
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

func (d *Pages) signInForm(w http.ResponseWriter, r *http.Request) error {
	p := newSignInPage(r, "ask", "signin.page_title")
	p.To = shell.Local(r.URL.Query().Get("to"))
	p.HasCode, p.CodeAt = shell.CookieValue(r, shell.AskedCookie) != "", "/sign-in/code?to="+url.QueryEscape(p.To)
	p.Issuer = d.issuerAddress(p.To)
	return shell.Show(w, r, http.StatusOK, p)
}

// showRefusal says why somebody was not signed in, and offers another try.
func showRefusal(w http.ResponseWriter, r *http.Request, why string, status int) error {
	p := newSignInPage(r, "refused", "signin."+why+"_title")
	p.Text = p.Lang.T("signin." + why + "_text")
	return shell.Show(w, r, status, p)
}

// sendLink answers the same, after the same work, whether or not the address is anybody's: finding that out, and the
// letter, are left to another call.
func (d *Pages) sendLink(w http.ResponseWriter, r *http.Request) error {
	p := newSignInPage(r, "ask", "signin.page_title")
	p.Email, p.To, p.Carried = strings.TrimSpace(r.FormValue("email")), shell.Local(r.FormValue("to")), r.PostFormValue("carried")
	browser := auth.BrowserName(shell.CookieValue(r, shell.BrowserCookie))
	ask, err := d.Door.Ask(r.Context(), auth.Asking{
		Email: p.Email, To: p.To, Language: string(door.VisitOf(r).Lang), Site: d.Addresses.SiteOf(r),
		Browser: browser, Known: shell.CookieValue(r, shell.KnownCookie), Remote: r.RemoteAddr,
	})
	if refusal := apperr.As(err); refusal != nil {
		if refusal.Code == "signin_busy" {
			w.Header().Set("Retry-After", "60")
		}
		p.Wrong = p.Lang.Problem(refusal)
		return shell.Show(w, r, web.Status(refusal), p)
	}
	if err != nil {
		return err
	}
	if err := d.leave(r, ownCall{SignIn: &ask}); err != nil {
		return err
	}
	http.SetCookie(w, shell.Cookie(r, shell.BrowserCookie, browser, browserLife))
	http.SetCookie(w, shell.Cookie(r, shell.AskedCookie, d.Door.Asked(ask), auth.LinkLife))
	done := newSentPage(r, p.To)
	done.Carried = p.Carried
	return shell.Show(w, r, http.StatusOK, done)
}

// browserLife is how long a browser keeps the name under which it asks for links.
const browserLife = 24 * time.Hour

func (d *Pages) signOut(w http.ResponseWriter, r *http.Request) error {
	v := door.VisitOf(r)
	end := func() error { return d.Store.EndSession(r.Context(), v.Staff.ID, v.Session) }
	if r.FormValue("everywhere") != "" {
		end = func() error { return d.Store.EndSessions(r.Context(), v.Staff.ID) }
	}
	if err := end(); err != nil {
		return err
	}
	http.SetCookie(w, shell.Cookie(r, shell.SessionCookie, "", -time.Second))
	http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
	return nil
}

// chooseTheme keeps the theme for this browser.
func chooseTheme(w http.ResponseWriter, r *http.Request) error {
	http.SetCookie(w, shell.Cookie(r, shell.ThemeCookie, r.FormValue("theme"), 365*24*time.Hour))
	http.Redirect(w, r, shell.Local(r.FormValue("to")), http.StatusSeeOther)
	return nil
}

// chooseLanguage keeps the language for this browser.
func chooseLanguage(w http.ResponseWriter, r *http.Request) error {
	http.SetCookie(w, shell.Cookie(r, shell.LanguageCookie, r.FormValue("language"), 365*24*time.Hour))
	http.Redirect(w, r, shell.Local(r.FormValue("to")), http.StatusSeeOther)
	return nil
}
