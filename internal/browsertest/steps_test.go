package browsertest

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// A wait for what never comes ends, says what it waited for and what the page showed instead, and the tab goes on.
func TestWaitsEnd(t *testing.T) {
	t.Parallel()
	hang := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/never" {
			<-hang
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Write([]byte(`<title>Обращения</title><p>Всего 47</p><p hidden>не видно</p><p>` + strings.Repeat("ё", 3*maxShown) + `</p>`))
	}))
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(hang) })
	ctx := Start(t)
	Run(t, ctx, chromedp.Navigate(server.URL+"/cases"))
	const short = 300 * time.Millisecond
	for what, step := range map[string]Step{
		"#note":                     Shown("#note"),
		`document.title === "Case"`: True(`document.title === "Case"`),
		"#gone":                     ClickOn("#gone"),
	} {
		_, err := limited(ctx, short, step)
		if err == nil {
			t.Fatalf("%s: came", what)
		}
		said := err.Error()
		for _, want := range []string{what, `"Обращения"`, server.URL + "/cases", "Всего 47", "ё…"} {
			if !strings.Contains(said, want) {
				t.Errorf("%s: %q is not in %.600s", what, want, said)
			}
		}
		if n := len([]rune(said)); n > maxShown+1000 || strings.Contains(said, "не видно") {
			t.Errorf("%s: %d characters, %.600s", what, n, said)
		}
	}
	if _, err := limited(ctx, short, chromedp.Navigate(server.URL+"/never")); err == nil || !strings.Contains(err.Error(), short.String()) {
		t.Errorf("a page that never comes: %v", err)
	}
	Run(t, ctx, chromedp.Navigate(server.URL+"/cases"))
	if got := Ask(t, ctx, chromedp.Evaluate[string](`document.title`)); got != "Обращения" {
		t.Errorf("afterwards: %q", got)
	}
}

// A click finds what the page moves away under the mouse, and what a details holds that is not open yet is not shown.
func TestClicksHit(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Write([]byte(`<title>Moves</title><p id="pushes" style="height:0">Counted</p><button id="go" onclick="this.value = 'hit'">Launch</button><details><summary>Ask</summary><button id="in">Yes</button></details>
			<script>addEventListener("mousedown", () => {pushes.style.height = "300px"}, {once: true})</script>`))
	}))
	t.Cleanup(server.Close)
	b := Open(t, server.URL)
	b.Go("/")
	b.Click("#go")
	if b.Clicks != 1 || !Ask(t, b.Context, chromedp.Evaluate[bool](`document.querySelector("#go").value === "hit"`)) {
		t.Error("missed what moved")
	}
	if _, err := limited(b.Context, 300*time.Millisecond, Shown("#in")); err == nil {
		t.Error("shown, but its details is closed")
	}
}
