package survey

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func TestFilterMatch(t *testing.T) {
	t.Parallel()
	c := Contact{Team: "North", Owner: "o1", Location: "Perm", Product: "ERP", Tier: "A", Language: "ru", Attrs: map[string]string{"Source": "fair"}}
	for _, tt := range []struct {
		name string
		f    Filter
		want bool
	}{
		{"empty takes everybody", Filter{}, true},
		{"one of the teams", Filter{Teams: []string{"South", "North"}}, true},
		{"another team", Filter{Teams: []string{"South"}}, false},
		{"every field must match", Filter{Teams: []string{"North"}, Tiers: []string{"B"}}, false},
		{"language", Filter{Languages: []string{"en"}}, false},
		{"attribute", Filter{Attrs: map[string][]string{"Source": {"fair"}}}, true},
		{"attribute that the contact lacks", Filter{Attrs: map[string][]string{"Branch": {"x"}}}, false},
		{"attribute without values narrows nothing", Filter{Attrs: map[string][]string{"Branch": nil}}, true},
	} {
		if got := tt.f.Match(c); got != tt.want {
			t.Errorf("%s: Match = %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestSkipOrder(t *testing.T) {
	t.Parallel()
	c := Campaign{ID: "aaaaaaaa", QuietDays: 90, Sample: 1e-12}
	for _, tt := range []struct {
		stopped SuppressionReason
		asked   SkipReason
		want    SkipReason
	}{
		{Unsubscribed, SkipQuiet, SkipUnsubscribed}, // what a person asked for comes first
		{Bounced, "", SkipBounced},
		{Complained, "", SkipComplained},
		{"", SkipQuiet, SkipQuiet},
		{"", SkipFrequency, SkipFrequency},
		{"", "", SkipNotSampled},
	} {
		if got := c.Skip(Contact{ID: "bbbbbbbbbbbbbbbb"}, tt.stopped, tt.asked); got != tt.want {
			t.Errorf("Skip(%q, %q) = %q, want %q", tt.stopped, tt.asked, got, tt.want)
		}
	}
	c.Sample = 0
	if got := c.Skip(Contact{ID: "bbbbbbbbbbbbbbbb"}, "", ""); got != "" {
		t.Errorf("Skip without a reason = %q", got)
	}
}

func TestSampleTakesItsShareAndStays(t *testing.T) {
	t.Parallel()
	c, d := Campaign{ID: "aaaaaaaa", Sample: 0.3}, Campaign{ID: "bbbbbbbb", Sample: 0.3}
	n, both := 0, 0
	for i := range 10_000 {
		id := ContactID(fmt.Sprintf("%016d", i))
		first := c.Sampled(id)
		if first != c.Sampled(id) {
			t.Fatal("decided twice differently")
		}
		if first {
			n++
			if d.Sampled(id) {
				both++
			}
		}
	}
	if n < 2800 || n > 3200 {
		t.Errorf("a sample of 30%% took %d of 10,000", n)
	}
	if both > n/2 {
		t.Errorf("two campaigns took the same %d of %d people", both, n)
	}
}

// Every invited contact is in exactly one batch, all batches but the last of a language are full, and the mailing's
// numbers are those of what went in.
func TestPlanCoversEverybodyOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := NewMailing("aaaaaaaa", MailingInvitation, noon)
		var batches []Batch
		want := map[ContactID]string{}
		passed := 0
		n := rapid.IntRange(0, 400).Draw(t, "contacts")
		for i := range n {
			id := ContactID(fmt.Sprintf("%016d", i))
			if rapid.IntRange(0, 9).Draw(t, "skip") == 0 {
				w.Pass(SkipQuiet)
				passed++
				continue
			}
			language := rapid.SampledFrom([]string{"ru", "en"}).Draw(t, "language")
			want[id] = language
			if b, ok := w.Invite(id, language, ""); ok {
				batches = append(batches, b)
			}
		}
		batches = append(batches, w.Rest()...)
		got, part := map[ContactID]string{}, map[string]int{}
		for i, b := range batches {
			if b.Name != BatchName(i) {
				t.Fatalf("batch %d is called %s", i, b.Name)
			}
			if len(b.Contacts) < BatchSize {
				part[b.Language]++
			}
			for _, id := range b.Contacts {
				if _, twice := got[id]; twice {
					t.Fatalf("%s is in two batches", id)
				}
				got[id] = b.Language
			}
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("planned (-want +got):\n%s", d)
		}
		if part["ru"] > 1 || part["en"] > 1 {
			t.Fatalf("batches that are not full: %v, want at most one a language", part)
		}
		if w.Audience != n || w.Invited != len(want) || w.Skipped[SkipQuiet] != passed || w.Batches != len(batches) {
			t.Fatalf("wave says %+v", w)
		}
	})
}

func TestBatchNamesSortInSendingOrder(t *testing.T) {
	t.Parallel()
	b := Batch{Name: BatchName(12)}
	rest := b.Rest()
	if !(b.Name < b.Name+" " && b.Name+" " < rest && rest < Batch{Name: rest}.Rest() && rest < BatchName(13)) {
		t.Errorf("%q, %q, %q do not sort", b.Name, rest, BatchName(13))
	}
}
