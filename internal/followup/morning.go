package followup

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"onetap/internal/apperr"
	"onetap/internal/loop"
	"onetap/internal/mail"
	"onetap/internal/survey"
)

// Kinds of letters about what is not done, as their tag says it.
const (
	kindHalf    = "half_time"
	kindOverdue = "overdue"
	kindClimbed = "climbed"
)

// longestTop is how long before a case is told to the top its deadline may have been: some working days, over the longest holidays.
const longestTop = 90 * 24 * time.Hour

// Mornings writes the letters about what is overdue, on the company's working mornings: each manager gets one about the deadlines of their
// owners that have passed since the last one, and the top one about those that the managers have let pass. What a morning tells whom is
// decided once, before its first letter; a run that dies is gone on with by the next.
func (a *Alerts) Mornings(ctx context.Context) error {
	now := a.Now()
	m, err := a.Store.Morning(ctx)
	if err != nil {
		return err
	}
	round := a.Begin(ctx)
	if m.Version == 0 || m.Done {
		if m, err = round.nextMorning(m, now); err != nil || m.Done {
			return err
		}
		if m.Version == 0 { // the first morning of all: what was overdue before it is on the board
			m.Done = true
		}
		if m, err = a.Store.SaveMorning(ctx, m); errors.Is(err, apperr.ErrChanged) {
			return nil // somebody else has begun
		} else if err != nil || m.Done {
			return err
		}
	}
	letters, err := round.planMorning(ctx, m)
	if err != nil {
		return err
	}
	waiting := 0
	for i, told := range letters {
		if ctx.Err() != nil {
			return nil // the next minute goes on
		}
		sent, err := round.tellMorning(ctx, m, i, told)
		if err != nil {
			a.Log.Error("letter about what is overdue not sent; the clock tries again", "of", told.Level, "cases", len(told.Cases)+told.More, "error", err)
		}
		if !sent {
			waiting++
		}
	}
	if waiting > 0 {
		return fmt.Errorf("%d of %d letters about what is overdue could not be sent; they stay due", waiting, len(letters))
	}
	m.Done = true
	if _, err = a.Store.SaveMorning(ctx, m); err != nil && !errors.Is(err, apperr.ErrChanged) {
		return err
	}
	a.Log.Info("what is overdue is told", "letters", len(letters))
	return nil
}

// nextMorning is the latest morning that has begun since m; Done where none has.
func (r *Round) nextMorning(m loop.Morning, now time.Time) (loop.Morning, error) {
	schedule, err := r.schedule()
	if err != nil {
		return m, err
	}
	set, err := r.settings()
	if err != nil {
		return m, err
	}
	if m.Version == 0 {
		return loop.Morning{At: now, Since: now}, nil
	}
	cal, hour := schedule.Work.In(set.Clock(), ""), cmp.Or(schedule.Morning, loop.DefaultMorning)
	next := m
	for at := cal.Morning(m.At, hour); !at.After(now); at = cal.Morning(at, hour) {
		next.At, next.Since, next.Done = at.UTC(), m.At, false
	}
	return next, nil
}

