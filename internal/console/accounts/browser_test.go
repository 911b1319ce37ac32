package accounts_test

import (
	"testing"

	"onetap/internal/console/consoletest"
)

// From a campaign to its companies, to one of them, and to who is silent; the pages are sound in both widths, themes and languages.
func TestBrowserAccounts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		language string
		width    int64
		dark     bool
	}{{"ru", 390, true}, {"en", 1280, false}} {
		t.Run(c.language, func(t *testing.T) {
			t.Parallel()
			w, _ := companies(t)
			b := w.Tab("administrator", c.width, c.language)
			b.Look(c.width, c.dark, c.language)
			b.Go("/results/springaa")
			b.ClickTo(`a[href="/results/springaa/accounts"]`, "table")
			b.Sound("accounts")
			consoletest.Shoot(b, "accounts-"+c.language)
			b.ClickTo(`a[href="/accounts/customers"]`, "table")
			b.Sound("list")
			b.ClickTo(`form[action$="/join"] button`, "table") // and the list has one company less
			b.ClickTo(`tbody a[href^="/accounts/customers/"]`, `form[action$="/part"]`)
			b.Sound("company")
			addUp(t, w)
			b.Go("/results/springaa/silent")
			b.Sound("silent")
			consoletest.Shoot(b, "silent-"+c.language)
		})
	}
}
