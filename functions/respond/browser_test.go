package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"onetap/internal/survey"
)

var screenshots = flag.String("screenshots", "", "write pictures of the pages into this folder")

// browser starts one Chromium for a test; each test talks to its own stage over a real port.
func browser(t *testing.T, s *stage) (ctx context.Context, site string) {
	t.Helper()
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		t.Skip("no Chromium here: the page's script is not tried in a browser (apt-get install chromium)")
	}
	server := httptest.NewServer(s.handler)
	t.Cleanup(server.Close)
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.Flag("disable-gpu", true), chromedp.Flag("disable-dev-shm-usage", true), chromedp.UserDataDir(t.TempDir()))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, closeTab := chromedp.NewContext(allocator)
	t.Cleanup(closeTab)
	ctx, timeout := context.WithTimeout(ctx, 90*time.Second)
	t.Cleanup(timeout)
	return ctx, server.URL
}

type step = chromedp.Action[chromedp.Void]

func run(t *testing.T, ctx context.Context, steps ...step) {
	t.Helper()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

// ask runs an action that answers.
func ask[T any](t *testing.T, ctx context.Context, a chromedp.Action[T]) T {
	t.Helper()
	v, err := chromedp.Run(ctx, a)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func command[P any](c cdp.Command[P, cdp.Empty], params P) step {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, c, params)
		return err
	})
}

// phone makes the tab a phone of that width.
func phone(width int64) step {
	return chromedp.Steps(
		command(emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: 844, DeviceScaleFactor: 2, Mobile: true}),
		command(emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: true}))
}

// tap is a finger on a point of the screen: trusted touch and pointer events, as a person's.
func tap(x, y float64) step {
	return chromedp.Steps(
		command(input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: "touchStart", TouchPoints: []*input.TouchPoint{{X: x, Y: y}}}),
		command(input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: "touchEnd", TouchPoints: []*input.TouchPoint{}}))
}

// tapOn is a finger on the middle of an element, once the page stands still: a busy machine may still be laying it out.
func tapOn(selector string) step {
	where := fmt.Sprintf(
		`(e => {e.scrollIntoView({block: "center"}); const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]})(document.querySelector(%q))`, selector)
	return func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		var last []float64
		for {
			at, err := chromedp.Evaluate[[]float64](where)(ctx, t)
			if err != nil {
				return chromedp.Void{}, err
			}
			if slices.Equal(at, last) {
				return tap(at[0], at[1])(ctx, t)
			}
			last = at
			time.Sleep(150 * time.Millisecond)
		}
	}
}

