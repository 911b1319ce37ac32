package public

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"onetap/internal/browsertest"
	"onetap/internal/survey"
)

// A letter's score is confirmed by the lower half of the screen, on every screen, with and without the script; once it is
// counted, the half is gone.
func TestBrowserLowerHalfConfirms(t *testing.T) {
	t.Parallel()
	for _, screen := range []struct{ width, height int64 }{{320, 568}, {390, 844}, {844, 390}, {1280, 800}} {
		for _, script := range []bool{true, false} {
			s := newStage(t)
			ctx, site := browser(t, s)
			w, h := float64(screen.width), float64(screen.height)
			browsertest.Run(t, ctx, browsertest.Phone(screen.width),
				browsertest.Command(emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: screen.width, Height: screen.height, DeviceScaleFactor: 1, Mobile: true}),
				browsertest.Command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !script}),
				chromedp.Navigate(site+"/r/"+s.token+"/9"))
			// The corners of the lower half, and that nothing of the scale is under it where there is room for both.
			got := evaluate[[]string](t, ctx, `[[1, innerHeight / 2 + 30], [innerWidth - 1, innerHeight / 2 + 30], [30, innerHeight - 2], [innerWidth - 30, innerHeight - 2]].map(([x, y]) => document.elementFromPoint(x, y).textContent)`)
			for _, text := range got {
				if text != "Ещё один шаг: подтвердите 9" {
					t.Errorf("%v, script %v: the lower half says %q", screen, script, got)
				}
			}
			if end := evaluate[float64](t, ctx, `(scrollTo(0, 1e6), document.querySelector("form").lastElementChild.getBoundingClientRect().bottom)`); end > h/2 {
				t.Errorf("%v: the end of the page is at %v, under the button", screen, end)
			}
			browsertest.Run(t, ctx, browsertest.Tap(w/2, h-10))
			becomes(t, s, `9 true "" "" v1`)
			browsertest.Run(t, ctx, says("Спасибо! Ваша оценка — 9."))
			if says := evaluate[string](t, ctx, `document.body.innerText`); strings.Contains(says, "Ещё один шаг") || !strings.Contains(says, "Спасибо! Ваша оценка — 9.") {
				t.Errorf("%v, script %v: afterwards the page says %q", screen, script, says)
			}
		}
	}
}

// Who is heard and who is not, of all ways to be on the page: what docs/verification.md says. What stands there of people
// is measured here; of scanners in TestScannersNeverVote.
func TestBrowserWhoIsVerified(t *testing.T) {
	t.Parallel()
	const verified, unverified, nothing = `9 true "" "" v1`, `9 false "" "" v1`, "nothing"
	leaves := chromedp.Navigate("about:blank")
	mouse := func(kind input.DispatchMouseEventType, deltaY float64) browsertest.Step {
		return browsertest.Command(input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: kind, X: 300, Y: 200, DeltaX: 0.001, DeltaY: deltaY})
	}
	scripts := func(on bool) browsertest.Step {
		return browsertest.Command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on})
	}
	for name, c := range map[string]struct {
		does []browsertest.Step
		want string
	}{
		"closes the page at once":                        {[]browsertest.Step{leaves}, unverified},
		"reads for ten seconds, touches nothing, leaves": {[]browsertest.Step{chromedp.Sleep(10 * time.Second), leaves}, unverified},
		"moves the mouse over the page and leaves":       {[]browsertest.Step{mouse("mouseMoved", 0), leaves}, unverified},
		"taps anywhere":                                  {[]browsertest.Step{browsertest.Tap(195, 30)}, verified},
		"clicks anywhere":                                {[]browsertest.Step{chromedp.MouseClickXY(300, 30)}, verified},
		"turns the wheel":                                {[]browsertest.Step{browsertest.Shown("#score"), chromedp.Sleep(time.Second), mouse("mouseWheel", 120)}, verified},
		"presses any key":                                {[]browsertest.Step{press(kb.ArrowDown)}, verified},
		"presses the button by keyboard":                 {[]browsertest.Step{chromedp.Evaluate[chromedp.Void](`document.querySelector("#score button").focus()`), press(kb.Enter)}, verified},
		"has no script and leaves":                       {[]browsertest.Step{leaves}, nothing},
		"has no script and presses the button":           {[]browsertest.Step{browsertest.TapOn("#score button")}, verified},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			ctx, site := browser(t, s)
			if strings.Contains(name, "taps") {
				browsertest.Run(t, ctx, browsertest.Phone(390))
			}
			browsertest.Run(t, ctx, scripts(!strings.Contains(name, "no script")), chromedp.Navigate(site+"/r/"+s.token+"/9"))
			browsertest.Run(t, ctx, c.does...)
			if c.want == nothing {
				browsertest.Run(t, ctx, chromedp.Sleep(300*time.Millisecond))
			}
			becomes(t, s, c.want)
		})
	}
}

