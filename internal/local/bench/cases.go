package bench

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"onetap/internal/authz"
	"onetap/internal/calendar"
	"onetap/internal/counting"
	"onetap/internal/followup"
	"onetap/internal/local/dynamo"
	"onetap/internal/loop"
	"onetap/internal/mail"
	"onetap/internal/store"
	"onetap/internal/survey"
)

// caseOwners answer for the cases, one manager each ten of them.
const caseOwners = 100

// measureCases fills the board with open cases and looks at it, lets a working morning come at which some of them are overdue, and follows one
// case over its life. The store is the functions' own, over the engine without a network between.
func measureCases(ctx context.Context, l *lab) (figures []Figure, err error) {
	for i, n := range l.cfg.Sizes.Cases {
		w, err := l.openCases(ctx, n, min(l.cfg.Sizes.CasesDue, n))
		if err != nil {
			return figures, fmt.Errorf("%d cases: %w", n, err)
		}
		if i == len(l.cfg.Sizes.Cases)-1 {
			board, failed := w.board(ctx, n, l.cfg.Sizes.Loads)
			figures, err = append(figures, board...), failed
		}
		if err == nil {
			morning, failed := w.morning(ctx, n, min(l.cfg.Sizes.CasesDue, n))
			figures, err = append(figures, morning...), failed
		}
		if err = errors.Join(err, w.db.Close()); err != nil {
			return figures, err
		}
		l.clean("cases")
	}
	w, err := l.openCases(ctx, 0, 0)
	if err != nil {
		return figures, err
	}
	defer l.clean("cases")
	lives, err := w.lives(ctx)
	return append(figures, lives...), errors.Join(err, w.db.Close())
}

// caseWorld is a company with cases.
type caseWorld struct {
	store    *store.Store
	db       *dynamo.DB
	campaign survey.CampaignID
	staff    []survey.Staff
	now      time.Time // a Monday before its morning
	counter  *counting.CaseCounter
	alerts   *followup.Alerts
	letters  *letterBox

	mu            sync.Mutex
	reads, writes float64
}

// openCases opens n cases, of which so many are overdue by Tuesday's morning, the others in a month.
func (l *lab) openCases(ctx context.Context, n, overdue int) (w *caseWorld, err error) {
	table, err := l.table(ctx, "cases", 5)
	if err != nil {
		return nil, err
	}
	w = &caseWorld{campaign: table.answers.campaign, now: nextMonday(time.Now()), letters: &letterBox{}}
	w.db, err = dynamo.Open(filepath.Join(table.data, "table.db"), dynamo.Options{Meter: func(_ dynamo.Call, used dynamo.Consumed) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.reads += used.ReadUnits
		w.writes += used.WriteUnits
	}})
	if err != nil {
		return nil, err
	}
	w.store = storeOver(w.db, table.table)
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	now := func() time.Time { return w.now }
	w.counter = &counting.CaseCounter{Store: w.store, Now: now, Log: quiet}
	w.alerts = &followup.Alerts{
		Store: w.store, Mail: w.letters, Log: quiet, Now: now, Random: rand.Text, Rules: loop.Rules{Term: 48 * time.Hour, Wait: 2 * time.Minute}, Together: 5 * time.Minute,
		From: "nps@example.com", Admin: "admin@example.com", Site: "http://site.invalid",
	}
	for m := range caseOwners / 10 {
		id := fmt.Sprintf("manager%d", m)
		w.staff = append(w.staff, survey.Staff{ID: id, Email: id + "@example.com", Name: firstNames[m%len(firstNames)], Role: survey.RoleManager, Team: fmt.Sprintf("Team %d", m)})
	}
	for o := range caseOwners {
		id := fmt.Sprintf("owner%d", o)
		w.staff = append(w.staff, survey.Staff{
			ID: id, Email: id + "@example.com", Name: lastNames[o%len(lastNames)], Role: survey.RoleOwner, Team: fmt.Sprintf("Team %d", o/10), Manager: fmt.Sprintf("manager%d", o/10),
		})
	}
	_, err = w.store.PutSchedule(ctx, loop.Schedule{Work: calendar.Usual(), Morning: 9})
	if err = errors.Join(err, w.store.PutStaff(ctx, w.staff)); err != nil {
		return w, err
	}
	if err := w.alerts.Mornings(ctx); err != nil { // of the days until then, on which nothing was overdue
		return w, err
	}
	const some = 1000
	for from := 0; from < n; from += some {
		var contacts []survey.Contact
		var changes []loop.CaseChange
		for i := from; i < min(from+some, n); i++ {
			contact, r := w.person(i)
			term := 30 * 24 * time.Hour
			if i < overdue {
				term = 20 * time.Hour
			}
			who := loop.Responsible{Staff: survey.Staff{ID: contact.Owner}, Level: loop.LevelOwner}
			c, err := w.store.CreateCase(ctx, loop.New(nil, r, who, contact.Team, loop.Rules{Term: term}, r.Updated))
			if err = errors.Join(err, w.store.SaveResponse(ctx, r, 0)); err != nil {
				return w, err
			}
			contacts, changes = append(contacts, contact), append(changes, loop.CaseChange{Record: fmt.Sprint(i), Now: &c})
		}
		if err := w.store.PutContacts(ctx, contacts); err != nil {
			return w, err
		}
		if failed := w.counter.Count(ctx, changes); len(failed) > 0 {
			return w, fmt.Errorf("%d cases are not counted", len(failed))
		}
	}
	if n > 0 {
		l.say("%d cases", n)
	}
	return w, nil
}

