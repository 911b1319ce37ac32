package followup_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"onetap/internal/followup"
	"onetap/internal/followup/followuptest"
	"onetap/internal/loop"
	"onetap/internal/mail"
	"onetap/internal/survey"
)

const spring = survey.CampaignID("spring22")

// tell gives an answer to the alerts as notify does, again until it is taken.
func tell(t *testing.T, b *followuptest.Bench, before *survey.Response, now survey.Response) {
	t.Helper()
	for try := 0; ; try++ {
		ctx := context.Background()
		err := b.Alerts.Begin(ctx).Answer(ctx, before, now)
		if err == nil {
			return
		}
		if try == 20 {
			t.Fatal(err)
		}
		b.Arm(nil) // the next attempt finds the world in order, and the stream comes again after a while
		b.Pass(time.Second)
	}
}

func says(t *testing.T, b *followuptest.Bench, id survey.ContactID, score int, why string) {
	t.Helper()
	before, now := b.Says(spring, id, score, why)
	tell(t, b, before, now)
}

// minutes lets the clock work once a minute.
func minutes(b *followuptest.Bench, n int) {
	for range n {
		b.Pass(time.Minute)
		b.Due()
	}
}

func history(c loop.Case) string {
	var all []string
	for _, e := range c.History {
		all = append(all, fmt.Sprintf("%s:%d", e.What, e.Score))
	}
	return strings.Join(all, " ")
}

func TestStories(t *testing.T) {
	t.Parallel()
	b := followuptest.Open(t)
	b.Campaign(spring, "Spring")
	for n, c := range []struct {
		name    string
		play    func(id survey.ContactID)
		letters int
		history string
	}{
		{"a detractor with words", func(id survey.ContactID) {
			says(t, b, id, 3, "slow")
			if n := len(b.Letters(spring, id)); n != 1 {
				t.Errorf("%d letters at once, want 1", n)
			}
		}, 1, "opened:3 alerted:3"},
		{"a detractor without words", func(id survey.ContactID) {
			says(t, b, id, 3, "")
			minutes(b, 1)
			if n := len(b.Letters(spring, id)); n != 0 {
				t.Errorf("%d letters after a minute, want 0", n)
			}
		}, 1, "opened:3 alerted:3"},
		{"words within two minutes", func(id survey.ContactID) {
			says(t, b, id, 3, "")
			minutes(b, 1)
			says(t, b, id, 3, "slow")
			if n := len(b.Letters(spring, id)); n != 1 {
				t.Errorf("%d letters with the words, want 1", n)
			}
		}, 1, "opened:3 commented:3 alerted:3"},
		{"words after the alert", func(id survey.ContactID) {
			says(t, b, id, 3, "")
			minutes(b, 5)
			says(t, b, id, 3, "slow")
		}, 2, "opened:3 alerted:3 commented:3 followed_up:3"},
		{"words changed after the alert, many times", func(id survey.ContactID) {
			says(t, b, id, 3, "slow")
			for i := range 9 {
				says(t, b, id, 3, fmt.Sprint("slow ", i))
				minutes(b, 1)
			}
		}, 2, "opened:3 alerted:3 reworded:3 reworded:3 followed_up:3 reworded:3 reworded:3 reworded:3 reworded:3 reworded:3 reworded:3 reworded:3"},
		{"words changed and changed back", func(id survey.ContactID) {
			says(t, b, id, 3, "slow")
			says(t, b, id, 3, "slower")
			says(t, b, id, 3, "slow")
		}, 1, "opened:3 alerted:3 reworded:3 reworded:3"},
		{"becomes a detractor later", func(id survey.ContactID) {
			says(t, b, id, 9, "fine")
			says(t, b, id, 2, "not so fine")
		}, 1, "opened:2 alerted:2"},
		{"rises and falls", func(id survey.ContactID) {
			says(t, b, id, 2, "bad")
			says(t, b, id, 9, "bad")
			says(t, b, id, 1, "bad")
		}, 1, "opened:2 alerted:2 rose:9 fell:1"},
		{"rises before the alert", func(id survey.ContactID) {
			says(t, b, id, 2, "")
			says(t, b, id, 9, "")
		}, 0, ""},
		{"keys or a slip run over every score", func(id survey.ContactID) {
			for score := range 10 {
				says(t, b, id, score, "")
			}
		}, 0, ""},
		{"words of a promoter, and a slip", func(id survey.ContactID) {
			says(t, b, id, 10, "dear")
			says(t, b, id, 0, "dear")
			b.Pass(time.Minute)
			says(t, b, id, 10, "dear")
		}, 0, ""},
		{"a slip the other way", func(id survey.ContactID) {
			says(t, b, id, 2, "")
			says(t, b, id, 9, "")
			b.Pass(time.Minute)
			says(t, b, id, 2, "")
		}, 1, "opened:2 alerted:2"},
		{"rises before the alert, and the record of it is late", func(id survey.ContactID) {
			before, now := b.Says(spring, id, 2, "")
			b.Says(spring, id, 9, "")
			tell(t, b, before, now)
		}, 0, ""},
		{"words come with the score that rose", func(id survey.ContactID) {
			says(t, b, id, 2, "")
			minutes(b, 3)
			says(t, b, id, 9, "it was a mistake")
		}, 1, "opened:2 alerted:2 rose:9 commented:9"},
		{"becomes passive before the follow-up", func(id survey.ContactID) {
			says(t, b, id, 2, "slow")
			says(t, b, id, 2, "slower")
			says(t, b, id, 7, "slower")
		}, 1, "opened:2 alerted:2 reworded:2 rose:7"},
		{"records repeated", func(id survey.ContactID) {
			b1, r1 := b.Says(spring, id, 2, "")
			b2, r2 := b.Says(spring, id, 4, "slow")
			for range 3 {
				tell(t, b, b1, r1)
				tell(t, b, b2, r2)
			}
		}, 1, "opened:2 scored:4 commented:4 alerted:4"},
		{"the record of the detractor was lost", func(id survey.ContactID) {
			b.Says(spring, id, 2, "")
			says(t, b, id, 4, "")
		}, 1, "opened:2 scored:4 alerted:4"},
		{"and it is none any more", func(id survey.ContactID) {
			b.Says(spring, id, 2, "")
			says(t, b, id, 9, "")
		}, 0, ""},
		{"a promoter", func(id survey.ContactID) { says(t, b, id, 9, "dear") }, 0, ""},
		{"a passive", func(id survey.ContactID) { says(t, b, id, 7, "so so"); says(t, b, id, 8, "") }, 0, ""},
		{"a scanner", func(id survey.ContactID) {
			score := 0
			before, now := b.Posts(spring, id, survey.Post{Score: &score, Gesture: survey.ByScript})
			tell(t, b, before, now)
		}, 0, ""},
	} {
		id := b.Contact(n+1, nil)
		c.play(id)
		minutes(b, 10)
		if got := len(b.Letters(spring, id)); got != c.letters {
			t.Errorf("%s: %d letters, want %d", c.name, got, c.letters)
		}
		got, ok, err := b.Store.Case(context.Background(), spring, id)
		if err != nil || ok != (c.history != "") || history(got) != c.history {
			t.Errorf("%s: %q, %v; want %q", c.name, history(got), err, c.history)
		}
	}
	if n := b.Left(); n != 0 {
		t.Errorf("%d things are left due", n)
	}
}

