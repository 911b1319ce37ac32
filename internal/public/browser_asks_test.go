package public

import (
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"onetap/internal/browsertest"
	"onetap/internal/survey"
)

// The words' button does not answer what the page asks about the score: not by the page's form, with any spelling of it.
func TestWordsDoNotAnswerTheQuestion(t *testing.T) {
	t.Parallel()
	seven := "7 true "
	for name, c := range map[string]struct{ form, want string }{
		"the letter's score, words":     {"score=2&asked=2&why=x&why_was=0&seen=1", seven + `"x" "" v2`},
		"the letter's score, no words":  {"score=2&asked=2&why=&why_was=0&seen=1", seven + `"" "" v1`},
		"a wish beside it":              {"score=10&asked=10&wish=y&wish_was=0&seen=1", seven + `"" "y" v2`},
		"an old page":                   {"score=2&asked=2&why=x&why_was=0", seven + `"x" "" v2`},
		"another was chosen meanwhile":  {"score=5&asked=2&why=x&why_was=0&seen=1", `5 true "x" "" v2`},
		"the score's own button":        {"score=2&why=&why_was=0&seen=1", `2 true "" "" v2`},
		"what is recorded is no change": {"score=7&asked=7&why=x&why_was=0&seen=1", seven + `"x" "" v2`},
		"no number":                     {"score=2&asked=abc&why=x&why_was=0&seen=1", `2 true "x" "" v2`},
	} {
		s := newStage(t)
		s.do("POST", "/r/TOKEN", "score=7&gesture=button&digest=a")
		if w := s.do("POST", "/r/TOKEN", c.form+"&gesture=button&digest=b"); w.Code != 303 || s.state() != c.want {
			t.Errorf("%s: %d, stored is %s, want %s", name, w.Code, s.state(), c.want)
		}
	}
}

// In a browser: the forwarded link's other score is not sent with words, and goes on being a question. (Clicks, not taps,
// here and below: two taps at once are a browser's own gesture.)
func TestBrowserWordsBesideAQuestion(t *testing.T) {
	t.Parallel()
	for _, script := range []bool{true, false} {
		s := newStage(t)
		s.do("POST", "/r/TOKEN", "score=4&gesture=button&digest=a")
		ctx, site := browser(t, s)
		browsertest.Run(t, ctx, browsertest.Phone(390), browsertest.Command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !script}),
			chromedp.Navigate(site+"/r/"+s.token+"/8"), chromedp.SendKeys("#wish", "чай"), browsertest.ClickOn("#words button"), says("Спасибо! Мы обязательно это прочитаем."))
		if got := s.state(); got != `4 true "" "чай" v2` {
			t.Errorf("with script %v stored is %s", script, got)
		}
		if got := evaluate[[]string](t, ctx, `[`+chosenNow+`, document.getElementById("note").textContent]`); got[0] != "8" || got[1] != "Сейчас записана оценка 4. Чтобы изменить её на 8, нажмите кнопку." {
			t.Errorf("with script %v the page shows %q", script, got)
		}
		browsertest.Run(t, ctx, browsertest.ClickOn("#score button"))
		becomes(t, s, `8 true "" "чай" v3`)
	}
}

// A score that waits for a connection stands chosen after a reload and in the other language: not the letter's, not the
// recorded one, not none.
func TestBrowserUnsentScoreStaysChosen(t *testing.T) {
	t.Parallel()
	for _, recorded := range []bool{false, true} {
		s := newStage(t)
		if recorded {
			s.do("POST", "/r/TOKEN", "score=3&gesture=button&digest=a")
		}
		r := newRoad(s)
		ctx, site := browser(t, s)
		browsertest.Run(t, ctx, browsertest.Phone(390), chromedp.Navigate(site+"/r/"+s.token+"/9"))
		r.way.Store(unsent)
		browsertest.Run(t, ctx, browsertest.ClickOn("#score label:nth-child(7)"), says("Ещё не отправлено"))
		is := func(when string) {
			t.Helper()
			if got := evaluate[string](t, ctx, chosenNow); got != "6" {
				t.Errorf("recorded %v: %s %s is chosen, want 6", recorded, when, got)
			}
		}
		is("at first")
		browsertest.Run(t, ctx, chromedp.Reload(), says("Ещё не отправлено"))
		is("after a reload")
		browsertest.Run(t, ctx, browsertest.ClickOn("button[name=look]"), browsertest.True(`document.documentElement.lang == "en"`), says("Not sent yet"))
		is("in the other language")
		r.way.Store(arrived)
		browsertest.Run(t, ctx, chromedp.Evaluate[chromedp.Void](`dispatchEvent(new Event("online"))`), says("Thank you! Your score is 6."))
		is("when it has arrived")
		browsertest.Run(t, ctx, chromedp.Reload(), says("Thank you! Your score is 6."))
		is("when it is opened again")
	}
}

