package lang

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// terms reads docs/terms.md: the words that each language does not use, and the texts that may.
func terms(t *testing.T) (forbidden map[Language]map[string]*regexp.Regexp, excepted map[string]bool) {
	t.Helper()
	b, err := os.ReadFile("../../docs/terms.md")
	if err != nil {
		t.Fatal(err)
	}
	forbidden, excepted = map[Language]map[string]*regexp.Regexp{}, map[string]bool{}
	quoted := regexp.MustCompile("`([^`]+)`")
	var l Language
	exceptions := false
	for line := range strings.Lines(string(b)) {
		if heading, found := strings.CutPrefix(strings.TrimSpace(line), "## "); found {
			l, exceptions = Language(heading), heading == "Exceptions"
			continue
		}
		switch cells := strings.Split(line, "|"); {
		case exceptions && strings.HasPrefix(line, "- "):
			for _, m := range quoted.FindAllStringSubmatch(line, -1) {
				excepted[m[1]] = true
			}
		case len(cells) == 5 && catalogues[l] != nil:
			for _, m := range quoted.FindAllStringSubmatch(cells[3], -1) {
				if forbidden[l] == nil {
					forbidden[l] = map[string]*regexp.Regexp{}
				}
				forbidden[l][m[1]] = word(m[1])
			}
		}
	}
	return forbidden, excepted
}

// word finds a word or words in a text, "*" being any ending; a space may be one that does not break.
func word(w string) *regexp.Regexp {
	w = strings.ReplaceAll(regexp.QuoteMeta(w), `\*`, `\p{L}*`)
	w = strings.ReplaceAll(w, " ", `[ \x{a0}]`)
	return regexp.MustCompile(`(?i)(?:^|[^\p{L}])(` + w + `)(?:[^\p{L}]|$)`)
}

// Every language says one word for one thing: none of its texts uses a word that docs/terms.md puts another in the place of.
func TestOneWordForOneThing(t *testing.T) {
	t.Parallel()
	forbidden, excepted := terms(t)
	for _, l := range []Language{"en", "ru"} {
		if len(forbidden[l]) < 12 {
			t.Fatalf("docs/terms.md names %d words that %s does not use", len(forbidden[l]), l)
		}
	}
	for l, words := range forbidden {
		for id, m := range catalogueOf(l) {
			for _, text := range m.texts() {
				for w, found := range words {
					if found.MatchString(text) && !excepted[id] && id != "format.language_names" {
						t.Errorf("%s %s says %q, which docs/terms.md has another word for: %q", l, id, w, text)
					}
				}
			}
		}
	}
	for text, want := range map[string]bool{"Опрос отделов": true, "Отдельный опрос": false, "Доля\u00a0ответов": true} {
		got := false
		for _, found := range forbidden["ru"] {
			got = got || found.MatchString(text)
		}
		if got != want {
			t.Errorf("%q is refused: %v", text, got)
		}
	}
}

// badlySet finds what a language's typography sets otherwise: straight quotes and apostrophes, percent signs, hyphens for dashes,
// three dots for an ellipsis.
var badlySet = map[Language]*regexp.Regexp{
	"ru": regexp.MustCompile(`["“”][а-яёА-ЯЁ]|[а-яёА-ЯЁ]["“”]| --? |[0-9}]%|\.\.\.|  `),
	"en": regexp.MustCompile(`[0-9}][ \x{a0}]%|[«»]| --? |\pL'|'\pL|[ (]"\pL[^"]* |\.\.\.|  `),
}

// Each language is set as its own typography wants.
func TestTypography(t *testing.T) {
	t.Parallel()
	for l, found := range badlySet {
		for id, m := range catalogueOf(l) {
			for _, text := range m.texts() {
				if at := found.FindString(text); at != "" {
					t.Errorf("%s %s: %q in %q", l, id, at, text)
				}
			}
		}
	}
	for text, l := range map[string]Language{
		"Don't ask again": "en", "The owners' cases": "en", "Said \"not now\" twice": "en", "Wait...": "en", "40 %": "en", "yes - no": "en",
		"Нажмите \"Готово\"": "ru", "Подождите...": "ru", "40%": "ru", "да - нет": "ru",
	} {
		if !badlySet[l].MatchString(text) {
			t.Errorf("%s: %q is let through", l, text)
		}
	}
}