// sandbox is an SES that knows one address as not verified.
type sandbox struct{ followup.Mail }

func (s sandbox) Send(ctx context.Context, m mail.Message) (string, error) {
	if m.To == "refused@example.com" {
		return "", fmt.Errorf("send a message: %w", &mail.Refusal{Code: "MessageRejected", Message: true})
	}
	return s.Mail.Send(ctx, m)
}

func TestWhoIsTold(t *testing.T) {
	t.Parallel()
	b := followuptest.Open(t)
	b.Campaign(spring, "Spring")
	if err := b.Store.PutStaff(context.Background(), []survey.Staff{
		{ID: "broken", Email: "no address", Team: "north"},
		{ID: "refused", Email: "refused@example.com", Team: "north"},
		{ID: "lonely", Email: "refused@example.com", Team: "south"},
	}); err != nil {
		t.Fatal(err)
	}
	b.Alerts.Mail = sandbox{b.Alerts.Mail}
	for n, c := range []struct {
		name   string
		change func(*survey.Contact)
		to     string
		level  loop.Level
	}{
		{"the owner", nil, "anna@example.com", loop.LevelOwner},
		{"an unknown owner", func(c *survey.Contact) { c.Owner, c.OwnerRaw = "", "Ghost" }, "max@example.com", loop.LevelManager},
		{"an owner who left", func(c *survey.Contact) { c.Owner = "gone" }, "max@example.com", loop.LevelManager},
		{"a team without a manager", func(c *survey.Contact) { c.Owner, c.Team = "", "south" }, followuptest.Admin, loop.LevelAdministrator},
		{"an owner without an address", func(c *survey.Contact) { c.Owner = "broken" }, "max@example.com", loop.LevelManager},
		{"an owner whose address is refused", func(c *survey.Contact) { c.Owner = "refused" }, "max@example.com", loop.LevelManager},
		{"and there is no manager", func(c *survey.Contact) { c.Owner, c.Team = "lonely", "south" }, followuptest.Admin, loop.LevelAdministrator},
	} {
		b.Pass(10 * time.Minute) // the letter before is no reason to wait
		id := b.Contact(n+1, c.change)
		says(t, b, id, 3, "slow")
		got := b.Case(spring, id)
		letters := b.Letters(spring, id)
		if len(letters) != 1 || letters[0].To[0] != c.to || got.Level != c.level {
			t.Errorf("%s: %d letters, level %s: %+v", c.name, len(letters), got.Level, letters)
			continue
		}
		if r := letters[0].ReplyTo; len(r) != 1 || r[0] != fmt.Sprintf("c%d@example.com", n+1) {
			t.Errorf("%s: a reply goes to %v", c.name, r)
		}
		open, err := b.Store.CasesOfOwner(context.Background(), got.Owner, loop.Open, 100)
		found := 0
		for _, o := range open {
			if o.ID() == got.ID() {
				found++
			}
		}
		if err != nil || found != 1 {
			t.Errorf("%s: found %d times among the open cases of %q: %v", c.name, found, got.Owner, err)
		}
	}
	all, err := b.Store.Cases(context.Background(), spring)
	if err != nil || len(all) != 7 {
		t.Errorf("%d cases of the campaign, want 7: %v", len(all), err)
	}
}

