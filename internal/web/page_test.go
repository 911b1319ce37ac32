package web

import (
	"encoding/json"
	"math"
	"net/http/httptest"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"golang.org/x/net/html"
)

// luminance is the relative luminance of "#rgb" or "#rrggbb": WCAG 2.2, https://www.w3.org/TR/WCAG22/#dfn-relative-luminance.
func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	c := strings.TrimPrefix(colour, "#")
	if len(c) == 3 {
		c = string([]byte{c[0], c[0], c[1], c[1], c[2], c[2]})
	}
	n, err := strconv.ParseUint(c, 16, 32)
	if err != nil || len(c) != 6 {
		t.Fatalf("%q is no colour", colour)
	}
	part := func(shift uint) float64 {
		v := float64(n>>shift&255) / 255
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*part(16) + 0.7152*part(8) + 0.0722*part(0)
}

func TestContrast(t *testing.T) {
	t.Parallel()
	light, dark, found := strings.Cut(css, "@media(prefers-color-scheme:dark)")
	if !found {
		t.Fatal("no dark colours")
	}
	variable := regexp.MustCompile(`--([a-z-]+):(#[0-9a-f]+)`)
	for name, part := range map[string]string{"light": light, "dark": dark[:strings.Index(dark, "}}")]} {
		colours := map[string]string{}
		for _, m := range variable.FindAllStringSubmatch(part, -1) {
			colours[m[1]] = m[2]
		}
		if len(colours) < 15 {
			t.Fatalf("%s has %d colours", name, len(colours))
		}
		for _, c := range []struct {
			on, ink string
			least   float64 // 4.5 for text, 3 for what one must see to use it (WCAG 1.4.3, 1.4.11)
		}{
			{"card", "ink", 4.5},
			{"card", "soft", 4.5},
			{"card", "main", 4.5},
			{"tile", "tile-ink", 4.5},
			{"main", "on-main", 4.5},
			{"note", "note-ink", 4.5},
			{"bad", "bad-ink", 4.5},
			{"good", "good-ink", 4.5},
			{"card", "edge", 3},
			{"tile", "main", 3},
			{"tile", "edge", 2},
		} {
			a, b := luminance(t, colours[c.on]), luminance(t, colours[c.ink])
			if ratio := (max(a, b) + 0.05) / (min(a, b) + 0.05); ratio < c.least {
				t.Errorf("%s: %s on %s is %.2f : 1, want %.1f", name, c.ink, c.on, ratio, c.least)
			}
		}
	}
}

// Whatever text: between tags and in an attribute it comes out as it went in, and makes no element.
func TestTextIsInert(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../mail/testdata/blns.json")
	if err != nil {
		t.Fatal(err)
	}
	var naughty []string
	if err := json.Unmarshal(data, &naughty); err != nil {
		t.Fatal(err)
	}
	for _, s := range append(naughty, "a\nb") {
		z := html.NewTokenizer(strings.NewReader(`<p title="` + templ.EscapeString("x"+s) + `">` + templ.EscapeString("x"+s) + `</p>`))
		want := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace("x" + s) // as every HTML parser reads line breaks
		z.Next()
		if token := z.Token(); len(token.Attr) != 1 || token.Attr[0].Val != want {
			t.Errorf("%q becomes the attribute %v", s, token.Attr)
		}
		z.Next()
		if token := z.Token(); token.Type != html.TextToken || token.Data != want {
			t.Errorf("%q becomes %v", s, token)
		}
		if z.Next() != html.EndTagToken {
			t.Errorf("%q makes elements", s)
		}
	}
}

func TestPageNamesWhatItHolds(t *testing.T) {
	t.Parallel()
	if joined := Script("f({\n  a: 1,\n  b: 2\n})\n  g();\n"); joined.source != "f({a: 1,b: 2\n})\ng();" {
		t.Errorf("script is %q: an end of line that may stand for a semicolon has to stay", joined.source)
	}
	s := Script("// why\n\n  alert(1);\n")
	if s.source != "alert(1);" {
		t.Errorf("script is %q", s.source)
	}
	w := httptest.NewRecorder()
	Page{Lang: "ru", Title: "a<b", Body: templ.Raw("<h1>x</h1>"), Script: s}.Write(w, httptest.NewRequest("GET", "/", nil), 404)
	policy := w.Header().Get("Content-Security-Policy")
	if w.Code != 404 || !strings.Contains(policy, "script-src "+s.hash) || !strings.Contains(policy, "style-src "+style.hash) || !strings.Contains(policy, "connect-src 'self'") {
		t.Errorf("%d %s", w.Code, policy)
	}
	if page := w.Body.String(); !strings.Contains(page, "<title>a&lt;b</title>") || !strings.Contains(page, "<script>alert(1);</script>") || !strings.Contains(page, `<html lang="ru">`) {
		t.Errorf("page is %s", page)
	}
}
