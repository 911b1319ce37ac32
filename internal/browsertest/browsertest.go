// Package browsertest looks at pages in a real Chromium: what a person would do there, what the console says, and what
// axe-core finds. Where there is no Chromium the test that asks for one is skipped, and says how to get it.
package browsertest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// Start gives a test an empty tab of its own in the package's Chromium: a profile of its own, so that cookies, storage and what is in the
// cache are nobody else's.
func Start(t testing.TB) context.Context {
	t.Helper()
	if testing.Short() {
		t.Skip("a browser takes long: make test tries the page in it")
	}
	path := chromium()
	if path == "" {
		t.Skip("no Chromium here: the page is not tried in a browser (apt-get install chromium)")
	}
	browser := shared.use(t, path)
	ctx, closeTab := chromedp.NewContext(browser, chromedp.WithNewBrowserContext(), chromedp.WithNewWindow(true))
	t.Cleanup(closeTab)
	ctx, timeout := context.WithTimeout(ctx, timeLimit)
	t.Cleanup(timeout)
	return ctx
}

// chromium is the path of the browser, empty where there is none.
func chromium() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if p, err := exec.LookPath(name); err == nil {
			return p
		}
	}
	return ""
}

// shared is the Chromium of this test program. The first test that needs it starts it, and it ends with the last of those that run at once.
var shared browser

type browser struct {
	mu    sync.Mutex
	users int
	ctx   context.Context
	stop  func()
}

// use returns a context that has the browser, for a test and until its end.
func (b *browser) use(t testing.TB, path string) context.Context {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.users == 0 {
		if err := b.start(path); err != nil {
			t.Fatal(err)
		}
	}
	b.users++
	t.Cleanup(func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		if b.users--; b.users == 0 {
			b.stop()
		}
	})
	return b.ctx
}

func (b *browser) start(path string) error {
	profile, err := os.MkdirTemp("", "chromium")
	if err != nil {
		return err
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.Flag("disable-gpu", true), chromedp.Flag("disable-dev-shm-usage", true), chromedp.UserDataDir(profile))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, closeBrowser := chromedp.NewContext(allocator)
	b.ctx, b.stop = ctx, func() {
		closeBrowser()
		stop()
		_ = os.RemoveAll(profile) // what is left there is in a folder for what may be lost
	}
	if err := chromedp.Do(ctx); err != nil {
		b.stop()
		return fmt.Errorf("start %s: %w", path, err)
	}
	return nil
}

// timeLimit is for a whole test, of which a machine that does other things beside needs most.
const timeLimit = 13 * time.Minute

// Tab is a tab that stays on one site and remembers what went wrong in it.
type Tab struct {
	Context context.Context
	Clicks  int // so many so far

	t       testing.TB
	site    string
	mu      sync.Mutex
	wrong   []string
	refused map[string]string // address that was answered with 4xx, and what the console says of it
	seen    []string          // letters on grounds whose contrast was looked at; see axe.js
}

// Open opens a tab for a site, "http://127.0.0.1:1234", from which it may go to others.
func Open(t testing.TB, site string, others ...string) *Tab {
	t.Helper()
	b := &Tab{Context: Start(t), t: t, site: site}
	messages := chromedp.Console(b.Context)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			if strings.HasPrefix(m.Text, "Failed to load resource: the server responded with a status of 4") {
				b.refuse(m.URL, m.Text)
			} else if m.Type == "error" || m.Type == "warning" || m.Type == chromedp.ConsoleException {
				b.note("the console says: %s (%s)", m.Text, m.URL)
			}
		}
	}()
	requests := chromedp.Events(b.Context, network.RequestWillBeSent)
	go func() {
		for e, err := range requests {
			if err != nil {
				return
			}
			if u := e.Request.URL; !within(u, append(others, site)) && !strings.HasPrefix(u, "data:") && !strings.HasPrefix(u, "blob:") && !strings.HasPrefix(u, "about:") {
				b.note("a request leaves the site: %s", u)
			}
		}
	}()
	Run(t, b.Context, Command(network.Enable, network.EnableParams{}))
	return b
}

func within(address string, sites []string) bool {
	return slices.ContainsFunc(sites, func(site string) bool { return address == site || strings.HasPrefix(address, site+"/") })
}

func (b *Tab) note(format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.wrong = append(b.wrong, fmt.Sprintf(format, args...))
}

func (b *Tab) refuse(address, text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.refused == nil {
		b.refused = map[string]string{}
	}
	b.refused[address] = text
}

// Look sets the width in CSS pixels (below 500 a phone), the colour scheme and the browser's language.
func (b *Tab) Look(width int64, dark bool, language string) {
	b.t.Helper()
	scheme := map[bool]string{true: "dark", false: "light"}[dark]
	Run(b.t, b.Context,
		Command(emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: 844, DeviceScaleFactor: 1, Mobile: width < 500}),
		Command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}))
	Run(b.t, b.Context, Command(network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: network.Headers{"Accept-Language": language}}))
}

// Paper shows the page as a sheet of A4 with margins of 14 mm would, from a screen that is dark or light.
func (b *Tab) Paper(dark bool) {
	b.t.Helper()
	scheme := map[bool]string{true: "dark", false: "light"}[dark]
	Run(b.t, b.Context,
		Command(emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: 688, Height: 1017, DeviceScaleFactor: 1}),
		Command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print", Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}))
}

// Go opens a path of the site.
func (b *Tab) Go(path string) {
	b.t.Helper()
	Run(b.t, b.Context, chromedp.Navigate(b.site+path))
}

// Path is where the tab is now, with its query.
func (b *Tab) Path() string {
	b.t.Helper()
	u, err := url.Parse(Ask(b.t, b.Context, chromedp.Location()))
	if err != nil {
		b.t.Fatal(err)
	}
	return u.RequestURI()
}

