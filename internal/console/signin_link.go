package console

import (
	"net/http"

	"onetap/internal/auth"
	"onetap/internal/org"
	"onetap/internal/survey"
)

// confirmLink shows the button; scanners that open the link do not use it up.
func (d *Desk) confirmLink(w http.ResponseWriter, r *http.Request) error {
	l, err := d.door.Look(r.Context(), r.PathValue("token"), cookieValue(r, browserCookie), "")
	if err != nil {
		return err
	}
	return d.showLink(w, r, l)
}

func (d *Desk) showLink(w http.ResponseWriter, r *http.Request, l auth.Link) error {
	p := d.signInPage(r, string(l.State), "signin."+string(l.State)+"_title")
	p.Action = r.URL.Path
	p.To = local(r.FormValue("to"))
	status := http.StatusOK
	switch l.State {
	case auth.LinkGone:
		status = http.StatusGone
	case auth.LinkOther:
		browser := auth.BrowserName(cookieValue(r, browserCookie))
		http.SetCookie(w, cookie(r, browserCookie, browser, browserLife))
		p.Here = d.door.HereSeal(l, browser)
		p.Text = p.lang.T("signin.other_text", map[string]any{"Name": org.NameOf(l.Staff)})
	}
	return d.show(w, r, status, p)
}

// useLink signs in. The session begins anew: what the browser had before is no longer sent.
func (d *Desk) useLink(w http.ResponseWriter, r *http.Request) error {
	l, err := d.door.Use(r.Context(), r.PathValue("token"), cookieValue(r, browserCookie), r.PostFormValue("here"))
	switch {
	case err != nil:
		return err
	case l.State != auth.LinkReady:
		return d.showLink(w, r, l)
	}
	return d.begin(w, r, l.Staff, local(r.FormValue("to")))
}

// begin starts a session and leads to a page.
func (d *Desk) begin(w http.ResponseWriter, r *http.Request, m survey.Staff, to string) error {
	value, err := d.door.Begin(r.Context(), m)
	if err != nil {
		return err
	}
	http.SetCookie(w, cookie(r, sessionCookie, value, auth.SessionLife))
	if known, ok := d.door.Remember(cookieValue(r, knownCookie), m); ok {
		http.SetCookie(w, cookie(r, knownCookie, known, auth.KnownLife))
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}
