package local_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"onetap/internal/local"
	"onetap/internal/local/drive"
	"onetap/internal/local/localtest"
)

// scannerVisit is an entry of the corpus of internal/public.
type scannerVisit struct {
	Name  string
	Steps []struct {
		Method, Path, Body string
		Headers            map[string]string
	}
	Acted string // "<score> true …", "unsubscribed", or nothing
}

// TestScannersAgainstTheWholeLaptop sends a letter for each visit of the corpus, and one to a headless browser, lets
// them come, and looks at what the company sees: no vote and no unsubscribing but where a person acted.
func TestScannersAgainstTheWholeLaptop(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the whole laptop")
	}
	t.Parallel()
	data, err := os.ReadFile(filepath.Join("..", "..", "internal", "public", "testdata", "scanners.json"))
	if err != nil {
		t.Fatal(err)
	}
	var corpus []scannerVisit
	if err := json.Unmarshal(data, &corpus); err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	s, err := local.Start(ctx, local.Config{Template: localtest.Template(t), Functions: localtest.Functions(t), Data: t.TempDir(), Minute: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	company := drive.New(s.Site(), s.Inbox(), s.Token())
	campaign, links := surveyed(t, s, company, len(corpus)+1)
	for i, v := range corpus {
		visitAs(t, v, links[i])
	}
	headless(t, links[len(corpus)].Scores[9])
	bothDoors(t, s, links[len(corpus)])
	if err := s.Settle(ctx); err != nil {
		t.Fatal(err)
	}
	var want [11]int
	left := 0
	for _, v := range corpus {
		if v.Acted == "unsubscribed" {
			left++
		}
		if score, _, ok := strings.Cut(v.Acted, " true"); ok {
			n, err := strconv.Atoi(score)
			if err != nil {
				t.Fatalf("%s: %q is no score", v.Name, v.Acted)
			}
			want[n]++
		}
	}
	var got struct {
		Whole struct {
			Scores              [11]int
			Answers, Unverified int
		}
	}
	err = drive.Until(ctx, time.Minute, "the figures", func() (bool, error) {
		err := company.Call(ctx, "GET", "/campaigns/"+campaign+"/results", nil, &got)
		return got.Whole.Scores == want, err
	})
	if err != nil {
		t.Errorf("counted %v, people answered %v: %v", got.Whole.Scores, want, err)
	}
	// Who has unsubscribed is found by the next campaign.
	var next struct {
		ID     string
		Ledger struct {
			Skipped map[string]int
		}
	}
	launch(t, company, &next)
	if err := s.Settle(ctx); err != nil {
		t.Fatal(err)
	}
	if err := company.Call(ctx, "GET", "/campaigns/"+next.ID, nil, &next); err != nil {
		t.Fatal(err)
	}
	if n := next.Ledger.Skipped["unsubscribed"]; n != left {
		t.Errorf("%d have unsubscribed, want the %d who did: %v", n, left, next.Ledger.Skipped)
	}
}

// surveyed sends a survey to n people and returns their links in the order of the list.
func surveyed(t *testing.T, s *local.Stack, company *drive.Company, n int) (campaign string, links []drive.SurveyLinks) {
	t.Helper()
	ctx := t.Context()
	list := "E-mail,Name\n"
	for i := range n {
		list += fmt.Sprintf("client%d@example.com,Client %d\n", i, i)
	}
	if err := company.Upload(ctx, "POST", "/contacts?audience=customers", "text/csv", []byte(list), nil); err != nil {
		t.Fatal(err)
	}
	var c struct{ ID string }
	launch(t, company, &c)
	if err := s.Settle(ctx); err != nil {
		t.Fatal(err)
	}
	letters, err := company.Letters(ctx)
	if err != nil {
		t.Fatal(err)
	}
	links = make([]drive.SurveyLinks, n)
	for _, l := range letters {
		i, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(l.To[0], "client"), "@example.com"))
		if err != nil {
			t.Fatal(err)
		}
		if links[i], _ = l.Survey(); links[i].Unsubscribe == "" {
			t.Fatal("a letter lacks a link")
		}
	}
	if len(letters) != n {
		t.Fatalf("%d letters for %d people", len(letters), n)
	}
	return c.ID, links
}

