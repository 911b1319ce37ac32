package entrance

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/auth"
	"onetap/internal/console/shell"
	"onetap/internal/door"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// newSentPage says that a letter is on its way, and takes the code that is in it.
func newSentPage(r *http.Request, to string) *signInPage {
	p := newSignInPage(r, "sent", "signin.sent_title")
	p.To = to
	p.Text = p.Lang.T("signin.sent_text", map[string]any{"Count": int(auth.LinkLife / time.Minute)})
	p.offerOwn(r, "")
	return p
}

// offerOwn offers to stay signed in on an own device, where the company allows it to this role; "" is before anybody's role
// is known: then it says whose may.
func (p *signInPage) offerOwn(r *http.Request, role survey.Role) {
	t := door.VisitOf(r).Company.Trusted
	if len(t.Roles) == 0 || role != "" && t.Life(role) == 0 {
		return
	}
	p.Own = p.Lang.T("device.own", map[string]any{"Count": t.Days})
	if role == "" {
		names := make([]string, len(t.Roles))
		for i, one := range t.Roles {
			names[i] = p.Lang.T("role." + string(one))
		}
		p.OwnFor = p.Lang.T("device.own_for", map[string]any{"Roles": strings.Join(names, ", ")})
	}
}

// codeForm is the form for the code once more, where this browser has asked for one.
func (d *Pages) codeForm(w http.ResponseWriter, r *http.Request) error {
	to := shell.Local(r.URL.Query().Get("to"))
	if shell.CookieValue(r, shell.AskedCookie) == "" {
		http.Redirect(w, r, "/sign-in?to="+url.QueryEscape(to), http.StatusSeeOther)
		return nil
	}
	return shell.Show(w, r, http.StatusOK, newSentPage(r, to))
}

// useCode signs in by the digits of the letter.
func (d *Pages) useCode(w http.ResponseWriter, r *http.Request) error {
	l, err := d.Door.UseCode(r.Context(), auth.Typed{
		Digits: r.PostFormValue("code"), Asked: shell.CookieValue(r, shell.AskedCookie),
		Browser: shell.CookieValue(r, shell.BrowserCookie), Remote: r.RemoteAddr,
	})
	to := shell.Local(r.PostFormValue("to"))
	if refusal := apperr.As(err); refusal != nil {
		if refusal.Code == "signin_busy" {
			w.Header().Set("Retry-After", "60")
		}
		p := newSentPage(r, to)
		p.Code, p.Wrong, p.Carried = r.PostFormValue("code"), p.Lang.Problem(refusal), r.PostFormValue("carried")
		return shell.Show(w, r, web.Status(refusal), p)
	}
	if err != nil {
		return err
	}
	http.SetCookie(w, shell.Cookie(r, shell.AskedCookie, "", -time.Second))
	if c, ok := d.Door.Carried(r.PostFormValue("carried")); ok && c.Of(l.Staff.ID) {
		session, err := d.beginSession(w, r, l.Staff)
		if err != nil {
			return err
		}
		return shell.Show(w, r, http.StatusOK, newResumePage(r, c, d.Door.FormToken(session)))
	}
	return d.begin(w, r, l.Staff, to)
}
