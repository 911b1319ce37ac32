package finding_test

import (
	"testing"

	"github.com/chromedp/chromedp/kb"

	"onetap/internal/console/consoletest"
)

// From any page "/" leads to the search, where one types at once, and Enter finds; while one types, "/" is a character.
func TestBrowserSearchKey(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		language string
		width    int64
		dark     bool
	}{{"ru", 390, false}, {"en", 1280, true}, {"ru", 1280, false}, {"en", 390, true}} {
		w := company(t)
		b := w.Tab("executive", c.width, c.language)
		b.Look(c.width, c.dark, c.language)
		for _, from := range []string{"/", "/cases", "/results/springaa"} {
			b.Go(from)
			b.Key("/")
			b.Until(`location.pathname === "/search" && document.activeElement?.id === "words"`)
		}
		b.Sound("search")
		b.Key("1/2")
		b.Until(`location.pathname === "/search" && document.querySelector("#words").value === "1/2"`)
		b.Go("/contacts")
		b.Type("#search", "a/b")
		b.Until(`location.pathname === "/contacts" && document.querySelector("#search").value === "a/b"`)

		b.Go("/campaigns")
		b.Key("/")
		b.Until(`document.activeElement?.id === "words"`)
		b.Key("счета" + kb.Enter)
		b.Until(`document.querySelectorAll("#comments").length === 1 && document.querySelector("#words").value === "счета"`)
		b.Sound("found")
		consoletest.Shoot(b, "search-"+c.language)
		b.Key("/") // again: what stands there is chosen, and typed over
		b.Key("слова которого нет" + kb.Enter)
		b.Until(`document.querySelector(".empty") && document.querySelectorAll(".hits").length === 0`)
		b.Sound("nothing found")
		b.Go("/")
		b.ClickTo("a.seek", "#words")
	}
}
