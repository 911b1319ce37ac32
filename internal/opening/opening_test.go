package opening_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"onetap/internal/ballot"
	"onetap/internal/local/dynamo"
	"onetap/internal/opening"
	"onetap/internal/seal"
	"onetap/internal/seal/sealtest"
	"onetap/internal/store"
	"onetap/internal/store/storetest"
	"onetap/internal/survey"
)

const id = survey.CampaignID("abcdefgh")

var ended = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

// world is a campaign of employees that has ended, with its box.
type world struct {
	t      *testing.T
	store  *store.Store
	db     *dynamo.DB
	kms    *sealtest.KMS
	sealer *seal.Sealer
	now    time.Time
	calls  atomic.Int64
	dies   atomic.Int64 // at which call the run dies; 0: at none
	after  atomic.Bool  // the call is done and its answer is lost
}

// newWorld writes to so many people of each team, of whom so many answer, every second one with words.
func newWorld(t *testing.T, teams map[string][2]int) *world {
	t.Helper()
	w := &world{t: t, kms: sealtest.NewKMS(), now: ended.Add(time.Hour)}
	fault := func(after bool) error {
		dies := w.dies.Load()
		if dies == 0 {
			return nil
		}
		n := w.calls.Load()
		if !after {
			n = w.calls.Add(1)
		}
		if n > dies || n == dies && after == w.after.Load() {
			return errors.New("dead")
		}
		return nil
	}
	w.store, w.db = storetest.Open(t, dynamo.Options{
		Before: func(dynamo.Call) error { return fault(false) },
		After:  func(dynamo.Call) error { return fault(true) },
	})
	w.sealer = seal.New(seal.Options{Rings: w.store, KMS: w.kms, Now: time.Now})
	ctx := t.Context()
	must(t, w.sealer.MakePair(ctx, seal.Ballots.Of(string(id))))
	must(t, storetest.Sealer(w.store).MakePair(ctx, seal.Words))
	c := survey.Campaign{
		ID: id, Name: "eNPS", Audience: survey.Employees, State: survey.Closed, Language: "ru", Ballots: true,
		Created: ended.AddDate(0, 0, -20), Launched: ended.AddDate(0, 0, -20), ClosesAt: ended, Ended: ended,
	}
	must(t, w.store.CreateCampaign(ctx, c))
	m, err := w.store.SaveMailing(ctx, survey.Mailing{Campaign: id, Number: survey.MailingInvitation, State: survey.MailingPlanning})
	must(t, err)
	begun := m.Clone()
	cells := []ballot.Planned{{Cell: ballot.Cell{Values: []string{""}}}}
	var batches []survey.Batch
	person := 0
	for _, team := range sorted(teams) {
		var people []survey.ContactID
		for range teams[team][0] {
			people = append(people, survey.ContactID(strings.Repeat(string(rune('a'+person%26)), 15)+string(rune('a'+person/26))))
			person++
		}
		b := m.Deal(people, "ru", len(cells))
		for i, p := range people {
			b.Outcomes = append(b.Outcomes, survey.Outcome{Contact: p, State: survey.InvitationSent, MessageID: fmt.Sprint("m", i), Team: team})
		}
		b.State, b.At = survey.BatchDone, ended.AddDate(0, 0, -10)
		batches = append(batches, b)
		must(t, w.store.AddInvitations(ctx, b.Invitations(survey.Employees), func() bool { return true }))
		for i := range teams[team][1] {
			a := ballot.Answer{Cell: ballot.Number(len(cells)), Score: i % 11}
			if i%2 == 0 {
				a.Why = fmt.Sprintf("words of %s %d", team, i)
			}
			w.cast(fmt.Sprintf("%s%026d", strings.ToLower(team[:1]), i), a)
		}
		cells = append(cells, ballot.Planned{Cell: ballot.Cell{Language: "ru", Values: []string{team}}, People: len(people)})
	}
	m.EndWhole("plan")
	must(t, w.store.PutCells(ctx, id, "plan", cells))
	_, err = w.store.SavePlan(ctx, begun, m, batches)
	must(t, err)
	return w
}