// The term of a new case is the company's, once it has set one; a case that is there keeps its own.
func TestTermOfTheCompany(t *testing.T) {
	t.Parallel()
	b := followuptest.Open(t)
	b.Campaign(spring, "Spring")
	before, after := b.Contact(1, nil), b.Contact(2, nil)
	says(t, b, before, 3, "slow")
	if _, err := b.Store.PutSettings(context.Background(), survey.Settings{CaseHours: 5}); err != nil {
		t.Fatal(err)
	}
	says(t, b, after, 3, "slow")
	says(t, b, before, 2, "slower")
	if c := b.Case(spring, before); c.Deadline.Sub(c.Opened) != b.Alerts.Rules.Term {
		t.Errorf("the case from before is due after %v", c.Deadline.Sub(c.Opened))
	}
	if c := b.Case(spring, after); c.Deadline.Sub(c.Opened) != 5*time.Hour {
		t.Errorf("the new case is due after %v", c.Deadline.Sub(c.Opened))
	}
}

func TestContactIsGone(t *testing.T) {
	t.Parallel()
	b := followuptest.Open(t)
	b.Campaign(spring, "Spring")
	id := followuptest.ContactID(7) // never stored; the answer names owner and team
	says(t, b, id, 3, "slow")
	letters := b.Letters(spring, id)
	if len(letters) != 1 || letters[0].To[0] != "anna@example.com" || len(letters[0].ReplyTo) != 0 {
		t.Fatalf("letters: %+v", letters)
	}
	for _, want := range []string{"slow", "a deleted contact: 3", "http://site.invalid/cases/" + string(spring) + "-" + string(id)} {
		if !strings.Contains(letters[0].Text, want) {
			t.Errorf("the letter lacks %q:\n%s", want, letters[0].Text)
		}
	}
}

func TestBouncedAlert(t *testing.T) {
	t.Parallel()
	b := followuptest.Open(t)
	b.Campaign(spring, "Spring")
	id := b.Contact(1, nil)
	says(t, b, id, 3, "slow")
	ctx := context.Background()
	for range 3 { // the same event three times
		if err := b.Alerts.Begin(ctx).Bounced(ctx, spring, id, b.Letters(spring, id)[0].ID); err != nil {
			t.Fatal(err)
		}
	}
	letters := b.Letters(spring, id)
	if len(letters) != 2 || letters[1].To[0] != "max@example.com" {
		t.Fatalf("letters: %+v", letters)
	}
	if got := history(b.Case(spring, id)); got != "opened:3 alerted:3 refused:3 alerted:3" {
		t.Error(got)
	}
}

