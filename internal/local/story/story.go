// Package story plays the main job from upload to alert on a running Onetap, asks its employees, erases a person, brings in earlier answers, and closes the loop, through public
// interfaces only, tells what it does, and checks every promise that can be seen from outside. One onlooker holds everything.
package story

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"onetap/internal/local/attack"
	"onetap/internal/local/drive"
)

// Teller plays the story.
type Teller struct {
	Company  *drive.Company
	Onlooker *attack.Onlooker // who tries to name employees, and looks for what is left of an erased person; nil: without employees, and nobody is erased
	Samples  fs.FS            // staff.csv, customers-ru.csv, customers-en.csv, employees.csv
	Out      io.Writer
	Seed     uint64
	Pass     func(time.Duration) // moves the functions' clocks on; nil: nothing climbs
	MaxWait  time.Duration       // how long anything is waited for; an alert without words waits for them

	random *rand.Rand
	broken []string
}

// Summary is the last line.
type Summary struct {
	Audience, Invited, Skipped, Sent, Bounced, Responded, Unverified int
	NPS                                                              float64
	Interval                                                         [2]float64
	Cases, Alerts, Drift, Duplicates                                 int
	ENPS                                                             float64
	Linkable                                                         int // employees whom the attacker names better than by guessing among five
	Erased                                                           int // items of the table that named the erased person and do not any more
	Imported                                                         int // answers of a former survey service
	Exported                                                         int // lines of the whole workspace
	Resolved                                                         int // cases, from the link of their letter
	Climbed                                                          int // cases of which the executives heard
	Calls                                                            int // dealt out to executives
}

func (s Summary) String() string {
	return fmt.Sprintf("demo: audience=%d invited=%d skipped=%d sent=%d bounced=%d responded=%d unverified=%d nps=%.1f interval=[%.1f,%.1f] cases=%d alerts=%d drift=%d duplicates=%d enps=%.1f linkable=%d erased=%d imported=%d exported=%d resolved=%d climbed=%d calls=%d",
		s.Audience, s.Invited, s.Skipped, s.Sent, s.Bounced, s.Responded, s.Unverified, s.NPS, s.Interval[0], s.Interval[1], s.Cases, s.Alerts, s.Drift, s.Duplicates, s.ENPS, s.Linkable, s.Erased, s.Imported, s.Exported, s.Resolved, s.Climbed, s.Calls)
}

// campaign is what the API says of one.
type campaign struct {
	ID     string  `json:"id"`
	State  string  `json:"state"`
	Ledger *ledger `json:"ledger"`
}

type ledger struct {
	Audience  int            `json:"audience"`
	Invited   int            `json:"invited"`
	Skipped   map[string]int `json:"skipped"`
	Waiting   int            `json:"waiting"`
	Sent      int            `json:"sent"`
	Failed    int            `json:"failed"`
	Bounced   int            `json:"bounced"`
	Uncertain int            `json:"uncertain"`
}

func (l ledger) skipped() (n int) {
	for _, k := range l.Skipped {
		n += k
	}
	return n
}

func (l ledger) balanced() bool {
	return l.Audience == l.Invited+l.skipped() && l.Invited == l.Waiting+l.Sent+l.Failed+l.Uncertain
}

func (t *Teller) say(format string, args ...any) { fmt.Fprintf(t.Out, format+"\n", args...) }

// promise notes a promise that does not hold; the story goes on, and fails in the end.
func (t *Teller) promise(holds bool, format string, args ...any) {
	if !holds {
		t.broken = append(t.broken, fmt.Sprintf(format, args...))
		t.say("   ✗ %s", t.broken[len(t.broken)-1])
	}
}

