package ses

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// otherWords are texts that somebody else has for some ids in a language of their own, and for a kind in both.
type otherWords struct{}

func (otherWords) Language(r *http.Request) string {
	if strings.HasPrefix(r.Header.Get("Accept-Language"), "ru") {
		return "ru"
	}
	return "en"
}

func (otherWords) Say(language, id string) (string, bool) {
	text, ok := map[string]map[string]string{
		"en": {"kind.survey": "Survey"},
		"ru": {"kind.survey": "Опрос", "outcome.bounced": "Вернулось", "to": "Кому", "imagesoff": "Без картинок"},
	}[language][id]
	return text, ok
}

func (otherWords) Date(_ string, t time.Time) string      { return t.Format("02.01.2006") }
func (otherWords) ShortDate(_ string, t time.Time) string { return t.Format("02.01") }

// Without words the inbox is English; what words lack is English, and a kind that they do not know is shown by its name.
func TestWords(t *testing.T) {
	t.Parallel()
	bare, ru := &Options{}, &Options{Words: otherWords{}, Kinds: []Kind{{Name: "survey", Colour: "blue"}}}
	for _, c := range []struct{ got, want string }{
		{bare.say("ru", "to"), "To"}, {ru.say("ru", "to"), "Кому"}, {ru.say("ru", "from"), "From"}, {ru.texts("ru")["outcome.bounced"], "Вернулось"},
	} {
		if c.got != c.want {
			t.Errorf("says %q, want %q", c.got, c.want)
		}
	}
	for kind, want := range map[string]string{"survey": "Опрос blue", "parcel": "parcel ", otherKind: "Other "} {
		if label, colour := ru.badge(kind, "ru"); label+" "+colour != want {
			t.Errorf("%s is %q %q, want %q", kind, label, colour, want)
		}
	}
}
