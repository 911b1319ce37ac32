package lang

import (
	"strings"
	"testing"
)

// No-break spaces stand where a language's rules say, and nowhere else; other languages' texts stay as they are.
func TestNoBreakSpaces(t *testing.T) {
	t.Parallel()
	b := readBinder("а_ в_ и_ №_ _— 0_")
	for text, want := range map[string]string{
		"Письмо в архиве и в папке": "Письмо в~архиве и~в~папке",
		"В списке (и в папке)":      "В~списке (и~в~папке)",
		"Оценка — 7 из 10. Дальше":  "Оценка~— 7~из 10. Дальше",
		"через {{.Count}} дней":     "через {{.Count}}~дней",
		"до {{.Limit}} МБ":          "до {{.Limit}}~МБ",
		"{{.Who}} и {{.Other}}":     "{{.Who}} и~{{.Other}}",
		"№ 5 — номер":               "№~5~— номер",
		"два  пробела а ":           "два  пробела а ",
		"Спасибо!\nи до встречи":    "Спасибо!\nи~до встречи",
		"95\u00a0% и больше":        "95~% и~больше",
		"":                          "",
	} {
		if got := strings.ReplaceAll(b.bind(text), noBreak, "~"); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
	if got := Language("ru").T("signin.button"); got != "Войти" {
		t.Errorf("a word alone is %q", got)
	}
	for _, l := range All() {
		rules := readBinder(Language(l).T("format.no_break"))
		for id, m := range catalogueOf(l) {
			for _, text := range m.texts() {
				if l.Has("format.no_break") && rules.bind(text) != text && id != "format.no_break" {
					t.Errorf("%s %s is not bound: %q", l, id, text)
				}
				if !l.Has("format.no_break") && strings.Contains(text, noBreak) {
					t.Errorf("%s %s has a no-break space, which its language has no rule for: %q", l, id, text)
				}
			}
		}
	}
}