// TestManyAtOnce: repeated records and several clocks at the same time send one letter.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	b := followuptest.Open(t)
	b.Campaign(spring, "Spring")
	b.Alerts.Together = 0
	ctx := context.Background()
	for n := range 20 {
		id := b.Contact(n+1, nil)
		before, now := b.Says(spring, id, 3, "slow")
		var all sync.WaitGroup
		for range 6 {
			all.Go(func() {
				if err := b.Alerts.Begin(ctx).Answer(ctx, before, now); err != nil {
					t.Error(err)
				}
			})
			all.Go(b.Due)
		}
		all.Wait()
		if n := len(b.Letters(spring, id)); n != 1 {
			t.Errorf("%d letters, want 1", n)
		}
	}
}

// TestDeathAtEveryCall plays stories with a fault at each of their calls. What fails is done again by the stream, what
// was left by the clock. One case, at least one alert, the words told, at most one letter twice.
func TestDeathAtEveryCall(t *testing.T) {
	t.Parallel()
	b := followuptest.Open(t)
	b.Campaign(spring, "Spring")
	n := 0
	for _, story := range []struct {
		name    string
		letters int
		play    func(id survey.ContactID)
	}{
		{"words at once", 1, func(id survey.ContactID) { says(t, b, id, 3, "slow") }},
		{"words later", 1, func(id survey.ContactID) { says(t, b, id, 3, ""); b.Pass(time.Second); says(t, b, id, 3, "slow") }},
		{"words after the alert", 2, func(id survey.ContactID) { says(t, b, id, 3, ""); minutes(b, 3); says(t, b, id, 3, "slow") }},
		{"nobody's, at last", 0, func(id survey.ContactID) { says(t, b, id, 3, ""); says(t, b, id, 9, ""); minutes(b, 2) }},
	} {
		for _, f := range []followuptest.Fault{{}, {Lost: true}, {Dies: true}, {Lost: true, Dies: true}} {
			for f.At = 1; ; f.At++ {
				n++
				id := b.Contact(n, nil)
				b.Arm(&f)
				story.play(id)
				reached := b.Calls() >= f.At
				b.Arm(nil)
				for range 3 {
					b.Pass(4 * time.Minute)
					b.Due()
				}
				check(t, b, fmt.Sprintf("%s, %v", story.name, f), id, story.letters)
				if !reached {
					break
				}
			}
		}
	}
	if left := b.Left(); left != 0 {
		t.Errorf("%d things are left due", left)
	}
	t.Logf("%d faults", n)
}

func check(t *testing.T, b *followuptest.Bench, name string, id survey.ContactID, letters int) {
	t.Helper()
	ls := b.Letters(spring, id)
	if letters == 0 { // who died may have left the case; then it says that the score rose
		c, there, err := b.Store.Case(context.Background(), spring, id)
		if err != nil || len(ls) > 0 || there && !strings.Contains(history(c), "rose") {
			t.Errorf("%s: %d letters, %v: %s", name, len(ls), err, history(c))
		}
		return
	}
	c := b.Case(spring, id)
	if len(ls) < 1 || len(ls) > letters+1 {
		t.Errorf("%s: %d letters, want %d or one more: %s", name, len(ls), letters, history(c))
	}
	r, _, err := b.Store.Response(context.Background(), spring, id)
	if err != nil {
		t.Fatal(err)
	}
	told := r.Why == ""
	for _, l := range ls {
		told = told || strings.Contains(l.Text, r.Why)
	}
	if !told {
		t.Errorf("%s: no letter held the words: %s", name, history(c))
	}
	if opened := strings.Count(history(c), "opened"); opened != 1 {
		t.Errorf("%s: opened %d times: %s", name, opened, history(c))
	}
	if c.Answer != r.Version {
		t.Errorf("%s: the case knows version %d of %d", name, c.Answer, r.Version)
	}
}

