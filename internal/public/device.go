package public

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"onetap/internal/keys"
	"onetap/internal/seal"
	"onetap/internal/survey"
)

// A link may be forwarded, and whoever opens it then must not read what the first one wrote. Nor can this function: what it seals it
// cannot open. A device that has written words gets a cookie with the keys of them, one for each part: with it the page shows the words as long as they
// are those. Without it the page says that there are words, and new ones are added to them.
const (
	wordsCookie = "onetap-words"
	wordsLife   = 180 * 24 * time.Hour // longer than any campaign is open
	maxKeys     = 8                    // of a field; of words in more parts none are given
)

// device is what a device may read of an answer.
type device struct{ why, wish words }

// words are those of a field, for a device.
type words struct {
	may  bool     // it reads them; what is empty is no secret
	text string   // if it may
	keys [][]byte // of their parts, if it may
	was  string   // their trace, or that they are hidden
}

// whole reports whether it reads everything that there is.
func (d device) whole() bool { return d.why.may && d.wish.may }

// deviceOf tells what the device that asks has written of an answer itself.
func (p *pages) deviceOf(r *http.Request, v visit, a survey.Response) device {
	why, wish := "", ""
	if c, err := r.Cookie(wordsCookie); err == nil {
		why, wish, _ = strings.Cut(c.Value, ".")
	}
	a = p.parted(v, a)
	return device{why: opened(a.Kept.Why, readKeys(why), p.trace(v)), wish: opened(a.Kept.Wish, readKeys(wish), p.trace(v))}
}

// parted has the words of an answer from before words were sealed in parts.
func (p *pages) parted(v visit, a survey.Response) survey.Response {
	if len(a.Kept.Why) == 0 && a.Why != "" {
		a.Kept.Why = []survey.Part{{Trace: p.trace(v)(a.Why), Text: a.Why}}
	}
	if len(a.Kept.Wish) == 0 && a.Wish != "" {
		a.Kept.Wish = []survey.Part{{Trace: p.trace(v)(a.Wish), Text: a.Wish}}
	}
	return a
}

// opened opens parts with a device's keys.
func opened(parts []survey.Part, ks [][]byte, trace func(string) string) words {
	w := words{may: true, was: survey.Whole(parts, trace)}
	if len(parts) != len(ks) {
		ks = make([][]byte, len(parts))
	}
	var texts []string
	for i, part := range parts {
		_, sealed, err := seal.CutPart(part.Sealed)
		var text []byte
		if err == nil {
			text, err = seal.OpenWithKey(ks[i], sealed)
		}
		if err != nil {
			return words{was: survey.Hidden}
		}
		texts = append(texts, string(text))
	}
	w.text, w.keys = strings.Join(texts, "\n\n"), ks
	return w
}

// key is the key of words that this person wrote.
func (p *pages) key(v visit, text string) []byte {
	k := p.keys.WordsKey(v.token.Campaign, v.token.Contact, text)
	return k[:]
}

// trace makes the traces of what this person wrote.
func (p *pages) trace(v visit) func(string) string {
	return func(text string) string {
		if text == "" {
			return survey.Trace("")
		}
		return keys.WordsTrace([32]byte(p.key(v, text)))
	}
}

// after tells what a device may read of a field after a post: what it could before, with what it has added; and what it has written whole.
func (p *pages) after(v visit, before words, said *string, stored []survey.Part) words {
	trace := p.trace(v)
	w := words{was: survey.Whole(stored, trace)}
	if len(stored) == 0 {
		w.may = true
		return w
	}
	last, text := stored[len(stored)-1], "" // text: what the device has just said, if that is the last part
	if said != nil {
		whole, _ := survey.Comment(*said)
		switch {
		case trace(whole) == last.Trace:
			text = whole
		case last.Text != "" && strings.HasPrefix(whole, last.Text): // there was no room for the rest
			text = last.Text
		}
	}
	switch {
	case before.may && before.was == w.was:
		return before
	case text != "" && len(stored) == 1:
		w.may, w.text, w.keys = true, text, [][]byte{p.key(v, text)}
	case text != "" && before.may && len(before.keys) == len(stored)-1:
		w.may, w.text, w.keys = true, before.text+"\n\n"+text, append(slices.Clip(before.keys), p.key(v, text))
	default:
		w.was = survey.Hidden
	}
	return w
}

// remember gives the device its cookie: for this link alone, and nothing that a script can read.
func (p *pages) remember(w http.ResponseWriter, r *http.Request, v visit, d device) {
	http.SetCookie(w, &http.Cookie{
		Name: wordsCookie, Value: writeKeys(d.why) + "." + writeKeys(d.wish), Path: v.path, MaxAge: int(wordsLife / time.Second),
		HttpOnly: true, Secure: r.Header.Get("X-Forwarded-Proto") == "https", SameSite: http.SameSiteLaxMode,
	})
}

func writeKeys(w words) string {
	if !w.may || len(w.keys) > maxKeys {
		return ""
	}
	all := make([]string, len(w.keys))
	for i, k := range w.keys {
		all[i] = base64.RawURLEncoding.EncodeToString(k)
	}
	return strings.Join(all, "~")
}

func readKeys(s string) (ks [][]byte) {
	for one := range strings.SplitSeq(s, "~") {
		if k, err := base64.RawURLEncoding.DecodeString(one); err == nil && len(k) == 32 && len(ks) < maxKeys {
			ks = append(ks, k)
		}
	}
	return ks
}

// sealWords seals what of an answer's words is not sealed yet; wrote is false where there is nothing.
func (p *pages) sealWords(ctx context.Context, v visit, r survey.Response) (sealed survey.Response, wrote bool, err error) {
	seals := func(parts []survey.Part) []survey.Part {
		parts = slices.Clone(parts)
		for i, part := range parts {
			if part.Sealed != nil || err != nil {
				continue
			}
			key := p.key(v, part.Text)
			var sealedKey, text []byte
			if text, err = seal.WithKey(key, []byte(part.Text)); err == nil {
				sealedKey, err = p.seal.SealTo(ctx, seal.Words, p.store.WordsPlace(v.token.Campaign, v.token.Contact, part.Trace), key)
			}
			parts[i].Sealed, wrote = seal.Pack(sealedKey, text), true
		}
		return parts
	}
	r.Kept = survey.Kept{Why: seals(r.Kept.Why), Wish: seals(r.Kept.Wish)}
	return r, wrote, err
}

// noPair reports that words cannot be sealed yet: the deployment is so young that nobody who opens has made the keys.
func noPair(err error) bool { return errors.Is(err, seal.ErrNoPair) }
