package console

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
	_ "time/tzdata" // Lambda's image has none

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/lang"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// visit is what a request knows of who asks. Session is "" for a program.
type visit struct {
	authz.Who
	Session string
	Form    string // what every form of this session carries
	Lang    lang.Language
	Zone    *time.Location // the viewer's
	Company survey.Settings
}

type visitKey struct{}

func withVisit(r *http.Request, v visit) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), visitKey{}, v))
}

// visitOf returns who asks; the zero visit may do nothing.
func visitOf(r *http.Request) visit {
	v, _ := r.Context().Value(visitKey{}).(visit)
	if v.Zone == nil {
		v.Zone = time.UTC
	}
	return v
}

// Names of the cookies. Browsers take __Host- only with Secure, on this very host and for all of it.
const (
	sessionCookie  = "session"
	browserCookie  = "browser" // of who asked for a link
	knownCookie    = "known"   // who has signed in here before
	languageCookie = "language"
	zoneCookie     = "zone" // set by a script
)

// cookie makes a cookie that only this host sees. Loopback on a laptop has no TLS.
func cookie(r *http.Request, name, value string, life time.Duration) *http.Cookie {
	secure := !loopback(r.Host)
	return &http.Cookie{Name: cookieName(r, name), Value: value, Path: "/", MaxAge: int(life / time.Second), HttpOnly: true, Secure: secure, SameSite: http.SameSiteLaxMode}
}

func cookieName(r *http.Request, name string) string {
	if loopback(r.Host) {
		return "onetap-" + name
	}
	return "__Host-onetap-" + name
}

func loopback(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func cookieValue(r *http.Request, name string) string {
	if c, err := r.Cookie(cookieName(r, name)); err == nil {
		return c.Value
	}
	return ""
}

// session finds out who is signed in; a visit without a session is nobody.
func (d *Desk) session(r *http.Request) (visit, error) {
	v := visit{Lang: languageOf(r, ""), Zone: zoneOf(r)}
	who, ok, err := d.door.Open(r.Context(), cookieValue(r, sessionCookie))
	if err != nil || !ok {
		return v, err
	}
	v.Staff, v.Session, v.Form, v.Company = who.Staff, who.Session.ID, d.door.FormToken(who.Session.ID), who.Settings
	v.Lang = languageOf(r, who.Staff.Language)
	r.Header.Set("Accept-Language", string(v.Lang)) // for whoever asks web.Language
	return v, nil
}

// languageOf is what the reader chose, now or before, else what the staff list says, else what the browser asks for.
func languageOf(r *http.Request, staffs string) lang.Language {
	if r.URL.Query().Get("lang") == "" {
		for _, code := range []string{cookieValue(r, languageCookie), staffs} {
			if l, ok := lang.Parse(code); ok {
				return l
			}
		}
	}
	return web.Language(r)
}

// zoneOf is the browser's time zone as its script has told it; UTC until then.
func zoneOf(r *http.Request) *time.Location {
	if c, err := r.Cookie("onetap-" + zoneCookie); err == nil && len(c.Value) < 64 {
		if name, err := url.QueryUnescape(c.Value); err == nil && name != "Local" {
			if z, err := time.LoadLocation(name); err == nil {
				return z
			}
		}
	}
	return time.UTC
}

// checkForm refuses what does not come from a form of this session: another site's, or one of an earlier session. Two
// checks stand beside each other. The browser's own word (Sec-Fetch-Site, or Origin) needs nothing in the page, but older
// browsers do not give it, and then a Lax cookie alone would have to do; the form's token holds in every browser, and
// ends with its session.
func (d *Desk) checkForm(r *http.Request, v visit) error {
	if d.foreign(r) {
		return apperr.New(apperr.Forbidden, "form_expired", "")
	}
	got := r.Header.Get("X-Form")
	if got == "" {
		got = r.FormValue("form")
	}
	if !d.door.OwnForm(v.Session, got) {
		return apperr.New(apperr.Forbidden, "form_expired", "")
	}
	return nil
}

var crossOrigin = http.NewCrossOriginProtection()

// foreign reports whether the browser says that another site has made it send this.
func (d *Desk) foreign(r *http.Request) bool {
	if r.Header.Get("Sec-Fetch-Site") == "" && r.Header.Get("Origin") == "null" {
		return false // an older browser hides where our own forms come from too, as our Referrer-Policy asks: the token decides
	}
	if site, err := url.Parse(d.siteOf(r)); err == nil { // an address of its own may stand before the host that was asked
		own := *r
		own.Host = site.Host
		r = &own
	}
	return crossOrigin.Check(r) != nil
}

// local is the path and query that a request may be sent back to: on this site and nowhere else. A query with an address in
// it, as of an old bookmark, is left out: it would stand in the addresses that follow.
func local(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(u.Path, "//") || strings.Contains(to, `\`) {
		return "/"
	}
	if query, err := url.QueryUnescape(u.RawQuery); err != nil || strings.Contains(query, "@") {
		u.RawQuery = ""
	}
	return u.RequestURI()
}
