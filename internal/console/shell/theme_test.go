package shell_test

import (
	"strings"
	"testing"

	"onetap/internal/console/consoletest"
	"onetap/internal/console/shell"
	"onetap/internal/local/dynamo"
)

// The theme that a reader chooses stays for this browser, on every page and before signing in; what is no theme is none.
// Styles of the dark pages are for screens only: paper is light.
func TestThemeIsChosen(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	v := w.As(t, "marketing")
	for _, c := range []struct{ chosen, has, hasNot string }{
		{"", `media="screen and (prefers-color-scheme:dark)"`, "data-theme"},
		{shell.ThemeDark, `data-theme="dark"`, "prefers-color-scheme"},
		{shell.ThemeLight, `data-theme="light"`, "dark."},
		{"<b>", `media="screen and (prefers-color-scheme:dark)"`, "data-theme"},
	} {
		if to := v.Send("/theme", "theme", c.chosen, "to", "/campaigns").Want(t, 303).To; to != "/campaigns" {
			t.Fatal(c.chosen, to)
		}
		page := v.Get("/campaigns").Raw
		if !strings.Contains(page, c.has) || strings.Contains(page, c.hasNot) {
			t.Errorf("%q: the page has no %s, or has %s:\n%.900s", c.chosen, c.has, c.hasNot, page)
		}
	}
	if to := v.Send("/theme", "theme", "dark", "to", "https://evil.example.com/").Want(t, 303).To; to != "/" {
		t.Errorf("leads away to %q", to)
	}
}
