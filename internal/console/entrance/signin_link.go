package entrance

import (
	"net/http"

	"onetap/internal/auth"
	"onetap/internal/console/shell"
	"onetap/internal/org"
	"onetap/internal/survey"
)

// confirmLink shows the button; scanners that open the link do not use it up.
func (d *Pages) confirmLink(w http.ResponseWriter, r *http.Request) error {
	l, err := d.Door.Look(r.Context(), r.PathValue("token"), shell.CookieValue(r, shell.BrowserCookie), "")
	if err != nil {
		return err
	}
	return d.showLink(w, r, l)
}

func (d *Pages) showLink(w http.ResponseWriter, r *http.Request, l auth.Link) error {
	p := newSignInPage(r, string(l.State), "signin."+string(l.State)+"_title")
	p.Action = r.URL.Path
	p.To = shell.Local(r.FormValue("to"))
	status := http.StatusOK
	switch l.State {
	case auth.LinkGone:
		status = http.StatusGone
	case auth.LinkReady:
		p.offerOwn(r, l.Staff.Role)
	case auth.LinkOther:
		browser := auth.BrowserName(shell.CookieValue(r, shell.BrowserCookie))
		http.SetCookie(w, shell.Cookie(r, shell.BrowserCookie, browser, browserLife))
		p.Here = d.Door.HereSeal(l, browser)
		p.offerOwn(r, l.Staff.Role)
		p.Text = p.Lang.T("signin.other_text", map[string]any{"Name": org.NameOf(l.Staff)})
	}
	return shell.Show(w, r, status, p)
}

// useLink signs in. The session begins anew: what the browser had before is no longer sent.
func (d *Pages) useLink(w http.ResponseWriter, r *http.Request) error {
	l, err := d.Door.Use(r.Context(), r.PathValue("token"), shell.CookieValue(r, shell.BrowserCookie), r.PostFormValue("here"))
	switch {
	case err != nil:
		return err
	case l.State != auth.LinkReady:
		return d.showLink(w, r, l)
	}
	return d.begin(w, r, l.Staff, shell.Local(r.FormValue("to")))
}

// begin starts a session and leads to a page.
func (d *Pages) begin(w http.ResponseWriter, r *http.Request, m survey.Staff, to string) error {
	if _, err := d.beginSession(w, r, m); err != nil {
		return err
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// lingers is how much longer than its session a browser keeps the session's cookie. It opens nothing then, and proves that a
// form that comes too late is of this person's own session (AskToSignIn).
const lingers = auth.CarryLife

// beginSession starts a session in this browser and returns its id.
func (d *Pages) beginSession(w http.ResponseWriter, r *http.Request, m survey.Staff) (id string, err error) {
	value, life, err := d.Door.Begin(r.Context(), m, auth.Beginning{
		Before: shell.CookieValue(r, shell.SessionCookie), Agent: r.UserAgent(), Own: r.PostFormValue("own") != "",
	})
	if err != nil {
		return "", err
	}
	http.SetCookie(w, shell.Cookie(r, shell.SessionCookie, value, life+lingers))
	if known, ok := d.Door.Remember(shell.CookieValue(r, shell.KnownCookie), m); ok {
		http.SetCookie(w, shell.Cookie(r, shell.KnownCookie, known, auth.KnownLife))
	}
	_, id, _ = d.Door.SessionOf(value)
	return id, nil
}
