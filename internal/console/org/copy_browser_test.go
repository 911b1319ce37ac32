package org_test

import (
	"testing"

	"github.com/chromedp/chromedp"

	"onetap/internal/browsertest"
	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
)

// The button beside a new token copies it by the browser's clipboard; where that is refused, or there is none, as on a page that
// did not come over HTTPS, by the older command.
func TestBrowserCopiesToken(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	b := w.Tab("administrator", 390, "ru")
	for name, clipboard := range map[string]string{
		"clipboard": `const write = navigator.clipboard.writeText.bind(navigator.clipboard); navigator.clipboard.writeText = async (s) => { await write(s); window.copied = s; };`,
		"refused":   `navigator.clipboard.writeText = () => Promise.reject(new Error("refused"));`,
		"none":      `Object.defineProperty(navigator, "clipboard", {value: undefined});`,
	} {
		b.Go("/settings/tokens")
		b.Type("#name", name)
		b.ClickTo("main form.card button", "#token")
		b.Until(`(() => { window.copied = ""; addEventListener("copy", () => { window.copied = document.activeElement.value; }); ` + clipboard + ` return true })()`)
		b.Click("[data-copy]")
		b.Until(`(() => { const e = document.querySelector("[data-copy]"); return e.textContent === e.dataset.copied })()`)
		if got := browsertest.Ask(t, b.Context, chromedp.Evaluate[bool](`window.copied.length > 20 && window.copied === document.querySelector("#token").value`)); !got {
			t.Errorf("%s: the button says that it has copied, and it has not", name)
		}
	}
}
