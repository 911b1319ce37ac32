package public

import (
	"net/http"
	"strings"
	"time"

	"onetap/internal/survey"
)

// A link may be forwarded, and whoever opens it then must not read what the first one wrote. A device that has written
// words gets a cookie with a seal of them: it shows the words as long as they are those. Without it the page says that
// there are words, and new ones are added to them.
const (
	wordsCookie = "onetap-words"
	wordsLife   = 180 * 24 * time.Hour // longer than any campaign is open
)

// device is what a device may read of an answer.
type device struct{ why, wish bool }

// whole reports whether it reads everything that there is.
func (d device) whole() bool { return d.why && d.wish }

// deviceOf tells what the device that asks has written of an answer itself. What is empty is no secret.
func (p *pages) deviceOf(r *http.Request, v visit, a survey.Response) device {
	why, wish := "", ""
	if c, err := r.Cookie(wordsCookie); err == nil {
		why, wish, _ = strings.Cut(c.Value, ".")
	}
	return device{
		why:  a.Why == "" || p.keys.Sealed("why", v.saidBy(a.Why), why),
		wish: a.Wish == "" || p.keys.Sealed("wish", v.saidBy(a.Wish), wish),
	}
}

// saidBy is what a seal is made of: words, by whom, about what.
func (v visit) saidBy(words string) string {
	return string(v.token.Campaign) + "\x00" + string(v.token.Contact) + "\x00" + words
}

// wrote tells what a device may read after a post: what it could before, and what it has written whole.
func (d device) wrote(post survey.Post, after survey.Response) device {
	own := func(may bool, said *string, now string) bool {
		if said == nil {
			return may || now == ""
		}
		words, _ := survey.Comment(*said)
		return may || words == now
	}
	return device{why: own(d.why, post.Why, after.Why), wish: own(d.wish, post.Wish, after.Wish)}
}

// remember gives the device its cookie: for this link alone, and nothing that a script can read.
func (p *pages) remember(w http.ResponseWriter, r *http.Request, v visit, d device, a survey.Response) {
	why, wish := "", ""
	if d.why {
		why = p.keys.Seal("why", v.saidBy(a.Why))
	}
	if d.wish {
		wish = p.keys.Seal("wish", v.saidBy(a.Wish))
	}
	http.SetCookie(w, &http.Cookie{
		Name: wordsCookie, Value: why + "." + wish, Path: v.path, MaxAge: int(wordsLife / time.Second),
		HttpOnly: true, Secure: r.Header.Get("X-Forwarded-Proto") == "https", SameSite: http.SameSiteLaxMode,
	})
}
