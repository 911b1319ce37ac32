package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"onetap/internal/local/dynamo"
	"onetap/internal/store/storetest"
	"onetap/internal/survey"
)

// Who was added on a day is known by that day, once more after the same list is sent again, and an erased one is not among them any more.
func TestNewContactsByDay(t *testing.T) {
	t.Parallel()
	s, _ := storetest.Open(t, dynamo.Options{})
	now := time.Date(2026, 11, 2, 23, 59, 0, 0, time.UTC)
	var cs []survey.Contact
	for i := range 130 {
		cs = append(cs, survey.Contact{ID: survey.ContactID(fmt.Sprintf("aaaaaaaaaaaaa%c%cb", 'a'+i/26, 'a'+i%26)), Audience: survey.Customers, Person: survey.Person{Email: fmt.Sprintf("p%d@example.com", i)}})
	}
	for range 2 {
		if _, err := s.UpsertContacts(t.Context(), cs, survey.UploadMark{Upload: "list"}, now); err != nil {
			t.Fatal(err)
		}
	}
	one := survey.Contact{ID: "bbbbbbbbbbbbbbbb", Audience: survey.Customers, Person: survey.Person{Email: "one@example.com"}, Created: now, Updated: now}
	if err := s.SaveContact(t.Context(), one, time.Time{}, nil, nil); err != nil {
		t.Fatal(err)
	}
	added := func(day string) []survey.ContactID {
		ids, err := s.NewContacts(t.Context(), survey.Customers, day)
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(ids)
		return slices.Compact(ids)
	}
	if got := added("2026-11-02"); len(got) != 131 || len(added("2026-11-03")) > 0 {
		t.Fatalf("%d were added", len(got))
	}
	for _, id := range []survey.ContactID{cs[7].ID, one.ID} {
		if _, _, err := s.EraseContact(t.Context(), survey.ErasureContact{Audience: survey.Customers, ID: id}); err != nil {
			t.Fatal(err)
		}
		if got := added("2026-11-02"); slices.Contains(got, id) {
			t.Errorf("an erased one is among %d", len(got))
		}
	}
	if err := s.ForgetContact(t.Context(), survey.ErasureContact{Audience: survey.Customers, ID: cs[8].ID}); err != nil {
		t.Fatal(err)
	}
	if got := added("2026-11-02"); len(got) != 128 {
		t.Errorf("%d are left", len(got))
	}
}
