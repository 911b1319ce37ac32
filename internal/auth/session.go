package auth

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"strings"
	"time"

	"onetap/internal/authz"
	"onetap/internal/survey"
)

// SessionLife is how long somebody stays signed in, where the company does not allow more (survey.Trusted).
const SessionLife = 12 * time.Hour

// Beginning is what a new session is told of the browser.
type Beginning struct {
	Before string // the cookie of the session that it had
	Agent  string // its User-Agent
	Own    bool   // the person says that the device is their own
}

// Begin starts a session of somebody who has proved who they are, and returns what the browser's cookie says of it, and for
// how long. The session that the browser had is ended: it would stand among the devices without being one. On an own device
// the session is as long as the company allows somebody of this role.
func (d *Door) Begin(ctx context.Context, m survey.Staff, b Beginning) (cookie string, life time.Duration, err error) {
	if cookie, life, err = d.begin(ctx, m, b); err == nil {
		d.audit(ctx, m.ID, "sign-in", "")
	}
	return cookie, life, err
}

func (d *Door) begin(ctx context.Context, m survey.Staff, b Beginning) (cookie string, life time.Duration, err error) {
	now := d.Now().UTC()
	s := authz.Session{ID: rand.Text(), Staff: m.ID, Created: now, Reach: reach(d.Keys, m), Device: DeviceOf(b.Agent)}
	life = SessionLife
	if b.Own {
		settings, err := d.Store.Settings(ctx)
		if err != nil {
			return "", 0, err
		}
		s.Trusted = settings.Trusted.Life(m.Role) > 0
		life = lifeOf(s, m.Role, settings.Trusted)
	}
	s.Expires = now.Add(life)
	if staff, id, ok := d.SessionOf(b.Before); ok {
		if err := d.Store.EndSession(ctx, staff, id); err != nil {
			return "", 0, err
		}
		if strings.EqualFold(staff, m.ID) {
			s.Before = id
		}
	}
	if err := d.Store.PutSession(ctx, s); err != nil {
		return "", 0, err
	}
	return d.SessionCookie(m.ID, s.ID), life, nil
}

// Open finds out who is signed in by what a cookie says; ok is false where nobody is. A session of somebody whose address
// is another by now is none: this may be the browser of whoever had the old one.
func (d *Door) Open(ctx context.Context, cookie string) (v authz.Visitor, ok bool, err error) {
	staff, id, ok := d.SessionOf(cookie)
	if !ok {
		return v, false, nil
	}
	v, ok, err = d.Store.Session(ctx, staff, id)
	if err != nil || !ok || !d.open(v.Session, v.Staff, v.Settings.Trusted) {
		return authz.Visitor{}, false, err
	}
	return v, true, nil
}

// SessionCookie is what a session's cookie says: staff, session, and the seal of both.
func (d *Door) SessionCookie(staff, id string) string {
	what := base64.RawURLEncoding.EncodeToString([]byte(strings.ToLower(staff))) + "." + id
	return what + "." + d.Keys.Seal("session", what)
}

// SessionOf reads what SessionCookie wrote; ok is false for anything else.
func (d *Door) SessionOf(cookie string) (staff, id string, ok bool) {
	at := strings.LastIndex(cookie, ".")
	if at < 0 || !d.Keys.Sealed("session", cookie[:at], cookie[at+1:]) {
		return "", "", false
	}
	encoded, id, _ := strings.Cut(cookie[:at], ".")
	name, err := base64.RawURLEncoding.DecodeString(encoded)
	return string(name), id, err == nil
}

// FormToken is what every form of a session carries, so that nobody else can make one.
func (d *Door) FormToken(session string) string { return d.Keys.Seal("form", session) }

// OwnForm reports whether a form carries the token of a session.
func (d *Door) OwnForm(session, token string) bool { return d.Keys.Sealed("form", session, token) }

// reach seals what a session is bound to: who somebody is and where their letters go. Roles are looked up at every request.
func reach(k Sealer, m survey.Staff) string {
	return k.Seal("reach", strings.ToLower(m.ID)+"\x00"+survey.OneSpelling(m.Email))
}