// nextMonday is six in the morning of the Monday after a time: the laptop that made the table has told of mornings until now.
func nextMonday(after time.Time) time.Time {
	y, m, d := after.UTC().Date()
	return time.Date(y, m, d+8-int(after.UTC().Weekday()), 6, 0, 0, 0, time.UTC)
}

// person is the i-th customer and their answer.
func (w *caseWorld) person(i int) (survey.Contact, survey.Response) {
	o := i % caseOwners
	contact := survey.Contact{
		ID: survey.ContactID(strings.Repeat("a", 8) + contactIDs.EncodeToString([]byte(fmt.Sprintf("%05d", i)))), Audience: survey.Customers,
		Person: survey.Person{Email: fmt.Sprintf("client%d@example.com", i), Name: firstNames[i%len(firstNames)] + " " + lastNames[i%len(lastNames)]},
		Owner:  fmt.Sprintf("owner%d", o), Team: fmt.Sprintf("Team %d", o/10), Language: "en",
	}
	return contact, survey.Response{
		Campaign: w.campaign, Contact: contact.ID, Audience: contact.Audience, Owner: contact.Owner, Team: contact.Team, Language: "en", Score: i % 7, Verified: true, Version: 1,
		Why: "We have been waiting for three weeks, and then the wrong invoice came.", First: w.now, Counted: w.now, Updated: w.now.Add(time.Duration(i) * time.Millisecond),
	}
}

// used is what was read and written since it was last asked.
func (w *caseWorld) used() (reads, writes float64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	reads, writes = w.reads, w.writes
	w.reads, w.writes = 0, 0
	return reads, writes
}

// board looks at the board as the use case hands it out: all owners', a team's, an owner's.
func (w *caseWorld) board(ctx context.Context, n, loads int) (figures []Figure, err error) {
	cases := &followup.Cases{Store: w.store, Now: func() time.Time { return w.now }}
	who := authz.Who{Staff: survey.Staff{ID: "executive", Role: survey.RoleExecutive}}
	for _, b := range []struct {
		name  string
		asked Bound
		q     followup.BoardQuery
		count int
	}{
		{"all owners", atMost(50), followup.BoardQuery{Owner: followup.AllOwners}, n},
		{"a team", atMost(50), followup.BoardQuery{Owner: followup.AllOwners, Only: followup.Only{Team: "Team 3"}}, n / 10},
		{"one owner", atMost(50), followup.BoardQuery{Owner: "owner42"}, n / caseOwners},
	} {
		var took []time.Duration
		w.used()
		for range loads {
			began := time.Now()
			got, err := cases.Board(ctx, who, w.staff, b.q)
			if err != nil {
				return figures, err
			}
			took = append(took, time.Since(began))
			if open := got.Columns[0]; open.Count != b.count || len(open.Cases) != min(b.count, followup.ColumnShown) {
				return figures, fmt.Errorf("the board of %s counts %d cases and shows %d, of %d", b.name, open.Count, len(open.Cases), b.count)
			}
		}
		reads, _ := w.used()
		figures = append(figures, spread(fmt.Sprintf("cases: the board of %s, of %d", b.name, n), b.asked, "loads", "p99", took).
			remark("Without a network between. %.0f read units each.", reads/float64(loads)))
	}
	return figures, nil
}

