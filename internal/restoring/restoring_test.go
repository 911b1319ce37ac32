package restoring_test

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/keys"
	"onetap/internal/local/dynamo"
	"onetap/internal/restoring"
	"onetap/internal/store"
	"onetap/internal/store/storetest"
	"onetap/internal/survey"
)

var _ restoring.Store = (*store.Store)(nil)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func bed(t *testing.T) (*restoring.Restorer, *store.Store, *keys.Keys) {
	t.Helper()
	s, _ := storetest.Open(t, dynamo.Options{})
	k, err := keys.NewKeys(strings.Repeat("k", 32), 1)
	if err != nil {
		t.Fatal(err)
	}
	return &restoring.Restorer{Store: s, Keys: k, Now: func() time.Time { return noon }}, s, k
}

func contact(id, email string) string {
	return fmt.Sprintf(`{"kind":"contact","audience":"customers","id":%q,"person":{"email":%q,"name":"Ann"},"value":"5 ₽","former_values":[{"value":"7 ₽","until":"2026-01-02T03:04:05Z"}],"company":{"name":"Acme"},"created":"2025-01-02T03:04:05Z","updated":"2025-01-02T03:04:05Z","stopped":"unsubscribed"}`, id, email)
}

// What is no line of a workspace is refused with its number, and nothing of the part is written.
func TestWhatIsRefused(t *testing.T) {
	t.Parallel()
	r, s, _ := bed(t)
	good := contact("abcdefghijklmnop", "ann@example.com")
	for text, want := range map[string]string{
		good + "\nno json": "restore_line",
		good + "\n{}":      "restore_line",
		"\n" + `{"kind":"themes","themes":[{"id":"a","names":{"en":"A"},"words":["(x|y)"]}]}`: "restore_line",
		`{"kind":"onetap","version":7}`: "restore_version",
		`{"kind":"answer","campaign_id":"aaaaaaaa","contact":"abcdefghijklmnop","score":3}`: "restore_campaign",
		`{"kind":"invitation","campaign":"aaaaaaaa","contact":"abcdefghijklmnop"}`:          "restore_campaign",
		`{"kind":"case","campaign":"aaaaaaaa","contact":"abcdefghijklmnop"}`:                "restore_campaign",
	} {
		_, err := r.Restore(t.Context(), []byte(text))
		if !apperr.Is(err, want) {
			t.Errorf("%.60s: %v, want %s", text, err, want)
		}
		if want == "restore_line" && apperr.As(err).With["Line"] != 2 {
			t.Errorf("the line is %v", apperr.As(err).With)
		}
	}
	if all, err := s.Contacts(t.Context(), survey.Customers, []survey.ContactID{"abcdefghijklmnop"}); err != nil || len(all) > 0 {
		t.Errorf("%v, %v", all, err)
	}
}

// A contact keeps its id and what it was worth, is found by the address here, and gets no emails if it got none there; whoever is here already stays.
func TestContactsComeBack(t *testing.T) {
	t.Parallel()
	r, s, k := bed(t)
	ctx := t.Context()
	mine := survey.Contact{ID: k.ContactID(survey.Customers, "ben@example.com"), Audience: survey.Customers, Person: survey.Person{Email: "ben@example.com", Name: "Ben"}, Created: noon, Updated: noon}
	if err := s.PutContacts(ctx, []survey.Contact{mine}); err != nil {
		t.Fatal(err)
	}
	body := []byte(contact("abcdefghijklmnop", "ann@example.com") + "\n" + contact("bbcdefghijklmnop", "ben@example.com") + "\n{\"kind\":\"audit\"}\n")
	for _, want := range []restoring.Outcome{{New: map[string]int{"contact": 1}, There: map[string]int{"contact": 1}}, {There: map[string]int{"contact": 2}}} {
		out, err := r.Restore(ctx, body)
		if err != nil || out.New["contact"] != want.New["contact"] || out.There["contact"] != want.There["contact"] || out.Passed["audit"] != 1 {
			t.Errorf("%+v, %v", out, err)
		}
	}
	c, ok, err := s.ContactByMail(ctx, survey.Customers, k.ContactID(survey.Customers, "ann@example.com"))
	if err != nil || !ok || c.ID != "abcdefghijklmnop" || len(c.Former) != 1 || c.Account == "" {
		t.Errorf("%+v, %v", c, err)
	}
	if stop, stopped, err := s.Suppression(ctx, survey.Customers, c.ID); err != nil || !stopped || stop.Reason != survey.Unsubscribed {
		t.Errorf("stopped: %+v %v %v", stop, stopped, err)
	}
	if got, err := s.Contact(ctx, survey.Customers, mine.ID); err != nil || got.Person.Name != "Ben" {
		t.Errorf("%+v, %v", got, err)
	}
}

// The company's dictionary of themes comes back, unless there is one here already.
func TestThemesComeBack(t *testing.T) {
	t.Parallel()
	r, s, _ := bed(t)
	body := []byte(`{"kind":"themes","themes":[{"id":"price","names":{"en":"Money"},"standard":true},{"id":"own1","names":{"en":"Lifts"},"words":["lift*","-lift up"],"cause":"own2"}]}`)
	for _, fresh := range []int{1, 0} {
		if out, err := r.Restore(t.Context(), body); err != nil || out.New["themes"] != fresh || out.There["themes"] != 1-fresh {
			t.Errorf("%+v, %v", out, err)
		}
	}
	d, version, ok, err := s.Themes(t.Context())
	if err != nil || !ok || version != 1 || len(d) != 2 || d[0].Names["en"] != "Money" || len(d[0].Words) < 100 || d[1].Cause != "own2" || d[1].Words[1] != "-lift up" {
		t.Errorf("%d, %v %v", version, ok, err)
	}
}

