package shell

import (
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
	_ "time/tzdata" // Lambda's image has none

	"onetap/internal/apperr"
	"onetap/internal/door"
	"onetap/internal/lang"
	"onetap/internal/web"
)

// Names of the cookies. Browsers take __Host- only with Secure, on this very host and for all of it.
const (
	SessionCookie  = "session"
	BrowserCookie  = "browser" // of who asked for a link
	AskedCookie    = "asked"   // for which address, sealed
	KnownCookie    = "known"   // who has signed in here before
	LanguageCookie = "language"
	ThemeCookie    = "theme"
	zoneCookie     = "zone" // set by a script
)

// Cookie makes a cookie that only this host sees and no script; life <= 0 ends it. On a laptop, which has no TLS, it is not Secure.
func Cookie(r *http.Request, name, value string, life time.Duration) *http.Cookie {
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

// CookieValue is the value of a cookie that Cookie made; "" without it.
func CookieValue(r *http.Request, name string) string {
	if c, err := r.Cookie(cookieName(r, name)); err == nil {
		return c.Value
	}
	return ""
}

// Session finds out who is signed in. A visit whose Session is "" is of nobody; errors are the table's.
func (d *Shell) Session(r *http.Request) (door.Visit, error) {
	v := door.Visit{Lang: LanguageOf(r, ""), Zone: ZoneOf(r)}
	who, ok, err := d.Door.Open(r.Context(), CookieValue(r, SessionCookie))
	if err != nil || !ok {
		return v, err
	}
	v.Staff, v.Session, v.Form, v.Company = who.Staff, who.Session.ID, d.Door.FormToken(who.Session.ID), who.Settings
	v.Me = d.Keys.Seal("me", strings.ToLower(who.Staff.ID))
	v.Before, v.Stale = who.Session.Before, d.Door.Stale(who.Session)
	v.Lang = LanguageOf(r, who.Staff.Language)
	r.Header.Set("Accept-Language", string(v.Lang)) // for whoever asks web.Language
	return v, nil
}

// LanguageOf is the language that the reader chose, now (?lang=) or before (a cookie), else the one of the staff list, staffs, else the
// one that the browser asks for.
func LanguageOf(r *http.Request, staffs string) lang.Language {
	if r.URL.Query().Get("lang") == "" {
		for _, code := range []string{CookieValue(r, LanguageCookie), staffs} {
			if l, ok := lang.Parse(code); ok {
				return l
			}
		}
	}
	return web.Language(r)
}

// ZoneOf is the browser's time zone, from the cookie that a script of the pages sets; UTC until then.
func ZoneOf(r *http.Request) *time.Location {
	if c, err := r.Cookie("onetap-" + zoneCookie); err == nil && len(c.Value) < 64 {
		if name, err := url.QueryUnescape(c.Value); err == nil && name != "Local" {
			if z, err := time.LoadLocation(name); err == nil {
				return z
			}
		}
	}
	return time.UTC
}

// CheckForm refuses a post that does not come from a form of this session but from another site, or from a form of an earlier
// session. Problems: form_expired. Two
// checks stand beside each other. The browser's own word (Sec-Fetch-Site, or Origin) needs nothing in the page, but older
// browsers do not give it, and then a Lax cookie alone would have to do; the form's token holds in every browser, and
// ends with its session.
func (d *Shell) CheckForm(r *http.Request, v door.Visit) error {
	if d.foreign(r) {
		return apperr.New(apperr.Forbidden, "form_expired", "")
	}
	got := r.Header.Get("X-Form")
	if got == "" {
		got = r.FormValue("form")
	}
	if !d.Door.OwnForm(v.Session, got) {
		return apperr.New(apperr.Forbidden, "form_expired", "")
	}
	return nil
}

var crossOrigin = http.NewCrossOriginProtection()

// foreign reports whether the browser says that another site has made it send this.
func (d *Shell) foreign(r *http.Request) bool {
	if r.Header.Get("Sec-Fetch-Site") == "" && r.Header.Get("Origin") == "null" {
		return false // an older browser hides where our own forms come from too, as our Referrer-Policy asks: the token decides
	}
	if site, err := url.Parse(d.Addresses.SiteOf(r)); err == nil { // an address of its own may stand before the host that was asked
		own := *r
		own.Host = site.Host
		r = &own
	}
	return crossOrigin.Check(r) != nil
}

// Local is the path and query of to if it leads to this site, else "/": where a request may be sent back to. A query with an e-mail
// address in it, as old bookmarks have, is left out: it would go on into the next pages' addresses.
func Local(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(u.Path, "//") || strings.Contains(to, `\`) {
		return "/"
	}
	if query, err := url.QueryUnescape(u.RawQuery); err != nil || strings.Contains(query, "@") {
		u.RawQuery = ""
	}
	return u.RequestURI()
}
