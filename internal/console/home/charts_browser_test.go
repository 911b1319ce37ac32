package home_test

import (
	"testing"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

// The charts of those who see no weeks, and of those whose charts are the whole campaign's, are sound on a phone and on a desk.
func TestBrowserCharts(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	for n, id := range []survey.CampaignID{"firstaaa", "secondaa"} {
		a := w.Asks(id, survey.Customers, []string{"Осень 2026: после внедрения новой линейки", "Зима"}[n], 8-4*n)
		for i := range 600 {
			a.Answer([]string{"Север", "Юг", "Запад"}[i%3], (i*(7+n)+i/5)%11, i/30, nil)
		}
		a.Counted()
	}
	for _, look := range []struct {
		language string
		width    int64
		dark     bool
	}{{"ru", 390, true}, {"en", 1280, false}, {"ru", 1280, true}, {"en", 390, false}} {
		for role, paths := range map[string][]string{"marketing": {"/", "/results/firstaaa"}, "owner": {"/results/firstaaa", "/results/firstaaa/by/language"}} {
			b := w.Tab(role, look.width, look.language)
			b.Look(look.width, look.dark, look.language)
			for i, path := range paths {
				b.Go(path)
				b.Sound(role + " " + path)
				consoletest.Shoot(b, role+string(rune('0'+i))+"-"+look.language+string(rune('0'+look.width/1000)))
			}
		}
	}
}