// Wherever a part dies, it is sent again and comes to what one that lived comes to: nobody twice, nothing missing, the ledger too.
func TestDeathAtEveryCall(t *testing.T) {
	t.Parallel()
	at := `"2026-03-02T10:00:00Z"`
	var b strings.Builder
	b.WriteString(`{"kind":"staff","id":"anna","name":"Anna","email":"anna@example.com","role":"owner"}` + "\n")
	ids := []string{"abcdefghijklmnop", "bbcdefghijklmnop", "cbcdefghijklmnop"}
	for n, id := range ids {
		b.WriteString(contact(id, fmt.Sprintf("person%d@example.com", n)) + "\n")
	}
	b.WriteString(`{"kind":"campaign","id":"springaa","name":"Spring","audience":"customers","language":"en","state":"open","created":` + at + `,"launched":` + at + `}` + "\n")
	b.WriteString(`{"kind":"mailing","mailing":{"campaign":"springaa","number":0,"state":"sending","audience":3,"invited":3}}` + "\n")
	for _, id := range ids {
		fmt.Fprintf(&b, `{"kind":"invitation","campaign":"springaa","contact":%q,"wave":0,"state":"sent","decided":"sent","version":1,"language":"en","at":%s}`+"\n", id, at)
	}
	for n, id := range ids {
		fmt.Fprintf(&b, `{"kind":"answer","campaign_id":"springaa","contact":%q,"created_at":%s,"score":%d,"verified":true,"comment":"slow","language":"en"}`+"\n", id, at, 3*n)
	}
	fmt.Fprintf(&b, `{"kind":"case","of":"detractor","campaign":"springaa","contact":%q,"audience":"customers","level":"owner","owner":"anna","state":"open","score":0,"latest":0,"answer":1,"opened":%s,"deadline":%s,"rules":{"term":1,"wait":1},"alert":{},"history":[{"at":%s,"what":"opened","score":0,"version":1}],"notes":[{"at":%s,"by":"anna","text":"Called."}]}`+"\n", ids[0], at, at, at, at)
	body := []byte(b.String())
	state := func(s *store.Store) string {
		ctx := t.Context()
		var all []string
		for _, id := range ids {
			c, err := s.Contact(ctx, survey.Customers, survey.ContactID(id))
			i, invited, err2 := s.Invitation(ctx, "springaa", 0, survey.ContactID(id))
			a, answered, err3 := s.Response(ctx, "springaa", survey.ContactID(id))
			if err := errors.Join(err, err2, err3); err != nil {
				t.Fatal(err)
			}
			all = append(all, fmt.Sprint(c.Person.Email, c.Value, len(c.Former), invited, i.State, answered, a.Score, a.Verified, a.Why))
		}
		c, there, err := s.Case(ctx, "springaa", survey.ContactID(ids[0]))
		if err != nil {
			t.Fatal(err)
		}
		notes, err := s.Notes(ctx, c)
		staff, err2 := s.Staff(ctx)
		m, _, err3 := s.Mailing(ctx, "springaa", 0)
		if err := errors.Join(err, err2, err3); err != nil {
			t.Fatal(err)
		}
		return strings.Join(append(all, fmt.Sprint(there, c.State, c.Owner, c.Notes, len(notes), len(c.History), len(staff), m.Audience, m.Invited, m.State)), "\n")
	}
	calm, s, _ := bed(t)
	if _, err := calm.Restore(t.Context(), body); err != nil {
		t.Fatal(err)
	}
	want := state(s)
	for _, when := range []string{"before", "after"} {
		for death := int64(1); ; death += 2 {
			var calls atomic.Int64
			var dead atomic.Bool
			die := func(c dynamo.Call) error {
				if c.Caller == "dying" && (dead.Load() || calls.Add(1) == death) {
					dead.Store(true)
					return errors.New("dead")
				}
				return nil
			}
			o := dynamo.Options{Before: die}
			if when == "after" {
				o = dynamo.Options{After: die}
			}
			s, db := storetest.Open(t, o)
			k, err := keys.NewKeys(strings.Repeat("k", 32), 1)
			if err != nil {
				t.Fatal(err)
			}
			r := &restoring.Restorer{Store: storetest.Client(storetest.Serve(t, db), "dying"), Keys: k, Now: func() time.Time { return noon }}
			if _, err := r.Restore(t.Context(), body); dead.Load() && err == nil {
				t.Errorf("it lived through its death %s call %d", when, death)
			}
			r.Store = s
			if _, err := r.Restore(t.Context(), body); err != nil {
				t.Fatalf("died %s call %d: again: %v", when, death, err)
			}
			if got := state(s); got != want {
				t.Errorf("died %s call %d:\n%s\nwant\n%s", when, death, got, want)
			}
			if !dead.Load() {
				break
			}
		}
	}
}
