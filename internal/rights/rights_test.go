package rights_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/awsenv"
	"onetap/internal/contacts"
	"onetap/internal/counting"
	"onetap/internal/keys"
	"onetap/internal/local/dynamo"
	"onetap/internal/loop"
	"onetap/internal/rights"
	"onetap/internal/store"
	"onetap/internal/store/storetest"
	"onetap/internal/survey"
)

const (
	autumn = survey.CampaignID("autumnaa")
	hiring = survey.CampaignID("hiringaa")
	email  = "zinaida.snegireva@example.com"
	phone  = "+79161234567"
	name   = "Снегирёва Зинаида Петровна"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// zones are the campaigns' clocks: in one of them it is tomorrow at noon.
var zones = map[survey.CampaignID]string{autumn: "Pacific/Auckland", hiring: ""}

// traces are the texts by which a scan finds the person; whose ids are, is in world.ids.
var traces = []string{"zinaida", "snegireva", "Снегирёва", "9161234567", "C-7781", "горничная", "Позвонить вечером", "message-zina"}

type world struct {
	t      *testing.T
	store  *store.Store
	db     *dynamo.DB
	raw    *dynamodb.Client
	keys   *keys.Keys
	lists  *contacts.Lists
	rights *rights.Rights
	now    time.Time
	fault  atomic.Pointer[func(operation string, before bool) error]
	ids    []survey.ContactID // of the person
	case_  loop.Case
}

func open(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, now: noon}
	fault := func(c dynamo.Call, before bool) error {
		if f := w.fault.Load(); f != nil {
			return (*f)(c.Operation, before)
		}
		return nil
	}
	w.store, w.db = storetest.Open(t, dynamo.Options{
		Before: func(c dynamo.Call) error { return fault(c, true) },
		After:  func(c dynamo.Call) error { return fault(c, false) },
	})
	url := storetest.Serve(t, w.db)
	c := awsenv.Config()
	c.Region, c.BaseEndpoint = "eu-central-1", &url
	w.raw = dynamodb.NewFromConfig(storetest.As(c, "watcher"))
	k, err := keys.NewKeys(strings.Repeat("k", 32), 1)
	w.must(err)
	w.keys = k
	clock := func() time.Time { return w.now }
	w.lists = &contacts.Lists{Store: w.store, Keys: k, Now: clock}
	w.rights = &rights.Rights{Store: w.store, Keys: k, Now: clock}
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// upload takes a list in one part and returns its outcome.
func (w *world) upload(a survey.Audience, list string) contacts.Outcome {
	w.t.Helper()
	u, err := w.lists.TakeWhole(w.t.Context(), a, contacts.Corrections{Confirmed: true, Sent: contacts.Sent{By: "marketing", File: "list of snegireva.csv"}}, []byte(list))
	w.must(err)
	u, err = w.store.Upload(w.t.Context(), u.ID)
	w.must(err)
	out, err := contacts.Progress(u)
	w.must(err)
	return out
}

const list = "email,name,phone,customer id,occupation\n" +
	email + "," + name + "," + phone + ",C-7781,горничная\n" +
	"oleg@example.com,Олег," + phone + ",C-7782,повар\n" +
	"not an address of " + email + " at all," + name + ",12,,\n"

// lived gives the person everything that the system keeps of somebody: two audiences, an upload that changed them, letters in
// batches, answers with words, a case with notes and something due, stops, soft bounces, entries of the audit list.
func (w *world) lived() rights.Person {
	w.t.Helper()
	ctx := w.t.Context()
	for id, a := range map[survey.CampaignID]survey.Audience{autumn: survey.Customers, hiring: survey.Candidates} {
		w.must(w.store.CreateCampaign(ctx, survey.Campaign{ID: id, Name: "Autumn", Audience: a, State: survey.Open, Language: "ru", Zone: zones[id], Created: noon.AddDate(0, 0, -20), Launched: noon.AddDate(0, 0, -20), Opened: noon.AddDate(0, 0, -20)}))
	}
	w.upload(survey.Customers, list)
	w.upload(survey.Customers, strings.Replace(list, "горничная", "экономка", 1)) // changed: the former is kept for undoing
	w.upload(survey.Candidates, "email,name\n"+email+","+name+"\n")
	found, err := w.rights.Find(ctx, email)
	w.must(err)
	if len(found) != 1 || len(found[0].Contacts) != 2 {
		w.t.Fatalf("found %v", found)
	}
	for _, c := range found[0].Contacts {
		w.ids = append(w.ids, c.ID)
		w.answers(map[survey.Audience]survey.CampaignID{survey.Customers: autumn, survey.Candidates: hiring}[c.Audience], c)
	}
	w.must(w.store.SaveSoftBounces(ctx, survey.Customers, found[0].Contacts[0].ID, survey.SoftBounces{Letters: []survey.SoftBounce{{Day: "2026-11-10"}}}, w.now))
	w.must(w.store.Suppress(ctx, w.keys.ContactIDs(email), survey.Unsubscribed, w.now))
	for i, object := range []string{string(w.ids[0]), w.case_.ID(), "spring22"} {
		w.must(w.store.AddAudit(ctx, authz.AuditEntry{Who: "marketing", Action: "contacts.change", Object: object, At: w.now.Add(time.Duration(i) * time.Second)}))
	}
	return found[0]
}

// answers writes letters, an answer and a case, and lets the figures be counted.
func (w *world) answers(id survey.CampaignID, c survey.Contact) {
	w.t.Helper()
	ctx := w.t.Context()
	other := w.keys.ContactID(c.Audience, "somebody.else@example.com")
	b := survey.Batch{Campaign: id, Name: "00000", Language: "ru", State: survey.BatchWaiting, Contacts: []survey.ContactID{other, c.ID}}
	mailing, err := w.store.SaveMailing(ctx, survey.NewMailing(id, survey.MailingInvitation, w.now))
	w.must(err)
	w.must(w.store.AddBatches(ctx, mailing, []survey.Batch{b}))
	w.must(w.store.ClaimBatch(ctx, b, "me", w.now))
	b.State, b.At = survey.BatchDone, w.now
	var is []survey.Invitation
	for _, who := range b.Contacts {
		b.Outcomes = append(b.Outcomes, survey.Outcome{Contact: who, State: survey.InvitationSent, MessageID: "message-zina", Owner: "owner", Team: "North"})
		is = append(is, survey.Invitation{Campaign: id, Contact: who, Audience: c.Audience, State: survey.InvitationSent, Decided: survey.InvitationSent, MessageID: "message-zina", Language: "ru", Owner: "owner", Team: "North", At: w.now, Version: 1})
	}
	b.Contacts = nil
	for _, o := range b.Outcomes {
		b.Contacts = append(b.Contacts, o.Contact)
	}
	w.must(w.store.DecideBatch(ctx, b, "me", nil, c.Audience))
	is[0].MessageID = "message-other"
	w.must(w.store.AddInvitations(ctx, is, func() bool { return true }))
	is[1].State, is[1].Reason, is[1].Version = survey.InvitationFailed, string(survey.EventBounced), 2
	w.must(w.store.SaveInvitation(ctx, is[1]))
	for _, who := range b.Contacts {
		r := survey.Response{
			Campaign: id, Contact: who, Audience: c.Audience, Owner: "owner", Team: "North", Language: "ru", Score: 2, Verified: true, Unhappy: true,
			Why: "горничная не пришла, " + name, Wish: "Позвонить вечером", First: w.now, Counted: w.now, Updated: w.now, Version: 1, Seen: []string{"seen"},
		}
		if who == other {
			r.Why, r.Wish = "Долго", ""
		}
		w.must(w.store.SaveResponse(ctx, r, 0))
		if who != c.ID {
			continue
		}
		made, err := w.store.CreateCase(ctx, loop.New(nil, r, loop.Responsible{Staff: survey.Staff{ID: "owner"}, Level: loop.LevelOwner}, "North", loop.Rules{Term: 48 * time.Hour, Wait: time.Minute}, r.Updated))
		w.must(err)
		noted := made
		noted.Notes = 1
		w.case_, err = w.store.SaveCaseAnd(ctx, made, noted, []loop.Note{{N: 1, At: w.now, By: "owner", Text: "Позвонить вечером"}})
		w.must(err)
	}
}

// count lets recompute count everything that the stream holds.
func (w *world) count() {
	w.t.Helper()
	var all []survey.ItemChange
	for _, r := range storetest.Records(w.t, w.db) {
		c, ok, err := store.ChangeOf(r)
		w.must(err)
		if ok {
			all = append(all, c)
		}
	}
	c := &counting.Counter{Store: w.store, Log: slog.New(slog.DiscardHandler), Random: func(int) int { return 1 }}
	if failed := c.Count(w.t.Context(), all); len(failed) > 0 {
		w.t.Fatalf("not counted: %v", failed)
	}
}

// figures are those of both campaigns; recounted are the same counted from the answers and letters alone, without markers.
func (w *world) figures() survey.Deltas {
	w.t.Helper()
	sum := survey.Deltas{}
	for _, id := range []survey.CampaignID{autumn, hiring} {
		all, err := w.store.Tallies(w.t.Context(), string(id))
		w.must(err)
		for k, c := range all {
			for f, n := range c {
				if n == 0 {
					delete(c, f)
				}
			}
			if len(c) > 0 {
				sum[k] = c
			}
		}
	}
	return sum
}

// recounted computes the figures from the answers and letters themselves, and shares no arithmetic with what counts them.
func (w *world) recounted() survey.Deltas {
	w.t.Helper()
	sum := survey.Deltas{}
	for _, id := range []survey.CampaignID{autumn, hiring} {
		add := func(kind, value, field string) {
			sum.Merge(survey.Deltas{{Scope: string(id), Kind: kind, Value: value}: {field: 1}})
		}
		everywhere := func(at time.Time, owner, team, language, field string) {
			clock, err := time.LoadLocation(zones[id])
			w.must(err)
			at = at.In(clock)
			year, week := at.ISOWeek()
			value := fmt.Sprintf("%d-W%02d", year, week)
			add("week", value, field)
			add("week", value, fmt.Sprintf("d%d%s", (int(at.Weekday())+6)%7+1, field))
			add("owner", owner, field)
			add("team", team, field)
			add("language", language, field)
		}
		for shard := range survey.ContactShards {
			w.must(w.store.WalkInvitations(w.t.Context(), id, 0, shard, func(i survey.Invitation) error {
				add("wave", "0", string(i.State))
				if i.Reason == "bounced" {
					add("wave", "0", i.Reason)
				}
				if i.State == survey.InvitationSent {
					everywhere(i.At, i.Owner, i.Team, i.Language, "sent")
				}
				return nil
			}))
			w.must(w.store.WalkResponses(w.t.Context(), id, shard, "", func(r survey.Response) (bool, error) {
				everywhere(r.Counted, r.Owner, r.Team, r.Language, fmt.Sprint("s", r.Score))
				if r.HasWords() {
					everywhere(r.Counted, r.Owner, r.Team, r.Language, "comments")
				}
				return true, nil
			}))
		}
	}
	return sum
}

// scan reads the whole table, and says where something of the person stands.
func (w *world) scan() (found []string) {
	w.t.Helper()
	var packed []string
	for _, id := range w.ids {
		packed = append(packed, string(id))
	}
	p := dynamodb.NewScanPaginator(w.raw, &dynamodb.ScanInput{TableName: aws.String(storetest.Table)})
	for p.HasMorePages() {
		out, err := p.NextPage(w.t.Context())
		w.must(err)
		for _, it := range out.Items {
			pk := it["pk"].(*types.AttributeValueMemberS).Value
			sk := it["sk"].(*types.AttributeValueMemberS).Value
			all := plain(it)
			for _, trace := range slices.Concat(traces, packed) {
				if strings.Contains(all, trace) {
					found = append(found, pk+" / "+sk+" has "+trace)
				}
			}
		}
	}
	return found
}

var letters = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// plain is an item as one text, with what is packed unpacked, and ids in binary as text.
func plain(it map[string]types.AttributeValue) string {
	var b strings.Builder
	for n, v := range it {
		switch v := v.(type) {
		case *types.AttributeValueMemberS:
			fmt.Fprintf(&b, "%s=%s\n", n, v.Value)
		case *types.AttributeValueMemberB:
			if z, err := gzip.NewReader(bytes.NewReader(v.Value)); err == nil {
				io.Copy(&b, z)
				continue
			}
			for id := range slices.Chunk(v.Value, 10) {
				b.WriteString(letters.EncodeToString(id) + "\n")
			}
		}
	}
	return b.String()
}

// goes erases the person to the end, with the second pass.
func (w *world) goes(id string) survey.Erasure {
	w.t.Helper()
	e, err := w.rights.GoOn(w.t.Context(), id, w.now.Add(time.Hour))
	w.must(err)
	if e.State != survey.Settling {
		w.t.Fatalf("after its steps it is %s", e.State)
	}
	w.now = w.now.Add(survey.ErasureSettles + time.Minute)
	w.must(w.rights.Settle(w.t.Context()))
	e, err = w.store.Erasure(w.t.Context(), id)
	w.must(err)
	return e
}

var administrator = authz.Who{Staff: survey.Staff{ID: "administrator", Role: survey.RoleAdministrator}}

// excused takes out what is the other's, who has the same telephone, and where the id of who was erased may stand for some days: it says so, with the day, on the page (Stays).
func (w *world) excused(found []string) (rest []string) {
	oleg := w.keys.ContactID(survey.Customers, "oleg@example.com")
	for _, f := range found {
		if strings.Contains(f, " / COUNTED#") {
			continue
		}
		if strings.Contains(f, " / "+string(oleg)+" has 9161234567") {
			continue
		}
		rest = append(rest, f)
	}
	return rest
}

// Everything that is kept of a person is exported; after the erasure a scan of the whole table finds nothing of them, the figures are
// what they were and what a recount makes of the answers, and the other one with the telephone is there as before.
func TestExportAndErase(t *testing.T) {
	t.Parallel()
	for _, keep := range []bool{false, true} {
		t.Run(fmt.Sprintf("keep=%v", keep), func(t *testing.T) {
			t.Parallel()
			w := open(t)
			person := w.lived()
			w.count()
			before := w.figures()
			oleg, err := w.store.Contact(t.Context(), survey.Customers, w.keys.ContactID(survey.Customers, "oleg@example.com"))
			w.must(err)

			e, err := w.rights.Export(t.Context(), person)
			w.must(err)
			b, err := json.Marshal(e)
			w.must(err)
			for _, want := range []string{email, name, phone, "C-7781", "экономка", `"горничная"`, "горничная не пришла", "Позвонить вечером", "message-zina", "unsubscribed", "2026-11-10", "contacts.change", `"noted"`, "not an address of"} {
				if !strings.Contains(string(b), want) {
					t.Errorf("the export lacks %q: %s", want, b)
				}
			}
			if strings.Contains(string(b), "oleg") || strings.Contains(string(b), "повар") {
				t.Errorf("the export names another: %s", b)
			}
			if len(w.excused(w.scan())) < 10 {
				t.Fatalf("the scan finds too little before: %v", w.scan())
			}

			begun, err := w.rights.Begin(t.Context(), administrator, person, keep)
			w.must(err)
			done := w.goes(begun.ID)
			if done.State != survey.Erased || done.Whom != nil {
				t.Errorf("in the end it is %s, and knows %v", done.State, done.Whom)
			}
			found := w.excused(w.scan())
			if keep { // the words stay, as whoever erased them has chosen
				found = slices.DeleteFunc(found, func(f string) bool {
					return strings.Contains(f, "/ RESPONSE#") && !strings.Contains(f, string(w.ids[0]))
				})
			}
			if len(found) > 0 {
				t.Errorf("found afterwards:\n%s", strings.Join(found, "\n"))
			}
			w.count() // late records of the stream, all of them again
			after := w.figures()
			if got := w.recounted(); !equal(after, got) {
				t.Errorf("figures %v, by the answers %v", after, got)
			}
			if keep && !equal(before, after) {
				t.Errorf("figures were %v, are %v", before, after)
			}
			if s0, s1 := scores(before), scores(after); s0 != s1 {
				t.Errorf("%d answers were in the figures, and %d are", s0, s1)
			}
			recounter := &counting.Recounter{Store: w.store, Now: func() time.Time { return w.now.Add(14 * time.Hour) }, Metrics: io.Discard, Log: slog.New(slog.DiscardHandler)}
			w.must(recounter.Run(t.Context()))
			if again := w.figures(); !equal(after, again) {
				t.Errorf("the night's recount has changed %v to %v", after, again)
			}
			if is, err := w.store.Contact(t.Context(), survey.Customers, oleg.ID); err != nil || !is.Same(oleg) {
				t.Errorf("the other one with the telephone: %v, %v", is, err)
			}
		})
	}
}

func equal(a, b survey.Deltas) bool {
	x, y := survey.Deltas{}, survey.Deltas{}
	x.Merge(a)
	y.Merge(b)
	for k, c := range y {
		for f, n := range c {
			x.Merge(survey.Deltas{k: {f: -n}})
		}
	}
	return len(x) == 0
}

func scores(d survey.Deltas) (n int64) {
	for k, c := range d {
		if k.Kind == survey.KindWeek {
			n += c["s2"]
		}
	}
	return n
}

// Who was erased does not come back: by no list, whatever else it says of them, not typed, until an administrator lifts the block. The
// upload says how many rows, and names none.
func TestErasedComeBackOnlyWhenLifted(t *testing.T) {
	t.Parallel()
	w := open(t)
	person := w.lived()
	begun, err := w.rights.Begin(t.Context(), administrator, person, false)
	w.must(err)
	w.goes(begun.ID)
	for _, again := range []string{list, strings.ToUpper(email) + ",Z\n", "email,customer id\nnew@example.com,c-7781\n", "email,name,phone,customer id\n,зинаида петровна СНЕГИРЁВА,8 916 123-45-67,C-9\n"} {
		if !strings.HasPrefix(again, "email") {
			again = "email,name\n" + again
		}
		out := w.upload(survey.Customers, again)
		if f := out.Quality.Findings[contacts.ErasedOnRequest]; f.Count != 1 || len(f.Lines) != 0 {
			t.Errorf("%q: erased on request: %+v", again, f)
		}
	}
	for _, id := range w.ids {
		for _, a := range survey.Audiences {
			if _, err := w.store.Contact(t.Context(), a, id); !apperr.Is(err, "contact_unknown") {
				t.Errorf("came back: %v", err)
			}
		}
	}
	if _, err := w.lists.Add(t.Context(), survey.Employees, contacts.Typed{Email: email}); !apperr.Is(err, "contact_erased") {
		t.Errorf("typed: %v", err)
	}
	out := w.upload(survey.Customers, "name,phone\nSomeone,"+phone+"\nOleg's wife,"+phone+"\n")
	if n := out.Quality.Findings[contacts.ErasedOnRequest].Count; n != 0 {
		t.Errorf("the family's telephone keeps %d people out", n)
	}
	if since, blocked, err := w.rights.IsBlocked(t.Context(), email); err != nil || !blocked || !since.Equal(noon) {
		t.Errorf("blocked since %v, %v, %v", since, blocked, err)
	}
	if n, err := w.rights.Lift(t.Context(), "C-7781"); err != nil || n != 1 { // a wish is of an address, and none is said
		t.Errorf("lifted %d by the customer id, %v", n, err)
	}
	if n, err := w.rights.Lift(t.Context(), email); err != nil || n == 0 {
		t.Errorf("lifted %d, %v", n, err)
	}
	if left, err := w.store.Blocked(t.Context()); err != nil || len(left) != 0 {
		t.Errorf("%d blocks are left, %v", len(left), err)
	}
	out = w.upload(survey.Customers, "email,name,phone,customer id\n,зинаида петровна СНЕГИРЁВА,8 916 123-45-67,C-9\n") // by name and telephone
	if n := out.Quality.Findings[contacts.ErasedOnRequest].Count; n != 0 {
		t.Errorf("the name with the telephone keeps %d people out", n)
	}
	w.upload(survey.Candidates, "email,name\n"+email+",Z\n")
	id := w.keys.ContactID(survey.Candidates, email)
	if _, err := w.store.Contact(t.Context(), survey.Candidates, id); err != nil {
		t.Errorf("after the block was lifted: %v", err)
	}
	if stop, ok, err := w.store.Suppression(t.Context(), survey.Candidates, id); err != nil || !ok || stop.Reason != survey.Unsubscribed {
		t.Errorf("the wish that letters stop is forgotten: %v, %v", stop, err)
	}
}

// An erasure of which nobody knows any more whose it is does not end by itself: the log says so once a day, nothing else stops, and
// somebody ends it and says why.
func TestDamagedErasure(t *testing.T) {
	t.Parallel()
	w := open(t)
	person := w.lived()
	var log bytes.Buffer
	w.rights.Log = slog.New(slog.NewTextHandler(&log, nil))
	begun, err := w.rights.Begin(t.Context(), administrator, person, false)
	w.must(err)
	if err := w.rights.End(t.Context(), begun.ID, survey.EndAgain); !apperr.Is(err, "erasure_goes_on") {
		t.Errorf("one that goes on is ended: %v", err)
	}
	storetest.Spoil(t, storetest.Serve(t, w.db), func(_, sk string) bool { return sk == begun.ID })
	for w.now = noon; w.now.Before(noon.AddDate(0, 0, 2)); w.now = w.now.Add(30 * time.Minute) {
		w.must(w.rights.Settle(t.Context()))
	}
	if n := strings.Count(log.String(), begun.ID); n != 2 || strings.Contains(log.String(), "snegireva") {
		t.Errorf("in two days the log says it %d times:\n%s", n, log.String())
	}
	e, err := w.rights.GoOn(t.Context(), begun.ID, w.now.Add(time.Minute))
	if err != nil || !e.Damaged() {
		t.Errorf("it is %+v, %v", e, err)
	}
	if err := w.rights.End(t.Context(), begun.ID, "Zinaida has moved"); !apperr.Is(err, "erasure_reason") {
		t.Errorf("without a reason: %v", err)
	}
	again, err := w.rights.Begin(t.Context(), administrator, person, false)
	w.must(err)
	w.goes(again.ID)
	w.must(w.rights.End(t.Context(), begun.ID, survey.EndAgain))
	e, err = w.rights.Report(t.Context(), begun.ID)
	if err != nil || e.State != survey.Abandoned || e.Reason != survey.EndAgain || !e.Ended.Equal(w.now) || e.Damaged() {
		t.Errorf("it is %+v, %v", e, err)
	}
	if left, err := w.store.Unended(t.Context(), 10); err != nil || len(left) != 0 {
		t.Errorf("%v are looked at still, %v", left, err)
	}
	if err := w.rights.End(t.Context(), begun.ID, survey.EndAgain); !apperr.Is(err, "erasure_goes_on") {
		t.Errorf("twice: %v", err)
	}
}

// Who stood in a batch of a campaign that was cancelled before the batch's turn has no invitation, and is found in the batch all the same.
func TestErasedFromBatchesThatNeverWent(t *testing.T) {
	t.Parallel()
	w := open(t)
	person := w.lived()
	cancelled := survey.Campaign{ID: "cancella", Name: "Spring", Audience: survey.Customers, State: survey.Cancelled, Language: "ru", Created: noon, Launched: noon, Ended: noon}
	w.must(w.store.CreateCampaign(t.Context(), cancelled))
	mailing, err := w.store.SaveMailing(t.Context(), survey.NewMailing(cancelled.ID, survey.MailingInvitation, w.now))
	w.must(err)
	w.must(w.store.AddBatches(t.Context(), mailing, []survey.Batch{{Campaign: cancelled.ID, Name: "00000", Language: "ru", State: survey.BatchWaiting, Contacts: []survey.ContactID{person.Contacts[0].ID}}}))
	begun, err := w.rights.Begin(t.Context(), administrator, person, false)
	w.must(err)
	w.goes(begun.ID)
	if found := w.excused(w.scan()); len(found) > 0 {
		t.Errorf("found afterwards:\n%s", strings.Join(found, "\n"))
	}
}

// An erasure that dies at any call that writes goes on where it was, and comes to the same.
func TestDeathAtEveryCall(t *testing.T) {
	t.Parallel()
	for _, lost := range []bool{false, true} { // the call is not made; or made, and its reply is lost
		for at, step := 1, 1; ; at += step {
			w := open(t)
			person := w.lived()
			w.count()
			begun, err := w.rights.Begin(t.Context(), administrator, person, at%2 == 0)
			w.must(err)
			var calls atomic.Int64
			die := func(operation string, before bool) error {
				if operation != "Query" && operation != "GetItem" && operation != "BatchGetItem" && before != lost && calls.Add(1) >= int64(at) {
					return &dynamo.APIError{Status: 500, Code: "InternalServerError", Message: "died"}
				}
				return nil
			}
			w.fault.Store(&die)
			_, died := w.rights.GoOn(context.Background(), begun.ID, w.now.Add(time.Hour))
			w.fault.Store(nil)
			if died == nil {
				break
			}
			w.goes(begun.ID)
			found := slices.DeleteFunc(w.excused(w.scan()), func(f string) bool { return at%2 == 0 && strings.Contains(f, "/ RESPONSE#") })
			if len(found) > 0 {
				t.Errorf("died at call %d: found afterwards:\n%s", at, strings.Join(found, "\n"))
			}
			w.count()
			if got, want := w.figures(), w.recounted(); !equal(got, want) {
				t.Errorf("died at call %d: figures %v, by the answers %v", at, got, want)
			}
		}
	}
}
