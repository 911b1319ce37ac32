package counting

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"onetap/internal/local/dynamo"
	"onetap/internal/store"
	"onetap/internal/store/storetest"
	"onetap/internal/survey"
)

const campaign = survey.CampaignID("campaign")

var start = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

type world struct {
	store  *store.Store
	db     *dynamo.DB
	random *rand.Rand
	clock  *time.Location                          // of the campaign
	faults atomic.Pointer[func(before bool) error] // calls that were given up may still ask for it
}

func newWorld(t *testing.T, seed uint64) *world {
	t.Helper()
	zone := []string{"Asia/Kamchatka", "Pacific/Pago_Pago", ""}[seed%3] // far ahead and far behind
	w := &world{random: rand.New(rand.NewPCG(seed, 1)), clock: survey.Campaign{Zone: zone}.Clock()}
	fault := func(c dynamo.Call, before bool) error {
		f := w.faults.Load()
		if f == nil || c.Operation == "Query" {
			return nil
		}
		return (*f)(before)
	}
	w.store, w.db = storetest.Open(t, dynamo.Options{
		Before: func(c dynamo.Call) error { return fault(c, true) },
		After:  func(c dynamo.Call) error { return fault(c, false) },
	})
	must(t, w.store.CreateCampaign(t.Context(), survey.Campaign{ID: campaign, Audience: survey.Customers, State: survey.Open, Zone: zone, Created: start, Launched: start, Opened: start}))
	return w
}

func (w *world) counter() *Counter {
	return &Counter{Store: w.store, Log: slog.New(slog.DiscardHandler), Random: w.random.IntN}
}

// changes reads the table's whole stream.
func (w *world) changes(t *testing.T) (changes []survey.ItemChange) {
	t.Helper()
	for _, r := range storetest.Records(t, w.db) {
		c, ok, err := store.ChangeOf(r)
		must(t, err)
		if ok {
			changes = append(changes, c)
		}
	}
	return changes
}

// account is that of the i-th contact: each fourth has none.
func account(i int) survey.AccountID {
	if i%4 == 3 {
		return ""
	}
	return survey.AccountID(fmt.Sprintf("account%daccount%d", i%3, i%3))
}

// live writes a decided batch of n people and lets them answer, change their minds, bounce.
func (w *world) live(t *testing.T, n int) {
	t.Helper()
	ctx := context.Background()
	b := survey.Batch{Campaign: campaign, Name: survey.BatchName(0), Language: "ru", State: survey.BatchWaiting}
	for i := range n {
		b.Contacts = append(b.Contacts, survey.ContactID(fmt.Sprintf("%c%ccontactcontact", 'a'+i/26%26, 'a'+i%26)))
	}
	mailing, err := w.store.SaveMailing(ctx, survey.NewMailing(campaign, survey.MailingInvitation, start))
	must(t, err)
	must(t, w.store.AddBatches(ctx, mailing, []survey.Batch{b}))
	must(t, w.store.ClaimBatch(ctx, b, "lease", start))
	b.State, b.At = survey.BatchDone, start
	for i, id := range b.Contacts {
		state := survey.InvitationSent
		if i%7 == 3 {
			state = survey.InvitationUncertain
		}
		b.Outcomes = append(b.Outcomes, survey.Outcome{Contact: id, State: state, Owner: fmt.Sprintf("o%d", i%3), Team: fmt.Sprintf("t#%d", i%2), With: survey.With{Account: account(i)}})
	}
	must(t, w.store.DecideBatch(ctx, b, "lease", nil, survey.Customers))
	must(t, w.store.AddInvitations(ctx, b.Invitations(survey.Customers), func() bool { return true }))
	for range 3 * n {
		i := b.Invitations(survey.Customers)[w.random.IntN(n)]
		if w.random.IntN(4) == 0 {
			w.report(t, i)
		} else {
			w.answer(t, i)
		}
	}
}

