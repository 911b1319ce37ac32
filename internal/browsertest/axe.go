package browsertest

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/chromedp/chromedp"

	"onetap/internal/local/localtest"
)

// look runs axe-core; what was seen goes in, and what is new of it comes out with what is wrong.
//
//go:embed axe.js
var look string

var axeMissing sync.Once

// axe runs axe-core on the page, all of its rules or those alone that width and theme change. It comes from npm; where it is not installed, the rest of the test goes on and says so.
func (b *Tab) axe(again bool) []string {
	b.t.Helper()
	top := filepath.Dir(localtest.Template(b.t))
	source, err := os.ReadFile(filepath.Join(top, "internal", "browsertest", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		axeMissing.Do(func() {
			b.t.Log("axe-core is not installed: what it would find is not looked for (npm ci --prefix internal/browsertest)")
		})
		return nil
	}
	seen, err := json.Marshal(append([]string{}, b.seen...))
	if err != nil {
		b.t.Fatal(err)
	}
	Run(b.t, b.Context, chromedp.Evaluate[chromedp.Void](string(source)+";0"))
	found := Ask(b.t, b.Context, chromedp.Evaluate[struct{ Fresh, Wrong []string }](fmt.Sprintf("(%s)(%s, %v)", look, seen, again), chromedp.EvalAwaitPromise))
	b.seen = append(b.seen, found.Fresh...)
	return found.Wrong
}
