package public

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"onetap/internal/browsertest"
	"onetap/internal/survey"
)

var screenshots = flag.String("screenshots", "", "write pictures of the pages into this folder")

// browser starts one Chromium for a test; each test talks to its own stage over a real port.
func browser(t *testing.T, s *stage) (ctx context.Context, site string) {
	t.Helper()
	ctx = browsertest.Start(t)
	server := httptest.NewServer(s.handler)
	t.Cleanup(server.Close)
	return ctx, server.URL
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
	browsertest.Run(t, ctx, browsertest.Phone(390), chromedp.Navigate(site+"/r/"+s.token+"/9"), browsertest.Tap(195, 30))
	becomes(t, s, `9 true "" "" v1`)
	browsertest.Run(t, ctx, browsertest.Shown("#words"))
	if said := plain(browsertest.Ask(t, ctx, chromedp.Text("#say"))); said != "Спасибо! Ваша оценка — 9." {
		t.Errorf("the page says %q", said)
	}
	browsertest.Run(t, ctx, chromedp.SendKeys("#why", "всё быстро"), chromedp.SendKeys("#wish", "чай"), browsertest.TapOn("#words button"))
	becomes(t, s, `9 true "всё быстро" "чай" v2`)
	browsertest.Run(t, ctx, browsertest.Shown("#again"), browsertest.True(`!document.querySelector("#score").offsetHeight && !document.querySelector("#words").offsetHeight`),
		browsertest.TapOn("#again"), browsertest.TapOn(`#score label:nth-child(4)`))
	becomes(t, s, `3 true "всё быстро" "чай" v3`)
	browsertest.Run(t, ctx, chromedp.SendKeys("#why", " и дорого"), browsertest.TapOn("#words button"))
	becomes(t, s, `3 true "всё быстро и дорого" "чай" v4`)
	// Opened again, and the link of another score: only the button changes it.
	browsertest.Run(t, ctx, chromedp.Navigate(site+"/r/"+s.token+"/9"), browsertest.Tap(195, 30), chromedp.Sleep(300*time.Millisecond))
	becomes(t, s, `3 true "всё быстро и дорого" "чай" v4`)
	browsertest.Run(t, ctx, chromedp.Sleep(time.Second), browsertest.TapOn("#score button")) // two taps at once are a browser's own gesture
	becomes(t, s, `9 true "всё быстро и дорого" "чай" v5`)
}

// What an earlier visit left unsent is sent when the page opens again, and leaves the button of this visit's score alone.
func TestBrowserWaitingPostLeavesTheButton(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ctx, site := browser(t, s)
	browsertest.Run(t, ctx, browsertest.Phone(390), chromedp.Navigate(site+"/r/"+s.token+"/3"), browsertest.Tap(195, 30))
	becomes(t, s, `3 true "" "" v1`)
	browsertest.Run(t, ctx, browsertest.Shown("#words"))
	kept := fmt.Sprintf(`localStorage.setItem("onetap/r/%s", '[{"score":"3","gesture":"gesture","digest":"waited"}]'); 0`, s.token)
	browsertest.Ask(t, ctx, chromedp.Evaluate[int](kept))
	browsertest.Run(t, ctx, chromedp.Navigate(site+"/r/"+s.token+"/9"))
	for end := time.Now().Add(12 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if browsertest.Ask(t, ctx, chromedp.Evaluate[int](`localStorage.length`)) == 0 {
			break
		}
		if time.Now().After(end) {
			t.Fatal("what waited is not sent")
		}
	}
	browsertest.Run(t, ctx, browsertest.TapOn("#score button"))
	becomes(t, s, `9 true "" "" v2`)
}

// The first touch may be on another score: the link's own is then never sent.
func TestBrowserFirstTouchIsAnotherScore(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ctx, site := browser(t, s)
	browsertest.Run(t, ctx, browsertest.Phone(390), chromedp.Navigate(site+"/r/"+s.token+"/0"), browsertest.TapOn(`#score label:nth-child(10)`))
	becomes(t, s, `9 true "" "" v1`)
}

func TestBrowserWithoutScript(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ctx, site := browser(t, s)
	browsertest.Run(t, ctx, browsertest.Phone(390), browsertest.Command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}), chromedp.Navigate(site+"/r/"+s.token+"/9"))
	browsertest.Run(t, ctx, browsertest.TapOn("#score label:nth-child(8)"), browsertest.TapOn("#score button"))
	becomes(t, s, `7 true "" "" v1`)
	browsertest.Run(t, ctx, browsertest.Shown("#why"), chromedp.SendKeys("#why", "ok"), browsertest.TapOn("#words button"))
	becomes(t, s, `7 true "ok" "" v2`)
}

