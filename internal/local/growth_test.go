package local_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"golang.org/x/sync/errgroup"

	"onetap/internal/awsenv"
	"onetap/internal/local"
	"onetap/internal/local/cloud"
	"onetap/internal/local/drive"
	"onetap/internal/local/localtest"
	"onetap/internal/store"
	"onetap/internal/store/storetest"
	"onetap/internal/survey"
)

// calls counts what the functions ask of AWS.
type calls struct {
	mu sync.Mutex
	n  map[string]int // by function and operation
}

func (c *calls) note(call cloud.Call) cloud.CallFault {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n[call.Function+" "+call.Operation]++
	return cloud.CallFault{}
}

// take gives the counts so far and begins anew.
func (c *calls) take() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := c.n
	c.n = map[string]int{}
	return n
}

// grown is what some things cost at a number of answers: AWS calls by function and operation, read and write units.
type grown struct {
	calls       map[string]int
	read, write float64
}

// remembered is longer than respond remembers what it has read for a page: it reads all of it then.
const remembered = 5100 * time.Millisecond

// Promise 5: an answer, its counting and the pages of its campaign cost with 5,000 answers what they cost with ten, and
// nothing ever scans.
func TestCostDoesNotGrowWithAnswers(t *testing.T) {
	t.Parallel()
	asked := &calls{n: map[string]int{}}
	// One process of each function, and no minute while the test runs: what is counted is what was asked for.
	s, err := local.Start(t.Context(), local.Config{
		Template: localtest.Template(t), Functions: localtest.Functions(t), Data: t.TempDir(), Minute: time.Hour,
		Processes: 1, Faults: cloud.Faults{Call: asked.note},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	company := drive.New(s.Site(), s.Inbox(), s.Token())
	campaign, links := surveyed(t, s, company, 14)
	every := map[string]int{}
	settle := func() {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		defer cancel()
		if err := s.Settle(ctx); err != nil {
			t.Fatal(err)
		}
	}
	things := []struct {
		name  string
		pages bool // it opens pages, which respond may remember
		do    func(link int) error
	}{
		{"an answer", true, func(link int) error { return answerAs(t, company, links[link].Scores[9], 9) }},
		{"an unhappy answer", true, func(link int) error { return answerAs(t, company, links[link].Scores[2], 2) }},
		{"the results", false, func(int) error { return company.Call(t.Context(), "GET", "/campaigns/"+campaign+"/results", nil, nil) }},
		{"the weeks of all campaigns", false, func(int) error { return company.Call(t.Context(), "GET", "/audiences/customers/results", nil, nil) }},
		{"the campaign", false, func(int) error { return company.Call(t.Context(), "GET", "/campaigns/"+campaign, nil, nil) }},
	}
	measure := func(link int) map[string]grown {
		t.Helper()
		all := map[string]grown{}
		for i, thing := range things {
			if thing.pages {
				time.Sleep(remembered)
			}
			settle()
			for what, n := range asked.take() {
				every[what] += n
			}
			s.Cloud().Meter().Reset(time.Now())
			if err := thing.do(link + i); err != nil {
				t.Fatalf("%s: %v", thing.name, err)
			}
			settle()
			g := grown{calls: asked.take()}
			for _, u := range s.Cloud().Meter().Report(time.Now()).Functions {
				if strings.HasSuffix(u.Function, "Function") {
					g.read, g.write = g.read+u.ReadUnits, g.write+u.WriteUnits
				}
			}
			for what, n := range g.calls {
				every[what] += n
			}
			all[thing.name] = g
		}
		return all
	}
	for i := range 10 { // warm all up, and let every figure and each of its copies be there
		if err := answerAs(t, company, links[i].Scores[i], i); err != nil {
			t.Fatal(err)
		}
		settle()
	}
	measure(0) // edits by those who answered: so that no process is met for the first time
	few := measure(10)
	answerMany(t, s, survey.CampaignID(campaign), 5000)
	many := measure(12)
	for _, thing := range things {
		if a, b := few[thing.name], many[thing.name]; !maps.Equal(a.calls, b.calls) || a.read != b.read || a.write != b.write {
			t.Errorf("%s costs with ten answers %v, with 5,000 %v", thing.name, a, b)
		} else {
			t.Logf("%s: %v", thing.name, a)
		}
	}
	for what := range every {
		if strings.HasSuffix(what, " Scan") || strings.Contains(what, "Statement") {
			t.Errorf("%s: a request path scans", what)
		}
	}
}

func answerAs(t *testing.T, company *drive.Company, link string, score int) error {
	page, err := company.Post(t.Context(), regexp.MustCompile(`/\d+$`).ReplaceAllString(link, ""),
		url.Values{"score": {fmt.Sprint(score)}, "gesture": {"gesture"}, "digest": {fmt.Sprintf("%016x", time.Now().UnixNano())}})
	if err == nil && page.Status != http.StatusOK {
		err = fmt.Errorf("status %d", page.Status)
	}
	return err
}

// answerMany writes answers of people who do not exist, with the owners and languages of those who do, and lets them be counted.
func answerMany(t *testing.T, s *local.Stack, campaign survey.CampaignID, n int) {
	t.Helper()
	c := awsenv.Config()
	c.Region, c.BaseEndpoint = "eu-central-1", aws.String(s.AWS())
	table := store.New(dynamodb.NewFromConfig(storetest.As(c, "many")), s.TableName())
	g, ctx := errgroup.WithContext(t.Context())
	g.SetLimit(8)
	now := time.Now()
	const letters = "abcdefghijklmnopqrstuvwxyz234567"
	for i := range n {
		g.Go(func() error {
			id := fmt.Sprintf("%c%c%c%cnobodynobody", letters[i%32], letters[i/32%32], letters[i/1024%32], 'a')
			r := survey.Response{Campaign: campaign, Contact: survey.ContactID(id), Audience: survey.Customers, Language: "en"}
			score := 7 + i%4
			r, _, err := r.Apply(survey.Post{Score: &score, Gesture: survey.ByGesture, Digest: "d"}, now)
			if err != nil {
				return err
			}
			return table.SaveResponse(ctx, r, 0)
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
}

// What the functions may do has no scan either, so that on AWS one would be refused.
func TestNoFunctionMayScan(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(localtest.Template(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, action := range regexp.MustCompile(`(?i)dynamodb:(\*|scan|partiql\w*)`).FindAllString(string(text), -1) {
		t.Errorf("a policy allows %s", action)
	}
}
