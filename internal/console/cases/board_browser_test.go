package cases_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
	"onetap/internal/loop"
)

// Cards are moved by pointer and by keyboard, as their buttons move them; what needs a cause and an outcome opens the case there.
func TestBrowserBoard(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	var cs []loop.Case
	for n, name := range []string{"Анна", "Борис", "Вера"} {
		cs = append(cs, w.Detractor(n, "owner", "Север", name, "Долго ждали ответа.", n, w.Now().Add(-time.Duration(30-n)*time.Hour)))
	}
	b := w.Tab("owner", 1280, "ru")
	b.Go("/cases?state=")
	b.Sound("board")
	card := func(n int) string { return fmt.Sprintf(`li[data-case="%s"]`, cs[n].ID()) }
	state := func(n int, want loop.State) {
		t.Helper()
		if got := caseNow(w, cs[n]).State; got != want {
			t.Fatalf("%s, want %s", got, want)
		}
	}
	in := func(n int, column string) string {
		return fmt.Sprintf(`document.readyState === "complete" && !!document.querySelector('section[data-state=%s] %s')`, column, card(n))
	}
	// A drag to another column, and one that ends where no case may go.
	b.Drag(card(0), "section[data-state=acknowledged] h2")
	b.Until(in(0, "acknowledged"))
	state(0, loop.Acknowledged)
	b.Until(fmt.Sprintf(`document.activeElement === document.querySelector('%s')`, card(0)))
	b.Drag(card(0), "section[data-state=open] h2")
	b.Until(`document.getElementById("board-said").textContent.includes("нельзя перенести")`)
	state(0, loop.Acknowledged)
	b.Drag(card(1), "section[data-state=resolved] h2")
	b.Until(`location.hash === "#resolve" && !!document.querySelector("#resolve")`)
	state(1, loop.Open)

	b.Go("/cases")
	b.Wait(card(1))
	b.Key("?")
	b.Until(`document.getElementById("board-keys").open`)
	consoletest.Shoot(b, "board-keys-ru")
	run := func(script string) { b.Until("(() => {" + script + "; return true})()") }
	press := func(key string, shift bool) {
		run(fmt.Sprintf(`document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key: %q, shiftKey: %v, bubbles: true, cancelable: true}))`, key, shift))
	}
	focused := func(n int) {
		t.Helper()
		b.Until(fmt.Sprintf(`document.activeElement === document.querySelector('%s')`, card(n)))
	}
	run(fmt.Sprintf(`document.querySelector('%s').focus()`, card(1)))
	press("ArrowDown", false)
	focused(2)
	press("ArrowRight", false)
	focused(0)
	press("ArrowLeft", false)
	focused(1)
	press("ArrowDown", false)
	focused(2)
	press("ArrowRight", true) // into the next column
	b.Until(in(2, "acknowledged"))
	focused(2)
	state(2, loop.Acknowledged)
	press("ArrowRight", true)
	b.Until(in(2, "contacted"))
	state(2, loop.Contacted)
	b.Sound("moved")
	press("ArrowLeft", true)
	b.Until(`document.getElementById("board-said").textContent.includes("нет столбца")`)
	if path := b.Path(); !strings.HasPrefix(path, "/cases") {
		t.Error(path)
	}
}