func (w *world) report(t *testing.T, of survey.Invitation) {
	ctx := context.Background()
	i, _, err := w.store.Invitation(ctx, of.Campaign, of.Mailing, of.Contact)
	must(t, err)
	event := []survey.DeliveryEvent{survey.EventDelivered, survey.EventBounced, survey.EventComplained}[w.random.IntN(3)]
	if after, changed := i.Settle(event); changed {
		must(t, w.store.SaveInvitation(ctx, after))
	}
}

func (w *world) answer(t *testing.T, i survey.Invitation) {
	ctx := context.Background()
	r, ok, err := w.store.Response(ctx, i.Campaign, i.Contact)
	must(t, err)
	if !ok {
		r = survey.Response{Campaign: i.Campaign, Contact: i.Contact, Audience: i.Audience, Owner: i.Owner, Team: i.Team, Language: i.Language, Account: i.Account}
	}
	score := w.random.IntN(11)
	p := survey.Post{Score: &score, Gesture: []survey.Gesture{survey.ByButton, survey.ByScript}[w.random.IntN(2)]}
	if w.random.IntN(2) == 0 {
		why := fmt.Sprint("because ", w.random.IntN(3))
		p.Why = &why
	}
	if w.random.IntN(2) == 0 {
		p.Rated = map[survey.TouchpointID]survey.Rating{survey.TouchpointID(fmt.Sprint("t", 1+w.random.IntN(3))): survey.RatingsAll[w.random.IntN(3)]}
	}
	after, changed, err := r.Apply(p, start.Add(time.Duration(w.random.IntN(300))*time.Hour))
	must(t, err)
	if changed {
		must(t, w.store.SaveResponse(ctx, after, r.Version))
	}
}

// recount computes the figures from the items themselves, sharing no arithmetic with the counter.
func (w *world) recount(t *testing.T) survey.Deltas {
	t.Helper()
	ctx := context.Background()
	figures := survey.Deltas{}
	add := func(scope, kind, value, field string) {
		k := survey.TallyKey{Scope: scope, Kind: kind, Value: value}
		if figures[k] == nil {
			figures[k] = survey.Counts{}
		}
		figures[k][field]++
	}
	everywhere := func(at time.Time, owner, team, language string, account survey.AccountID, field string) {
		at = at.In(w.clock)
		year, number := at.ISOWeek()
		week := fmt.Sprintf("%d-W%02d", year, number)
		add("customers", "week", week, field)
		add(string(campaign), "week", week, field)
		add(string(campaign), "week", week, map[time.Weekday]string{
			time.Monday: "d1", time.Tuesday: "d2", time.Wednesday: "d3", time.Thursday: "d4",
			time.Friday: "d5", time.Saturday: "d6", time.Sunday: "d7",
		}[at.Weekday()]+field)
		add(string(campaign), "owner", owner, field)
		add(string(campaign), "team", team, field)
		add(string(campaign), "language", language, field)
		if account != "" {
			add(string(campaign), "account", string(account), field)
		}
	}
	for shard := range survey.ContactShards {
		must(t, w.store.WalkInvitations(ctx, campaign, 0, shard, func(i survey.Invitation) error {
			add(string(campaign), "wave", "0", string(i.State))
			if i.Reason == "bounced" || i.Reason == "complained" {
				add(string(campaign), "wave", "0", i.Reason)
			}
			if i.State == survey.InvitationSent {
				everywhere(i.At, i.Owner, i.Team, i.Language, "", "sent")
			}
			return nil
		}))
		must(t, w.store.WalkResponses(ctx, campaign, shard, "", func(r survey.Response) (bool, error) {
			if !r.Verified {
				everywhere(r.First, r.Owner, r.Team, r.Language, r.Account, "unverified")
				add(string(campaign), "week", survey.Week(r.First.In(w.clock)), fmt.Sprint("u", r.Score))
				return true, nil
			}
			everywhere(r.Counted, r.Owner, r.Team, r.Language, r.Account, fmt.Sprint("s", r.Score))
			for _, one := range strings.Fields(string(r.Ratings)) {
				places := []survey.TallyKey{{Kind: "week", Value: survey.Week(r.Counted.In(w.clock))}, {Kind: "owner", Value: r.Owner}, {Kind: "team", Value: r.Team}}
				for _, p := range places {
					add(string(campaign), p.Kind, p.Value, one)
				}
			}
			if r.HasWords() { // a walk opens none
				everywhere(r.Counted, r.Owner, r.Team, r.Language, r.Account, "comments")
			}
			return true, nil
		}))
	}
	return figures
}