// Tell plays the story. The error says what went wrong, or which promises were broken.
func (t *Teller) Tell(ctx context.Context) (Summary, error) {
	t.random = rand.New(rand.NewPCG(t.Seed, 2))
	var s Summary
	t.say("Seed %d. The site is %s, the inbox %s.", t.Seed, t.Company.Site, t.Company.Inbox)
	leftAlone, err := t.upload(ctx)
	if err != nil {
		return s, err
	}
	c, err := t.prepare(ctx)
	if err != nil {
		return s, err
	}
	letters, err := t.send(ctx, c, &s, leftAlone)
	if err != nil {
		return s, err
	}
	people, err := t.respond(ctx, letters)
	if err != nil {
		return s, err
	}
	if err := t.results(ctx, c, people, &s); err != nil {
		return s, err
	}
	if err := t.alerts(ctx, c, people, &s); err != nil {
		return s, err
	}
	if err := t.nextMailing(ctx, people, leftAlone); err != nil {
		return s, err
	}
	if t.Onlooker != nil {
		if err := t.employees(ctx, &s); err != nil {
			return s, err
		}
		if err := t.erase(ctx, c, people, &s); err != nil {
			return s, err
		}
	}
	if err := t.history(ctx, &s); err != nil {
		return s, err
	}
	if err := t.takeOut(ctx, &s); err != nil {
		return s, err
	}
	if err := t.closeLoop(ctx, c, &s); err != nil {
		return s, err
	}
	if len(t.broken) > 0 {
		return s, errors.New("broken: " + strings.Join(t.broken, "; "))
	}
	return s, nil
}

// upload brings staff and contacts, twice, and stops one address by hand.
func (t *Teller) upload(ctx context.Context) (leftAlone string, err error) {
	staff, err := fs.ReadFile(t.Samples, "staff.csv")
	if err != nil {
		return "", err
	}
	var answer struct{ New, Changed, Unchanged int }
	if err := t.Company.Upload(ctx, "POST", "/staff", "text/csv; charset=utf-8", staff, &answer); err != nil {
		return "", err
	}
	t.say("1. The administrator uploads the staff: %d people.", answer.New)
	total := 0
	for _, name := range []string{"customers-ru.csv", "customers-en.csv"} {
		file, err := fs.ReadFile(t.Samples, name)
		if err != nil {
			return "", err
		}
		var first, second struct {
			New, Changed, Unchanged int
			Refused                 int
			Refusals                []struct {
				Line    int
				Message string
			}
		}
		if err := t.Company.Upload(ctx, "POST", "/contacts?audience=customers", "application/octet-stream", file, &first); err != nil {
			return "", err
		}
		if err := t.Company.Upload(ctx, "POST", "/contacts?audience=customers", "application/octet-stream", file, &second); err != nil {
			return "", err
		}
		t.say("2. Marketing uploads %s: %d new contacts, %d rows refused with line and reason. Uploaded again: %d new, %d changed.",
			name, first.New, first.Refused, second.New, second.Changed)
		if len(first.Refusals) > 0 {
			t.say("   For example line %d: %s", first.Refusals[0].Line, first.Refusals[0].Message)
		}
		t.promise(second.New == 0 && second.Changed == 0, "uploading %s twice changed something", name)
		total += first.New
		if name == "customers-en.csv" {
			leftAlone = addressIn(string(file))
		}
	}
	if err := t.Company.Call(ctx, "POST", "/suppressions", map[string]string{"email": leftAlone, "reason": "unsubscribed"}, nil); err != nil {
		return "", err
	}
	t.say("3. One of the %d customers asked on the phone to be left alone: stopped by hand.", total)
	return leftAlone, nil
}

// addressIn finds the first plain address of a list.
func addressIn(file string) string {
	for cell := range strings.FieldsFuncSeq(file, func(c rune) bool { return strings.ContainsRune(",;\t\r\n\" <>", c) }) {
		if strings.Contains(cell, "@") && !strings.Contains(cell, "+") {
			return strings.ToLower(cell)
		}
	}
	return ""
}

// prepare makes a campaign, previews it, sends a test.
func (t *Teller) prepare(ctx context.Context) (campaign, error) {
	var c campaign
	err := t.Company.Call(ctx, "POST", "/campaigns", map[string]any{
		"name": "Autumn 2026", "audience": "customers", "company": "Северный ветер", "language": "ru",
		"quiet_days": 30, "closes_at": time.Now().AddDate(0, 0, 14).UTC().Format(time.RFC3339),
	}, &c)
	if err != nil {
		return c, err
	}
	var preview struct{ Subject, HTML, Text string }
	if err := t.Company.Call(ctx, "POST", "/campaigns/"+c.ID+"/preview", map[string]string{"language": "ru"}, &preview); err != nil {
		return c, err
	}
	t.say("4. A campaign is made. Its letter in Russian will be called %q.", preview.Subject)
	t.promise(preview.Subject != "" && preview.HTML != "" && preview.Text != "", "the preview lacks subject, html or text")
	if err := t.Company.Call(ctx, "POST", "/campaigns/"+c.ID+"/test", map[string]string{"to": "marketing@example.ru"}, nil); err != nil {
		return c, err
	}
	err = drive.Until(ctx, t.MaxWait, "the test letter", func() (bool, error) {
		letters, err := t.Company.Letters(ctx)
		return len(letters) == 1 && letters[0].To[0] == "marketing@example.ru", err
	})
	t.say("5. A test letter lies in the marketer's inbox.")
	return c, err
}