// Words that have arrived end it: thanks, nothing to fill in, and a way back. What was asked about the score goes when the
// score has changed.
func TestBrowserEnds(t *testing.T) {
	t.Parallel()
	for _, script := range []bool{true, false} {
		s := newStage(t)
		s.do("POST", "/r/TOKEN", "score=4&gesture=button&digest=a")
		ctx, site := browser(t, s)
		browsertest.Run(t, ctx, browsertest.Phone(390), browsertest.Command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !script}),
			chromedp.Navigate(site+"/r/"+s.token+"/8"), browsertest.Shown("#note"), browsertest.ClickOn("#score button"))
		becomes(t, s, `8 true "" "" v2`)
		browsertest.Run(t, ctx, says("Спасибо! Ваша оценка — 8."))
		if note := evaluate[int](t, ctx, `document.getElementById("note").offsetHeight + document.getElementById("keep").offsetHeight`); note != 0 {
			t.Errorf("script %v: the question about the old score still stands there", script)
		}
		browsertest.Run(t, ctx, chromedp.SendKeys("#why", "чай"), browsertest.ClickOn("#words button"), browsertest.Shown("#end"), says("Спасибо! Мы обязательно это прочитаем."))
		becomes(t, s, `8 true "чай" "" v3`)
		if got := evaluate[string](t, ctx, `document.querySelector("form").innerText.trim().replace(/\s+/g, " ")`); got != "Спасибо! Мы обязательно это прочитаем. Это всё, страницу можно закрыть. Пока опрос открыт, ответ можно изменить. Изменить ответ English" {
			t.Errorf("script %v: the last page says %q", script, got)
		}
		browsertest.Run(t, ctx, browsertest.ClickOn("#again"), browsertest.Shown("#words"), browsertest.ClickOn("#score label:nth-child(10)"))
		if !script {
			browsertest.Run(t, ctx, browsertest.ClickOn("#score button"))
		}
		becomes(t, s, `9 true "чай" "" v4`)
	}
}

// A survey that is over says whose it was and how to reach them: as the company has said, else where the letter came from.
func TestClosedSurveySaysWhose(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for _, c := range []struct{ contact, sender, want string }{
		{"+7 495 000-00-00, help@example.ru", "Пример <opros@example.ru>", "Связаться с компанией: +7 495 000-00-00, help@example.ru"},
		{"", "Пример <opros@example.ru>", "Связаться с компанией можно по адресу opros@example.ru"},
		{"", "", "ответьте на письмо"},
		{"<script>", "", "&lt;script&gt;"},
	} {
		s.campaign(func(k *survey.Campaign) {
			k.Company, k.Contact, k.Sender, k.State = "Ромашка", c.contact, c.sender, survey.Closed
		})
		s.now = s.now.Add(time.Minute)
		for _, path := range []string{"/r/TOKEN", "/r/TOKEN/9"} {
			w := s.do("GET", path, "")
			if page := unbroken(w); w.Code != 410 || !strings.Contains(page, "Это был опрос компании «Ромашка».") || !strings.Contains(page, c.want) || strings.Contains(page, "<form") {
				t.Errorf("%s, %+v: %d %s", path, c, w.Code, page)
			}
		}
		if w := s.do("POST", "/r/TOKEN", "score=9&gesture=button", "Accept: application/json"); w.Code != 410 || !strings.Contains(w.Body.String(), `"code":"survey_closed"`) {
			t.Errorf("to a script: %d %s", w.Code, w.Body)
		}
	}
}