// What a mail scanner's browser does: the page's scripts run, its own scroll, nobody touches anything.
func TestBrowserOfAScanner(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ctx, site := browser(t, s)
	browsertest.Run(t, ctx, browsertest.Phone(390), chromedp.Navigate(site+"/r/"+s.token+"/9"),
		chromedp.Evaluate[chromedp.Void](`scrollTo(0, 500); document.body.click(); document.dispatchEvent(new PointerEvent("pointerdown", {bubbles: true})); document.querySelector("#score button").click()`),
		chromedp.Sleep(10*time.Second))
	if s.state() != `9 false "" "" v1` {
		t.Fatalf("stored is %s", s.state())
	}
	browsertest.Run(t, ctx, browsertest.Tap(195, 30)) // and then a person
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
	browsertest.Run(t, ctx, browsertest.Phone(390), page)
	tunnel.Store(true)
	browsertest.Run(t, ctx, browsertest.Tap(195, 30), browsertest.Shown("#words"), says("Ещё не отправлено"))
	if s.state() != "nothing" {
		t.Fatalf("stored is %s", s.state())
	}
	browsertest.Run(t, ctx, chromedp.SendKeys("#why", "в тоннеле"), browsertest.TapOn("#words button"), chromedp.Sleep(200*time.Millisecond))
	tunnel.Store(false)
	browsertest.Run(t, ctx, chromedp.Evaluate[chromedp.Void](`dispatchEvent(new Event("online"))`))
	becomes(t, s, `9 true "в тоннеле" "" v2`)
	browsertest.Run(t, ctx, says("Спасибо! Мы обязательно это прочитаем."), browsertest.TapOn("#again"))

	// The tab is closed in the tunnel: what waits goes when the link is opened again.
	browsertest.Run(t, ctx, browsertest.TapOn("#score label:nth-child(3)"))
	becomes(t, s, `2 true "в тоннеле" "" v3`)
	tunnel.Store(true)
	browsertest.Run(t, ctx, browsertest.TapOn("#score label:nth-child(5)"), chromedp.Sleep(200*time.Millisecond))
	tunnel.Store(false)
	browsertest.Run(t, ctx, chromedp.Navigate("about:blank"), page)
	becomes(t, s, `4 true "в тоннеле" "" v4`)
}

// The page fits a narrow phone, and a finger finds every score.
func TestBrowserFits(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.do("POST", "/r/TOKEN", "score=7&gesture=button&digest=a")
	ctx, site := browser(t, s)
	for _, width := range []int64{320, 390, 1280} {
		browsertest.Run(t, ctx, browsertest.Phone(width), chromedp.Navigate(site+"/r/"+s.token))
		got := browsertest.Ask(t, ctx, chromedp.Evaluate[struct {
			Over  float64  `json:"over"`
			Small []string `json:"small"`
		}](`({
over: document.documentElement.scrollWidth - innerWidth,
small: [...document.querySelectorAll("#score label, button, a, textarea")].filter(e => e.checkVisibility()).map(e => [e.tagName, e.getBoundingClientRect()])
  .filter(([, r]) => r.width < 44 || r.height < 44).map(([n, r]) => n + " " + r.width + "×" + r.height)})`))
		if got.Over > 0 || len(got.Small) > 0 {
			t.Errorf("at %d px: %v px too wide, too small to tap: %v", width, got.Over, got.Small)
		}
	}
}

func TestBrowserScreenshots(t *testing.T) {
	if *screenshots == "" {
		t.Skip("pictures are taken on request: go test ./internal/public -run Screenshots -screenshots FOLDER")
	}
	s := newStage(t)
	ctx, site := browser(t, s)
	shot := func(name, path string, width int64, dark bool) {
		scheme := map[bool]string{true: "dark", false: "light"}[dark]
		browsertest.Run(t, ctx, browsertest.Command(emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: 844, DeviceScaleFactor: 1, Mobile: width < 500}),
			browsertest.Command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}),
			chromedp.Navigate(site+strings.NewReplacer("TOKEN", s.token, "TEST", s.test).Replace(path)))
		picture := browsertest.Ask(t, ctx, chromedp.FullScreenshot(100))
		if err := os.WriteFile(filepath.Join(*screenshots, fmt.Sprintf("%s-%d-%s.png", name, width, scheme)), picture, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, width := range []int64{320, 390, 1280} {
		for _, dark := range []bool{false, true} {
			s.responses, s.now = map[survey.ContactID]survey.Response{}, s.now.Add(time.Minute) // nothing is remembered of what was shown
			shot("chosen-ru", "/r/TOKEN/9", width, dark)
			shot("bare-en", "/r/TEST?lang=en", width, dark)
			shot("error-en", "/r/x", width, dark)
			shot("unsubscribe-ru", "/u/TOKEN", width, dark)
			s.do("POST", "/r/TOKEN", "score=6&gesture=button&digest=a")
			s.do("POST", "/r/TOKEN", "why=Долго+отвечали+на+письма&gesture=button&digest=b")
			shot("thanks-ru", "/r/TOKEN", width, dark)
			shot("end-ru", "/r/TOKEN?saved=1", width, dark)
			shot("change-en", "/r/TOKEN/9?lang=en", width, dark)
			shot("cut-ru", "/r/TOKEN?cut=1", width, dark)
			s.now = s.now.Add(time.Minute)
			s.campaign(func(c *survey.Campaign) { c.Sender, c.State = "Пример <opros@example.ru>", survey.Closed })
			shot("closed-ru", "/r/TOKEN/9", width, dark)
			s.campaign(func(c *survey.Campaign) { c.State = survey.Open })
		}
	}
}
