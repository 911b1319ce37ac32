package followup_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"onetap/internal/authz"
	"onetap/internal/calendar"
	"onetap/internal/followup"
	"onetap/internal/followup/followuptest"
	"onetap/internal/keys"
	"onetap/internal/local/drive"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

// late is a bench with two owners under one manager and an executive, whose company works from Monday to Friday.
func late(t *testing.T) *followuptest.Bench {
	t.Helper()
	b := followuptest.Open(t) // noon of Monday, 2 March 2026
	b.Campaign(spring, "Spring")
	ctx := context.Background()
	if err := b.Store.PutStaff(ctx, []survey.Staff{
		{ID: "anna", Email: "anna@example.com", Name: "Anna", Role: survey.RoleOwner, Team: "north", Manager: "max", Language: "en"},
		{ID: "bert", Email: "bert@example.com", Name: "Bert", Role: survey.RoleOwner, Team: "south", Manager: "max", Language: "en"},
		{ID: "max", Email: "max@example.com", Name: "Max", Role: survey.RoleManager, Team: "north", Manager: "vera", Language: "en"},
		{ID: "vera", Email: "vera@example.com", Name: "Vera", Role: survey.RoleExecutive, Language: "en"},
		{ID: "olga", Email: "olga@example.com", Name: "Olga", Role: survey.RoleExecutive, Language: "en"},
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Store.PutSchedule(ctx, loop.Schedule{Work: calendar.Usual(), Terms: []loop.Term{{Days: 2}}, Morning: 9}); err != nil {
		t.Fatal(err)
	}
	b.Morning() // mornings begin
	return b
}

// until moves the clock to a day and hour of March 2026, looking each quarter of an hour at what is due as the clock does.
func until(b *followuptest.Bench, day, hour int) {
	for end := time.Date(2026, 3, day, hour, 0, 0, 0, time.UTC); b.Now().Before(end); {
		b.Pass(min(30*time.Minute, end.Sub(b.Now())))
		b.Due()
		b.Morning()
	}
}

func names(ids ...survey.ContactID) (all []string) {
	for _, id := range ids {
		all = append(all, string(spring)+"-"+string(id))
	}
	slices.Sort(all)
	return all
}

func did(t *testing.T, b *followuptest.Bench, id survey.ContactID, w followup.Work) {
	t.Helper()
	cases := &followup.Cases{Store: b.Store, Now: b.Now}
	who := authz.Who{Staff: survey.Staff{ID: "vera", Role: survey.RoleAdministrator}}
	if _, err := cases.Do(context.Background(), who, string(spring)+"-"+string(id), w); err != nil {
		t.Fatal(err)
	}
}

// TestDeadlinesClimb: half time reminds the owner, the deadline tells the manager the next working morning, two working days later the top
// hears of it; each once, and what somebody has seen to does not climb.
func TestDeadlinesClimb(t *testing.T) {
	t.Parallel()
	b := late(t)
	lost, called, souths := b.Contact(1, nil), b.Contact(2, nil), b.Contact(3, func(c *survey.Contact) { c.Owner, c.Team = "bert", "south" })
	for _, id := range []survey.ContactID{lost, called, souths} {
		says(t, b, id, 3, "slow")
	}
	if c := b.Case(spring, lost); c.Deadline != time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC) || c.Half != time.Date(2026, 3, 3, 12, 0, 0, 0, time.UTC) || c.Top != time.Date(2026, 3, 6, 12, 0, 0, 0, time.UTC) {
		t.Fatalf("times: %v, %v, %v", c.Half, c.Deadline, c.Top)
	}
	until(b, 3, 11)
	if n := len(b.All("half_time")); n != 0 {
		t.Fatalf("%d reminders before half of the time", n)
	}
	until(b, 3, 18)
	half := b.All("half_time")
	if len(half) != 2 {
		t.Fatalf("%d reminders to two owners", len(half))
	}
	slices.SortFunc(half, func(a, b2 drive.Letter) int { return strings.Compare(a.To[0], b2.To[0]) })
	if got := half[0]; got.To[0] != "anna@example.com" || !slices.Equal(got.Cases(), names(lost, called)) || !strings.Contains(got.Text, "Half of the time has passed: 2 people are waiting") {
		t.Errorf("Anna is told %v:\n%s", got.Cases(), got.Text)
	}
	if got := half[1]; got.To[0] != "bert@example.com" || !slices.Equal(got.Cases(), names(souths)) || len(got.ReplyTo) != 1 {
		t.Errorf("Bert is told %v, reply to %v", got.Cases(), got.ReplyTo)
	}
	// The owner's buttons are theirs, for each case; a manager's letter has none.
	for _, id := range []survey.ContactID{lost, called} {
		_, rest, _ := strings.Cut(half[0].Text, "/act/")
		token, _, _ := strings.Cut(rest, "?do=called")
		if id == called {
			_, rest, _ = strings.Cut(rest, "cases/")
			_, rest, _ = strings.Cut(rest, "/act/")
			token, _, _ = strings.Cut(rest, "?do=called")
		}
		if a, ok := keys.ReadAct(token); !ok || !b.Acts.Is(a, "anna") || b.Acts.Is(a, "bert") || !slices.Contains([]survey.ContactID{lost, called}, a.Contact) {
			t.Errorf("the link %q: %+v", token, a)
		}
	}
	did(t, b, called, followup.Work{State: loop.Contacted})
	did(t, b, souths, followup.Work{Note: "no answer"})
	until(b, 4, 23)
	if n := len(b.All("overdue")); n != 0 {
		t.Fatalf("%d letters about what is overdue before the morning", n)
	}
	until(b, 5, 10)
	over := b.All("overdue")
	if len(over) != 1 || over[0].To[0] != "max@example.com" || !slices.Equal(over[0].Cases(), names(lost, souths)) || len(over[0].ReplyTo) != 0 {
		t.Fatalf("the manager is told: %+v", over)
	}
	for _, want := range []string{"2 people", "Owner: Anna", "Owner: Bert", "1 note in the case", "The deadline passed"} {
		if !strings.Contains(over[0].Text, want) {
			t.Errorf("the manager's letter lacks %q:\n%s", want, over[0].Text)
		}
	}
	if strings.Contains(over[0].Text, "/act/") {
		t.Error("a manager's letter has the owner's links")
	}
	did(t, b, souths, followup.Work{State: loop.Contacted})
	until(b, 8, 23) // Sunday; the top's time passed on Friday at noon
	if n := len(b.All("climbed")); n != 0 {
		t.Errorf("%d letters to the top before Monday", n)
	}
	until(b, 9, 10)
	top := b.All("climbed")
	if len(top) != 1 || top[0].To[0] != "vera@example.com" || !slices.Equal(top[0].Cases(), names(lost)) {
		t.Fatalf("the top is told: %+v", top)
	}
	until(b, 16, 12)
	if a, o, c := len(b.All("half_time")), len(b.All("overdue")), len(b.All("climbed")); a != 2 || o != 1 || c != 1 {
		t.Errorf("a week later there are %d, %d and %d letters", a, o, c)
	}
	if b.Left() != 0 {
		t.Error("something is left due")
	}
}

// TestManyOverdue: one letter names the first and says how many others there are.
func TestManyOverdue(t *testing.T) {
	t.Parallel()
	b := late(t)
	b.Alerts.Together = 0
	for n := range loop.MaxTold + 3 {
		says(t, b, b.Contact(n+1, nil), 3, "slow")
	}
	b.Pass(46 * time.Hour)
	until(b, 5, 10)
	over := b.All("overdue")
	if len(over) != 1 || len(over[0].Cases()) != loop.MaxTold || !strings.Contains(over[0].Text, "And 3 more cases") || !strings.Contains(over[0].Subject, "27 people") {
		t.Fatalf("%d letters, %q", len(over), over[0].Subject)
	}
}

// TestOverdueOfWhoLeft: the owner is no longer there, and neither is the manager by the time of the letter: somebody hears of it.
func TestOverdueOfWhoLeft(t *testing.T) {
	t.Parallel()
	b := late(t)
	says(t, b, b.Contact(1, nil), 3, "slow")
	b.Pass(time.Hour)
	for _, id := range []string{"anna", "max"} {
		if err := b.Store.RemoveStaff(context.Background(), id, func([]survey.Staff) error { return nil }); err != nil {
			t.Fatal(err)
		}
	}
	until(b, 5, 10)
	if over := b.All("overdue"); len(over) != 1 || over[0].To[0] != followuptest.Admin {
		t.Fatalf("told: %+v", over)
	}
}

// TestMorningDiesAtEveryCall: whatever happens to a morning's run, each manager is told once, rarely twice, of all that is overdue.
func TestMorningDiesAtEveryCall(t *testing.T) {
	t.Parallel()
	day := 0
	b := late(t)
	n := 0
	for _, f := range []followuptest.Fault{{}, {Lost: true}, {Dies: true}, {Lost: true, Dies: true}} {
		for f.At = 1; ; f.At++ {
			day++
			n += 2
			ids := []survey.ContactID{b.Contact(n, nil), b.Contact(n+1, func(c *survey.Contact) { c.Owner, c.Team = "bert", "south" })}
			for _, id := range ids {
				says(t, b, id, 3, "slow")
			}
			before := len(b.All("half_time"))
			b.Pass(b.Case(spring, ids[0]).Half.Sub(b.Now()))
			b.Arm(&f)
			b.Due()
			reached := b.Calls() >= f.At
			b.Arm(nil)
			for range 3 {
				b.Pass(4 * time.Minute)
				b.Due()
			}
			whole(t, fmt.Sprintf("half time, %v", f), b.All("half_time")[before:], ids)
			before = len(b.All("overdue"))
			b.Pass(b.Case(spring, ids[0]).Deadline.Sub(b.Now()))
			b.Pass(time.Duration(24+9-b.Now().Hour()) * time.Hour)
			for b.Now().Weekday() == time.Saturday || b.Now().Weekday() == time.Sunday {
				b.Pass(24 * time.Hour)
			}
			b.Arm(&f)
			b.Morning()
			reached = reached || b.Calls() >= f.At
			b.Arm(nil)
			for range 3 {
				b.Pass(4 * time.Minute)
				b.Morning()
			}
			whole(t, fmt.Sprintf("overdue, %v", f), b.All("overdue")[before:], ids)
			for _, id := range ids {
				did(t, b, id, followup.Work{State: loop.Contacted})
			}
			b.Pass(3 * time.Hour)
			if !reached {
				break
			}
		}
	}
	t.Logf("%d mornings", day)
}

// whole checks that letters are about all of the cases, and about none more than twice.
func whole(t *testing.T, name string, letters []drive.Letter, ids []survey.ContactID) {
	t.Helper()
	told := map[string]int{}
	for _, l := range letters {
		for _, c := range l.Cases() {
			told[c]++
		}
	}
	for _, c := range names(ids...) {
		if told[c] < 1 || told[c] > 2 {
			t.Errorf("%s: told %d times of a case", name, told[c])
		}
		delete(told, c)
	}
	if len(told) > 0 {
		t.Errorf("%s: told of %d others", name, len(told))
	}
}

// TestLateToWhoIsRefused: where the mail service refuses a manager's address, or an owner's, somebody else is told, and mornings go on.
func TestLateToWhoIsRefused(t *testing.T) {
	t.Parallel()
	b := late(t)
	b.Alerts.Mail = sandbox{b.Alerts.Mail}
	if err := b.Store.PutStaff(context.Background(), []survey.Staff{
		{ID: "max", Email: "refused@example.com", Name: "Max", Role: survey.RoleManager, Team: "north", Manager: "vera", Language: "en"},
	}); err != nil {
		t.Fatal(err)
	}
	says(t, b, b.Contact(1, nil), 3, "slow")
	until(b, 5, 10)
	if over := b.All("overdue"); len(over) != 1 || over[0].To[0] != followuptest.Admin {
		t.Fatalf("told: %+v", over)
	}
	until(b, 9, 10)
	if top := b.All("climbed"); len(top) != 1 || top[0].To[0] != "vera@example.com" {
		t.Fatalf("the next mornings do not come: %+v", top)
	}
}
