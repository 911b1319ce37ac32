package signin

import (
	"crypto/rand"
	"slices"
	"strings"
)

// maxKnown is how many people a browser remembers to have been signed in as.
const maxKnown = 4

// Sealer signs texts for a purpose (link.Keys).
type Sealer interface {
	Seal(purpose, text string) string
	Sealed(purpose, text, seal string) bool
}

// Remember adds to a browser's cookie that somebody with this address has signed in there. The cookie holds a random name
// of the browser and one seal a person, newest first, no address.
func Remember(k Sealer, cookie, email string) string {
	parts := strings.Split(cookie, ".")
	if len(parts[0]) != len(rand.Text()) {
		parts = []string{rand.Text()}
	}
	seal := k.Seal("known", parts[0]+"\x00"+email)
	seals := slices.DeleteFunc(parts[1:], func(s string) bool { return s == seal })
	seals = append([]string{seal}, seals...)
	return parts[0] + "." + strings.Join(seals[:min(len(seals), maxKnown)], ".")
}

// Knows is the name of the browser where somebody with this address has signed in before; "" where nobody has.
func Knows(k Sealer, cookie, email string) string {
	parts := strings.Split(cookie, ".")
	for _, seal := range parts[1:min(len(parts), maxKnown+1)] {
		if k.Sealed("known", parts[0]+"\x00"+email, seal) {
			return parts[0]
		}
	}
	return ""
}
