package public

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"onetap/internal/browsertest"
	"onetap/internal/lang"
	"onetap/internal/survey"
)

// road is what stands between the page and the server.
type road struct {
	inner http.Handler
	way   atomic.Value // way of posts: arrived, sending (they hang until it is set anew), unsent (they break)
}

func newRoad(s *stage) *road {
	r := &road{inner: s.handler}
	r.way.Store(arrived)
	s.handler = r
	return r
}

func (r *road) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	for q.Method == http.MethodPost && r.way.Load() == sending {
		select {
		case <-q.Context().Done():
			return
		case <-time.After(5 * time.Millisecond):
		}
	}
	if q.Method == http.MethodPost && r.way.Load() == unsent {
		panic(http.ErrAbortHandler)
	}
	r.inner.ServeHTTP(w, q)
}

func press(key string) browsertest.Step { return chromedp.KeyEvent(key) }

// evaluate asks the page; no-break spaces of texts are ordinary ones here.
func evaluate[T any](t *testing.T, ctx context.Context, script string) T {
	t.Helper()
	v := browsertest.Ask(t, ctx, chromedp.Evaluate[T](script))
	switch texts := any(&v).(type) {
	case *string:
		*texts = plain(*texts)
	case *[]string:
		for i, text := range *texts {
			(*texts)[i] = plain(text)
		}
	}
	return v
}

func plain(text string) string { return strings.ReplaceAll(text, "\u00a0", " ") }

// says waits until the page says something.
func says(text string) browsertest.Step {
	return browsertest.True(fmt.Sprintf(`!!document.getElementById("say")?.textContent.replaceAll("\u00a0", " ").startsWith(%q)`, plain(text)))
}

const chosenNow = `(document.querySelector("input[name=score]:checked") || {value: "none"}).value`

// A tab that was open before the answer: a touch on it changes nothing, it shows the answer and asks.
func TestBrowserOldTabAsks(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	a, site := browser(t, s)
	browsertest.Run(t, a, browsertest.Phone(390), chromedp.Navigate(site+"/r/"+s.token+"/3"))
	b, closeTab := chromedp.NewContext(a)
	defer closeTab()
	browsertest.Run(t, b, browsertest.Phone(390), chromedp.Navigate(site+"/r/"+s.token+"/9"), browsertest.Tap(195, 30))
	becomes(t, s, `9 true "" "" v1`)
	browsertest.Run(t, b, browsertest.Shown("#words"), chromedp.SendKeys("#why", "всё быстро"), browsertest.TapOn("#words button"))
	becomes(t, s, `9 true "всё быстро" "" v2`)

	browsertest.Run(t, a, browsertest.Tap(195, 30), browsertest.Shown("#note"))
	if note := evaluate[string](t, a, `document.getElementById("note").textContent`); note != "Сейчас записана оценка 9. Чтобы изменить её на 3, нажмите кнопку." {
		t.Errorf("the old tab says %q", note)
	}
	becomes(t, s, `9 true "всё быстро" "" v2`)
	browsertest.Run(t, a, browsertest.Tap(195, 30), chromedp.Sleep(300*time.Millisecond)) // it is not armed any more
	becomes(t, s, `9 true "всё быстро" "" v2`)
	browsertest.Run(t, a, browsertest.TapOn("#keep"), says("Спасибо! Ваша оценка — 9."))
	if got := evaluate[string](t, a, chosenNow); got != "9" {
		t.Errorf("kept, and %s is chosen", got)
	}
	browsertest.Run(t, a, browsertest.TapOn("#score label:nth-child(4)"))
	becomes(t, s, `3 true "всё быстро" "" v3`)

	// The words of the old tab are added, not lost, and its score asks once more.
	browsertest.Run(t, b, browsertest.TapOn("#again"), browsertest.TapOn("#score label:nth-child(11)"), browsertest.Shown("#keep"))
	becomes(t, s, `3 true "всё быстро" "" v3`)
	browsertest.Run(t, b, browsertest.TapOn("#score button"))
	becomes(t, s, `10 true "всё быстро" "" v4`)
}

