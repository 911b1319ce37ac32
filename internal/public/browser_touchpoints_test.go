package public

import (
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"onetap/internal/browsertest"
	"onetap/internal/survey"
)

// In a browser: a tap on a rating is sent by itself, and what is tapped within a moment together; without the script the page's button sends it. What a script clicks is not sent.
func TestBrowserTouchpoints(t *testing.T) {
	t.Parallel()
	for _, script := range []bool{true, false} {
		s := newStage(t)
		s.campaign(askedOf(3))
		s.do("POST", "/r/TOKEN", "score=9&gesture=button&digest=a")
		ctx, site := browser(t, s)
		browsertest.Run(t, ctx, browsertest.Phone(390), browsertest.Command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !script}),
			chromedp.Navigate(site+"/r/"+s.token))
		if script {
			evaluate[bool](t, ctx, `(document.querySelector('[name=t3][value=w]').click(), true)`)
			time.Sleep(1500 * time.Millisecond)
			if got := s.ratings(); got != "" {
				t.Errorf("a script has rated: %q", got)
			}
			browsertest.Run(t, ctx, chromedp.Reload())
		}
		browsertest.Run(t, ctx, browsertest.ClickOn(".rate:nth-of-type(1) label:nth-child(3)"), browsertest.ClickOn(".rate:nth-of-type(2) label:nth-child(1)"))
		if !script {
			browsertest.Run(t, ctx, browsertest.ClickOn("#words button"))
		}
		want, until := survey.Ratings("t1w t2p"), time.Now().Add(10*time.Second)
		for s.ratings() != want && time.Now().Before(until) {
			time.Sleep(20 * time.Millisecond)
		}
		if got := s.ratings(); got != want {
			t.Errorf("with script %v stored is %q, want %q", script, got, want)
		}
		if s.state() != `9 true "" "" v2` {
			t.Errorf("with script %v: %s", script, s.state())
		}
	}
}
