package followup_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"onetap/internal/followup/followuptest"
	"onetap/internal/local/drive"
	"onetap/internal/loop"
	"onetap/internal/mail"
	"onetap/internal/survey"
)

// letters are all that were sent about these contacts, each once, in the order of sending.
func letters(b *followuptest.Bench, ids ...survey.ContactID) []drive.Letter {
	var all []drive.Letter
	for _, id := range ids {
		for _, l := range b.Letters(spring, id) {
			if !slices.ContainsFunc(all, func(o drive.Letter) bool { return o.ID == l.ID }) {
				all = append(all, l)
			}
		}
	}
	slices.SortFunc(all, func(a, b drive.Letter) int { return strings.Compare(a.ID, b.ID) })
	return all
}

// Of several alerts of one owner the first goes at once, and those of the next five minutes go as one letter, in which each has its
// words, its number and its case. A reply to it goes to nobody.
func TestAlertsTogether(t *testing.T) {
	t.Parallel()
	b := followuptest.Open(t)
	b.Campaign(spring, "Spring")
	var ids []survey.ContactID
	for n := range 4 {
		ids = append(ids, b.Contact(n+1, func(c *survey.Contact) {
			c.Person.Name = fmt.Sprintf("Customer %d", n)
			c.Attrs = map[string]string{"Company": fmt.Sprintf("Example %d Ltd", n)}
		}))
		says(t, b, ids[n], 3, fmt.Sprintf("slow %d", n))
		b.Pass(time.Minute)
	}
	stranger := b.Contact(9, func(c *survey.Contact) { c.Owner = "max" })
	says(t, b, stranger, 3, "slow")
	if got := letters(b, ids...); len(got) != 1 || got[0].Cases()[0] != string(spring)+"-"+string(ids[0]) || len(got[0].ReplyTo) != 1 {
		t.Fatalf("at once: %+v", got)
	}
	if len(b.Letters(spring, stranger)) != 1 {
		t.Error("another owner waits, too")
	}
	minutes(b, 2)
	got := letters(b, ids...)
	if len(got) != 2 || len(got[1].Cases()) != 3 || got[1].To[0] != "anna@example.com" || len(got[1].ReplyTo) != 0 || got[1].Tags["kind"] != "alerts" {
		t.Fatalf("after five minutes: %d letters, the last %+v", len(got), got[len(got)-1])
	}
	for n := 1; n < 4; n++ {
		for _, want := range []string{fmt.Sprintf("Customer %d", n), fmt.Sprintf("slow %d", n), fmt.Sprintf("Example %d Ltd", n), "/cases/" + string(spring) + "-" + string(ids[n]), "1 200 000 ₽", fmt.Sprintf("c%d@example.com", n+1)} {
			if !strings.Contains(got[1].Text, want) || !strings.Contains(got[1].HTML, want) {
				t.Errorf("the letter lacks %q:\n%s", want, got[1].Text)
			}
		}
		c := b.Case(spring, ids[n])
		if c.Alert.Letters != 1 || c.Alert.Message != got[1].ID || !c.Alert.Due.IsZero() || history(c) != "opened:3 alerted:3" {
			t.Errorf("the case of %d: %+v", n, c.Alert)
		}
	}
	if !strings.Contains(got[1].HTML, "tel:&#43;46700000000") {
		t.Error("the numbers cannot be called")
	}
	says(t, b, b.Contact(5, nil), 3, "slow again") // the five minutes after that letter
	if n := len(letters(b, followuptest.ContactID(5))); n != 0 {
		t.Errorf("%d letters a moment after one", n)
	}
	minutes(b, 6)
	if l := letters(b, followuptest.ContactID(5)); len(l) != 1 || len(l[0].ReplyTo) != 1 {
		t.Errorf("what is alone went as %+v", l)
	}
	if b.Left() != 0 {
		t.Error("something is left due")
	}
}

// Two cases of one customer are one letter, and a reply to it reaches them.
func TestTogetherOfOneCustomer(t *testing.T) {
	t.Parallel()
	b := followuptest.Open(t)
	b.Campaign(spring, "Spring")
	autumn := b.Campaign("autumn22", "Autumn")
	says(t, b, b.Contact(1, nil), 3, "the first")
	id := b.Contact(2, nil)
	says(t, b, id, 3, "slow")
	before, now := b.Says(autumn.ID, id, 2, "slower")
	tell(t, b, before, now)
	minutes(b, 6)
	if l := b.Letters(spring, id); len(l) != 1 || len(l[0].Cases()) != 2 || len(l[0].ReplyTo) != 1 || l[0].ReplyTo[0] != "c2@example.com" {
		t.Errorf("%+v", l)
	}
}

