package entrance

import (
	"net/http"
	"net/url"
	"time"

	"onetap/internal/console/shell"
	"onetap/internal/door"
)

// notOwnCookie keeps that a person has said of a browser that it is not their own, so that they are asked once.
const notOwnCookie, notOwnLife = "not-own", 30 * 24 * time.Hour

type ownPage struct {
	shell.Frame
	To  string // where they go on to
	Yes string
}

// ownAddress is where somebody is asked whether the device is their own, on the way to a page.
func ownAddress(to string) string { return "/devices/own?to=" + url.QueryEscape(shell.Local(to)) }

// askOwn asks whether the device is the reader's own; whoever need not be asked goes on at once.
func (d *Pages) askOwn(w http.ResponseWriter, r *http.Request) error {
	v, to := door.VisitOf(r), shell.Local(r.URL.Query().Get("to"))
	who, ok, err := d.Door.Open(r.Context(), shell.CookieValue(r, shell.SessionCookie))
	if err != nil {
		return err
	}
	if !ok || !d.Door.MayOwn(who) || d.saidNotOwn(r, v.Staff.ID) {
		http.Redirect(w, r, to, http.StatusSeeOther)
		return nil
	}
	p := &ownPage{Frame: shell.NewFrame(r, "device.own_title"), To: to}
	p.Yes = p.Lang.T("device.own_yes", map[string]any{"Count": v.Company.Trusted.Days})
	return shell.Show(w, r, http.StatusOK, p)
}

// saidNotOwn reports whether somebody has said of this browser that it is not their own.
func (d *Pages) saidNotOwn(r *http.Request, staff string) bool {
	return d.Door.SaidNotOwn(staff, shell.CookieValue(r, notOwnCookie))
}

// takeOwn has the reader stay signed in on the own device.
func (d *Pages) takeOwn(w http.ResponseWriter, r *http.Request) error {
	value, life, err := d.Door.Own(r.Context(), shell.CookieValue(r, shell.SessionCookie), r.UserAgent())
	if err != nil {
		return err
	}
	http.SetCookie(w, shell.Cookie(r, shell.SessionCookie, value, life+lingers))
	http.Redirect(w, r, shell.Local(r.PostFormValue("to")), http.StatusSeeOther)
	return nil
}

// notOwn keeps that it is not their own.
func (d *Pages) notOwn(w http.ResponseWriter, r *http.Request) error {
	http.SetCookie(w, shell.Cookie(r, notOwnCookie, d.Door.NotOwn(door.VisitOf(r).Staff.ID), notOwnLife))
	http.Redirect(w, r, shell.Local(r.PostFormValue("to")), http.StatusSeeOther)
	return nil
}