// shown waits until an element takes room on the page.
func shown(selector string) step {
	return func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		for {
			ok, err := chromedp.Evaluate[bool](fmt.Sprintf(`!!document.querySelector(%q)?.offsetHeight`, selector))(ctx, t)
			if ok {
				return chromedp.Void{}, nil
			}
			if ctx.Err() != nil {
				return chromedp.Void{}, errors.Join(ctx.Err(), err)
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
}

// becomes waits until what is stored is as wanted.
func becomes(t *testing.T, s *stage, want string) {
	t.Helper()
	for end := time.Now().Add(12 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if s.state() == want {
			return
		}
	}
	t.Fatalf("stored is %s, want %s", s.state(), want)
}

func TestBrowserTap(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ctx, site := browser(t, s)
	run(t, ctx, phone(390), chromedp.Navigate(site+"/r/"+s.token+"/9"), tap(195, 30))
	becomes(t, s, `9 true "" "" v1`)
	run(t, ctx, shown("#words"))
	if said := ask(t, ctx, chromedp.Text("#say")); said != "Спасибо! Ваша оценка — 9." {
		t.Errorf("the page says %q", said)
	}
	run(t, ctx, chromedp.SendKeys("#why", "всё быстро"), chromedp.SendKeys("#wish", "чай"), tapOn("#words button"))
	becomes(t, s, `9 true "всё быстро" "чай" v2`)
	run(t, ctx, tapOn(`#score label:nth-child(4)`))
	becomes(t, s, `3 true "всё быстро" "чай" v3`)
	run(t, ctx, chromedp.SendKeys("#why", " и дорого"), tapOn("#words button"))
	becomes(t, s, `3 true "всё быстро и дорого" "чай" v4`)
	// Opened again, and the link of another score: only the button changes it.
	run(t, ctx, chromedp.Navigate(site+"/r/"+s.token+"/9"), tap(195, 30), chromedp.Sleep(300*time.Millisecond))
	becomes(t, s, `3 true "всё быстро и дорого" "чай" v4`)
	run(t, ctx, chromedp.Sleep(time.Second), tapOn("#score button")) // two taps at once are a browser's own gesture
	becomes(t, s, `9 true "всё быстро и дорого" "чай" v5`)
}

// What an earlier visit left unsent is sent when the page opens again, and leaves the button of this visit's score alone.
func TestBrowserWaitingPostLeavesTheButton(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ctx, site := browser(t, s)
	run(t, ctx, phone(390), chromedp.Navigate(site+"/r/"+s.token+"/3"), tap(195, 30))
	becomes(t, s, `3 true "" "" v1`)
	run(t, ctx, shown("#words"))
	kept := fmt.Sprintf(`localStorage.setItem("onetap/r/%s", '[{"score":"3","gesture":"gesture","digest":"waited"}]'); 0`, s.token)
	ask(t, ctx, chromedp.Evaluate[int](kept))
	run(t, ctx, chromedp.Navigate(site+"/r/"+s.token+"/9"))
	for end := time.Now().Add(12 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if ask(t, ctx, chromedp.Evaluate[int](`localStorage.length`)) == 0 {
			break
		}
		if time.Now().After(end) {
			t.Fatal("what waited is not sent")
		}
	}
	run(t, ctx, tapOn("#score button"))
	becomes(t, s, `9 true "" "" v2`)
}

// The first touch may be on another score: the link's own is then never sent.
func TestBrowserFirstTouchIsAnotherScore(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ctx, site := browser(t, s)
	run(t, ctx, phone(390), chromedp.Navigate(site+"/r/"+s.token+"/0"), tapOn(`#score label:nth-child(10)`))
	becomes(t, s, `9 true "" "" v1`)
}

func TestBrowserWithoutScript(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ctx, site := browser(t, s)
	run(t, ctx, phone(390), command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}), chromedp.Navigate(site+"/r/"+s.token+"/9"))
	run(t, ctx, tapOn("#score label:nth-child(8)"), tapOn("#score button"))
	becomes(t, s, `7 true "" "" v1`)
	run(t, ctx, shown("#why"), chromedp.SendKeys("#why", "ok"), tapOn("#words button"))
	becomes(t, s, `7 true "ok" "" v2`)
}

// What a mail scanner's browser does: the page's scripts run, its own scroll, nobody touches anything.
func TestBrowserOfAScanner(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ctx, site := browser(t, s)
	run(t, ctx, phone(390), chromedp.Navigate(site+"/r/"+s.token+"/9"),
		chromedp.Evaluate[chromedp.Void](`scrollTo(0, 500); document.body.click(); document.dispatchEvent(new PointerEvent("pointerdown", {bubbles: true})); document.querySelector("#score button").click()`),
		chromedp.Sleep(10*time.Second))
	if s.state() != `9 false "" "" v1` {
		t.Fatalf("stored is %s", s.state())
	}
	run(t, ctx, tap(195, 30)) // and then a person
	becomes(t, s, `9 true "" "" v2`)
}