func (w *world) check(t *testing.T) {
	t.Helper()
	got := survey.Deltas{}
	for _, scope := range []string{string(campaign), "customers"} {
		m, err := w.store.Tallies(context.Background(), scope)
		must(t, err)
		got.Merge(survey.Deltas(m))
	}
	if d := cmp.Diff(w.recount(t), got); d != "" {
		t.Fatalf("figures (-recount +kept):\n%s", d)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) deliver(t *testing.T, changes []survey.ItemChange) {
	t.Helper()
	if failed := w.counter().Count(context.Background(), changes); len(failed) > 0 {
		t.Fatalf("%d of %d changes were not counted", len(failed), len(changes))
	}
}

func TestFiguresEqualARecount(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	w.live(t, 60)
	w.deliver(t, w.changes(t))
	w.check(t)
}

// However the stream cuts its records into batches and repeats them, the figures equal a recount (promise 4).
func TestStreamRepeatsAndSplits(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2)
	w.live(t, 40)
	changes := w.changes(t)
	rapid.Check(t, func(rt *rapid.T) {
		from := rapid.IntRange(0, len(changes)-1).Draw(rt, "again from")
		for at := from; at < len(changes); {
			n := min(rapid.SampledFrom([]int{1, 3, 10, 100}).Draw(rt, "batch"), len(changes)-at)
			w.deliver(t, changes[at:at+n])
			if rapid.IntRange(0, 3).Draw(rt, "repeat") > 0 {
				at += n
			}
		}
	})
	w.deliver(t, changes)
	w.check(t)
}

// Several readers of different shards run at once, each item with one of them, as Lambda's do.
func TestShardsInParallel(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	w.live(t, 60)
	lanes := make([][]survey.ItemChange, 4)
	for _, c := range w.changes(t) {
		lane := 0
		for _, char := range c.Item.Partition + c.Item.Sort {
			lane = (lane*31 + int(char)) % len(lanes)
		}
		lanes[lane] = append(lanes[lane], c)
	}
	failed := make(chan []int, len(lanes))
	for _, lane := range lanes {
		c := &Counter{Store: w.store, Log: slog.New(slog.DiscardHandler), Random: rand.IntN}
		go func() { failed <- c.Count(context.Background(), lane) }()
	}
	for range lanes {
		if f := <-failed; len(f) > 0 {
			t.Errorf("%d changes were not counted", len(f))
		}
	}
	w.check(t)
}

// The counter dies at its n-th call, before or after the work was done; the batch comes again.
func TestDeathAtEveryCall(t *testing.T) {
	t.Parallel()
	for _, before := range []bool{true, false} {
		for n := int32(1); n < 40; n += 3 {
			w := newWorld(t, uint64(n))
			w.live(t, 30)
			changes := w.changes(t)
			var calls atomic.Int32
			dies := func(early bool) error {
				if early == before && calls.Add(1) >= n {
					return errors.New("dead")
				}
				return nil
			}
			w.faults.Store(&dies)
			for at := 0; at < len(changes); at += 50 {
				_ = w.counter().Count(context.Background(), changes[at:min(at+50, len(changes))])
			}
			w.faults.Store(nil)
			w.deliver(t, changes)
			w.check(t)
			if calls.Load() < n {
				break
			}
		}
	}
}