func sorted(teams map[string][2]int) (names []string) {
	for n := range teams {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// cast puts an answer into the box, as the respondent's page does.
func (w *world) cast(box string, a ballot.Answer) {
	w.t.Helper()
	sealed, err := w.sealer.SealTo(w.t.Context(), seal.Ballots.Of(string(id)), w.store.BallotPlace(id, box), a.Plain())
	must(w.t, err)
	must(w.t, w.store.PutBallot(w.t.Context(), id, ballot.Cast{Box: box, Sealed: sealed}, 0))
}

// opener is a process of its own: it has unwrapped no key yet.
func (w *world) opener() *opening.Opener {
	return &opening.Opener{
		Store: w.store, Seal: seal.New(seal.Options{Rings: w.store, KMS: w.kms, Now: time.Now}), Now: func() time.Time { return w.now },
		Random: rand.Reader, Log: slog.New(slog.DiscardHandler), Wait: 10 * time.Minute,
	}
}

func (w *world) campaign() survey.Campaign {
	w.t.Helper()
	c, err := w.store.Campaign(context.Background(), id)
	must(w.t, err)
	return c
}

// results are the answers as they are counted, by team, and the words.
func (w *world) results() (teams map[string][]int, contacts []survey.ContactID, words []survey.Words) {
	w.t.Helper()
	teams = map[string][]int{}
	for shard := range survey.ContactShards {
		must(w.t, w.store.WalkResponses(w.t.Context(), id, shard, "", func(r survey.Response) (bool, error) {
			teams[r.Team] = append(teams[r.Team], r.Score)
			contacts = append(contacts, r.Contact)
			if !r.Verified || r.Unhappy || r.Why != "" || r.Wish != "" || !r.Counted.Equal(ended) || !r.First.Equal(ended) {
				w.t.Errorf("an answer out of the box: %+v", r)
			}
			return true, nil
		}))
	}
	words, err := w.store.WordsOf(w.t.Context(), id)
	must(w.t, err)
	return teams, contacts, words
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// An opened box: every answer is counted once, in a group of five and more, with one time, under nobody's id; words stand by
// themselves; sealed answers, pages and the key are gone. Nothing is opened before its time, and opening again changes nothing.
func TestOpening(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[string][2]int{"North": {20, 14}, "South": {6, 3}, "West": {9, 6}})
	w.now = ended.Add(9 * time.Minute)
	must(t, w.opener().Run(t.Context()))
	if c := w.campaign(); !c.InBox() {
		t.Fatal("opened before its time")
	}
	w.now = ended.Add(11 * time.Minute)
	for range 2 {
		must(t, w.opener().Run(t.Context()))
		c := w.campaign()
		if c.InBox() || c.Box.Kept != 23 || c.Box.Spoiled != 0 {
			t.Fatalf("the box: %+v", c.Box)
		}
		teams, _, words := w.results()
		n := 0
		for team, scores := range teams {
			n += len(scores)
			if len(scores) < ballot.Least {
				t.Errorf("%q has %d answers", team, len(scores))
			}
		}
		if n != 23 || len(teams["North"]) < 14 {
			t.Errorf("answers: %v", teams)
		}
		if len(words) != c.Box.Words || len(words) == 0 {
			t.Errorf("%d words, %d counted", len(words), c.Box.Words)
		}
		w.empty()
	}
}

// empty checks that nothing of the box is left in the table.
func (w *world) empty() {
	w.t.Helper()
	n := 0
	must(w.t, w.store.WalkBox(w.t.Context(), id, func(ballot.Cast) error { n++; return nil }))
	o, ok, err := w.store.Opening(w.t.Context(), id)
	must(w.t, err)
	ring, err := w.store.KeyRing(w.t.Context(), "PAIR#"+string(seal.Ballots.Of(string(id))))
	must(w.t, err)
	pages := 0
	for i := range 5 {
		if p, _ := w.store.OpeningPage(w.t.Context(), id, o.Run, i); p != nil {
			pages++
		}
	}
	if n > 0 || pages > 0 || len(ring.Keys) > 0 || !ok {
		w.t.Errorf("left: %d sealed answers, %d pages, %d keys", n, pages, len(ring.Keys))
	}
}

// Wherever a run dies, before a call or after it, the next ones end with the same: every answer once, from one run's pages, and
// nothing left.
func TestDeathAtEveryCall(t *testing.T) {
	t.Parallel()
	teams := map[string][2]int{"North": {12, 11}, "West": {9, 6}}
	for _, after := range []bool{false, true} {
		for n := int64(1); ; n++ {
			w := newWorld(t, teams)
			w.after.Store(after)
			w.dies.Store(n)
			err := w.opener().Run(t.Context())
			died := w.calls.Load() >= n
			w.dies.Store(0)
			if died && err == nil && !after {
				t.Fatalf("call %d failed, and the run did not say so", n)
			}
			_, before, _ := w.results()
			must(t, w.opener().Run(t.Context()))
			all, contacts, words := w.results()
			if len(contacts) != 17 || len(all["North"]) != 11 || len(all["West"]) != 6 {
				t.Fatalf("died at call %d (after: %v): %v", n, after, all)
			}
			for _, was := range before {
				if !slices.Contains(contacts, was) {
					t.Fatalf("died at call %d: an answer of another run", n)
				}
			}
			if c := w.campaign(); c.Box.Kept != 17 || c.Box.Words != len(words) || c.InBox() {
				t.Fatalf("died at call %d: %+v with %d words", n, c.Box, len(words))
			}
			w.empty()
			if !died {
				t.Logf("%d calls", n-1)
				break
			}
		}
	}
}

// Two runs at once: one run's pages count.
func TestTwoRuns(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[string][2]int{"North": {12, 11}, "West": {9, 6}})
	done := make(chan error)
	for range 4 {
		go func() { done <- w.opener().Run(context.Background()) }()
	}
	for range 4 {
		if err := <-done; err != nil {
			t.Log(err) // another was faster, and took the pages away
		}
	}
	must(t, w.opener().Run(t.Context()))
	all, contacts, _ := w.results()
	if len(contacts) != 17 || w.campaign().Box.Kept != 17 {
		t.Errorf("%v", all)
	}
	w.empty()
}

// A sealed answer with one byte changed is refused and counted as spoiled; so are one of an unknown cell and one that lay elsewhere.
// The rest goes on.
func TestSpoiled(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[string][2]int{"North": {12, 11}})
	ctx := t.Context()
	var casts []ballot.Cast
	must(t, w.store.WalkBox(ctx, id, func(b ballot.Cast) error { casts = append(casts, b); return nil }))
	casts[0].Sealed[len(casts[0].Sealed)-1] ^= 1
	must(t, w.store.PutBallot(ctx, id, casts[0], 1))
	must(t, w.store.PutBallot(ctx, id, ballot.Cast{Box: "moved", Sealed: casts[1].Sealed}, 0))
	w.cast("strange", ballot.Answer{Cell: 77, Score: 5})
	must(t, w.opener().Run(ctx))
	if c := w.campaign(); c.Box.Spoiled != 3 || c.Box.Kept != 10 {
		t.Errorf("%+v", c.Box)
	}
	w.empty()
}

