package auth

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/authz"
)

// The code of six digits stands in the same letter as the link, for whoever reads the letter on one device and wants to be
// signed in on another: the one that shows the form. What it must withstand, and what stands against it:
//
//   - Guessing. Six digits are a million, so what counts is how many may be tried. A code takes Tries.Code of them, an
//     address Tries.Hour and Tries.Day, all addresses together Tries.AllHour and Tries.AllDay; each is counted in the table
//     before the digits are compared, so that tries at once count too. At the full rate, day and night, with a letter to the
//     victim for every five tries, one address is hit once in 137 years, anybody's once in 9 years.
//   - Somebody else's code. It works only in the browser that asked for it, which holds the name of that request in a
//     cookie (Asked) that nobody else can make. A code that is read over a shoulder or told to a caller opens nothing
//     elsewhere, and whoever guesses has to ask, too: never at a code that the person has asked for.
//   - Locking people out. Strangers cannot use up the tries of the person's own code, which is another's than theirs. They can
//     use up those of the address, and of all addresses: then the link in the letter still works, in this browser as well. A
//     browser in which the person was signed in before is counted apart, as for Ask.
//   - Finding out who is on the staff. Asking and trying answer the same, with the same calls of the table in the same order,
//     for an address that is nobody's: a code that was never made is wrong as another is.
//   - The letter that is asked for twice. A new code takes the place of the one before in the same browser; the code and the
//     link of one letter are used up together, and end with what ends the person's sessions, for the code is worth nothing
//     without its link.
//   - Whoever reads the table. It holds seals of the digits and of the address, made with the deployment's key.
//   - Another site that signs one in as somebody else. It would need the two cookies, which are not sent with its posts
//     (SameSite), and are of this browser.

// Tries bounds wrong codes.
var Tries = struct{ Code, Hour, Day, AllHour, AllDay int }{Code: 5, Hour: 10, Day: 20, AllHour: 100, AllDay: 300}

const digitsOfCode = 6

// newCode makes a code's digits. 64 random bits modulo a million favour no number by more than 2^-44.
func newCode() string {
	var b [8]byte
	rand.Read(b[:]) // never fails
	return fmt.Sprintf("%0*d", digitsOfCode, binary.BigEndian.Uint64(b[:])%1_000_000)
}

// codeKey is under which name a code is kept: of the address and the browser that asked.
func (d *Door) codeKey(asks, browser string) string {
	return d.Keys.Seal("code-of", asks+"\x00"+browser)
}

// Asked is what the browser keeps of its request, for as long as a code lives: the seal of the address that was asked for,
// whether it was a browser that knew the person, and a seal of both for this browser.
func (d *Door) Asked(a LinkRequest) string {
	what := a.Asks
	if a.Known {
		what += ".known"
	}
	return what + "." + d.Keys.Seal("asked", what+"\x00"+a.Browser)
}

// asked reads what Asked wrote; ok is false for anything else, and in another browser.
func (d *Door) asked(cookie, browser string) (asks string, known, ok bool) {
	at := strings.LastIndex(cookie, ".")
	if at < 0 || browser == "" || !d.Keys.Sealed("asked", cookie[:at]+"\x00"+browser, cookie[at+1:]) {
		return "", false, false
	}
	asks, known = strings.CutSuffix(cookie[:at], ".known")
	return asks, known, true
}

// putCode keeps a new code for a link, in the place of the one before, and returns its digits; "" for a request that came
// from an earlier release, which cannot take one.
func (d *Door) putCode(ctx context.Context, a LinkRequest, l authz.SignIn) (digits string, err error) {
	if a.Asks == "" || a.Browser == "" {
		return "", nil
	}
	digits = newCode()
	key := d.codeKey(a.Asks, a.Browser)
	return digits, d.Store.PutCode(ctx, authz.Code{Key: key, Digits: d.Keys.Seal("code", key+"\x00"+digits), Link: l.Hash, Expires: l.Expires})
}

// Typed is a code as somebody has typed it, and where.
type Typed struct {
	Digits  string // as typed: spaces and dashes do not matter
	Asked   string // the browser's cookie of what it asked for (Asked)
	Browser string // the browser's cookie of its name
	Remote  string // "address:port" of the network
}

// UseCode is Use by the digits of the letter. Problems: code_shape (not six digits; counts as no try), code_unasked (this
// browser has asked for none, or too long ago), signin_busy, code_wait (too many were tried), and code_wrong for anything
// else: digits of nobody's address, of an older letter, used before, tried too often.
func (d *Door) UseCode(ctx context.Context, t Typed) (Link, error) {
	digits, now := plainDigits(t.Digits), d.Now()
	if len(digits) != digitsOfCode || strings.Contains(digits, "x") {
		return Link{}, apperr.New(apperr.Invalid, "code_shape", "code", "Count", digitsOfCode)
	}
	asks, known, ok := d.asked(t.Asked, t.Browser)
	if !ok {
		return Link{}, apperr.New(apperr.Invalid, "code_unasked", "code")
	}
	if !known && !d.gate.Admit(Network(t.Remote), now) {
		return Link{}, apperr.New(apperr.TooMany, "signin_busy", "")
	}
	count := []authz.TryCount{
		{Of: asks, Hour: Tries.Hour, Day: Tries.Day},
		{Of: d.Keys.Seal("tries", "all"+knownName(known)), Hour: Tries.AllHour, Day: Tries.AllDay},
	}
	for _, c := range count {
		may, err := d.Store.CountTry(ctx, c, now)
		if err != nil {
			return Link{}, err
		}
		if !may {
			return Link{}, apperr.New(apperr.TooMany, "code_wait", "code")
		}
	}
	l, err := d.tryCode(ctx, d.codeKey(asks, t.Browser), digits, t.Browser, now)
	if err != nil {
		return l, err
	}
	for _, c := range count { // whoever types the right digits has not guessed
		if err := d.Store.ForgiveTry(ctx, c, now); err != nil {
			return l, err
		}
	}
	return l, nil
}

// tryCode compares digits with the code that is kept, and uses up its link.
func (d *Door) tryCode(ctx context.Context, key, digits, browser string, now time.Time) (Link, error) {
	wrong := apperr.New(apperr.Invalid, "code_wrong", "code", "Count", Tries.Code)
	kept, ok, err := d.Store.TryCode(ctx, key, Tries.Code)
	if err != nil {
		return Link{}, err
	}
	if !d.Keys.Sealed("code", key+"\x00"+digits, kept.Digits) || !ok || !now.Before(kept.Expires) {
		return Link{}, wrong
	}
	l, err := d.useHash(ctx, kept.Link, browser, "")
	if err == nil && l.State != LinkReady {
		err = wrong
	}
	return l, err
}

func knownName(known bool) string {
	if known {
		return ", known browsers"
	}
	return ""
}

// plainDigits leaves out what stands between digits.
func plainDigits(typed string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -\u2013\u00a0\u202f\t\r\n", r) {
			return -1
		}
		if r < '0' || r > '9' {
			return 'x' // longer than a code, or no digit
		}
		return r
	}, typed)
}
