package auth

import (
	"context"
	"slices"
	"strings"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/survey"
)

// FreshLife is how long after signing in somebody may do what needs a fresh proof (authz.Sensitive): roles, tokens, how
// people sign in. A longer session is for reading and calling customers; whoever finds the device cannot make themselves
// administrator with it.
const FreshLife = 24 * time.Hour

// lifeOf is how long a session lasts for somebody of a role, as the company has it set now: what the administrator takes
// back ends with the next page.
func lifeOf(s authz.Session, role survey.Role, t survey.Trusted) time.Duration {
	if s.Trusted {
		return max(SessionLife, t.Life(role))
	}
	return SessionLife
}

// open reports whether a session lasts still.
func (d *Door) open(s authz.Session, m survey.Staff, t survey.Trusted) bool {
	now := d.Now()
	return now.Before(s.Expires) && now.Before(s.Created.Add(lifeOf(s, m.Role, t))) && (s.Reach == "" || s.Reach == reach(d.Keys, m))
}

// Stale reports whether a session is too old for what needs a fresh proof.
func (d *Door) Stale(s authz.Session) bool { return d.Now().Sub(s.Created) >= FreshLife }

// MayOwn reports whether somebody who has signed in may still say that the device is their own: at the issuer they could not
// say it before. It is asked of a session that has just begun and is not a long one yet, so that nobody lengthens one twice.
func (d *Door) MayOwn(v authz.Visitor) bool {
	return !v.Session.Trusted && v.Settings.Trusted.Life(v.Staff.Role) > 0 && d.Now().Sub(v.Session.Created) < LoginLife
}

// Own takes the device of a session to be the person's own: a session as long as the company allows takes its place. Problems:
// device_own_late.
func (d *Door) Own(ctx context.Context, cookie, agent string) (longer string, life time.Duration, err error) {
	v, ok, err := d.Open(ctx, cookie)
	if err != nil {
		return "", 0, err
	}
	if !ok || !d.MayOwn(v) {
		return "", 0, apperr.New(apperr.Forbidden, "device_own_late", "")
	}
	return d.begin(ctx, v.Staff, Beginning{Before: cookie, Agent: agent, Own: true})
}

// NotOwn is what the cookie of a browser says in which somebody has answered that it is not their own.
func (d *Door) NotOwn(staff string) string { return d.Keys.Seal("not-own", strings.ToLower(staff)) }

// SaidNotOwn reports whether a cookie says that of somebody.
func (d *Door) SaidNotOwn(staff, cookie string) bool {
	return d.Keys.Sealed("not-own", strings.ToLower(staff), cookie)
}

// Device is a browser in which somebody is signed in.
type Device struct {
	Handle  string // names the session in addresses
	Kind    string // "Chrome, Android"; "": not known
	Created time.Time
	Until   time.Time
	Trusted bool
	Session string // id
}

// Devices lists where somebody is signed in, the newest first.
func (d *Door) Devices(ctx context.Context, m survey.Staff, settings survey.Settings) ([]Device, error) {
	sessions, err := d.Store.Sessions(ctx, m.ID)
	if err != nil {
		return nil, err
	}
	var all []Device
	for _, s := range sessions {
		if !d.open(s, m, settings.Trusted) {
			continue
		}
		until := s.Created.Add(lifeOf(s, m.Role, settings.Trusted))
		if s.Expires.Before(until) {
			until = s.Expires
		}
		all = append(all, Device{
			Handle: d.Keys.Conceal("device", s.ID), Kind: s.Device, Created: s.Created, Until: until,
			Trusted: until.Sub(s.Created) > SessionLife, Session: s.ID,
		})
	}
	slices.SortFunc(all, func(a, b Device) int {
		if c := b.Created.Compare(a.Created); c != 0 {
			return c
		}
		return strings.Compare(a.Handle, b.Handle)
	})
	return all, nil
}

// EndDevice signs somebody out on one device; ok is false where they have no such device. Ending it twice is no error.
func (d *Door) EndDevice(ctx context.Context, staff, handle string) (session string, ok bool, err error) {
	session, ok = d.Keys.Reveal("device", handle)
	if !ok || strings.Contains(session, "#") {
		return "", false, nil
	}
	return session, true, d.Store.EndSession(ctx, staff, session)
}

// browsers and systems are told apart by what their User-Agent says, the first that fits.
var (
	browsers = [][2]string{
		{"YaBrowser/", "Yandex"},
		{"SamsungBrowser/", "Samsung Internet"},
		{"EdgA/", "Edge"},
		{"EdgiOS/", "Edge"},
		{"Edg/", "Edge"},
		{"OPR/", "Opera"},
		{"Firefox/", "Firefox"},
		{"FxiOS/", "Firefox"},
		{"CriOS/", "Chrome"},
		{"Chrome/", "Chrome"},
		{"Safari/", "Safari"},
	}
	systems = [][2]string{{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"Mac OS X", "macOS"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"}}
)

// DeviceOf is a device as people recognise it, by its User-Agent, of which nothing else is kept.
func DeviceOf(agent string) string {
	var found []string
	for _, list := range [][][2]string{browsers, systems} {
		for _, one := range list {
			if strings.Contains(agent, one[0]) {
				found = append(found, one[1])
				break
			}
		}
	}
	return strings.Join(found, ", ")
}
