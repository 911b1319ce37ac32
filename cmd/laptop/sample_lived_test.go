package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"onetap/internal/local/drive"
	"onetap/internal/local/sample"
	"onetap/internal/nps"
)

// lived is a campaign of the sample's customers as the API shows it.
type lived struct {
	ID, Name, State string
	Launched        *time.Time
	Ledger          struct {
		Audience, Invited, Waiting, Sent, Failed, Uncertain int
		Skipped                                             map[string]int
	}
}

// On the first start every page has something on it: past waves with comments in both languages whose figures tell the story, an open wave that is half answered and
// whose ledger balances, cases in every state, two drafts that are ready.
func TestSampleIsLivedIn(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the whole laptop")
	}
	t.Parallel()
	words := freshRun(t)
	places, ctx := addresses(t, words), t.Context()
	company := drive.New(found(t, siteLine, places), found(t, inboxLine, places), found(t, tokenLine, places))
	waves, drafts := wavesOf(ctx, t, company)
	if len(waves) != sample.Waves+1 || !slices.Equal(drafts, []string{"First survey", "Первый опрос"}) {
		t.Fatalf("waves %+v, drafts %v", waves, drafts)
	}
	open := waves[sample.Waves]
	l, skipped := open.Ledger, 0
	for _, n := range open.Ledger.Skipped {
		skipped += n
	}
	if open.State != "open" || l.Waiting+l.Uncertain > 0 || l.Audience != l.Invited+skipped || l.Invited != l.Sent+l.Failed || l.Sent < 150 {
		t.Errorf("the open wave: %+v", open)
	}
	storyTold(ctx, t, company, waves)
	t.Run("cases", func(t *testing.T) { casesInEveryState(ctx, t, company, open.ID) })
	t.Run("pages", func(t *testing.T) { livedPages(t, found(t, startLine, words), company.Site, waves) })
}

// wavesOf lists the waves, the earliest first, and the drafts by name.
func wavesOf(ctx context.Context, t *testing.T, c *drive.Company) (waves []lived, drafts []string) {
	t.Helper()
	var list struct{ Campaigns []lived }
	if err := c.Call(ctx, "GET", "/campaigns?audience=customers", nil, &list); err != nil {
		t.Fatal(err)
	}
	for _, one := range list.Campaigns {
		if one.State == "draft" {
			drafts = append(drafts, one.Name)
			continue
		}
		if err := c.Call(ctx, "GET", "/campaigns/"+one.ID, nil, &one); err != nil {
			t.Fatal(err)
		}
		waves = append(waves, one)
	}
	slices.Sort(drafts)
	slices.Reverse(waves)
	return waves, drafts
}

// storyTold waits until everything is counted, and finds the story in the figures by city and the comments in the answers.
func storyTold(ctx context.Context, t *testing.T, c *drive.Company, waves []lived) {
	t.Helper()
	type figures struct {
		Value    string
		Scores   [11]int64
		Answers  int
		Sent     int
		Comments int
	}
	var city, rest [sample.Waves]nps.Tally
	total := 0
	for k, wave := range waves {
		var got struct {
			Whole figures
			By    struct{ Rows []figures }
		}
		err := drive.Until(ctx, time.Minute, "the sample to be counted", func() (bool, error) {
			got.By.Rows = nil
			err := c.Call(ctx, "GET", "/campaigns/"+wave.ID+"/results?by=location", nil, &got)
			sum := 0
			for _, v := range got.By.Rows {
				sum += v.Answers
			}
			return sum == got.Whole.Answers && sum > 80, err
		})
		if err != nil {
			t.Fatal(err)
		}
		if share := float64(got.Whole.Comments) / float64(got.Whole.Answers); share < 0.35 || share > 0.62 {
			t.Errorf("%s: %d of %d answers have words", wave.Name, got.Whole.Comments, got.Whole.Answers)
		}
		if k == sample.Waves {
			if share := float64(got.Whole.Answers) / float64(got.Whole.Sent); share < 0.35 || share > 0.65 {
				t.Errorf("the open wave has %d answers of %d", got.Whole.Answers, got.Whole.Sent)
			}
			continue
		}
		total += got.Whole.Answers
		for _, v := range got.By.Rows {
			of := &rest[k]
			if v.Value == sample.City {
				of = &city[k]
			}
			for score, n := range v.Scores {
				of.Count(nps.Score(score), n)
			}
		}
	}
	if total < 3700 || total > 4300 {
		t.Errorf("%d answers came in", total)
	}
	for _, move := range []struct {
		from, to int
		real     bool
	}{{0, 1, false}, {1, 2, true}, {2, 3, false}, {3, 4, true}, {4, 5, false}} {
		a, _ := nps.Compare(city[move.from], city[move.to])
		b, _ := nps.Compare(rest[move.from], rest[move.to])
		if a.Interval.Contains(0) == move.real || !b.Interval.Contains(0) {
			t.Errorf("from wave %d to %d %s moves by %+v, the rest by %+v", move.from+1, move.to+1, sample.City, a, b)
		}
	}
	languages := map[bool]int{}
	var page struct{ Responses []struct{ Comment string } }
	if err := c.Call(ctx, "GET", "/campaigns/"+waves[3].ID+"/responses?limit=100", nil, &page); err != nil {
		t.Fatal(err)
	}
	for _, r := range page.Responses {
		if r.Comment != "" {
			languages[strings.ContainsFunc(r.Comment, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) })]++
		}
	}
	if languages[true] < 5 || languages[false] < 5 {
		t.Errorf("comments in Russian and others: %v", languages)
	}
}

