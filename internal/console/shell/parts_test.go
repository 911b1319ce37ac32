package shell

import (
	"strings"
	"testing"
)

// Addresses of pages stand as they are made; one that would run as a script is replaced.
func TestAddressesInPages(t *testing.T) {
	t.Parallel()
	const refused = "about:invalid#TemplFailedSanitizationURL"
	for address, want := range map[string]string{
		"/cases?state=open&owner=x#a":      "/cases?state=open&amp;owner=x#a",
		"?page=2":                          "?page=2",
		"https://example.com/a:b":          "https://example.com/a:b",
		"tel:+74951234567":                 "tel:+74951234567",
		"mailto:a%2Bb@example.com":         "mailto:a%2Bb@example.com",
		`/" onclick="x`:                    "/&#34; onclick=&#34;x",
		"javascript:alert(1)":              refused,
		"JavaScript:alert(1)":              refused,
		"data:text/html,<script></script>": refused,
		" javascript:alert(1)":             refused,
	} {
		var b strings.Builder
		if err := TabTo(Tab{Href: address, Label: "<b>", Here: true}).Render(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		if got := b.String(); got != `<a href="`+want+`" aria-current="page">&lt;b&gt;</a>` {
			t.Errorf("%q: %s", address, got)
		}
	}
}