// Keys go over the scores on their way; none of those is a vote, and the scale is no ring.
func TestBrowserKeysChoose(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ctx, site := browser(t, s)
	browsertest.Run(t, ctx, chromedp.Navigate(site+"/r/"+s.token), chromedp.Evaluate[chromedp.Void](`document.querySelector("input[name=score]").focus()`), press(kb.ArrowLeft))
	if got := evaluate[string](t, ctx, chosenNow); got != "none" {
		t.Errorf("left of 0 stands %s", got)
	}
	for range 9 {
		browsertest.Run(t, ctx, press(kb.ArrowRight))
	}
	if got := evaluate[string](t, ctx, chosenNow); got != "9" || s.state() != "nothing" {
		t.Fatalf("after nine steps %s is chosen, stored is %s", got, s.state())
	}
	browsertest.Run(t, ctx, press(kb.Enter))
	becomes(t, s, `9 true "" "" v1`)
	browsertest.Run(t, ctx, says("Спасибо! Ваша оценка — 9."))
	for range 4 {
		browsertest.Run(t, ctx, press(kb.ArrowRight))
	}
	if got := evaluate[string](t, ctx, chosenNow); got != "10" {
		t.Errorf("right of 10 stands %s", got)
	}
	becomes(t, s, `10 true "" "" v2`) // by a pause
	for range 14 {
		browsertest.Run(t, ctx, press(kb.ArrowLeft))
	}
	if got := evaluate[string](t, ctx, chosenNow); got != "0" {
		t.Errorf("left of 0 stands %s", got)
	}
	browsertest.Run(t, ctx, press(kb.Tab), press(kb.Enter)) // to the button
	becomes(t, s, `0 true "" "" v3`)
	browsertest.Run(t, ctx, chromedp.Evaluate[chromedp.Void](`document.querySelector("input[name=score]:checked").focus()`), press(kb.ArrowUp), press(kb.ArrowDown), press(kb.ArrowDown),
		chromedp.Navigate("about:blank")) // who leaves has chosen
	becomes(t, s, `2 true "" "" v4`)
}

// Who changes a score while the former one is on its way, and leaves at once, has chosen the last one.
func TestBrowserLeavesBeforeTheReply(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	r := newRoad(s)
	ctx, site := browser(t, s)
	for _, c := range []struct{ first, last int }{{9, 3}, {0, 10}, {5, 6}} {
		s.mu.Lock()
		delete(s.responses, s.id)
		s.mu.Unlock()
		r.way.Store(sending)
		tap := func(score int) browsertest.Step {
			return browsertest.TapOn(fmt.Sprintf("#score label:nth-child(%d)", score+1))
		}
		browsertest.Run(t, ctx, browsertest.Phone(390), chromedp.Navigate(site+"/r/"+s.token), tap(c.first), says("Отправляем"), tap(c.last),
			chromedp.Navigate("about:blank"), chromedp.Sleep(time.Second)) // until then the page that was left may see the reply
		r.way.Store(arrived)
		for end := time.Now().Add(12 * time.Second); !strings.HasPrefix(s.state(), fmt.Sprint(c.last, " true")); time.Sleep(20 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("%d, then %d: stored is %s", c.first, c.last, s.state())
			}
		}
		browsertest.Run(t, ctx, chromedp.Navigate(site+"/r/"+s.token), says(fmt.Sprintf("Спасибо! Ваша оценка — %d.", c.last)), chromedp.Evaluate[chromedp.Void](`localStorage.clear()`))
	}
}

