package history_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onetap/internal/console/consoletest"
	"onetap/internal/counting"
	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

const csv = consoletest.CSVType

// count has the stream's records counted, as recompute does, and reads the figures of an audience and of its campaigns.
func count(t *testing.T, w *consoletest.World) map[string]map[survey.TallyKey]survey.Counts {
	t.Helper()
	counter := &counting.Counter{Store: w.Store, Log: slog.New(slog.DiscardHandler), Random: rand.IntN}
	if failed := counter.Count(context.Background(), w.Changes()); len(failed) > 0 {
		t.Fatalf("%d changes were not counted", len(failed))
	}
	return figures(t, w)
}

func figures(t *testing.T, w *consoletest.World) map[string]map[survey.TallyKey]survey.Counts {
	t.Helper()
	all := map[string]map[survey.TallyKey]survey.Counts{}
	scopes := []string{string(survey.Customers)}
	for _, c := range campaigns(t, w) {
		scopes = append(scopes, string(c.ID))
	}
	for _, scope := range scopes {
		m, err := w.Store.Tallies(context.Background(), scope)
		if err != nil {
			t.Fatal(err)
		}
		all[scope] = m
	}
	return all
}

// recounted are the same figures, added up from the answers.
func recounted(t *testing.T, w *consoletest.World) map[string]map[survey.TallyKey]survey.Counts {
	t.Helper()
	all := map[string]map[survey.TallyKey]survey.Counts{string(survey.Customers): {}}
	for _, c := range campaigns(t, w) {
		all[string(c.ID)] = map[survey.TallyKey]survey.Counts{}
		for _, r := range answers(t, w, c.ID) {
			d := survey.Deltas{}
			survey.MarkOf(r, c.Clock()).Count(d, c.ID, 1)
			for k, counts := range d {
				sum := survey.Deltas(all[k.Scope])
				sum.Merge(survey.Deltas{k: counts})
			}
		}
	}
	return all
}

