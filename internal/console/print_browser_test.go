package console_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"onetap/internal/browsertest"
	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

// onPaper says what is wrong with the page as it is printed: what can only be pressed stands on it, it is dark, something is
// cut off at the right, or a word that is a link on the screen is lost.
const onPaper = `(() => {
	const wrong = [], shown = (e) => e.checkVisibility({contentVisibilityAuto: true, opacityProperty: true, visibilityProperty: true}) && e.getBoundingClientRect().width > 1;
	const name = (e) => e.tagName.toLowerCase() + "." + e.className + " " + (e.innerText ?? "").slice(0, 40);
	for (const e of document.querySelectorAll("nav, .seek, button, .button, input, select, textarea, .tabs, .filters, .help, .me, .skip, form:not(.paper)")) if (shown(e)) wrong.push("to press: " + name(e));
	const light = (c) => { const [r, g, b, a] = c.match(/[\d.]+/g).map(Number); return a === 0 || (r + g + b) / 3 > 200; };
	for (const e of [document.documentElement, document.body, ...document.querySelectorAll("main, .card, table, blockquote")]) if (!light(getComputedStyle(e).backgroundColor)) wrong.push("dark: " + name(e));
	for (const e of document.querySelectorAll("main h1, main p, main td, main th, main a")) if (shown(e) && light(getComputedStyle(e).color) && !getComputedStyle(e).color.includes(", 0)")) wrong.push("too light to read: " + name(e));
	for (const e of document.querySelectorAll("main *")) if (shown(e) && !e.closest(".unseen") && e.getBoundingClientRect().right > innerWidth + 1) wrong.push("cut off: " + name(e));
	for (const e of document.querySelectorAll("main .scroll")) if (e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX !== "visible") wrong.push("scrolls: " + name(e));
	for (const e of document.querySelectorAll("main td a, main h2 a, main dd a, main blockquote a")) if (e.innerText.trim() && !shown(e)) wrong.push("lost: " + name(e));
	return [...new Set(wrong)].slice(0, 12).join("\n");
})()`

// Results, comments and a case are printed to be read: no menus, buttons or fields, light from a dark screen too, tables whole,
// names that are links still there.
func TestBrowserPrints(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	a := w.Asks("springaa", survey.Customers, "Весна 2026 с длинным названием кампании", 4)
	for i := range 90 {
		a.Answer([]string{"Север", "Юг", "Запад"}[i%3], (i*7)%11, i%14, func(r *survey.Response, _ *survey.Contact) {
			if i%3 == 0 {
				r.Why = fmt.Sprintf("Комментарий %d: три недели ждали ответа, потом прислали не тот счёт.", i)
			}
		})
	}
	a.Counted()
	mine := w.Detractor(1, "owner", "Север", "Мария Петрова", "Три недели ждали ответа.", 3, w.Now())
	b := w.Tab("administrator", 1280, "ru")
	for name, page := range map[string]struct{ path, says string }{
		"results": {"/results/springaa", "Весна 2026"},
		"answers": {"/results/springaa/answers", "три недели ждали"},
		"case":    {"/cases/" + mine.ID(), "Мария Петрова"},
	} {
		for _, dark := range []bool{false, true} {
			b.Look(1280, dark, "ru")
			b.Go(page.path)
			b.Wait("main h1")
			b.Paper(dark)
			if wrong := browsertest.Ask(t, b.Context, chromedp.Evaluate[string](onPaper)); wrong != "" {
				t.Errorf("%s, dark %v:\n%s", name, dark, wrong)
			}
			if said := b.Text("main"); !strings.Contains(strings.ReplaceAll(said, "\u00a0", " "), page.says) {
				t.Errorf("%s, dark %v: %q is not on the sheet:\n%s", name, dark, page.says, said)
			}
			consoletest.Shoot(b, fmt.Sprintf("print-%s-%v", name, dark))
		}
	}
}
