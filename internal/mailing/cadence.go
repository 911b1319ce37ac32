package mailing

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"onetap/internal/apperr"
	"onetap/internal/seal"
	"onetap/internal/survey"
	"onetap/internal/wording"
)

// CadenceStore is what people's doings with continuous surveys ask of the table, besides.
type CadenceStore interface {
	dueStore
	// ContinuousOf reads an audience's continuous survey; version 0: it never had one.
	ContinuousOf(ctx context.Context, a survey.Audience) (survey.Continuous, error)
	// SaveContinuous is a compare-and-swap by the version that was read (0: not there), and returns the survey with the next one.
	SaveContinuous(ctx context.Context, c survey.Continuous) (survey.Continuous, error)
}

// Continuous reads an audience's continuous survey; version 0: it never had one. Problem: audience_unknown.
func (cs *Campaigns) Continuous(ctx context.Context, a survey.Audience) (survey.Continuous, error) {
	if !a.Valid() {
		return survey.Continuous{}, apperr.New(apperr.Invalid, "audience_unknown", "audience")
	}
	return cs.Store.ContinuousOf(ctx, a)
}

// Continue is the continuous survey that would begin now with the words and people of a campaign; nothing is stored. site is as in Launch.
// Problems: those of survey.Start, of the wording and the sender; continuous_audience where the campaign is of another audience, continuous_brought, continuous_nobody.
func (cs *Campaigns) Continue(ctx context.Context, a survey.Audience, from string, cadence survey.Cadence, site string) (survey.Continuous, error) {
	before, err := cs.Continuous(ctx, a)
	if err != nil {
		return before, err
	}
	if a.Anonymous() {
		return before, apperr.New(apperr.Invalid, "employees_never_continuous", "audience")
	}
	c, err := cs.Campaign(ctx, from)
	if err != nil {
		return before, err
	}
	switch {
	case c.Audience != a:
		return before, apperr.New(apperr.Invalid, "continuous_audience", "from")
	case c.Brought():
		return before, apperr.New(apperr.Invalid, "continuous_brought", "from")
	}
	if err := wording.Check(c); err != nil {
		return before, err
	}
	if err := cs.Senders.Check(c.Sender); err != nil {
		return before, err
	}
	set, err := cs.Store.Settings(ctx)
	if err != nil {
		return before, err
	}
	s, err := survey.Start(before, c, cadence, set.Zone, site, cs.Now().UTC())
	if err != nil {
		return s, err
	}
	planner := Planner{Store: cs.Store, Now: cs.Now}
	for at := new(survey.Cursor); at != nil; {
		h, err := planner.HeadCount(ctx, c, *at, 2000, false)
		if err != nil {
			return s, err
		}
		if at = h.Next; h.Audience > 0 {
			return s, nil
		}
	}
	return s, apperr.New(apperr.Conflict, "continuous_nobody", "audience")
}

// StartContinuous begins a continuous survey and calls the sender. Problems: those of Continue.
func (cs *Campaigns) StartContinuous(ctx context.Context, a survey.Audience, from string, cadence survey.Cadence, site string) (survey.Continuous, error) {
	s, err := cs.Continue(ctx, a, from, cadence, site)
	if err != nil {
		return s, err
	}
	if err := cs.Words.MakePair(ctx, seal.Words); err != nil {
		return s, err
	}
	saved, err := cs.Store.SaveContinuous(ctx, s)
	if errors.Is(err, apperr.ErrChanged) {
		return s, apperr.New(apperr.Conflict, "continuous_running", "audience")
	}
	if err == nil {
		cs.wakeSender(ctx)
	}
	return saved, err
}

// ChangeContinuous gives an audience's continuous survey another cadence. Problems: continuous_none, and those of survey.Continuous.Change.
func (cs *Campaigns) ChangeContinuous(ctx context.Context, a survey.Audience, cadence survey.Cadence) (survey.Continuous, error) {
	return cs.changeContinuous(ctx, a, func(s survey.Continuous) (survey.Continuous, error) { return s.Change(cadence, cs.Now().UTC()) })
}

// ActContinuous is one of pausing, resuming and stopping. Problems: continuous_none, and those of the method of survey.Continuous.
type ActContinuous func(ctx context.Context, a survey.Audience) (survey.Continuous, error)

// PauseContinuous has nobody written to, within seconds, until it is resumed.
func (cs *Campaigns) PauseContinuous(ctx context.Context, a survey.Audience) (survey.Continuous, error) {
	s, err := cs.changeContinuous(ctx, a, survey.Continuous.Pause)
	if err == nil {
		cs.hush(ctx, s, survey.StoppedSurveyPaused)
	}
	return s, err
}

// ResumeContinuous goes on where it was paused.
func (cs *Campaigns) ResumeContinuous(ctx context.Context, a survey.Audience) (survey.Continuous, error) {
	s, err := cs.changeContinuous(ctx, a, survey.Continuous.Resume)
	if err == nil {
		cs.wakeSender(ctx)
	}
	return s, err
}

// StopContinuous ends it for good, within seconds; answers count until its months close.
func (cs *Campaigns) StopContinuous(ctx context.Context, a survey.Audience) (survey.Continuous, error) {
	s, err := cs.changeContinuous(ctx, a, survey.Continuous.Stop)
	if err == nil {
		cs.hush(ctx, s, survey.StoppedSurvey)
	}
	return s, err
}