// Of fewer than five answers none is kept, of fewer than ten no words.
func TestFew(t *testing.T) {
	t.Parallel()
	for answers, want := range map[int]survey.Box{0: {}, 4: {}, 5: {Kept: 5}, 9: {Kept: 9}, 10: {Kept: 10, Words: 5}} {
		w := newWorld(t, map[string][2]int{"North": {12, answers}})
		must(t, w.opener().Run(t.Context()))
		c := w.campaign()
		if c.InBox() || c.Box.Kept != want.Kept || c.Box.Words != want.Words {
			t.Errorf("%d answers: %+v", answers, c.Box)
		}
		w.empty()
	}
}

// More answers than letters that may have arrived are said, with how many; as many are not.
func TestMoreAnswersThanLetters(t *testing.T) {
	t.Parallel()
	for answers, want := range map[int]int{12: 0, 15: 3} {
		w := newWorld(t, map[string][2]int{"North": {12, answers}})
		must(t, w.opener().Run(t.Context()))
		if box := w.campaign().Box; box.Surplus != want || box.Kept != answers {
			t.Errorf("%d answers to 12 letters: %+v", answers, box)
		}
	}
}

// Whoever holds the whole table before the opening and after it, and the stream of both in its order, finds no words before, and after it
// nothing in which words stand beside a score, a ballot or a time of an answer.
func TestTheTableTellsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[string][2]int{"North": {20, 14}})
	records := func() (b string) {
		for _, r := range storetest.Records(t, w.db) {
			j, err := json.Marshal(r)
			must(t, err)
			b += string(j) + "\n"
		}
		return b
	}
	before := records()
	if strings.Contains(before, "words of") {
		t.Error("words stand in the table before the opening")
	}
	must(t, w.opener().Run(t.Context()))
	scores := 0
	for _, line := range strings.Split(records(), "\n") {
		says, scored := strings.Contains(line, "words of"), strings.Contains(line, `"score"`)
		if scored {
			scores++
		}
		if says && scored || (says || scored) && strings.Contains(line, "BALLOT#") {
			t.Errorf("stands together: %.300s", line)
		}
	}
	if scores != 14 {
		t.Errorf("%d answers in the stream", scores)
	}
}