// A reload shows what the person has last made of the words: longer, none at all, sent into a tunnel or not sent yet.
func TestBrowserLastWordsStay(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	r := newRoad(s)
	ctx, site := browser(t, s)
	browsertest.Run(t, ctx, browsertest.Phone(390), chromedp.Navigate(site+"/r/"+s.token+"/9"), browsertest.Tap(195, 30), says("Спасибо!"))
	write := func(words string) browsertest.Step {
		return chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`{const w = document.getElementById("why"); w.value = %q; w.dispatchEvent(new Event("input", {bubbles: true}))}`, words))
	}
	reloaded := func(want string) {
		t.Helper()
		browsertest.Run(t, ctx, chromedp.Reload(), browsertest.Shown("#words"))
		if got := evaluate[string](t, ctx, `document.getElementById("why").value`); got != want {
			t.Errorf("the field holds %q, want %q", got, want)
		}
	}
	browsertest.Run(t, ctx, write("слова"), browsertest.ClickOn("#words button"))
	becomes(t, s, `9 true "слова" "" v2`)
	browsertest.Run(t, ctx, says("Спасибо! Мы"), write(""))
	reloaded("") // emptied, not sent
	browsertest.Run(t, ctx, browsertest.ClickOn("#words button"))
	becomes(t, s, `9 true "" "" v3`)
	browsertest.Run(t, ctx, browsertest.Shown("#again"), browsertest.ClickOn("#again"))
	r.way.Store(unsent)
	browsertest.Run(t, ctx, write("раз"), browsertest.ClickOn("#words button"), says("Ещё не"), write("раз-два"), browsertest.ClickOn("#words button"), chromedp.Sleep(100*time.Millisecond))
	reloaded("раз-два") // the later of two in a tunnel
	browsertest.Run(t, ctx, write(""), browsertest.ClickOn("#words button"), chromedp.Sleep(100*time.Millisecond))
	reloaded("")
	r.way.Store(arrived)
	browsertest.Run(t, ctx, chromedp.Evaluate[chromedp.Void](`dispatchEvent(new Event("online"))`))
	becomes(t, s, `9 true "" "" v6`)
	browsertest.Run(t, ctx, says("Спасибо! Мы"), browsertest.Shown("#again"), browsertest.ClickOn("#again"))
	r.way.Store(sending) // on a slow network the second goes before the first is answered
	browsertest.Run(t, ctx, write("три"), browsertest.ClickOn("#words button"), says("Отправляем"), write("три-четыре"), browsertest.ClickOn("#words button"))
	r.way.Store(arrived)
	becomes(t, s, `9 true "три-четыре" "" v8`)
}

// Words on a test page leave its score as it was.
func TestBrowserTestLinkKeepsItsScore(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ctx, site := browser(t, s)
	browsertest.Run(t, ctx, browsertest.Phone(390), chromedp.Navigate(site+"/r/"+s.test+"/4"), browsertest.Tap(195, 30), browsertest.Shown("#words"),
		chromedp.SendKeys("#why", "проба"), browsertest.ClickOn("#words button"), says("Спасибо! Мы обязательно это прочитаем."))
	if got := evaluate[string](t, ctx, chosenNow); got != "4" || s.state() != "nothing" {
		t.Errorf("%s is chosen, stored is %s", got, s.state())
	}
}

// A survey that closes while its page is open says so and offers nothing more, whatever was done before.
func TestBrowserClosedMeanwhile(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]browsertest.Step{
		"nothing": chromedp.Steps(),
		"a score": chromedp.Steps(browsertest.Tap(195, 30), says("Спасибо! Ваша оценка — 9.")),
		"words":   chromedp.Steps(browsertest.Tap(195, 30), says("Спасибо!"), chromedp.SendKeys("#why", "x"), browsertest.ClickOn("#words button"), says("Спасибо! Мы"), browsertest.ClickOn("#again")),
	} {
		s := newStage(t)
		ctx, site := browser(t, s)
		browsertest.Run(t, ctx, browsertest.Phone(390), chromedp.Navigate(site+"/r/"+s.token+"/9"), before)
		s.mu.Lock()
		s.campaign(func(c *survey.Campaign) { c.State = survey.Closed })
		s.mu.Unlock()
		was := s.state()
		browsertest.Run(t, ctx, browsertest.ClickOn("#score label:nth-child(3)"), says("Опрос завершён"))
		offers := evaluate[int](t, ctx, `[...document.querySelectorAll("#score button, #score label, #note, #keep, textarea, #words button")].filter(e => e.offsetHeight).length`)
		if offers > 0 || s.state() != was {
			t.Errorf("after %s: %d things are offered, stored is %s", name, offers, s.state())
		}
	}
}