func (cs *Campaigns) changeContinuous(ctx context.Context, a survey.Audience, do func(survey.Continuous) (survey.Continuous, error)) (survey.Continuous, error) {
	for try := 0; ; try++ {
		s, err := cs.Continuous(ctx, a)
		if err != nil {
			return s, err
		}
		if s.Version == 0 {
			return s, apperr.New(apperr.Unknown, "continuous_none", "audience")
		}
		if s, err = do(s); err != nil {
			return s, err
		}
		saved, err := cs.Store.SaveContinuous(ctx, s)
		if !errors.Is(err, apperr.ErrChanged) || try >= maxTries {
			return saved, err
		}
	}
}

// hush pauses the months at once: the sender, which would do the same at its next look, may be in the middle of one.
func (cs *Campaigns) hush(ctx context.Context, s survey.Continuous, reason string) {
	for _, id := range s.Months {
		for range maxTries {
			c, err := cs.Store.Campaign(ctx, id)
			if err == nil {
				var changed bool
				if c, changed = c.Hush(reason); !changed {
					break
				}
				_, err = cs.Store.SaveCampaign(ctx, c)
			}
			if err == nil || isUnknown(err) {
				break
			}
			slog.WarnContext(ctx, "a month is not paused yet; the sender does it at its next look", "campaign", id, "error", err)
		}
	}
}

func (cs *Campaigns) wakeSender(ctx context.Context) {
	if err := cs.Wake(ctx); err != nil {
		slog.WarnContext(ctx, "sender not called; its next minute goes on", "error", err)
	}
}

// DueDay is one of the next days of a continuous survey.
type DueDay struct {
	Day     time.Time                 `json:"-"` // its noon
	People  int                       `json:"people"`
	Skipped map[survey.SkipReason]int `json:"skipped,omitempty"`
	Counted bool                      `json:"counted"` // false: as many as the days before it on average
}

// daysCounted is of how many days ahead the people are counted, by the rule by which the sender plans; daysShown how many are shown.
const daysCounted, daysShown = 3, 20

// Ahead counts whom the next days will ask, as far as is known today: new contacts whose day it will be among them, but not those who have yet to appear. It reads those people and nobody else.
func (cs *Campaigns) Ahead(ctx context.Context, s survey.Continuous) ([]DueDay, error) {
	local := cs.Now().In(s.Clock())
	y, m, d := local.Date()
	first := time.Date(y, m, d, 12, 0, 0, 0, s.Clock())
	set, err := cs.Store.Settings(ctx)
	if err != nil {
		return nil, err
	}
	hours := set.Hours
	if hours.IsZero() {
		hours = survey.DefaultHours
	}
	if s.Last >= first.Format(time.DateOnly) || local.Hour() >= hours.Until {
		first = first.AddDate(0, 0, 1)
	}
	if s.State == survey.ContinuousPaused {
		s.State = survey.ContinuousRunning
	}
	s.Turn = nil
	counts, err := newCounts(ctx, cs.Store, s, cs.Now())
	if err != nil {
		return nil, err
	}
	s = s.See(counts, cs.Now())
	var all []DueDay
	sum := 0
	for n, day := range s.Ahead(first, daysShown) {
		due := DueDay{Day: day}
		if n < daysCounted {
			if s, due, err = cs.dueOn(ctx, s, day); err != nil {
				return nil, err
			}
			sum += due.People
		} else {
			due.People = sum / daysCounted
		}
		all = append(all, due)
	}
	return all, nil
}

// dueOn counts one day, and returns the survey as it is after it.
func (cs *Campaigns) dueOn(ctx context.Context, s survey.Continuous, day time.Time) (survey.Continuous, DueDay, error) {
	due := DueDay{Day: day, Skipped: map[survey.SkipReason]int{}, Counted: true}
	t, ok := s.NextTurn(survey.Hours{Until: 24}, day)
	if !ok {
		return s, due, nil
	}
	said, err := cs.Store.Privacy(ctx)
	if err != nil {
		return s, due, err
	}
	month := s.MonthCampaign(t, day)
	set, err := cs.Store.Settings(ctx)
	if err != nil {
		return s, due, err
	}
	month.Consent, month.Rules = said.NeedsConsent(s.Audience), survey.Ruled(set.Frequency, s.Audience)
	if len(s.Months) > 0 {
		month.ID = s.Months[len(s.Months)-1]
	}
	plan, err := dueOn(ctx, cs.Store, s, month, t, survey.AskedParts, day)
	if err != nil {
		return s, due, err
	}
	g, gctx := errgroup.WithContext(ctx)
	if g.SetLimit(8); month.PerAccount > 0 { // who comes first has the place
		g.SetLimit(1)
	}
	found := make([]map[survey.SkipReason]int, survey.ContactShards)
	for shard := range found {
		found[shard] = map[survey.SkipReason]int{}
		g.Go(func() error {
			return plan.each(gctx, shard, func(_ survey.Contact, _ candidate, skip survey.SkipReason) { found[shard][skip]++ })
		})
	}
	if err := g.Wait(); err != nil {
		return s, due, err
	}
	for _, counts := range found {
		for skip, n := range counts {
			if due.People += n; skip != "" {
				due.People -= n
				due.Skipped[skip] += n
			}
		}
	}
	t.Campaign = month.ID
	months := s.Months
	s = s.BeginTurn(t).EndTurn(due.People)
	s.Months = months
	return s, due, nil
}