func launch(t *testing.T, company *drive.Company, c any) {
	t.Helper()
	err := company.Call(t.Context(), "POST", "/campaigns", map[string]any{
		"name": "Scanned", "audience": "customers", "company": "Example Shop",
		"language": "en", "quiet_days": 0, "closes_at": time.Now().AddDate(0, 0, 7).UTC().Format(time.RFC3339),
	}, c)
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var id struct{ ID string }
	if err := json.Unmarshal(b, &id); err != nil {
		t.Fatal(err)
	}
	if err := company.Call(t.Context(), "POST", "/campaigns/"+id.ID+"/launch", nil, nil); err != nil {
		t.Fatal(err)
	}
}

// visitAs makes one visit of the corpus to somebody's links.
func visitAs(t *testing.T, v scannerVisit, links drive.SurveyLinks) {
	t.Helper()
	survey := strings.TrimSuffix(links.Scores[0], "/0")
	client := &http.Client{Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, step := range v.Steps {
		address := strings.Replace(step.Path, "/r/TOKEN", survey, 1)
		address = strings.Replace(address, "/u/TOKEN", links.Unsubscribe, 1)
		r, err := http.NewRequest(step.Method, address, strings.NewReader(step.Body))
		if err != nil {
			t.Fatal(v.Name, err)
		}
		if step.Method == http.MethodPost && step.Body != "" {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		for name, value := range step.Headers {
			r.Header.Set(name, value)
		}
		answer, err := client.Do(r)
		if err != nil {
			t.Fatal(v.Name, err)
		}
		io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
		if answer.StatusCode >= 500 {
			t.Errorf("%s: %s %s answered %d", v.Name, step.Method, step.Path, answer.StatusCode)
		}
	}
}

// bothDoors opens links with something stuck to them at the function's own address and behind the API. A link that is none is
// none at either.
func bothDoors(t *testing.T, s *local.Stack, links drive.SurveyLinks) {
	t.Helper()
	for _, door := range []string{s.Links(), s.Site()} {
		score, unsubscribe := strings.Replace(links.Scores[9], s.Links(), door, 1), strings.Replace(links.Unsubscribe, s.Links(), door, 1)
		survey := strings.TrimSuffix(score, "/9")
		for address, want := range map[string]int{
			score: 200, score + "/": 200, score + "//": 200, score + ".": 200, score + "%3E": 200, score + "=3D": 200, score + "=%0D%0A": 200, score + "%C2%A0": 200,
			score + "&amp;utm_source=x": 200, score + "?utm_source=x": 200, score + "%3Futm_source=x": 200, survey + "/": 200, survey + ",": 200, unsubscribe + "/": 200, unsubscribe + "%22": 200,
			strings.Replace(score, "/r/", "//r/", 1): 200, strings.Replace(score, "/r/", "/r//", 1): 200, strings.Replace(score, "/9", "%2F9", 1): 200,
			score + "x": 400, score + ".5": 400, survey + "/11/": 400, survey + "x": 404, survey + "/9/9": 404, unsubscribe + "/9": 404, survey[:len(survey)-1] + ".": 404,
			strings.Replace(unsubscribe, "/u/", "/r/", 1) + ".": 404,
		} {
			answer, err := http.Get(address)
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
			if answer.StatusCode != want {
				t.Errorf("%s: %d, want %d", address, answer.StatusCode, want)
			}
		}
	}
}

// headless opens a link in a Chromium that nobody touches, and lets the page's scripts run for ten seconds.
func headless(t *testing.T, link string) {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Log("no Chromium here: the headless browser's visit is left out (apt-get install chromium)")
		return
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.Flag("disable-gpu", true), chromedp.Flag("disable-dev-shm-usage", true), chromedp.UserDataDir(t.TempDir()))...)
	defer stop()
	ctx, closeTab := chromedp.NewContext(allocator)
	defer closeTab()
	ctx, timeout := context.WithTimeout(ctx, 90*time.Second)
	defer timeout()
	if err := chromedp.Do(ctx, chromedp.Navigate(link), chromedp.Sleep(10*time.Second)); err != nil {
		t.Fatal(err)
	}
}