// Click clicks on the first element of a selector, and counts it.
func (b *Tab) Click(selector string) {
	b.t.Helper()
	b.Clicks++
	Run(b.t, b.Context, Shown(selector), ClickOn(selector))
}

// ClickTo is Click that leads to another page, and waits until that is there with an element.
func (b *Tab) ClickTo(selector, then string) {
	b.t.Helper()
	Run(b.t, b.Context, chromedp.Evaluate[chromedp.Void](`window.stillHere = true`))
	b.Click(selector)
	Run(b.t, b.Context, True(fmt.Sprintf(`!window.stillHere && document.readyState === "complete" && !!document.querySelector(%q)`, then)))
}

// Drag drags the middle of an element onto another with the mouse.
func (b *Tab) Drag(selector, onto string) {
	b.t.Helper()
	b.Wait(selector)
	b.Wait(onto)
	at := Ask(b.t, b.Context, chromedp.Evaluate[[]float64](fmt.Sprintf(
		`(() => {const [e, o] = [document.querySelector(%q), document.querySelector(%q)]; e.scrollIntoView({block: "nearest", behavior: "instant"}); const m = (x) => {const r = x.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]}; return [...m(e), ...m(o)]})()`, selector, onto)))
	mouse := func(kind input.DispatchMouseEventType, x, y float64, down int64) Step {
		p := input.DispatchMouseEventParams{Type: kind, X: x, Y: y, Button: input.MouseButtonLeft, Buttons: down, ClickCount: 1}
		return Command(input.DispatchMouseEvent, p)
	}
	Run(b.t, b.Context,
		mouse(chromedp.MousePressed, at[0], at[1], 1), mouse(chromedp.MouseMoved, at[0]+20, at[1]+5, 1), mouse(chromedp.MouseMoved, (at[0]+at[2])/2, (at[1]+at[3])/2, 1),
		mouse(chromedp.MouseMoved, at[2], at[3], 1), mouse(chromedp.MouseReleased, at[2], at[3], 0))
}

// Type writes into a field, after what stands there.
func (b *Tab) Type(selector, text string) {
	b.t.Helper()
	Run(b.t, b.Context, Shown(selector), chromedp.SendKeys(selector, text))
}

// Key types where the focus is, as on a keyboard.
func (b *Tab) Key(keys string) {
	b.t.Helper()
	Run(b.t, b.Context, chromedp.KeyEvent(keys))
}

// Set gives a field a value, as choosing or typing it anew would.
func (b *Tab) Set(selector, value string) {
	b.t.Helper()
	Run(b.t, b.Context, chromedp.Evaluate[chromedp.Void](fmt.Sprintf(
		`{const e = document.querySelector(%q); e.value = %q; e.dispatchEvent(new Event("input", {bubbles: true})); e.dispatchEvent(new Event("change", {bubbles: true}))}`, selector, value)))
}

// File chooses a file.
func (b *Tab) File(selector, path string) {
	b.t.Helper()
	Run(b.t, b.Context, chromedp.SetUploadFiles(selector, []string{path}))
}

// Text is what an element says, once it is there: an address changes before its page is.
func (b *Tab) Text(selector string) string {
	b.t.Helper()
	Run(b.t, b.Context, True(fmt.Sprintf(`!!document.querySelector(%q)`, selector)))
	return strings.TrimSpace(Ask(b.t, b.Context, chromedp.Evaluate[string](fmt.Sprintf(`document.querySelector(%q).innerText`, selector))))
}

// Height is how high an element is, in px.
func (b *Tab) Height(selector string) float64 {
	b.t.Helper()
	return Ask(b.t, b.Context, chromedp.Evaluate[float64](fmt.Sprintf(`document.querySelector(%q).getBoundingClientRect().height`, selector)))
}

// Wait waits until an element is shown.
func (b *Tab) Wait(selector string) {
	b.t.Helper()
	Run(b.t, b.Context, Shown(selector))
}

// Until waits until an expression is true.
func (b *Tab) Until(expression string) {
	b.t.Helper()
	Run(b.t, b.Context, True(expression))
}

// Sound fails the test for what is wrong with the page as it is shown: what axe-core finds (WCAG 2.2 A and AA, best
// practices), a page wider than the screen, and what the console said or the network did since the last time. That the page
// itself is a refusal, a form with what is wrong in it, is nothing wrong.
func (b *Tab) Sound(name string) { b.t.Helper(); b.sound(name, false) }

// SoundAgain is Sound for a page that was sound in another width, theme or language: of axe-core's rules only those are looked at that these change.
func (b *Tab) SoundAgain(name string) { b.t.Helper(); b.sound(name, true) }

func (b *Tab) sound(name string, again bool) {
	b.t.Helper()
	if over := Ask(b.t, b.Context, chromedp.Evaluate[float64](`document.documentElement.scrollWidth - innerWidth`)); over > 0 {
		b.note("the page is %v px wider than the screen", over)
	}
	for _, v := range b.axe(again) {
		b.note("axe: %s", v)
	}
	here := Ask(b.t, b.Context, chromedp.Location())
	b.mu.Lock()
	for address, text := range b.refused {
		if address != here {
			b.wrong = append(b.wrong, "the console says: "+text+" ("+address+")")
		}
	}
	b.refused = nil
	defer b.mu.Unlock()
	for _, w := range b.wrong {
		b.t.Errorf("%s: %s", name, w)
	}
	b.wrong = nil
}

// Shot writes a picture of the whole page.
func (b *Tab) Shot(file string) {
	b.t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(file, Ask(b.t, b.Context, chromedp.FullScreenshot(100)), 0o644); err != nil {
		b.t.Fatal(err)
	}
}
