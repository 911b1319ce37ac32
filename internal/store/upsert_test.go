package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onetap/internal/keys"
	"onetap/internal/local/dynamo"
	"onetap/internal/store/storetest"
	"onetap/internal/survey"
)

func people(t testing.TB, n int) []survey.Contact {
	t.Helper()
	keys, err := keys.NewKeys("0123456789abcdef0123456789abcdef", 1)
	if err != nil {
		t.Fatal(err)
	}
	cs := make([]survey.Contact, n)
	for i := range cs {
		email := fmt.Sprintf("c%d@example.com", i)
		cs[i] = survey.Contact{
			ID: keys.ContactID(survey.Customers, email), Audience: survey.Customers,
			Person: survey.Person{Email: email, Name: "Anna Schmidt", Phone: "+49 30 123456"}, Owner: "o1", Team: "north",
			Attrs: map[string]string{"Contract": fmt.Sprint(i), "Since": "2019"},
		}
	}
	return cs
}

func TestUpsertContacts(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s, _ := storetest.Open(t, dynamo.Options{})
	first, later := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC), time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	check := func(what string, cs []survey.Contact, by survey.UploadMark, now time.Time, want survey.Upserted) {
		t.Helper()
		got, err := s.UpsertContacts(ctx, cs, by, now)
		if err != nil || got != want {
			t.Fatalf("%s: %+v, %v, want %+v", what, got, err, want)
		}
	}
	cs := people(t, 250)
	check("the first time", cs, survey.UploadMark{}, first, survey.Upserted{New: 250})
	check("the second time", cs, survey.UploadMark{}, later, survey.Upserted{Unchanged: 250})
	moved := people(t, 251)
	moved[7].Owner = "o2"
	moved[249].Attrs["Contract"] = "other"
	check("two changed, one new", moved, survey.UploadMark{Upload: "up", Part: 1}, later, survey.Upserted{New: 1, Changed: 2, Unchanged: 248})
	check("the same upload again counts as it did", moved, survey.UploadMark{Upload: "up", Part: 1}, later, survey.Upserted{New: 1, Changed: 2, Unchanged: 248})
	check("another upload finds it done", moved, survey.UploadMark{Upload: "up", Part: 2}, later, survey.Upserted{Unchanged: 251})

	c, err := s.Contact(ctx, survey.Customers, cs[7].ID)
	want := moved[7]
	want.Created, want.Updated = first, later
	if diff := cmp.Diff(want, c); err != nil || diff != "" {
		t.Errorf("a changed contact keeps its first time: %v\n%s", err, diff)
	}
}

// Every field that Contact.Same compares must be in the digest, or a change of it would not be written.
func TestEveryFieldCountsAsAChange(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s, _ := storetest.Open(t, dynamo.Options{})
	c := people(t, 1)[0]
	changes := map[string]func(*survey.Contact){
		"name": func(c *survey.Contact) { c.Person.Name = "x" }, "phone": func(c *survey.Contact) { c.Person.Phone = "x" },
		"owner": func(c *survey.Contact) { c.Owner = "x" }, "owner as written": func(c *survey.Contact) { c.OwnerRaw = "x" },
		"team": func(c *survey.Contact) { c.Team = "x" }, "location": func(c *survey.Contact) { c.Location = "x" },
		"product": func(c *survey.Contact) { c.Product = "x" }, "tier": func(c *survey.Contact) { c.Tier = "x" },
		"language": func(c *survey.Contact) { c.Language = "ru" }, "value": func(c *survey.Contact) { c.Value = "x" },
		"attribute": func(c *survey.Contact) { c.Attrs = map[string]string{"Contract": "x", "Since": "2019"} },
		"no owner":  func(c *survey.Contact) { c.Owner = "" }, "no attributes": func(c *survey.Contact) { c.Attrs = nil },
	}
	for name, change := range changes {
		changed := c
		change(&changed)
		if changed.Same(c) {
			t.Fatalf("%s: the test changes nothing", name)
		}
		for _, step := range []struct {
			c    survey.Contact
			want bool
		}{{c, true}, {changed, true}, {changed, false}} {
			u, err := s.UpsertContacts(ctx, []survey.Contact{step.c}, survey.UploadMark{}, time.Now())
			if wrote := u.New+u.Changed > 0; err != nil || wrote != step.want {
				t.Errorf("%s: %+v, %v", name, u, err)
			}
		}
		if _, err := s.UpsertContacts(ctx, []survey.Contact{changed}, survey.UploadMark{}, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
}

func BenchmarkUpsertContacts(b *testing.B) {
	s, _ := storetest.Open(b, dynamo.Options{})
	cs := people(b, 20_000)
	for _, kind := range []string{"new", "unchanged"} {
		b.Run(kind, func(b *testing.B) {
			for b.Loop() {
				if _, err := s.UpsertContacts(context.Background(), cs, survey.UploadMark{}, time.Now()); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(cs)*b.N)/b.Elapsed().Seconds(), "contacts/s")
		})
	}
}
