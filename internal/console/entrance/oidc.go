package entrance

import (
	"errors"
	"net/http"
	"net/url"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/auth"
	"onetap/internal/console/shell"
	"onetap/internal/door"
	"onetap/internal/web"
)

// loginCookie keeps what a browser was sent to the issuer with, until it comes back.
const loginCookie = "oidc"

// issuerAddress is where the way in through the issuer begins; "" where there is none.
func (d *Pages) issuerAddress(to string) string {
	if d.Door.Issuer == nil {
		return ""
	}
	return "/sign-in/oidc?to=" + url.QueryEscape(to)
}

// issuerBack is where the issuer sends a browser back to.
func (d *Pages) issuerBack(r *http.Request) string {
	return d.Addresses.SiteOf(r) + "/sign-in/oidc/back"
}

// toIssuer sends a browser to the issuer. It is a link and not a form: a form may lead nowhere but to this site.
func (d *Pages) toIssuer(w http.ResponseWriter, r *http.Request) error {
	if d.Door.Issuer == nil {
		return apperr.New(apperr.Unknown, "no_such_page", "")
	}
	address, value, err := d.Door.ToIssuer(r.Context(), d.issuerBack(r), shell.Local(r.URL.Query().Get("to")))
	if err != nil {
		web.Log(r, err)
		return showRefusal(w, r, "oidc_away", http.StatusBadGateway)
	}
	http.SetCookie(w, shell.Cookie(r, loginCookie, value, auth.LoginLife))
	http.Redirect(w, r, address, http.StatusSeeOther)
	return nil
}

// fromIssuer takes a browser back. Whoever the issuer vouches for is signed in as by a link, and asked whether the device is
// their own before the page that they wanted: on the way to the issuer nobody knows whose role allows it.
func (d *Pages) fromIssuer(w http.ResponseWriter, r *http.Request) error {
	value, q := shell.CookieValue(r, loginCookie), r.URL.Query()
	http.SetCookie(w, shell.Cookie(r, loginCookie, "", -time.Second)) // once
	m, to, err := d.Door.FromIssuer(r.Context(), d.issuerBack(r), value, q.Get("state"), q.Get("code"))
	switch {
	case errors.Is(err, auth.ErrNobody):
		return showRefusal(w, r, "oidc_nobody", http.StatusForbidden)
	case errors.Is(err, auth.ErrNotProved):
		if err != auth.ErrNotProved { // there is something to look into
			web.Log(r, err)
		}
		return showRefusal(w, r, "oidc_failed", http.StatusForbidden)
	case err != nil:
		return err
	}
	if door.VisitOf(r).Company.Trusted.Life(m.Role) > 0 && !d.saidNotOwn(r, m.ID) {
		to = ownAddress(to)
	}
	return d.begin(w, r, m, to)
}
