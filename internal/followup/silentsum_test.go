package followup_test

import (
	"context"
	"log/slog"
	"reflect"
	"testing"
	"time"

	"onetap/internal/followup"
	"onetap/internal/followup/followuptest"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

// All who were asked are added up once the campaign has ended, and again a week later: then the list says who is gone, and who is worth less.
func TestSilentAreAddedUp(t *testing.T) {
	t.Parallel()
	q := openQuiet(t, 0)
	ctx := context.Background()
	s := &followup.Summing{Store: q.Store, Log: slog.New(slog.DiscardHandler), Now: q.Now}
	of := func(value, firm string) func(*survey.Contact) {
		return func(c *survey.Contact) {
			if c.Value = value; firm != "" {
				c.Company, c.Account = survey.Company{Name: firm}, survey.AccountID(firm)
			}
		}
	}
	answers, silent, left := q.Contact(1, of("€100", "")), q.Contact(2, of("€70", "")), q.Contact(3, of("€5", ""))
	one, two := q.Contact(4, of("€900", "acme")), q.Contact(5, of("€800", "acme"))
	half, other := q.Contact(6, of("€4,000", "bolt")), q.Contact(7, of("€4,000", "bolt"))
	id := q.wave([]survey.ContactID{answers, silent, left, one, two, half, other}, answers, other)
	q.must(s.Run(ctx))
	read := func() loop.SilenceSums {
		t.Helper()
		sums, ok, err := q.Store.SilenceSums(ctx, id)
		if q.must(err); !ok {
			t.Fatal("not added up")
		}
		return sums
	}
	got := read()
	whole := got.Of(true, nil)
	if got.Currency != "EUR" || whole.Value != 97500 || whole.Silent != (loop.SilenceGroup{People: 5, Listed: 5, Valued: 5}) || whole.Answered.People != 2 {
		t.Errorf("%s: %+v", got.Currency, whole)
	}
	// A list says something else of one, and another is erased. It is counted again after a week, and not before.
	people, err := q.Store.Contacts(ctx, survey.Customers, []survey.ContactID{silent, left})
	q.must(err)
	less := people[silent]
	less.Value = "€60"
	q.Pass(2 * 24 * time.Hour)
	_, err = q.Store.UpsertContacts(ctx, []survey.Contact{less}, survey.UploadMark{Upload: "list"}, q.Now())
	q.must(err)
	q.must(q.Store.ForgetContact(ctx, survey.ErasureContact{Audience: survey.Customers, ID: left}))
	q.must(s.Run(ctx))
	if again := read(); !again.At.Equal(got.At) {
		t.Error("counted again after two days")
	}
	q.Pass(6 * 24 * time.Hour)
	q.must(s.Run(ctx))
	if whole := read().Of(true, nil); whole.Silent != (loop.SilenceGroup{People: 5, Listed: 4, Valued: 4, Fell: 1}) || whole.Value != 96000 {
		t.Errorf("a week later: %+v", whole)
	}
}

// Wherever a run dies, the next one makes the sums that one which lived would have made, and they are made again a week later.
func TestSummingDiesAtEveryCall(t *testing.T) {
	t.Parallel()
	q := openQuiet(t, 0)
	ctx := context.Background()
	of := func(value string) func(*survey.Contact) { return func(c *survey.Contact) { c.Value = value } }
	answers, silent, other := q.Contact(1, of("€100")), q.Contact(2, of("€70")), q.Contact(3, of("€5"))
	one, two := q.wave([]survey.ContactID{answers, silent, other}, answers), q.wave([]survey.ContactID{answers, silent}, silent)
	sound := &followup.Summing{Store: q.Store, Log: slog.New(slog.DiscardHandler), Now: q.Now}
	deadly := &followup.Summing{Store: q.Faulty, Log: slog.New(slog.DiscardHandler), Now: q.Now}
	read := func() (all []loop.SilenceSums) {
		for _, id := range []survey.CampaignID{one, two} {
			sums, ok, err := q.Store.SilenceSums(ctx, id)
			if q.must(err); !ok {
				t.Fatal("not added up")
			}
			all = append(all, sums)
		}
		return all
	}
	q.must(sound.Run(ctx))
	want := read()
	const step = 23 // a run makes some hundreds of calls, most of them alike
	for _, lost := range []bool{false, true} {
		for n := 1; ; n += step {
			q.Pass(8 * 24 * time.Hour)
			q.Arm(&followuptest.Fault{At: n, Lost: lost, Dies: true})
			err := deadly.Run(ctx)
			reached := q.Calls() >= n
			q.Arm(nil)
			if reached && err == nil {
				t.Errorf("it lived through its death at call %d", n)
			}
			q.Pass(2 * time.Hour)
			q.must(sound.Run(ctx))
			for i, sums := range read() {
				if q.Now().Sub(sums.At) > 3*time.Hour {
					t.Errorf("death at call %d, lost %v: campaign %d was not added up again", n, lost, i)
				}
				if sums.At = want[i].At; !reflect.DeepEqual(sums, want[i]) {
					t.Errorf("death at call %d, lost %v: campaign %d came to %+v, want %+v", n, lost, i, sums, want[i])
				}
			}
			if !reached {
				break
			}
		}
	}
}