// planMorning decides who is told of what, or reads what was decided.
func (r *Round) planMorning(ctx context.Context, m loop.Morning) ([]loop.Told, error) {
	letters, ok, err := r.Store.MorningPlan(ctx, m)
	if ok || err != nil {
		return letters, err
	}
	all, err := r.Store.Agenda(ctx, m.Since.Add(-longestTop), m.At)
	if err != nil {
		return nil, err
	}
	d, err := r.directory()
	if err != nil {
		return nil, err
	}
	var entries []loop.Entry
	for _, e := range all {
		if _, climbs := m.Climbs(e); climbs {
			entries = append(entries, e)
		}
	}
	cases, there := make([]loop.Case, len(entries)), make([]bool, len(entries))
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(dueAtOnce)
	for i, e := range entries {
		g.Go(func() error {
			c, ok, err := r.Store.Case(gctx, e.Campaign, e.Contact)
			cases[i], there[i] = c, ok && e.Is(c)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	n := 0
	for i := range entries {
		if there[i] {
			cases[n], entries[n] = cases[i], entries[i]
			n++
		}
	}
	var announced []loop.Announcement
	for i, c := range cases[:n] {
		if level, climbs := m.Climbs(entries[i]); climbs {
			announced = append(announced, entries[i].AnnounceOverdue(c, level))
		}
	}
	if err := r.Store.AnnounceOverdue(ctx, m, announced, r.Now()); err != nil { // before the plan, after which nobody comes here again
		return nil, err
	}
	letters = m.Letters(cases[:n], entries[:n], func(c loop.Case, level loop.Level) (to []string) {
		who := d.Of(c, "", c.Team)
		if level == loop.LevelOwner {
			next, _ := d.After(who, c.Team)
			return []string{next.Staff.ID}
		}
		for _, one := range d.Top(who) {
			to = append(to, one.ID)
		}
		return to
	})
	return r.Store.PlanMorning(ctx, m, letters, r.Now())
}

// tellMorning sends one letter of a morning, unless it has gone. sent is false of one that is to be tried again.
func (r *Round) tellMorning(ctx context.Context, m loop.Morning, n int, told loop.Told) (sent bool, err error) {
	occasion, kind := mail.Overdue, kindOverdue
	if told.Level == loop.LevelManager {
		occasion, kind = mail.Climbed, kindClimbed
	}
	l := loop.Letter{Group: m.Group(), Name: fmt.Sprintf("%05d", n), Cases: told.Cases}
	return r.once(ctx, l, func(ctx context.Context, cases []string, refused bool) (message mail.Message, ok bool, err error) {
		d, err := r.directory()
		if err != nil {
			return message, false, err
		}
		to, there := d.Named(told.To)
		if !there || refused { // left since the plan was made, or nothing reaches them: whoever answers for the deployment hears of it
			to, _ = d.Named("")
		}
		return r.late(ctx, occasion, kind, to, cases, told.More)
	})
}

// once sends a letter that goes out once: it is claimed, written, sent and recorded. sent is false where it is to be tried again, or somebody
// else is about it. compose says nothing where there is nothing left to say; it is asked once more, for somebody else, where the mail service refuses
// the reader's address. Where that one is refused, too, nobody can be told, and the letter is done with.
func (r *Round) once(ctx context.Context, l loop.Letter, compose func(ctx context.Context, cases []string, refused bool) (m mail.Message, ok bool, err error)) (sent bool, err error) {
	if end, ok := ctx.Deadline(); ok && time.Until(end) < recordLimit {
		return false, nil // too late to begin
	}
	limited, cancel := context.WithTimeout(ctx, loop.SendLimit)
	defer cancel()
	found, ok, err := r.Store.Letter(limited, l.Group, l.Name)
	if err != nil {
		return false, err
	}
	if ok {
		l = found
	}
	if !l.Sent.IsZero() {
		return true, nil
	}
	if !l.Claimable(r.Now()) {
		return false, nil
	}
	claim := r.Random()
	l.Claim, l.Claimed = claim, r.Now()
	l.Tries++
	claimed, err := r.Store.SaveLetter(limited, l, r.Now())
	if errors.Is(err, apperr.ErrChanged) { // somebody else, or the reply of this very write was lost
		if claimed, _, err = r.Store.Letter(limited, l.Group, l.Name); err != nil || claimed.Claim != claim {
			return !claimed.Sent.IsZero(), err
		}
	} else if err != nil {
		return false, err
	}
	l = claimed
	for _, refused := range []bool{false, true} {
		m, says, err := compose(limited, l.Cases, refused)
		if err != nil {
			return false, err
		}
		if !says {
			break
		}
		l.Message, err = r.Mail.Send(limited, m)
		if err == nil {
			break
		}
		if refusal := mail.RefusalOf(err); refusal == nil || !refusal.Message {
			return false, err
		}
		r.Log.Warn("letter about what is not done refused; somebody else is told", "group", l.Name, "instead", refused, "error", err)
	}
	l.Sent = r.Now()
	kept, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordLimit)
	defer cancel()
	for range maxTries {
		_, err = r.Store.SaveLetter(kept, l, r.Now())
		if err == nil || errors.Is(err, apperr.ErrChanged) { // changed: its reply was lost, or a claim was taken over
			break
		}
	}
	if err != nil && !errors.Is(err, apperr.ErrChanged) {
		return false, fmt.Errorf("sent, but not recorded: %w", err)
	}
	return true, nil
}

// late writes a letter about cases whom nobody has spoken to. ok is false where somebody has spoken to all of them since.
func (r *Round) late(ctx context.Context, occasion mail.Occasion, kind string, to survey.Staff, cases []string, more int) (m mail.Message, ok bool, err error) {
	set, err := r.settings()
	if err != nil {
		return m, false, err
	}
	d := mail.AlertsData{Occasion: occasion, More: more, From: r.From, To: to.Email, Language: to.Language, Zone: set.Location()}
	if zone := survey.ZoneAt(to.Zone); zone != nil {
		d.Zone = zone
	}
	if r.Site != "" {
		d.BoardURL = strings.TrimSuffix(r.Site, "/") + "/cases"
	}
	known := make([]facts, len(cases))
	there := make([]bool, len(cases))
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(dueAtOnce)
	for i, id := range cases {
		g.Go(func() error {
			campaign, contact, ok := loop.ParseID(id)
			if !ok {
				return nil
			}
			c, ok, err := r.Store.Case(gctx, campaign, contact)
			if err != nil || !ok || !c.Waits() {
				return err
			}
			known[i], err = r.facts(gctx, c)
			there[i] = err == nil && c.Holds(known[i].Response)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return m, false, err
	}
	var told []loop.Case
	for i, f := range known {
		if !there[i] {
			continue
		}
		if d.Language == "" {
			d.Language = f.Campaign.Language
		}
		one, err := r.alert(f)
		if err != nil {
			return m, false, err
		}
		c := f.Case
		one.Language, one.Told, one.Taken, one.CallAgain, one.Notes = d.Language, c.Alert.Sent, c.State == loop.Acknowledged, c.Again, c.Notes
		one.Tries = c.Tries
		if !strings.EqualFold(to.ID, f.To.Staff.ID) { // the link is its owner's
			one.ActURL = ""
		}
		if occasion != mail.HalfTime {
			one.Owner = cmp.Or(f.To.Staff.Name, f.To.Staff.Email)
		}
		d.Alerts, told = append(d.Alerts, one), append(told, c)
	}
	if len(told) == 0 && more == 0 {
		return m, false, nil
	}
	d.Tags = tagsOf(told)
	d.Tags["kind"] = kind
	m, err = mail.Alerts(d)
	return m, true, err
}

// remind writes to an owner about cases of theirs of whose time half has passed, each once, and forgets that it is due. It returns how many
// could not be seen to.
func (r *Round) remind(ctx context.Context, cs []loop.Case) (failed int) {
	first := cs[0]
	for _, c := range cs[1:] {
		if c.Half.Before(first.Half) {
			first = c
		}
	}
	group := "owner " + first.Owner
	told, err := r.Store.Letters(ctx, group, halfName(first.Half.Add(-longestHalf)))
	if err != nil {
		r.Log.Error("reminders not sent; the clock tries again", "cases", len(cs), "error", err)
		return len(cs)
	}
	gone := map[string]bool{}
	for _, l := range told {
		for _, one := range l.Cases {
			gone[one] = gone[one] || !l.Sent.IsZero()
		}
	}
	l := loop.Letter{Group: group, Name: halfName(first.Half)}
	for _, c := range cs {
		if !gone[halfOf(c)] && len(l.Cases) < loop.MaxTold {
			l.Cases = append(l.Cases, halfOf(c))
		}
	}
	if len(l.Cases) > 0 {
		sent, err := r.once(ctx, l, func(ctx context.Context, cases []string, refused bool) (mail.Message, bool, error) {
			d, err := r.directory()
			if err != nil {
				return mail.Message{}, false, err
			}
			ids := make([]string, len(cases))
			for i, one := range cases {
				ids[i], _, _ = strings.Cut(one, " ")
			}
			to := d.Of(first, "", first.Team)
			if refused {
				to, _ = d.After(to, first.Team)
			}
			return r.late(ctx, mail.HalfTime, kindHalf, to.Staff, ids, 0)
		})
		if err != nil || !sent {
			if err != nil {
				r.Log.Error("reminder not sent; the clock tries again", "cases", len(l.Cases), "error", err)
			}
			return len(cs)
		}
		found, _, err := r.Store.Letter(ctx, l.Group, l.Name) // a letter that was begun before has other cases
		if err != nil {
			return len(cs)
		}
		for _, one := range found.Cases {
			gone[one] = true
		}
	}
	for _, c := range cs {
		if due, ok := loop.DueOf(c); ok && gone[halfOf(c)] && r.Store.DropDue(ctx, due) != nil {
			failed++
		}
	}
	return failed
}

// longestHalf is how long before a reminder's time the letter may be named after in which it went.
const longestHalf = 7 * 24 * time.Hour

func halfName(at time.Time) string { return "half " + at.UTC().Format("2006-01-02T15:04:05.000Z") }

// halfOf names a case and its half time: a case that is opened again has another.
func halfOf(c loop.Case) string { return c.ID() + " " + c.Half.UTC().Format(time.RFC3339) }
