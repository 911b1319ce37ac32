package campaigns_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"onetap/internal/browsertest"
	"onetap/internal/console/consoletest"
	"onetap/internal/survey"
)

// running is a campaign that has been launched and sent to some people, as the sender leaves it.
func running(t *testing.T, state survey.CampaignState, people ...consoletest.Person) (*consoletest.World, *consoletest.Visitor, *consoletest.Conversation) {
	t.Helper()
	w, v, c := consoletest.Planned(t, 12)
	if status, page, _ := v.Post("/campaigns/abcdefgh/launch", "version", "1"); status != 303 {
		t.Fatalf("launch: %d %s", status, page)
	}
	c = w.Campaign(c.ID)
	if c.State = state; state == survey.Open {
		c.Opened = w.Now()
	}
	c, err := w.Store.SaveCampaign(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	talk := &consoletest.Conversation{World: w, T: t}
	if len(people) > 0 {
		if err := talk.Sent(c, people); err != nil {
			t.Fatal(err)
		}
	}
	return w, v, talk
}

func personOf(n int, state string) consoletest.Person {
	return consoletest.Person{Email: fmt.Sprintf("person%d@example.com", n), State: state, Owner: "owner", Team: "Север"}
}

// The page's request is small, says that nothing has changed, and asks for less where less can change.
func TestLiveRequest(t *testing.T) {
	t.Parallel()
	w, v, talk := running(t, survey.Sending, personOf(0, "sent"), personOf(1, "sent"), personOf(2, "failed"), personOf(3, "uncertain"), personOf(4, "waiting"))
	v = w.Visitor("administrator", "en") // sees the words of one
	ask := func(tag, answers string) (int, consoletest.Live, http.Header) {
		t.Helper()
		r, err := http.NewRequest("GET", w.Site+"/campaigns/abcdefgh/live?answers="+answers, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Cookie", v.Cookies)
		r.Header.Set("If-None-Match", tag)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		var out consoletest.Live
		if answer.StatusCode == 200 {
			if err := json.NewDecoder(answer.Body).Decode(&out); err != nil {
				t.Fatal(err)
			}
			if answer.ContentLength > 2000 {
				t.Errorf("the request takes %d bytes", answer.ContentLength)
			}
		}
		return answer.StatusCode, out, answer.Header
	}
	_, now, head := ask("", "0")
	for key, want := range map[string]string{"audience": "5", "invited": "5", "waiting": "1", "sent": "2", "failed": "1", "uncertain": "1", "answers": "0", "nps": "—", "state": "Sending"} {
		if now.Text[key] != want {
			t.Errorf("%s is %q, want %q", key, now.Text[key], want)
		}
	}
	if now.Next != consoletest.AskSoon || !now.Show["pause"] || !now.Show["cancel"] || now.Show["resume"] || now.Show["remind"] || !now.Show["uncertain"] || now.Show["resend"] || now.Decided != 4 || now.Invited != 5 {
		t.Errorf("%+v", now)
	}
	if now.Show["bounced"] || now.Show["complained"] {
		t.Error("bounces are shown where there are none")
	}
	if status, _, _ := ask(head.Get("ETag"), "0"); status != http.StatusNotModified {
		t.Errorf("the same again: %d", status)
	}
	c := w.Campaign("abcdefgh")
	if _, err := talk.Answer(c, consoletest.Person{Email: "person0@example.com", Score: 2, Verified: true, Why: "<script>alert(1)</script> 😀", Owner: "owner", Team: "Север"}); err != nil {
		t.Fatal(err)
	}
	if status, now, _ := ask(head.Get("ETag"), "0"); status != 200 || now.Answers != 1 || len(now.Comments) != 1 || now.Comments[0].Group != "detractor" || now.Text["nps"] != "−100" {
		t.Errorf("an answer: %d %+v", status, now)
	}
	if _, now, _ := ask("", "1"); len(now.Comments) != 0 {
		t.Errorf("comments that are known come again: %+v", now.Comments)
	}
	_, page := v.Get("/campaigns/abcdefgh")
	v.Says(page, "&lt;script&gt;alert(1)&lt;/script&gt; 😀")
	if strings.Contains(page, "<script>alert") {
		t.Error("a comment is markup")
	}
	for state, want := range map[survey.CampaignState]int{survey.Open: consoletest.AskLater, survey.Paused: consoletest.AskLater, survey.Closed: 0, survey.Cancelled: 0} {
		c = w.Campaign(c.ID)
		c.State, c.Ended = state, time.Time{}
		if want == 0 {
			c.Ended = w.Now()
		}
		c.ClosesAt = time.Time{}
		if _, err := w.Store.SaveCampaign(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		if _, now, _ := ask("", "1"); now.Next != want {
			t.Errorf("%s asks again after %d s, want %d", state, now.Next, want)
		}
	}
}

// Every button does what it says or says why not, on the same page; what SES stopped says what to do.
func TestLiveActions(t *testing.T) {
	t.Parallel()
	w, v, _ := running(t, survey.Sending, personOf(0, "sent"), personOf(3, "uncertain"))
	at := "/campaigns/abcdefgh"
	step := func(act, says string, want survey.CampaignState, fields ...string) {
		t.Helper()
		status, page, to := v.Post(at+"/"+act, fields...)
		if status == 303 {
			_, page = v.Get(to)
		}
		v.Says(page, says)
		if got := w.Campaign("abcdefgh").State; got != want {
			t.Errorf("%s: %s, want %s", act, got, want)
		}
	}
	step("pause", "Paused. Emails already on their way will still arrive.", survey.Paused)
	step("pause", "The campaign is already paused.", survey.Paused)
	step("remind", "Resume it first", survey.Paused)
	c := w.Campaign("abcdefgh")
	c.Stopped = "AccountSuspendedException"
	if _, err := w.Store.SaveCampaign(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	_, page := v.Get(at)
	v.Says(page, "AccountSuspendedException", "AWS has suspended", ">Resume<")
	c = w.Campaign("abcdefgh")
	c.State, c.Stopped, c.Opened = survey.Open, "", w.Now()
	if _, err := w.Store.SaveCampaign(t.Context(), c); err != nil {
		t.Fatal(err)
	}

	// Who is uncertain: with names for who may see people, by id for others.
	_, page = v.Get(at)
	v.Says(page, "Person 3", "person3@example.com", "will get the survey twice")
	for _, staff := range []string{"analyst", "manager"} {
		seen, page := w.Visitor(staff, "en"), ""
		_, page = seen.Get(at)
		if strings.Contains(page, "person3@example.com") != (staff == "manager") || strings.Contains(page, "/resend-uncertain") {
			t.Errorf("%s sees who is uncertain, or may write again", staff)
		}
		seen.Says(page, string(w.Desk.Keys.ContactID(survey.Customers, "person3@example.com")))
	}
	step("resend-uncertain", "first tick that", survey.Open)
	step("resend-uncertain", "Second emails are going out", survey.Open, "understood", "1", "wave", "0")
	step("resend-uncertain", "Emails are still going out", survey.Open, "understood", "1", "wave", "0")
	step("remind", "The reminder is going out", survey.Open)
	step("cancel", "Everything has been sent, so there is nothing left to cancel", survey.Open)
	step("close", "Closed.", survey.Closed)
	_, page = v.Get("/campaigns?state=closed")
	v.Says(page, ">Autumn</a>", ">Closed</span>")
	if _, page = v.Get("/campaigns?state=draft"); strings.Contains(page, ">Autumn</a>") {
		t.Error("the list of drafts has a closed campaign")
	}
	_, _, to := v.Post(at+"/copy", "new", "bcdefghi")
	if again := w.Campaign("bcdefghi"); !strings.HasPrefix(to, "/campaigns/bcdefghi/edit") || again.State != survey.Draft || again.Company != "Ромашка" || again.Name != "Autumn (copy)" || !again.Launched.IsZero() {
		t.Errorf("copied to %q: %+v", to, again)
	}
}

// In a browser the page follows by itself, with one request at a time, no more than one in three seconds, and none while
// it is hidden.
func TestBrowserLive(t *testing.T) {
	t.Parallel()
	w, _, talk := running(t, survey.Sending, personOf(0, "sent"), personOf(1, "sent"), personOf(3, "uncertain"), personOf(4, "waiting"))
	b := w.Tab("administrator", 390, "ru") // sees the first answer
	b.Go("/campaigns/abcdefgh")
	b.Sound("sending")
	consoletest.Shoot(b, "live-ru-390")
	if _, err := talk.Answer(w.Campaign("abcdefgh"), consoletest.Person{Email: "person0@example.com", Score: 10, Verified: true, Why: "שלום <b>עולם</b> 😀"}); err != nil {
		t.Fatal(err)
	}
	b.Until(`document.querySelector("[data-live=answers]").textContent === "1" && document.querySelector("[data-comments]").innerText.includes("שלום <b>עולם</b> 😀")`)
	asked := func() int {
		return int(browsertest.Ask(t, b.Context, chromedp.Evaluate[float64](`performance.getEntriesByType("resource").filter(e => e.name.includes("/live?")).length`)))
	}
	gaps := browsertest.Ask(t, b.Context, chromedp.Evaluate[[]float64](`new Promise(done => setTimeout(() => {
		const t = performance.getEntriesByType("resource").filter(e => e.name.includes("/live?")).map(e => e.startTime);
		done(t.slice(1).map((v, i) => v - t[i]));
	}, 7000))`, chromedp.EvalAwaitPromise))
	if len(gaps) < 1 {
		t.Error("it asked once and no more")
	}
	for _, g := range gaps {
		if g < 2900 {
			t.Errorf("two requests within %v ms", g)
		}
	}
	hide := `Object.defineProperty(document, "hidden", {configurable: true, get: () => %v}); document.dispatchEvent(new Event("visibilitychange"))`
	browsertest.Run(t, b.Context, chromedp.Evaluate[chromedp.Void](fmt.Sprintf(hide, true)))
	time.Sleep(500 * time.Millisecond) // one that is on its way
	before := asked()
	time.Sleep(4 * time.Second)
	if n := asked(); n != before {
		t.Errorf("%d requests while hidden", n-before)
	}
	browsertest.Run(t, b.Context, chromedp.Evaluate[chromedp.Void](fmt.Sprintf(hide, false)))
	b.Until(fmt.Sprintf(`performance.getEntriesByType("resource").filter(e => e.name.includes("/live?")).length > %d`, before))

	// What stops it stops the asking too.
	c := w.Campaign("abcdefgh")
	c.State, c.Ended = survey.Cancelled, w.Now()
	if _, err := w.Store.SaveCampaign(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	b.Until(`document.querySelector("[data-badge]").textContent === "Отменена"`)
	b.Sound("cancelled")
}
