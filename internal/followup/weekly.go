package followup

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/loop"
	"onetap/internal/mail"
	"onetap/internal/survey"
)

// kindWeekly is how the letters about a week are tagged.
const kindWeekly = "weekly"

// Weeks writes the letters about how cases went in the week that is over: to an owner of the own, to a manager of those of the people whose cases they
// see, to executives of all. Each goes on the first morning of work of the new week, where its reader is, and to nobody who has no cases. Who is told is
// decided once; a run that dies is gone on with by the next.
func (a *Alerts) Weeks(ctx context.Context) error {
	now := a.Now()
	w, err := a.Store.Weekly(ctx)
	if err != nil || w.Done && now.Before(w.Next) {
		return err
	}
	round := a.Begin(ctx)
	set, err := round.settings()
	if err != nil {
		return err
	}
	if !now.Before(w.Next) {
		practice, err := round.practice()
		if err != nil {
			return err
		}
		w = w.After(now, set.Clock())
		w.Done = w.Done || practice.NoWeekly
		if w, err = a.Store.SaveWeekly(ctx, w); errors.Is(err, apperr.ErrChanged) {
			return nil // somebody else has begun
		} else if err != nil || w.Done {
			return err
		}
	}
	plan, ok, err := a.Store.WeekPlan(ctx, w)
	if err != nil {
		return err
	}
	if !ok {
		staff, err := a.Store.Staff(ctx)
		if err != nil {
			return err
		}
		schedule, err := round.schedule()
		if err != nil {
			return err
		}
		if plan, err = a.Store.PlanWeek(ctx, w, w.Letters(staff, schedule, set.Clock()), now); err != nil {
			return err
		}
	}
	known := sync.OnceValues(func() (weekFigures, error) { return round.weekFigures(ctx, w, set.Clock()) })
	later, failed := 0, 0
	for _, letter := range plan {
		if letter.At.After(now) {
			later++
			continue
		}
		if ctx.Err() != nil {
			return nil // the next minute goes on
		}
		sent, err := round.once(ctx, loop.Letter{Group: w.Group(), Name: letter.To}, func(_ context.Context, _ []string, refused bool) (mail.Message, bool, error) {
			figures, err := known()
			if err != nil || refused { // nobody else is told in their place
				return mail.Message{}, false, err
			}
			return round.weekLetter(figures, w, letter.To)
		})
		if err != nil {
			a.Log.Error("letter about the week not sent; the clock tries again", "error", err)
		}
		if !sent {
			failed++
		}
	}
	switch {
	case failed > 0:
		return fmt.Errorf("%d of %d letters about the week could not be sent; they stay due", failed, len(plan))
	case later > 0:
		return nil
	}
	w.Done = true
	if _, err = a.Store.SaveWeekly(ctx, w); errors.Is(err, apperr.ErrChanged) {
		return nil
	}
	return err
}

// weekFigures are all that letters about a week are made of.
type weekFigures struct {
	staff []survey.Staff
	today time.Time
	order []string
	weeks map[string]map[string]loop.Figures
	now   map[string]loop.Figures
}

func (r *Round) weekFigures(ctx context.Context, w loop.Weekly, clock *time.Location) (f weekFigures, err error) {
	f.today = r.Now().In(clock)
	f.order = loop.WeeksUntil(w.Next.In(clock).AddDate(0, 0, -8), readWeeks)
	if f.staff, err = r.Store.Staff(ctx); err != nil {
		return f, err
	}
	if f.weeks, err = r.Store.CaseWeeks(ctx, f.order, nil); err != nil {
		return f, err
	}
	f.now, err = r.Store.AllCaseFigures(ctx, "", false)
	return f, err
}

// weekLetter writes to somebody about their part; ok is false where they have none, or have left.
func (r *Round) weekLetter(f weekFigures, w loop.Weekly, to string) (m mail.Message, ok bool, err error) {
	d, err := r.directory()
	if err != nil {
		return m, false, err
	}
	reader, there := d.Named(to)
	if !there {
		return m, false, nil
	}
	who := authz.Who{Staff: reader}
	seen := map[string]bool{}
	for _, o := range Owners(who, f.staff) {
		seen[strings.ToLower(o)] = true
	}
	which := func(owner string, _ loop.Mark) bool { return who.All() || seen[owner] }
	runs := loop.RunsOf(f.order, 1, f.weeks, f.now, f.today, which)
	before := loop.RunsOf(f.order[:len(f.order)-1], 1, f.weeks, nil, f.today, which).Whole
	stands := loop.StandingOf(f.now, f.today, which)
	week := runs.Whole
	if week.Opened == 0 && before.Opened == 0 && stands.Open == 0 && stands.Owed == 0 {
		return m, false, nil
	}
	set, err := r.settings()
	if err != nil {
		return m, false, err
	}
	data := mail.WeeklyData{
		From: r.From, To: reader.Email, Language: reader.Language, Level: string(reader.Role), Week: w.Next.In(set.Clock()).AddDate(0, 0, -14), Tags: map[string]string{"kind": kindWeekly},
		Opened: week.Opened, Before: before.Opened, InTime: week.InTime, Decided: week.Decided(),
		Kept: week.Kept, Answered: week.Kept + week.Broken,
		Open: stands.Open, Old: runs.Ages[2] + runs.Ages[3], Overdue: stands.Overdue, DueToday: stands.DueToday, Broke: stands.Broke, Owed: stands.OwedSoon,
	}
	if s, ok := week.OnTime(); ok && s.Among >= loop.LeastRanked {
		data.Share, data.Low, data.High = s.Percent, s.Interval.Low, s.Interval.High
	}
	if hours, ok := week.Half(); ok {
		data.Spoken, data.Hours, data.MaxHours = week.Spoken, hours, loop.LongestSpan()
	}
	if r.Site != "" {
		site := strings.TrimSuffix(r.Site, "/")
		data.BoardURL, data.RunURL = site+"/cases", site+"/cases/run"
	}
	m, err = mail.Weekly(data)
	return m, true, err
}
