package restoring_test

import (
	"fmt"
	"strings"
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