// morning is Tuesday's: the managers of those who are overdue get a letter each.
func (w *caseWorld) morning(ctx context.Context, n, due int) ([]Figure, error) {
	w.now = w.now.AddDate(0, 0, 1).Add(6 * time.Hour)
	w.used()
	began := time.Now()
	if err := w.alerts.Mornings(ctx); err != nil {
		return nil, err
	}
	took := time.Since(began)
	reads, writes := w.used()
	told, letters := w.letters.taken()
	if told != due {
		return nil, fmt.Errorf("%d of %d overdue cases were told, in %d letters", told, due, letters)
	}
	of := fmt.Sprintf("cases: the morning's escalation, %d due of %d", due, n)
	return []Figure{
		single(of, atMost(10_000), ms(took), "ms", "once", due, "cases due").remark("%d letters; what SES takes for them is not in it.", letters),
		single(of+": read units a case due", Bound{}, reads/float64(due), "", "mean", due, "cases due"),
		single(of+": write units a case due", Bound{}, writes/float64(due), "", "mean", due, "cases due"),
	}, nil
}

// lives follows cases from the answer, which is left out, to the end.
func (w *caseWorld) lives(ctx context.Context) (figures []Figure, err error) {
	cases := &followup.Cases{Store: w.store, Now: func() time.Time { return w.now }}
	for i, life := range []struct {
		name  string
		asked Bound
		work  []followup.Work
	}{
		{"that nobody touches", atMost(12), nil},
		{"spoken to and resolved", atMost(20), []followup.Work{{State: loop.Contacted}, {State: loop.Resolved, Causes: []loop.Cause{"price"}, Outcome: loop.CustomerKept}}},
	} {
		w.now = w.now.Add(time.Hour)
		contact, r := w.person(i)
		r.Why = "" // the alert waits for words, and comes by the clock
		if err := errors.Join(w.store.PutContacts(ctx, []survey.Contact{contact}), w.store.SaveResponse(ctx, r, 0)); err != nil {
			return figures, err
		}
		var before, after *loop.Case
		counted := 0.0
		count := func() error { // each change by itself, which is the dearest
			c, _, err := w.store.Case(ctx, w.campaign, contact.ID)
			if err != nil {
				return err
			}
			before, after = after, &c
			_, kept := w.used()
			if failed := w.counter.Count(ctx, []loop.CaseChange{{Record: fmt.Sprint(life.name, c.Version), Before: before, Now: after}}); len(failed) > 0 {
				return errors.New("a case is not counted")
			}
			_, writes := w.used()
			counted += writes
			w.mu.Lock()
			w.writes += kept
			w.mu.Unlock()
			return nil
		}
		w.used()
		if err := w.alerts.Begin(ctx).Answer(ctx, nil, r); err != nil {
			return figures, err
		}
		w.now = w.now.Add(10 * time.Minute) // the clock looks whether its letter has gone
		if err := errors.Join(w.alerts.SendDue(ctx), count()); err != nil {
			return figures, err
		}
		for _, work := range life.work {
			w.now = w.now.Add(3 * time.Hour)
			if _, err := cases.Do(ctx, authz.Who{Staff: w.staff[slices.IndexFunc(w.staff, func(m survey.Staff) bool { return m.ID == contact.Owner })]}, after.ID(), work); err != nil {
				return figures, err
			}
			if err := count(); err != nil {
				return figures, err
			}
		}
		_, writes := w.used()
		figures = append(figures, single("cases: write units of a case "+life.name, life.asked, writes+counted, "", "once", 1, "case").
			remark("With its letter, without reminders; %.0f of them to count it where nothing else of its owner changes meanwhile.", counted))
	}
	return figures, nil
}

// letterBox takes letters and counts them; its reader does nothing.
type letterBox struct {
	mu      sync.Mutex
	cases   int
	letters int
}

// Send implements followup.Mail.
func (b *letterBox) Send(_ context.Context, m mail.Message) (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.letters++
	for name, ids := range m.Tags {
		if strings.HasPrefix(name, "case") { // as followup names them
			b.cases += 1 + strings.Count(ids, "_")
		}
	}
	return fmt.Sprintf("letter%d", b.letters), nil
}

func (b *letterBox) taken() (cases, letters int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.cases, b.letters
}