// A phone in a tunnel: the connections break, the words wait on the page, nothing is claimed, nothing is lost.
func TestBrowserOffline(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	var tunnel atomic.Bool
	inner := s.handler
	s.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if tunnel.Load() {
			panic(http.ErrAbortHandler)
		}
		inner.ServeHTTP(w, r)
	})
	ctx, site := browser(t, s)
	page := chromedp.Navigate(site + "/r/" + s.token + "/9")
	run(t, ctx, phone(390), page)
	tunnel.Store(true)
	run(t, ctx, tap(195, 30), shown("#words"))
	if said := ask(t, ctx, chromedp.Text("#say")); !strings.HasPrefix(said, "Ещё не отправлено") || s.state() != "nothing" {
		t.Fatalf("the page says %q, stored is %s", said, s.state())
	}
	run(t, ctx, chromedp.SendKeys("#why", "в тоннеле"), tapOn("#words button"), chromedp.Sleep(200*time.Millisecond))
	tunnel.Store(false)
	run(t, ctx, chromedp.Evaluate[chromedp.Void](`dispatchEvent(new Event("online"))`))
	becomes(t, s, `9 true "в тоннеле" "" v2`)
	if said := ask(t, ctx, chromedp.Text("#say")); said != "Спасибо, мы это прочитаем." {
		t.Errorf("the page says %q", said)
	}

	// The tab is closed in the tunnel: what waits goes when the link is opened again.
	run(t, ctx, tapOn("#score label:nth-child(3)"))
	becomes(t, s, `2 true "в тоннеле" "" v3`)
	tunnel.Store(true)
	run(t, ctx, tapOn("#score label:nth-child(5)"), chromedp.Sleep(200*time.Millisecond))
	tunnel.Store(false)
	run(t, ctx, chromedp.Navigate("about:blank"), page)
	becomes(t, s, `4 true "в тоннеле" "" v4`)
}

// The page fits a narrow phone, and a finger finds every score.
func TestBrowserFits(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.do("POST", "/r/TOKEN", "score=7&gesture=button&digest=a")
	ctx, site := browser(t, s)
	for _, width := range []int64{320, 390, 1280} {
		run(t, ctx, phone(width), chromedp.Navigate(site+"/r/"+s.token))
		got := ask(t, ctx, chromedp.Evaluate[struct {
			Over  float64  `json:"over"`
			Small []string `json:"small"`
		}](`({
over: document.documentElement.scrollWidth - innerWidth,
small: [...document.querySelectorAll("#score label, button:not([hidden]), a, textarea")].map(e => [e.tagName, e.getBoundingClientRect()])
  .filter(([, r]) => r.width < 44 || r.height < 44).map(([n, r]) => n + " " + r.width + "×" + r.height)})`))
		if got.Over > 0 || len(got.Small) > 0 {
			t.Errorf("at %d px: %v px too wide, too small to tap: %v", width, got.Over, got.Small)
		}
	}
}

func TestBrowserScreenshots(t *testing.T) {
	if *screenshots == "" {
		t.Skip("pictures are taken on request: go test ./functions/respond -run Screenshots -screenshots FOLDER")
	}
	s := newStage(t)
	ctx, site := browser(t, s)
	shot := func(name, path string, width int64, dark bool) {
		scheme := map[bool]string{true: "dark", false: "light"}[dark]
		run(t, ctx, command(emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: 844, DeviceScaleFactor: 1, Mobile: width < 500}),
			command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}),
			chromedp.Navigate(site+strings.NewReplacer("TOKEN", s.token, "TEST", s.test).Replace(path)))
		picture := ask(t, ctx, chromedp.FullScreenshot(100))
		if err := os.WriteFile(filepath.Join(*screenshots, fmt.Sprintf("%s-%d-%s.png", name, width, scheme)), picture, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, width := range []int64{320, 390, 1280} {
		for _, dark := range []bool{false, true} {
			s.responses = map[survey.ContactID]survey.Response{}
			shot("chosen-ru", "/r/TOKEN/9", width, dark)
			shot("bare-en", "/r/TEST?lang=en", width, dark)
			shot("error-en", "/r/x", width, dark)
			shot("unsubscribe-ru", "/u/TOKEN", width, dark)
			s.do("POST", "/r/TOKEN", "score=6&gesture=button&digest=a")
			s.do("POST", "/r/TOKEN", "why=Долго+отвечали+на+письма&gesture=button&digest=b")
			shot("thanks-ru", "/r/TOKEN", width, dark)
			shot("change-en", "/r/TOKEN/9?lang=en", width, dark)
			shot("cut-ru", "/r/TOKEN?cut=1", width, dark)
		}
	}
}