// Each state of the open page says what screen.go says of it.
func TestBrowserScreen(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	r := newRoad(s)
	ctx, site := browser(t, s)
	browsertest.Run(t, ctx, browsertest.Phone(390))
	n := 0
	every(func(name string, x screen, l lang.Language) {
		// What is sent here is what stands chosen; half of the scores are enough for a browser.
		if !x.script || text(x.recorded) == "0" || text(x.chosen) == "0" || x.way != arrived && (x.sent == nil || x.chosen == nil || *x.sent != *x.chosen || x.recorded != nil && *x.recorded == *x.sent) {
			return
		}
		n++
		s.mu.Lock()
		delete(s.responses, s.id)
		if x.recorded != nil {
			s.responses[s.id] = survey.Response{Score: *x.recorded, Verified: true, Version: 1}
		}
		s.mu.Unlock()
		path := "/r/" + s.token + "?lang=" + string(l)
		if x.chosen != nil && x.way == arrived {
			path += "&chosen=" + text(x.chosen)
		}
		browsertest.Run(t, ctx, chromedp.Navigate(site+path), chromedp.Evaluate[chromedp.Void](`localStorage.clear();sessionStorage.clear()`))
		if x.chosen == nil {
			x.chosen = x.recorded
		}
		want := x.lines(l)
		if x.way != arrived {
			r.way.Store(x.way)
			browsertest.Run(t, ctx, browsertest.TapOn(fmt.Sprintf(`#score label:nth-child(%d)`, *x.sent+1)), says(want.say))
		}
		got := evaluate[struct {
			Note, Button, Keep, Say string
			Bad, Words, Wish, Half  bool
		}](t, ctx, `(() => {const shown = s => {const e = document.querySelector(s); return e.offsetHeight ? e.textContent : ""};
return {Note: shown("#note"), Button: shown("#score button"), Keep: shown("#keep"), Say: document.querySelector("#say").textContent,
Bad: document.querySelector("#say").className == "bad", Words: !!shown("#words"), Wish: !!shown("#words div"), Half: 2 * document.querySelector("#score button").offsetHeight >= innerHeight}})()`)
		if !want.press {
			want.button = ""
		}
		if got.Note != want.note || got.Button != want.button || got.Keep != want.keep || got.Say != want.say || got.Bad != want.bad || got.Words != want.words || got.Wish != (want.words && want.wish) || got.Half != want.arm {
			t.Errorf("%s: the page is %+v, want %+v", name, got, want)
		}
		evaluate[int](t, ctx, `localStorage.clear();Storage.prototype.setItem=()=>{};fetch=()=>new Promise(()=>{});0`) // whoever leaves sends, and keeps, what waits
		r.way.Store(unsent)                                                                                            // what hangs breaks
		browsertest.Run(t, ctx, chromedp.Navigate("about:blank"))
		r.way.Store(arrived)
	})
	if n < 40 {
		t.Errorf("only %d states", n)
	}
}

// Two seconds are long: the page says at once that it is sending, and nothing else.
func TestBrowserSaysThatItSends(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	r := newRoad(s)
	ctx, site := browser(t, s)
	r.way.Store(sending)
	browsertest.Run(t, ctx, browsertest.Phone(390), chromedp.Navigate(site+"/r/"+s.token+"/9"), browsertest.Tap(195, 30), says("Отправляем…"))
	r.way.Store(arrived)
	browsertest.Run(t, ctx, says("Спасибо! Ваша оценка — 9."))
	r.way.Store(sending)
	browsertest.Run(t, ctx, browsertest.TapOn("#score label:nth-child(4)"), says("Отправляем…"))
	if text := evaluate[string](t, ctx, `document.querySelector("#score .note").textContent + document.getElementById("say").textContent`); strings.Contains(text, "9") {
		t.Errorf("meanwhile the page says %q", text)
	}
	r.way.Store(arrived)
	browsertest.Run(t, ctx, says("Спасибо! Ваша оценка — 3."))
	becomes(t, s, `3 true "" "" v2`)
}

