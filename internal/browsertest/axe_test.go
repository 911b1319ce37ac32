package browsertest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// Letters that were seen on their ground are not looked at again; what is not the same for sure is.
func TestContrastIsFoundOnEveryGround(t *testing.T) {
	t.Parallel()
	const style = `<style>body{margin:0;background:#fff;color:#333}main{padding:20px}.dark,.light{background:#222;padding:10px}.light{background:#eee}.pale{color:#999}.over{position:relative;top:-60px}` +
		`.pulled{margin-top:-40px}.narrow{width:40px;height:20px;background:#fff;white-space:nowrap}.faint{opacity:.4}</style>`
	bodies := map[string]string{ // what is wrong there, nothing on the first
		"/":        `<p>Plain words on the page's ground</p>`,
		"/again":   `<p>The same letters on the same ground</p>`,
		"/pale":    `<p class="pale">Pale words on the page's ground</p>`,
		"/light":   `<div class="light"><p>The same letters on a light ground</p></div>`,
		"/dark":    `<div class="dark"><p>The same letters on a dark ground</p></div>`,
		"/faint":   `<p class="faint">The same letters, faint</p>`,
		"/pulled":  `<div class="dark" style="height:60px"></div><p class="pulled">The same letters pulled over a dark ground</p>`,
		"/moved":   `<div class="dark" style="height:60px"></div><p class="over">The same letters moved over a dark ground</p>`,
		"/outside": `<div class="dark"><div class="narrow"><p style="background:#fff;width:40px">Words</p></div></div>`,
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, `<!doctype html><html lang="en"><title>Words</title><link rel="icon" href="data:,">%s<main><h1>Words</h1>%s</main>`, style, bodies[r.URL.Path])
	}))
	t.Cleanup(server.Close)
	b := Open(t, server.URL)
	b.Look(800, false, "en")
	for _, c := range []struct {
		path  string
		wrong bool
	}{
		{"/", false}, {"/again", false}, {"/pale", true}, {"/light", false}, {"/dark", true}, {"/faint", true}, {"/pulled", true}, {"/moved", true}, {"/outside", false},
	} {
		b.Go(c.path)
		before := len(b.seen)
		found := strings.Join(b.axe(c.wrong), "\n") // what is wrong is found by the fewer rules, too
		if strings.Contains(found, "color-contrast") != c.wrong {
			t.Errorf("%s: axe-core finds %q", c.path, found)
		}
		if c.path == "/again" && len(b.seen) != before {
			t.Errorf("%s: looked at %q anew", c.path, b.seen[before:])
		}
	}
}