// A flood: repeated records, several clocks at once. Everybody is told of once, in few letters.
func TestFloodOfAlerts(t *testing.T) {
	t.Parallel()
	b := followuptest.Open(t)
	b.Campaign(spring, "Spring")
	ctx := context.Background()
	var ids []survey.ContactID
	var all sync.WaitGroup
	round := b.Alerts.Begin(ctx)
	for n := range 70 {
		ids = append(ids, b.Contact(n+1, nil))
		before, now := b.Says(spring, ids[n], 3, "slow")
		for range 2 {
			all.Go(func() {
				if err := round.Answer(ctx, before, now); err != nil {
					t.Error(err)
				}
			})
		}
	}
	all.Wait()
	if n := len(letters(b, ids...)); n != 1 {
		t.Errorf("%d letters at once", n)
	}
	for range 12 {
		b.Pass(time.Minute)
		for range 3 {
			all.Go(b.Due)
		}
		all.Wait()
	}
	for _, id := range ids {
		if n := len(b.Letters(spring, id)); n != 1 {
			t.Errorf("%d letters about one", n)
		}
	}
	if n := len(letters(b, ids...)); n > 10 {
		t.Errorf("%d letters about 70", n)
	}
	if b.Left() != 0 {
		t.Error("something is left due")
	}
}

// TestDeathTogether lets the clock fail or die at each of its calls while it sends a letter about several. Each is told of at least
// once and at most once more.
func TestDeathTogether(t *testing.T) {
	t.Parallel()
	b := followuptest.Open(t)
	b.Campaign(spring, "Spring")
	n := 0
	for _, f := range []followuptest.Fault{{}, {Lost: true}, {Dies: true}, {Lost: true, Dies: true}} {
		for f.At = 1; ; f.At++ {
			var ids []survey.ContactID
			for i := range 3 {
				n++
				ids = append(ids, b.Contact(n, nil))
				says(t, b, ids[i], 3, fmt.Sprintf("slow %d", n))
			}
			b.Pass(6 * time.Minute)
			b.Arm(&f)
			b.Due()
			reached := b.Calls() >= f.At
			b.Arm(nil)
			for range 4 {
				b.Pass(4 * time.Minute)
				b.Due()
			}
			for _, id := range ids {
				check(t, b, fmt.Sprint("together, ", f), id, 1)
			}
			if !reached {
				break
			}
		}
	}
	if left := b.Left(); left != 0 {
		t.Errorf("%d things are left due", left)
	}
	t.Logf("%d alerts", n)
}

// A letter about several whose address is refused, or that comes back, is told to the next ones.
func TestTogetherIsRefused(t *testing.T) {
	t.Parallel()
	b := followuptest.Open(t)
	b.Campaign(spring, "Spring")
	if err := b.Store.PutStaff(t.Context(), []survey.Staff{{ID: "refused", Email: "refused@example.com", Team: "north", Role: survey.RoleOwner}}); err != nil {
		t.Fatal(err)
	}
	b.Alerts.Mail = sandbox{b.Alerts.Mail}
	var refused, back []survey.ContactID
	for n := range 4 {
		refused = append(refused, b.Contact(n+1, func(c *survey.Contact) { c.Owner = "refused" }))
		back = append(back, b.Contact(n+11, nil))
		says(t, b, refused[n], 3, "slow")
		says(t, b, back[n], 3, "slow")
	}
	minutes(b, 6)
	told := letters(b, back[1:]...)
	if len(told) != 1 {
		t.Fatalf("%d letters", len(told))
	}
	for range 2 { // the report comes twice
		report := mail.Report{Event: survey.EventBounced, Message: told[0].ID, Tags: told[0].Tags}
		if err := b.Alerts.Reported(t.Context(), report); err != nil {
			t.Fatal(err)
		}
	}
	minutes(b, 12)
	for _, id := range slices.Concat(refused, back[1:]) {
		all := b.Letters(spring, id)
		if c := b.Case(spring, id); len(all) == 0 || all[len(all)-1].To[0] != "max@example.com" || c.Level != loop.LevelManager {
			t.Errorf("%d letters, level %s: %s", len(all), c.Level, history(c))
		}
	}
	if len(b.Letters(spring, back[0])) != 1 {
		t.Error("another letter's bounce concerns the first")
	}
	if n := len(letters(b, slices.Concat(refused, back)...)); n > 8 {
		t.Errorf("%d letters", n)
	}
}