// What is recorded stands chosen when the page is opened again, whatever the letter's link said; what was typed is there.
func TestBrowserReloadAndLanguage(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ctx, site := browser(t, s)
	browsertest.Run(t, ctx, browsertest.Phone(390), chromedp.Navigate(site+"/r/"+s.token+"/9"), browsertest.TapOn("#score label:nth-child(4)"))
	becomes(t, s, `3 true "" "" v1`)
	is := func(chosen, why, say string) {
		t.Helper()
		browsertest.Run(t, ctx, browsertest.Shown("#words"), says(say))
		got := evaluate[[]string](t, ctx, `[`+chosenNow+`, document.getElementById("why").value]`)
		if got[0] != chosen || got[1] != why {
			t.Errorf("chosen and typed are %q, want %s and %q", got, chosen, why)
		}
	}
	browsertest.Run(t, ctx, says("Спасибо! Ваша оценка — 3."), chromedp.SendKeys("#why", "ждал"), chromedp.Reload())
	is("3", "ждал", "Спасибо! Ваша оценка — 3.")
	browsertest.Run(t, ctx, browsertest.TapOn("button[name=look]"), browsertest.True(`document.documentElement.lang == "en"`))
	is("3", "ждал", "Thank you! Your score is 3.")
	browsertest.Run(t, ctx, browsertest.TapOn("#words button"))
	becomes(t, s, `3 true "ждал" "" v2`)
	browsertest.Run(t, ctx, says("Thank you! We read every comment."), chromedp.Reload())
	is("3", "ждал", "Thank you! Your score is 3.")
	browsertest.Run(t, ctx, chromedp.Navigate(site+"/r/"+s.token+"/9"))
	if note := evaluate[string](t, ctx, `document.getElementById("note").textContent`); !strings.HasPrefix(note, "Сейчас записана оценка 3.") {
		t.Errorf("the link of another score says %q", note)
	}
}

// Words that were sent without a connection stand in their field when they have arrived, and a wish alone leaves them there.
func TestBrowserWordsOfATunnel(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	r := newRoad(s)
	ctx, site := browser(t, s)
	page := chromedp.Navigate(site + "/r/" + s.token + "/9")
	browsertest.Run(t, ctx, browsertest.Phone(390), page)
	r.way.Store(unsent)
	browsertest.Run(t, ctx, browsertest.Tap(195, 30), browsertest.Shown("#words"), chromedp.SendKeys("#why", "в тоннеле"), browsertest.TapOn("#words button"), says("Ещё не отправлено"),
		chromedp.Navigate("about:blank"))
	r.way.Store(arrived)
	browsertest.Run(t, ctx, page)
	becomes(t, s, `9 true "в тоннеле" "" v2`)
	browsertest.Run(t, ctx, says("Спасибо! Мы обязательно это прочитаем."))
	if why := evaluate[string](t, ctx, `document.getElementById("why").value`); why != "в тоннеле" {
		t.Errorf("the field holds %q", why)
	}
	browsertest.Run(t, ctx, browsertest.TapOn("#again"), chromedp.SendKeys("#wish", "чай"), browsertest.TapOn("#words button"))
	becomes(t, s, `9 true "в тоннеле" "чай" v3`)

	// Two posts in a tunnel, and meanwhile another device has answered: it is asked about, and no words are lost.
	r.way.Store(unsent)
	browsertest.Run(t, ctx, browsertest.TapOn("#again"), browsertest.TapOn("#score label:nth-child(3)"), says("Ещё не отправлено"), // a field that gets the focus by itself may have its caret at the beginning
		chromedp.Evaluate[chromedp.Void](`{ const why = document.getElementById("why"); why.focus(); why.setSelectionRange(why.value.length, why.value.length) }`),
		chromedp.SendKeys("#why", "!"), browsertest.TapOn("#words button"))
	s.mu.Lock()
	other := s.responses[s.id]
	other.Score, other.Why, other.Kept.Why, other.Version = 7, "другое", nil, other.Version+1
	s.responses[s.id] = other
	s.mu.Unlock()
	r.way.Store(arrived)
	browsertest.Run(t, ctx, chromedp.Evaluate[chromedp.Void](`dispatchEvent(new Event("online"))`), browsertest.Shown("#keep"))
	becomes(t, s, `7 true "другое`+`\n\n`+`в тоннеле!" "чай" v5`)
	if note := evaluate[string](t, ctx, `document.getElementById("note").textContent`); note != "Сейчас записана оценка 7. Чтобы изменить её на 2, нажмите кнопку." {
		t.Errorf("the page says %q", note)
	}
}