func campaigns(t *testing.T, w *consoletest.World) []survey.Campaign {
	t.Helper()
	all, err := w.Store.Campaigns(context.Background(), survey.Customers, 1000)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func answers(t *testing.T, w *consoletest.World, c survey.CampaignID) (all []survey.Response) {
	t.Helper()
	for shard := range survey.ContactShards {
		if err := w.Store.WalkAnswers(context.Background(), c, shard, "", func(r survey.Response) (bool, error) {
			all = append(all, r)
			return true, nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// list is a list of n answers over some months, half of them of people who are contacts.
func list(n int) []byte {
	var b strings.Builder
	b.WriteString("date;score;email;comment\n")
	day := time.Date(2024, 3, 1, 10, 0, 0, 0, time.UTC)
	for i := range n {
		fmt.Fprintf(&b, "%s;%d;person%d@example.com;word %d\n", day.Add(time.Duration(i)*31*time.Hour).Format(time.RFC3339), i*7%11, i%40, i)
	}
	return []byte(b.String())
}

// Answers that were given elsewhere become past campaigns, whose figures the stream counts as any others; the same list again changes nothing; and
// taken back, they are gone with their figures.
func TestAnswersComeAndGo(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Must("POST", "/api/v1/contacts?audience=customers", csv, []byte("email;name;team;city\nperson1@example.com;One;North;Tver\nperson2@example.com;Two;South;Kazan\n"))
	before := figures(t, w)
	first := w.Must("POST", "/api/v1/history?audience=customers&into=month", csv, list(200))
	if first["new"] != 200.0 || first["refused"] != 0.0 {
		t.Fatalf("first: %v", first)
	}
	got := count(t, w)
	if d := cmp.Diff(recounted(t, w), got); d != "" {
		t.Errorf("figures (-recount +stream):\n%s", d)
	}
	of := campaigns(t, w)
	if len(of) != len(first["campaigns"].([]any)) || len(of) < 8 {
		t.Errorf("%d campaigns, the answer says %v", len(of), first["campaigns"])
	}
	for _, c := range of {
		if c.State != survey.Closed || !c.Brought() || c.Live() || c.Watched() || c.Accepts(w.Now()) {
			t.Errorf("campaign %+v", c)
		}
	}
	stored := w.StoredBut("IMPORT#", "AUDIT#", "KEYS")
	for _, into := range []string{"month", "quarter", "name:Old"} {
		again := w.Must("POST", "/api/v1/history?audience=customers&into="+strings.ReplaceAll(into, " ", "+"), csv, list(200))
		if again["new"] != 0.0 || again["unchanged"] != 200.0 {
			t.Errorf("again into %s: %v", into, again)
		}
	}
	if w.StoredBut("IMPORT#", "AUDIT#", "KEYS") != stored {
		t.Error("the same list again has changed something")
	}
	id := first["import"].(string)
	if gone := w.Must("DELETE", "/api/v1/history/"+id, "", nil); gone["state"] != "undone" || gone["removed"] != 200.0 {
		t.Errorf("taken back: %v", gone)
	}
	if d := cmp.Diff(before, count(t, w)); d != "" {
		t.Errorf("figures after taking back (-before +now):\n%s", d)
	}
	// At once again: its answers count again, whatever records are late.
	w.Must("POST", "/api/v1/history?audience=customers&into=month", csv, list(200))
	got = count(t, w)
	if d := cmp.Diff(recounted(t, w), got); d != "" {
		t.Errorf("figures of the second time (-recount +stream):\n%s", d)
	}
	if len(campaigns(t, w)) != len(of) {
		t.Errorf("%d campaigns the second time, %d the first", len(campaigns(t, w)), len(of))
	}
}

// Who answered elsewhere a short while ago is not asked again within the quiet period.
func TestQuietPeriodKnowsOfThem(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Must("POST", "/api/v1/contacts?audience=customers", csv, []byte("email\none@example.com\ntwo@example.com\nthree@example.com\n"))
	day := func(ago int) string { return w.Now().AddDate(0, 0, -ago).Format(time.DateOnly) }
	w.Must("POST", "/api/v1/history?audience=customers", csv, fmt.Appendf(nil, "date,score,email\n%s,9,one@example.com\n%s,9,two@example.com\n", day(5), day(50)))
	draft, err := w.Desk.Mailing.Guess(context.Background(), survey.Customers, "en", time.UTC)
	if err != nil || draft.QuietDays != 30 { // as of a first campaign: what was brought in has no settings
		t.Errorf("guessed %d quiet days, %v", draft.QuietDays, err)
	}
	c := survey.Campaign{ID: "newcampa", Audience: survey.Customers, State: survey.Draft, QuietDays: 30}
	h, err := w.Desk.Planner.HeadCount(context.Background(), c, survey.Cursor{}, 1000, false)
	if err != nil || h.Skipped[survey.SkipQuiet] != 1 || h.Invited != 2 {
		t.Errorf("skipped %v, invited %d, %v", h.Skipped, h.Invited, err)
	}
}

// An import that has changed nothing can be taken back as well, finished or not: nothing goes, and no part of it is taken any more.
func TestTakingBackWhatChangedNothing(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Must("POST", "/api/v1/history?audience=customers&into=month", csv, list(20))
	again := w.Must("POST", "/api/v1/history?audience=customers&into=month", csv, list(20))["import"].(string)
	begun := w.Must("POST", "/api/v1/history?audience=customers", csv, nil)["import"].(string)
	if gone := w.Must("DELETE", "/api/v1/history/"+again, "", nil); gone["state"] != "undone" || gone["removed"] != 0.0 {
		t.Errorf("taken back: %v", gone)
	}
	if gone := w.Must("DELETE", "/api/v1/history/"+begun, "", nil); gone["state"] != "undoing" {
		t.Errorf("taken back while its parts come: %v", gone)
	}
	if status, out := w.Call("PUT", "/api/v1/history/"+begun+"/parts/1", csv, list(20)); status != 409 {
		t.Errorf("a part after that: %d %v", status, out)
	}
	if status, _ := w.Call("DELETE", "/api/v1/history/nosuchimport", "", nil); status != 404 {
		t.Errorf("no import: %d", status)
	}
	if n := len(answers(t, w, campaigns(t, w)[0].ID)); n == 0 {
		t.Error("the answers of another import are gone")
	}
}
