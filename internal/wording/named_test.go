package wording_test

import (
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"onetap/internal/lang"
	"onetap/internal/survey"
	"onetap/internal/wording"
)

// A person without a name sees no mark, no space and no small letter that only the name excused.
func TestNameless(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Здравствуйте, {name}!":           "Здравствуйте!",
		"Здравствуйте,\u00a0{name}!":      "Здравствуйте!",
		"Здравствуйте,{name}!":            "Здравствуйте!",
		"Здравствуйте,\n{name}!":          "Здравствуйте!",
		"Здравствуйте {name}!":            "Здравствуйте!",
		"Здравствуйте, {name} !":          "Здравствуйте !", // as it was written
		"Здравствуйте — {name}!":          "Здравствуйте!",
		"Здравствуйте, {name}":            "Здравствуйте",
		"Здравствуйте ({name})!":          "Здравствуйте!",
		"Здравствуйте, «{name}»!":         "Здравствуйте!",
		"Здравствуйте, {name}, {name}!":   "Здравствуйте!",
		"«Здравствуйте, {name}!»":         "«Здравствуйте!»",
		"Здравствуйте, {name}! Как дела?": "Здравствуйте! Как дела?",
		"Здравствуйте! {name}, как дела?": "Здравствуйте! Как дела?",
		"Добрый день. {name}!":            "Добрый день.",
		"Добрый день!\n\n{name}":          "Добрый день!",
		"Скажите, {name}, как дела?":      "Скажите, как дела?",
		"Скажите {name} пожалуйста":       "Скажите пожалуйста",
		"Здравствуйте, {name} — это мы":   "Здравствуйте — это мы",
		"{name}!":               "",
		"{name}":                "",
		" — {name} — ":          "",
		"«{name}»":              "",
		"{name} {name}":         "",
		"{name}, добрый день!":  "Добрый день!",
		"{name}! Добрый день!":  "Добрый день!",
		"{name} — добрый день!": "Добрый день!",
		"{name},\nмы рады вам":  "Мы рады вам",
		"{name}, «Ромашка» благодарит вас":    "«Ромашка» благодарит вас",
		"«{name}, здравствуйте»":              "«Здравствуйте»",
		"{name}, iPhone починен":              "iPhone починен",
		"Спасибо,\n{name}\nЖдём вас":          "Спасибо,\nЖдём вас",
		"Привет, {name}! 👋":                   "Привет! 👋",
		"Привет, {name} 👋":                    "Привет 👋",
		"👋 {name}!":                           "👋",
		"👋 {name}, привет!":                   "👋 Привет!",
		"Уважаемый клиент (да) {name}!":       "Уважаемый клиент (да)!",
		"Dear {name},":                        "Dear,",
		"Hello, {name} welcome":               "Hello, welcome",
		"Hi {name}, how was it?":              "Hi, how was it?",
		"¿{name}, qué tal?":                   "¿Qué tal?",
		"{name}'s order":                      "Order",
		"Скидка 10% {name}":                   "Скидка 10%",
		"Как дела у {company}?":               "Как дела у {company}?",
		"":                                    "",
		"Здравствуйте,\u200b {name}\u200b!":   "Здравствуйте!",
		"Bonjour\u202f{name}\u202f!":          "Bonjour\u202f!",
		"Добрый день, {name}...\nРады видеть": "Добрый день...\nРады видеть",
	} {
		if got := wording.Nameless(text); got != want {
			t.Errorf("%q without a name is %q, want %q", text, got, want)
		}
	}
}

// Whatever stands around it: with a name the text is as written, without one no mark is left at its beginning that
// stood there for the name, nor two marks where one was meant.
func TestSplitLosesNothing(t *testing.T) {
	t.Parallel()
	piece := rapid.OneOf(rapid.SampledFrom([]string{"{name}", "{name}", ", ", "! ", " ", "\u00a0", "(", ")", "«", "»", "—", "Здравствуйте", "как", "\n", "'s ", "👋", "{", "}", "."}), rapid.String())
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(piece, 0, 8).Draw(t, "pieces"), "")
		var named strings.Builder
		for _, p := range wording.Split(text) {
			named.WriteString(p.Plain)
			named.WriteString(strings.Join(p.With, "{name}"))
		}
		if named.String() != text {
			t.Fatalf("%q became %q", text, named.String())
		}
		if got := wording.Nameless(text); strings.Contains(got, "{name}") || strings.TrimSpace(got) != got {
			t.Fatalf("%q became %q", text, got)
		}
		word := rapid.StringMatching(`[А-Яа-я]{1,6}`).Draw(t, "word")
		around := rapid.StringOf(rapid.SampledFrom([]rune(" ,!.\u00a0—\n"))).Draw(t, "marks")
		got := wording.Nameless(around + "{name}" + around + word)
		if !strings.HasPrefix(strings.ToLower(got), strings.ToLower(word)) || !unicode.IsUpper([]rune(got)[0]) && word == strings.ToLower(word) {
			t.Fatalf("%q + name + %q + %q became %q", around, around, word, got)
		}
	})
}

func TestWithoutName(t *testing.T) {
	t.Parallel()
	c := survey.Campaign{Audience: survey.Customers, Company: "Ромашка", Wording: map[string]survey.Wording{"ru": {Greeting: "{name}!", Subject: "{name}", Intro: "{name}, мы ждём."}}}
	w, own := wording.WithoutName(c, "ru"), wording.For(survey.Campaign{Audience: survey.Customers, Company: "Ромашка"}, "ru")
	if w.Greeting != "Здравствуйте!" || w.Subject != own.Subject || w.Intro != "Мы ждём." {
		t.Errorf("without a name: %+v", w)
	}
	for _, l := range lang.All() {
		for _, a := range survey.Audiences {
			w := wording.WithoutName(survey.Campaign{Audience: a}, l)
			if w.Greeting == "" || w.Subject == "" || w.Question == "" || strings.Contains(w.Greeting, ",") {
				t.Errorf("%s, %s: %+v", l, a, w)
			}
		}
	}
}