// A second device that opens the forwarded link reads nothing of the first one's words.
func TestBrowserForwardedLink(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	a, site := browser(t, s)
	browsertest.Run(t, a, browsertest.Phone(390), chromedp.Navigate(site+"/r/"+s.token+"/9"), browsertest.Tap(195, 30), browsertest.Shown("#words"),
		chromedp.SendKeys("#why", "между нами"), browsertest.TapOn("#words button"))
	becomes(t, s, `9 true "между нами" "" v2`)
	browsertest.Run(t, a, says("Спасибо! Мы"), chromedp.Reload())
	if page := evaluate[string](t, a, `document.documentElement.outerHTML`); !strings.Contains(page, "между нами") {
		t.Error("the writer's own device does not show the words")
	}
	b, _ := browser(t, s)
	browsertest.Run(t, b, browsertest.Phone(390), chromedp.Navigate(site+"/r/"+s.token+"/9"), browsertest.Shown("#kept"))
	if page := evaluate[string](t, b, `document.documentElement.outerHTML`); strings.Contains(page, "между нами") {
		t.Error("another device shows the words")
	}
	browsertest.Run(t, b, chromedp.SendKeys("#why", "и от меня"), browsertest.TapOn("#words button"))
	becomes(t, s, `9 true "между нами`+`\n\n`+`и от меня" "" v3`)
	browsertest.Run(t, b, browsertest.TapOn("#again"), browsertest.TapOn("#words button"), chromedp.Sleep(300*time.Millisecond))
	becomes(t, s, `9 true "между нами`+`\n\n`+`и от меня" "" v3`)
}

// Without the script everything is done by buttons, and the same is asked.
func TestBrowserWithoutScriptAsks(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ctx, site := browser(t, s)
	browsertest.Run(t, ctx, browsertest.Phone(390), browsertest.Command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}),
		chromedp.Navigate(site+"/r/"+s.token+"/9"), browsertest.TapOn("#score button"))
	becomes(t, s, `9 true "" "" v1`)
	browsertest.Run(t, ctx, browsertest.Shown("#words"), chromedp.SendKeys("#why", "быстро"), browsertest.TapOn("button[name=look]"), browsertest.True(`document.documentElement.lang == "en"`))
	if why := browsertest.Ask(t, ctx, chromedp.Value("#why")); why != "быстро" || s.state() != `9 true "" "" v1` {
		t.Errorf("in the other language %q is typed, stored is %s", why, s.state())
	}
	s.do("POST", "/r/TOKEN", "score=5&gesture=button&digest=x&seen=1") // elsewhere
	browsertest.Run(t, ctx, browsertest.TapOn("#score label:nth-child(9)"), browsertest.TapOn("#score button"), browsertest.Shown("#keep"))
	becomes(t, s, `5 true "быстро" "" v3`)
	browsertest.Run(t, ctx, browsertest.TapOn("#score button"))
	becomes(t, s, `8 true "быстро" "" v4`)
	browsertest.Run(t, ctx, says("Thank you! Your score is 8."))
	browsertest.Run(t, ctx, browsertest.TapOn("#score label:nth-child(1)"), browsertest.TapOn("#score button")) // changed on the page itself
	becomes(t, s, `0 true "быстро" "" v5`)
}