// send launches and waits until everything is out and what bounced is known.
func (t *Teller) send(ctx context.Context, c campaign, s *Summary, leftAlone string) ([]drive.Letter, error) {
	if err := t.Company.Call(ctx, "POST", "/campaigns/"+c.ID+"/launch", nil, nil); err != nil {
		return nil, err
	}
	var refusal *drive.Refusal
	err := t.Company.Call(ctx, "POST", "/campaigns/"+c.ID+"/launch", nil, nil)
	t.promise(errors.As(err, &refusal) && refusal.Status == 409, "a second launch is not refused with 409: %v", err)
	began := time.Now()
	err = drive.Until(ctx, t.MaxWait, "the campaign to be sent", func() (bool, error) {
		err := t.Company.Call(ctx, "GET", "/campaigns/"+c.ID, nil, &c)
		if c.Ledger != nil {
			t.promise(c.Ledger.balanced(), "the ledger does not balance while sending: %+v", *c.Ledger)
		}
		return c.State == "open", err
	})
	if err != nil {
		return nil, err
	}
	took := time.Since(began)
	letters, err := t.surveyLetters(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	bounced := 0
	times := map[string]int{}
	for _, l := range letters {
		times[l.To[0]]++
		if l.Outcome == "bounced" || l.Outcome == "suppressed" {
			bounced++
		}
		_, whole := l.Survey()
		t.promise(whole, "a letter lacks a score link or the unsubscribe link")
		t.promise(l.Headers["List-Unsubscribe"] != "" && l.Headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click", "a letter has no one-click unsubscribe")
	}
	for _, n := range times {
		s.Duplicates += n - 1
	}
	t.promise(s.Duplicates == 0, "%d letters too many", s.Duplicates)
	t.promise(times[leftAlone] == 0, "who asked to be left alone was written to")
	err = drive.Until(ctx, t.MaxWait, "bounces to reach the ledger", func() (bool, error) {
		err := t.Company.Call(ctx, "GET", "/campaigns/"+c.ID, nil, &c)
		return c.Ledger.Waiting == 0 && c.Ledger.Bounced == bounced && c.Ledger.Sent+c.Ledger.Failed == len(letters), err
	})
	l := c.Ledger
	t.say("6. Launched: %d letters in %.1f s, %d of them bounced. Ledger: audience %d = invited %d + skipped %d; invited = waiting %d + sent %d + failed %d + uncertain %d.",
		len(letters), took.Seconds(), bounced, l.Audience, l.Invited, l.skipped(), l.Waiting, l.Sent, l.Failed, l.Uncertain)
	t.promise(l.balanced(), "the ledger does not balance: %+v", *l)
	s.Audience, s.Invited, s.Skipped, s.Sent, s.Bounced = l.Audience, l.Invited, l.skipped(), l.Sent, l.Bounced
	return letters, err
}

func (t *Teller) surveyLetters(ctx context.Context, campaign string) ([]drive.Letter, error) {
	all, err := t.Company.Letters(ctx)
	var letters []drive.Letter
	for _, l := range all {
		if l.Kind == "survey" && l.Tags["campaign"] == campaign {
			letters = append(letters, l)
		}
	}
	return letters, err
}

// together runs f for each person, eight at a time.
func together[T any](ctx context.Context, all []T, f func(context.Context, T) error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for _, v := range all {
		g.Go(func() error { return f(ctx, v) })
	}
	return g.Wait()
}

// sameRound says whether two figures agree to the four decimals that the API gives.
func sameRound(a, b float64) bool { return math.Abs(a-b) < 1e-4 }

var mu sync.Mutex // of the people's own records, which several goroutines write
