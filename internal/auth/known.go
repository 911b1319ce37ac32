package auth

import (
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"onetap/internal/survey"
)

// KnownLife is how long a browser remembers that somebody has signed in there.
const KnownLife = 180 * 24 * time.Hour

// maxKnown is how many people a browser remembers to have been signed in as.
const maxKnown = 4

// Remember is a browser's cookie with one more person who has signed in there; ok is false for somebody without a usable
// address, whom no cookie can name.
func (d *Door) Remember(cookie string, m survey.Staff) (_ string, ok bool) {
	email, err := survey.NormalizeEmail(m.Email)
	if err != nil {
		return "", false
	}
	return remember(d.Keys, cookie, email), true
}

// remember adds to a browser's cookie that somebody with this address has signed in there. The cookie holds a random name
// of the browser and one seal a person, newest first, no address.
func remember(k Sealer, cookie, email string) string {
	parts := strings.Split(cookie, ".")
	if len(parts[0]) != len(rand.Text()) {
		parts = []string{rand.Text()}
	}
	seal := k.Seal("known", parts[0]+"\x00"+email)
	seals := slices.DeleteFunc(parts[1:], func(s string) bool { return s == seal })
	seals = append([]string{seal}, seals...)
	return parts[0] + "." + strings.Join(seals[:min(len(seals), maxKnown)], ".")
}

// knownIn is the name of the browser where somebody with this address has signed in before; "" where nobody has.
func knownIn(k Sealer, cookie, email string) string {
	parts := strings.Split(cookie, ".")
	for _, seal := range parts[1:min(len(parts), maxKnown+1)] {
		if k.Sealed("known", parts[0]+"\x00"+email, seal) {
			return parts[0]
		}
	}
	return ""
}
