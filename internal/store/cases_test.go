package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"onetap/internal/apperr"
	"onetap/internal/local/dynamo"
	"onetap/internal/loop"
	"onetap/internal/store"
	"onetap/internal/store/storetest"
	"onetap/internal/survey"
)

const spring = survey.CampaignID("spring22")

var caseNoon = time.Date(2026, 3, 2, 12, 0, 0, 123456789, time.UTC)

// newCase makes the n-th contact's case; contacts are spread over all shards.
func newCase(n int, owner string, at time.Time) loop.Case {
	id := survey.ContactID(fmt.Sprintf("a%caaaaaaaaaaa%c%c%c", 'a'+n%16, 'a'+n/400%20, 'a'+n/20%20, 'a'+n%20))
	who := loop.Responsible{Staff: survey.Staff{ID: owner}, Level: loop.LevelOwner}
	return loop.New(nil, survey.Response{
		Campaign: spring, Contact: id, Audience: survey.Customers, Score: n % 7, Verified: true,
		Language: "en", Updated: at, Version: 1,
	}, who, "north", loop.Rules{Term: 48 * time.Hour, Wait: 2 * time.Minute}, at)
}

func dues(t *testing.T, s *store.Store, now time.Time) (all []loop.Due) {
	t.Helper()
	if err := s.WalkDue(context.Background(), now, func(d loop.Due) (bool, error) { all = append(all, d); return true, nil }); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestCaseIsOneAndKept(t *testing.T) {
	t.Parallel()
	s, _ := storetest.Open(t, dynamo.Options{})
	ctx := context.Background()
	c, err := s.CreateCase(ctx, newCase(1, "Anna#1", caseNoon.Truncate(time.Millisecond)))
	if err != nil || c.Version != 1 {
		t.Fatal(c.Version, err)
	}
	if _, err := s.CreateCase(ctx, newCase(1, "max", caseNoon)); !errors.Is(err, apperr.ErrChanged) {
		t.Errorf("a second case of the same contact: %v", err)
	}
	got, ok, err := s.Case(ctx, spring, c.Contact)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	if diff := cmp.Diff(c, got); diff != "" {
		t.Errorf("written and read differ:\n%s", diff)
	}
	if byID, err := s.CaseByID(ctx, c.ID()); err != nil || byID.Contact != c.Contact {
		t.Errorf("by id: %v, %v", byID.ID(), err)
	}
	for _, id := range []string{"", "nonsense", "spring22-aaaaaaaaaaaaaaaz"} {
		if _, err := s.CaseByID(ctx, id); !apperr.Is(err, "case_unknown") {
			t.Errorf("%q: %v", id, err)
		}
	}
	moved, _ := got.Move(loop.Acknowledged, "anna", caseNoon)
	if moved, err = s.SaveCase(ctx, got, moved); err != nil || moved.Version != 2 {
		t.Fatal(moved.Version, err)
	}
	if _, err := s.SaveCase(ctx, got, got); !errors.Is(err, apperr.ErrChanged) {
		t.Errorf("saving over a later version: %v", err)
	}
	for state, want := range map[loop.State]int{loop.Open: 0, loop.Acknowledged: 1} {
		if list, err := s.CasesOfOwner(ctx, "anna#1", state, 10); err != nil || len(list) != want {
			t.Errorf("%d cases are %s, want %d: %v", len(list), state, want, err)
		}
	}
}

func TestWhatIsDueFollowsTheCase(t *testing.T) {
	t.Parallel()
	s, _ := storetest.Open(t, dynamo.Options{})
	ctx := context.Background()
	c, err := s.CreateCase(ctx, newCase(1, "anna", caseNoon))
	if err != nil {
		t.Fatal(err)
	}
	due := c.Alert.Due
	if got := dues(t, s, due.Add(-time.Second)); len(got) != 0 {
		t.Errorf("due too early: %v", got)
	}
	got := dues(t, s, due)
	if len(got) != 1 || !got[0].Is(c) || got[0].Contact != c.Contact || got[0].Campaign != spring {
		t.Fatalf("due: %v", got)
	}
	for _, step := range []struct {
		name string
		due  time.Time
		want int
	}{{"moved", due.Add(time.Hour), 1}, {"the same", due.Add(time.Hour), 1}, {"none", time.Time{}, 0}, {"again", due.Add(2 * time.Hour), 1}} {
		next := c
		next.Alert.Due = step.due
		if c, err = s.SaveCase(ctx, c, next); err != nil {
			t.Fatal(err)
		}
		got := dues(t, s, due.Add(24*time.Hour))
		if len(got) != step.want || len(got) == 1 && !got[0].Is(c) {
			t.Errorf("%s: due %v", step.name, got)
		}
	}
	stale := c
	stale.Version--
	next := stale
	next.Alert.Due = due.Add(9 * time.Hour)
	if _, err := s.SaveCase(ctx, stale, next); !errors.Is(err, apperr.ErrChanged) {
		t.Error(err)
	}
	got = dues(t, s, due.Add(24*time.Hour))
	if len(got) != 2 || !got[0].Is(c) || got[1].Is(c) {
		t.Fatalf("after a refused save, whose hint is left over: %v", got)
	}
	// A hint is forgotten once it is doubted, unless somebody has written it again meanwhile.
	now := due.Add(10 * time.Hour)
	for range 2 {
		if err := s.DoubtDue(ctx, got[1], now); err != nil {
			t.Fatal(err)
		}
		now = now.Add(loop.DoubtTTL)
	}
	doubted := dues(t, s, due.Add(24*time.Hour))[1]
	if !doubted.Doubted.Equal(due.Add(10*time.Hour).Truncate(time.Millisecond)) || doubted.LeftOver(due.Add(10*time.Hour+time.Minute)) || !doubted.LeftOver(due.Add(10*time.Hour+loop.DoubtTTL)) {
		t.Errorf("doubted since %v", doubted.Doubted)
	}
	again := c
	again.Alert.Due = doubted.At
	if c, err = s.SaveCase(ctx, c, again); err != nil {
		t.Fatal(err)
	}
	if err := s.DropDoubted(ctx, doubted); err != nil {
		t.Fatal(err)
	}
	if got := dues(t, s, due.Add(24*time.Hour)); len(got) != 1 || !got[0].Is(c) {
		t.Errorf("a hint that was written again is gone: %v", got)
	}
	gone := c
	gone.Alert.Due = time.Time{}
	if err := s.DoubtDue(ctx, got[0], now); err != nil { // of what is no more: it must not come back
		t.Fatal(err)
	}
	if got := dues(t, s, due.Add(24*time.Hour)); len(got) != 1 {
		t.Errorf("doubting made a hint: %v", got)
	}
}

// Pages of what happened lie beside the case; what an older version stored is read.
func TestPagesOfEvents(t *testing.T) {
	t.Parallel()
	s, _ := storetest.Open(t, dynamo.Options{})
	ctx := context.Background()
	c, err := s.CreateCase(ctx, newCase(1, "anna", caseNoon))
	if err != nil {
		t.Fatal(err)
	}
	for n := range 40 {
		next, notes, err := c.Do(loop.Work{Tried: true, Note: fmt.Sprint(n)}, "anna", caseNoon.Add(time.Duration(n)*time.Minute))
		if err == nil {
			c, err = s.SaveCaseAnd(ctx, c, next, notes)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	got, err := s.CaseByID(ctx, c.ID())
	if err != nil || got.Pages != 3 || len(got.History) != 11 {
		t.Fatalf("%d pages, and %d events in the case: %v", got.Pages, len(got.History), err)
	}
	all, err := s.Events(ctx, got)
	if err != nil || len(all) != 41 || all[0].What != loop.Opened {
		t.Fatalf("%d events: %v", len(all), err)
	}
	for i, e := range all[1:] {
		if !e.At.Equal(caseNoon.Add(time.Duration(i) * time.Minute).Truncate(time.Millisecond)) {
			t.Fatalf("the %d. is of %v", i, e.At)
		}
	}
	if cases, notes, err := s.EraseCase(ctx, spring, c.Contact); cases != 1 || notes != 40 || err != nil {
		t.Errorf("erased %d, %d: %v", cases, notes, err)
	}
	if left, err := s.Events(ctx, got); err != nil || len(left) != len(got.History) {
		t.Errorf("%d events are left after erasing: %v", len(left)-len(got.History), err)
	}
}

func TestOldCasesAreRead(t *testing.T) {
	t.Parallel()
	s, db := storetest.Open(t, dynamo.Options{})
	const old = `{"campaign":"spring22","contact":"abaaaaaaaaaaaaab","audience":"customers","owner":"boris","level":"handed","state":"resolved","score":3,"latest":3,"answer":1,` +
		`"opened":"2026-03-02T12:00:00Z","deadline":"2026-03-04T12:00:00Z","rules":{"term":172800000000000,"wait":120000000000},"alert":{"letters":1},"history":[` +
		`{"at":"2026-03-02T12:00:00Z","what":"opened","score":3},{"at":"2026-03-02T12:02:00Z","what":"alerted","score":3,"level":"owner"},` +
		`{"at":"2026-03-02T13:00:00Z","what":"handed_over","score":3,"by":"max","from":"anna","to":"boris","level":"handed"},` +
		`{"at":"2026-03-03T12:00:00Z","what":"moved","score":3,"by":"boris","state":"contacted"},{"at":"2026-03-03T13:00:00Z","what":"moved","score":3,"by":"boris","state":"resolved"}],` +
		`"cause":"price","outcome":"explained"}`
	it := map[string]types.AttributeValue{"version": &types.AttributeValueMemberN{Value: "5"}}
	for name, text := range map[string]string{"pk": "CAMPAIGN#spring22#01", "sk": "CASE#abaaaaaaaaaaaaab", "case": old, "gsi1pk": "OWNER#boris", "gsi1sk": "resolved#2026-03-04T12:00:00.000Z#spring22-abaaaaaaaaaaaaab"} {
		it[name] = &types.AttributeValueMemberS{Value: text}
	}
	storetest.Put(t, storetest.Serve(t, db), it)
	c, err := s.CaseByID(t.Context(), "spring22-abaaaaaaaaaaaaab")
	if err != nil || c.Version != 5 || !slices.Equal(c.Causes, []loop.Cause{"price"}) || c.Outcome != loop.CustomerKept || !c.Had("anna") || !c.Touched ||
		!c.Spoke.Equal(time.Date(2026, 3, 3, 12, 0, 0, 0, time.UTC)) || !c.Ended.Equal(time.Date(2026, 3, 3, 13, 0, 0, 0, time.UTC)) || len(c.History) != 5 {
		t.Fatalf("%+v, %v", c, err)
	}
	next, _, err := c.Do(loop.Work{State: loop.Open}, "boris", caseNoon.Add(99*time.Hour))
	if err == nil {
		c, err = s.SaveCase(t.Context(), c, next)
	}
	if again, err2 := s.CaseByID(t.Context(), c.ID()); err != nil || err2 != nil || again.State != loop.Open || len(again.History) != 6 || !again.Had("anna") {
		t.Errorf("written by this version: %+v, %v, %v", again, err, err2)
	}
}

// TestListsOfCases: many cases over all shards, of an owner and of nobody, in the order of their deadlines.
func TestListsOfCases(t *testing.T) {
	t.Parallel()
	s, _ := storetest.Open(t, dynamo.Options{})
	ctx := context.Background()
	const n = 200
	for i, at := range rand.New(rand.NewPCG(1, 1)).Perm(n) {
		if _, err := s.CreateCase(ctx, newCase(i, []string{"anna", ""}[i%2], caseNoon.Add(time.Duration(at)*time.Minute))); err != nil {
			t.Fatal(err)
		}
	}
	if all, err := s.Cases(ctx, spring); err != nil || len(all) != n {
		t.Errorf("%d cases of the campaign, want %d: %v", len(all), n, err)
	}
	for _, owner := range []string{"anna", ""} {
		for _, limit := range []int{1, 7, n / 2, n} {
			list, err := s.CasesOfOwner(ctx, owner, loop.Open, limit)
			if err != nil || len(list) != min(limit, n/2) {
				t.Errorf("%d cases of %q, want %d: %v", len(list), owner, min(limit, n/2), err)
			}
			if !slices.IsSortedFunc(list, func(a, b loop.Case) int { return a.Deadline.Compare(b.Deadline) }) {
				t.Errorf("cases of %q are not in the order of their deadlines", owner)
			}
			all, err := s.CasesOfOwner(ctx, owner, loop.Open, n)
			if err != nil || len(all) > 0 && len(list) > 0 && !all[0].Deadline.Equal(list[0].Deadline) {
				t.Errorf("with limit %d the first of %q is another: %v", limit, owner, err)
			}
		}
	}
	if got := len(dues(t, s, caseNoon.Add(time.Hour+2*time.Minute))); got != 61 {
		t.Errorf("%d are due after an hour, want 61", got)
	}
	seen := 0
	if err := s.WalkDue(ctx, caseNoon.Add(24*time.Hour), func(loop.Due) (bool, error) { seen++; return seen < 5, nil }); err != nil || seen != 5 {
		t.Errorf("a walk that ends at 5 saw %d: %v", seen, err)
	}
}

// The board of one state goes on exactly where the page before ended, in both directions.
func TestBoardGoesOn(t *testing.T) {
	t.Parallel()
	s, _ := storetest.Open(t, dynamo.Options{})
	for n := range 12 { // all with one deadline
		c, err := s.CreateCase(t.Context(), newCase(n, []string{"owner", ""}[n%2], caseNoon))
		if err != nil {
			t.Fatal(err)
		}
		if n < 6 {
			next, _, err := c.Do(loop.Work{State: loop.Resolved, Causes: []loop.Cause{"price"}, Outcome: "lost"}, "owner", caseNoon)
			if err == nil {
				_, err = s.SaveCase(t.Context(), c, next)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, state := range []loop.State{loop.Open, loop.Resolved} {
		seen, after := map[string]bool{}, ""
		for range 10 {
			cs, next, err := s.Board(t.Context(), []loop.Asked{{Owner: "owner"}, {}}, state, after, 2, nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range cs {
				if seen[c.ID()] {
					t.Errorf("%s: %s comes twice", state, c.ID())
				}
				seen[c.ID()] = true
			}
			if after = next; next == "" {
				break
			}
		}
		if len(seen) != 6 {
			t.Errorf("%s: %d of 6 cases were listed", state, len(seen))
		}
	}
}