func casesInEveryState(ctx context.Context, t *testing.T, c *drive.Company, id string) {
	var list struct {
		Cases []struct {
			State, Cause, Outcome string
			Opened, Deadline      time.Time
			Again                 *time.Time
			Notes                 int
			History               []struct{ At time.Time }
		}
	}
	if err := c.Call(ctx, "GET", "/campaigns/"+id+"/cases?limit=500", nil, &list); err != nil {
		t.Fatal(err)
	}
	states, now := map[string]int{}, time.Now()
	for _, k := range list.Cases {
		states[k.State]++
		late := now.After(k.Deadline)
		switch {
		case k.State == "open" && late:
			states["late"]++
		case k.State == "open":
			states["in time"]++
		case k.Again != nil:
			states["call again"]++
		}
		if k.State == "resolved" && (k.Cause == "" || k.Outcome == "" || k.Notes < 2) || k.State == "contacted" && k.Notes == 0 {
			t.Errorf("%+v", k)
		}
		last := k.Opened
		for _, e := range k.History {
			if e.At.Before(last) || e.At.After(now) {
				t.Errorf("%s: the history goes back in time, or ahead: %+v", k.State, k)
			}
			last = e.At
		}
		if d := k.Deadline.Sub(k.Opened); d != 48*time.Hour {
			t.Errorf("%v until the deadline", d)
		}
	}
	for _, want := range []string{"open", "late", "in time", "acknowledged", "call again", "contacted", "resolved"} {
		if states[want] == 0 {
			t.Errorf("no case is %s: %v", want, states)
		}
	}
}

// livedPages reads the pages of the desk as an executive.
func livedPages(t *testing.T, first, site string, waves []lived) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar}
	read := func(answer *http.Response, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		b, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode != 200 {
			t.Fatalf("%s: %d %v", answer.Request.URL.Path, answer.StatusCode, err)
		}
		return string(b)
	}
	start := read(browser.Get(first + "/?lang=en"))
	if !strings.Contains(start, "deliveries came late") {
		t.Error("the start page does not tell the story")
	}
	who := regexp.MustCompile(`name="who" value="([^"]*)"`).FindAllStringSubmatch(start, -1)
	form := signInForm.FindStringSubmatch(read(browser.PostForm(first+"/sign-in", url.Values{"who": {who[3][1]}})))
	home := read(browser.PostForm(site+form[1], nil))
	if n := strings.Count(home, `class="dot"`); n != len(waves) || !strings.Contains(home, `class="band"`) || !strings.Contains(home, "NPS by campaign") {
		t.Errorf("the executive's home draws %d waves:\n%s", n, home)
	}
	last := waves[sample.Waves]
	for path, want := range map[string][]string{
		"/results":                         {waves[5].Name, last.Name},
		"/results/" + last.ID:              {"answers"},
		"/results/" + waves[2].ID:          {"answers"},
		"/results/" + last.ID + "/by/team": {"Enterprise"},
		fmt.Sprintf("/results/compare?a=%s&b=%s", waves[1].ID, waves[2].ID): {waves[1].Name, "Enterprise"},
		"/results/" + waves[2].ID + "/answers":                              {"promoter", "detractor"},
		"/results/" + waves[2].ID + "/by/part-0":                            {sample.City, "−38"},
		"/cases":                                                            {last.Name, "Overdue", "Call again"},
		"/contacts":                                                         {"example"},
		"/campaigns":                                                        {last.Name, "First survey"},
	} {
		page := read(browser.Get(site + path))
		for _, text := range want {
			if !strings.Contains(page, text) {
				t.Errorf("%s does not say %q", path, text)
			}
		}
	}
}