// TestTheLetterSaysAll that D10 names.
func TestTheLetterSaysAll(t *testing.T) {
	t.Parallel()
	b := followuptest.Open(t)
	id := b.Contact(1, nil)
	for i, name := range []string{"Winter", "Autumn"} { // past scores
		c := b.Campaign(survey.CampaignID(fmt.Sprintf("past%04d", i)), name)
		b.Says(c.ID, id, 9-i, "")
		b.Pass(24 * time.Hour)
	}
	b.Campaign(spring, "Spring")
	before, now := b.Says(spring, id, 10, "")
	tell(t, b, before, now)
	wish := "a call back"
	score, why := 2, "nobody answers <b>the phone</b>"
	before, now = b.Posts(spring, id, survey.Post{Score: &score, Why: &why, Wish: &wish, Gesture: survey.ByButton})
	tell(t, b, before, now)
	letters := b.Letters(spring, id)
	if len(letters) != 1 {
		t.Fatalf("%d letters", len(letters))
	}
	l := letters[0]
	for _, want := range []string{
		"2", "10", why, wish, "Vera Orlova", "+46 70 000 00 00", "c1@example.com", "1 200 000 ₽", "gold", "Tea", "Lund", "north",
		"Winter", "Autumn", "9", "8", "Spring",
	} {
		if !strings.Contains(l.Text, want) {
			t.Errorf("the text lacks %q", want)
		}
	}
	if strings.Contains(l.HTML, "<b>the phone") {
		t.Error("a respondent's html is in the letter")
	}
	if l.Tags["kind"] != "alert" || l.Tags["campaign"] != string(spring) || l.Tags["case"] != string(spring)+"-"+string(id) {
		t.Errorf("tags: %v", l.Tags)
	}
	if t.Failed() {
		t.Log(l.Subject + "\n" + l.Text)
	}
}

// TestNothingPersonalIsLogged, whatever goes wrong.
func TestNothingPersonalIsLogged(t *testing.T) {
	t.Parallel()
	b := followuptest.Open(t)
	b.Campaign(spring, "Spring")
	var log strings.Builder
	var mu sync.Mutex
	b.Alerts.Log = slog.New(slog.NewTextHandler(writer(func(p []byte) (int, error) {
		mu.Lock()
		defer mu.Unlock()
		return log.Write(p)
	}), nil))
	b.Alerts.Mail = sandbox{b.Alerts.Mail}
	if err := b.Store.PutStaff(context.Background(), []survey.Staff{{ID: "refused", Email: "refused@example.com", Name: "Fedor", Team: "north"}}); err != nil {
		t.Fatal(err)
	}
	for at := range 20 {
		id := b.Contact(at+1, func(c *survey.Contact) { c.Owner = "refused" })
		b.Arm(&followuptest.Fault{At: at, Lost: at%2 == 0})
		says(t, b, id, 3, "slow")
		b.Arm(nil)
		b.Pass(4 * time.Minute)
		b.Due()
	}
	if log.Len() == 0 {
		t.Error("nothing was logged at all")
	}
	for _, personal := range []string{"@", "Vera", "Orlova", "+46", "slow", "Fedor"} {
		if strings.Contains(log.String(), personal) {
			t.Errorf("the log holds %q:\n%s", personal, log.String())
			break
		}
	}
}

type writer func([]byte) (int, error)

func (w writer) Write(p []byte) (int, error) { return w(p) }

// A case that somebody hands over is told to the new owner, in a letter that says so.
func TestHandedOverIsTold(t *testing.T) {
	t.Parallel()
	for _, score := range []int{3, 7, 9} {
		t.Run(fmt.Sprint("now a ", score), func(t *testing.T) { handOver(t, score) })
	}
}

func handOver(t *testing.T, score int) {
	b := followuptest.Open(t)
	b.Campaign(spring, "Spring")
	id := b.Contact(1, nil)
	says(t, b, id, 3, "slow")
	was := b.Case(spring, id)
	staff, err := b.Store.Staff(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(staff, func(m survey.Staff) bool { return m.ID != was.Owner })
	c, _, err := was.Do(loop.Work{To: &staff[i]}, was.Owner, b.Now())
	if err == nil {
		_, err = b.Store.SaveCase(t.Context(), was, c)
	}
	if err != nil {
		t.Fatal(err)
	}
	if score > 6 {
		says(t, b, id, score, "slow")
	}
	minutes(b, 1)
	letters := b.Letters(spring, id)
	if len(letters) == 2 && score > 6 && (strings.Contains(letters[1].Subject+letters[1].Text, fmt.Sprint(score)+" ") || strings.Contains(letters[1].Text, "Call")) {
		t.Errorf("a letter about a %d:\n%s\n%s", score, letters[1].Subject, letters[1].Text)
	}
	if len(letters) != 2 || letters[1].To[0] != staff[i].Email || !strings.Contains(letters[1].Text, "handed this case over to you") && !strings.Contains(letters[1].Text, "вам передали") {
		t.Errorf("%d letters, the last: %+v", len(letters), letters[len(letters)-1])
	}
	if got := b.Case(spring, id); got.Level != loop.LevelHanded || got.Owner != staff[i].ID || b.Left() != 0 {
		t.Errorf("told: %+v", got)
	}
}
