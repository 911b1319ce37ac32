package mailing

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

// continuous brings the continuous surveys as far as they should be: their months paused or going on as they are, and the day planned, if it
// is one. The letters then go out like those of any campaign.
func (r *senderRun) continuous(ctx context.Context) error {
	all, err := r.Store.Continuous(ctx)
	if err != nil {
		return err
	}
	for _, s := range all {
		if !r.timeLeft(ctx) {
			return nil
		}
		err := r.goOn(ctx, s)
		switch {
		case errors.Is(err, apperr.ErrChanged): // a person was faster: the next run looks again
		case ctx.Err() != nil:
			return nil
		case err != nil:
			r.Log.Error("continuous survey", "audience", s.Audience, "error", err)
		}
	}
	return nil
}

// goOn takes a continuous survey a step further. Whoever dies in it leaves the day as begun, and the next sender goes on with it.
func (r *senderRun) goOn(ctx context.Context, s survey.Continuous) error {
	s, err := r.months(ctx, s)
	if err != nil || s.State != survey.ContinuousRunning {
		return err
	}
	if s.Turn == nil {
		var ok bool
		if s, ok, err = r.beginTurn(ctx, s); err != nil || !ok {
			return err
		}
	}
	c, err := r.month(ctx, s)
	switch {
	case err != nil:
		return err
	case !c.Live():
		s.State, s.Why = survey.ContinuousPaused, survey.MonthEnded
		_, err := r.Store.SaveContinuous(ctx, s)
		return err
	case c.State == survey.Paused: // by a person, or because its letters cannot go on: so does the day
		return nil
	}
	m, planned, err := r.planTurn(ctx, s, c)
	if err != nil || !planned {
		return err
	}
	if s.Survey.Dimensions, err = r.beginMonth(ctx, s, c); err != nil {
		return err
	}
	_, err = r.Store.SaveContinuous(ctx, s.EndTurn(m.Due()))
	return err
}

// months pauses the months of a survey that is paused or stopped, has those of one that was resumed go on, and forgets those that have ended.
func (r *senderRun) months(ctx context.Context, s survey.Continuous) (survey.Continuous, error) {
	var ended []survey.CampaignID
	for _, id := range s.Months {
		c, err := r.Store.Campaign(ctx, id)
		switch {
		case isUnknown(err): // its day is begun, or it was deleted
			continue
		case err != nil:
			return s, err
		case !c.Ended.IsZero():
			ended = append(ended, id)
			continue
		}
		var changed bool
		switch s.State {
		case survey.ContinuousPaused:
			c, changed = c.Hush(survey.StoppedSurveyPaused)
		case survey.ContinuousStopped:
			c, changed = c.Hush(survey.StoppedSurvey)
		default:
			if c, changed, err = r.unhush(ctx, c); err != nil {
				return s, err
			}
		}
		if changed {
			if _, err := r.Store.SaveCampaign(ctx, c); err != nil {
				return s, err
			}
		}
	}
	if len(ended) == 0 {
		return s, nil
	}
	s.Months = slices.DeleteFunc(slices.Clone(s.Months), func(id survey.CampaignID) bool { return slices.Contains(ended, id) })
	return r.Store.SaveContinuous(ctx, s)
}

func (r *senderRun) unhush(ctx context.Context, c survey.Campaign) (survey.Campaign, bool, error) {
	if c.State != survey.Paused || c.Stopped != survey.StoppedSurveyPaused {
		return c, false, nil
	}
	m, begun, err := r.Store.Mailing(ctx, c.ID, survey.MailingInvitation)
	if err != nil {
		return c, false, err
	}
	of := &m
	if !begun {
		of = nil
	}
	c, changed := c.Unhush(of, r.Now())
	return c, changed, nil
}

// beginTurn notes the day that is to be planned now; ok is false where there is none.
func (r *senderRun) beginTurn(ctx context.Context, s survey.Continuous) (begun survey.Continuous, ok bool, err error) {
	set, err := r.Store.Settings(ctx)
	if err != nil {
		return s, false, err
	}
	now := r.Now()
	if _, ok = s.NextTurn(set.Hours, now); !ok {
		return s, false, nil
	}
	counts, err := newCounts(ctx, r.Store, s, now)
	if err != nil {
		return s, false, err
	}
	s = s.See(counts, now)
	t, ok := s.NextTurn(set.Hours, now)
	if !ok {
		return s, false, nil
	}
	if t.Campaign, err = r.monthID(ctx, s, t.Month()); err != nil {
		return s, false, err
	}
	s, err = r.Store.SaveContinuous(ctx, s.BeginTurn(t))
	return s, err == nil, err
}

// newCounts are how many new contacts had UTC's days of which it is not known yet.
func newCounts(ctx context.Context, store dueStore, s survey.Continuous, now time.Time) (map[string]int, error) {
	counts := map[string]int{}
	for _, day := range s.Unseen(now) {
		ids, err := store.NewContacts(ctx, s.Audience, day)
		if err != nil {
			return nil, err
		}
		counts[day] = len(ids)
	}
	return counts, nil
}

// monthID is the id of a month's campaign: the same for whoever asks, so that a month has one.
func (r *senderRun) monthID(ctx context.Context, s survey.Continuous, month string) (survey.CampaignID, error) {
	for n := 0; ; n++ {
		id := r.Keys.Wave(s.Audience, fmt.Sprintf("continuous/%d/%s/%d", s.Begun.UnixMilli(), month, n))
		c, err := r.Store.Campaign(ctx, id)
		if isUnknown(err) || err == nil && c.Month == month && c.Audience == s.Audience {
			return id, nil
		}
		if err != nil {
			return "", err
		}
	}
}

// month is the campaign of the turn's month, made where it is not there yet.
func (r *senderRun) month(ctx context.Context, s survey.Continuous) (survey.Campaign, error) {
	c, err := r.Store.Campaign(ctx, s.Turn.Campaign)
	if !isUnknown(err) {
		return c, err
	}
	set, err := r.Store.Settings(ctx)
	if err != nil {
		return c, err
	}
	said, err := r.Store.Privacy(ctx)
	if err != nil {
		return c, err
	}
	c = s.MonthCampaign(*s.Turn, r.Now().UTC())
	c.Brand, c.Contact, c.Hours, c.Consent = set.Brand, set.Contact, set.Hours, said.NeedsConsent(c.Audience)
	c.Rules = survey.Ruled(set.Frequency, c.Audience)
	if c.Hours.IsZero() {
		c.Hours = survey.DefaultHours
	}
	if err := r.Store.CreateCampaign(ctx, c); err != nil {
		return c, err
	}
	r.Log.Info("a month of a continuous survey", "audience", s.Audience, "campaign", c.ID, "month", c.Month)
	return c, nil
}

// beginMonth has the month's campaign sent once its first day is planned, and returns the columns by which its answers can be looked at, which
// the months after it keep.
func (r *senderRun) beginMonth(ctx context.Context, s survey.Continuous, c survey.Campaign) ([]string, error) {
	if c.State != survey.Planning {
		return s.Survey.Dimensions, nil
	}
	asked, err := r.Store.Asked(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	known, err := r.Store.Dimensions(ctx, c.Audience)
	if err != nil {
		return nil, err
	}
	dimensions := s.Survey.Dimensions
	if len(dimensions) == 0 {
		dimensions = asked.Choose(known)
	}
	if c, ok := c.Planned(dimensions); ok {
		if _, err := r.Store.SaveCampaign(ctx, c); err != nil {
			return nil, err
		}
	}
	return dimensions, nil
}

// planTurn adds the day's people to the month's invitations, a shard at a time, as planInvitations does with a whole audience. done is false where the
// time is up before.
func (r *senderRun) planTurn(ctx context.Context, s survey.Continuous, c survey.Campaign) (m survey.Mailing, done bool, err error) {
	if m, err = r.mailing(ctx, c, survey.MailingInvitation); err != nil || !m.PlanTurn(s.Turn.Number) {
		return m, err == nil, err
	}
	day, err := dueOn(ctx, r.Store, s, c, *s.Turn, len(m.Turns)-1, r.Now())
	if err != nil {
		return m, false, err
	}
	asked, firms := survey.Asked{}, map[survey.AccountID]int{}
	for shard := range survey.ContactShards {
		if !r.timeLeft(ctx) {
			return m, false, nil
		}
		begun, there := m.Clone(), shard < m.Shard // planned by a sender that died: only counted again
		p := planned{}
		var all []candidate
		err := day.each(ctx, shard, func(contact survey.Contact, k candidate, skip survey.SkipReason) {
			switch {
			case skip == "":
				asked.Count(contact)
				if k.account != "" {
					firms[k.account]++
				}
				all = append(all, k)
			case !there:
				m.Pass(skip)
				p.skip(c, m.Number, k, skip, r.Now())
			}
		})
		if err != nil {
			return m, false, err
		}
		if there {
			continue
		}
		if err := r.Store.PutAsked(ctx, c.ID, len(m.Turns)-1, asked); err != nil {
			return m, false, err
		}
		if err := r.Store.PutAskedAccounts(ctx, c.ID, len(m.Turns)-1, firms); err != nil {
			return m, false, err
		}
		sortByOwner(all)
		for _, k := range all {
			p.invite(&m, c, k.id, k.language, k.zone)
		}
		if m, err = r.savePlan(ctx, begun, m, p); err != nil {
			return m, false, err
		}
	}
	r.Log.Info("planned a day", "campaign", c.ID, "day", s.Turn.Day, "due", m.Due(), "batches", m.Batches)
	return m, true, nil
}

// remindTurns plans and sends the reminders of a month: each day's so many days after its letters.
func (r *senderRun) remindTurns(ctx context.Context, c survey.Campaign, gate *pace) (bool, error) {
	invitations, ok, err := r.Store.Mailing(ctx, c.ID, survey.MailingInvitation)
	if err != nil || !ok {
		return false, err
	}
	before := invitations
	for _, number := range survey.Reminders {
		days := c.RemindDays
		if number == survey.MailingSecond {
			days = c.SecondDays
		}
		m, begun, err := r.Store.Mailing(ctx, c.ID, number)
		if err != nil {
			return false, err
		}
		t, due := before.TurnToRemind(m.Turn, days, r.Now())
		switch {
		case begun && m.State == survey.MailingPlanning:
			return true, r.planTurnReminder(ctx, c, number, invitations, m.Turn)
		case due:
			return true, r.planTurnReminder(ctx, c, number, invitations, t.Number)
		case begun && m.State == survey.MailingSending:
			return r.sendMailing(ctx, c, number, gate)
		}
		before = m
	}
	return false, nil
}

// planTurnReminder adds those of a day to a reminder who got their letter and have not answered. Who may not be written to any more is found when
// their turn comes, as everybody is who is written to.
func (r *senderRun) planTurnReminder(ctx context.Context, c survey.Campaign, number int, invitations survey.Mailing, turn int) error {
	m, err := r.mailing(ctx, c, number)
	if err != nil || !m.PlanTurn(turn) {
		return err
	}
	begun, p := m.Clone(), planned{}
	t, _ := invitations.TurnOf(turn)
	const page = 50
	for zone := range len(invitations.Zones) + 1 {
		for from := survey.ZonePrefix(zone) + survey.BatchName(t.From); ; {
			bs, err := r.Store.Batches(ctx, invitations, from, page)
			if err != nil {
				return err
			}
			for _, b := range bs {
				from = b.Name + " "
				if b.Name >= survey.ZonePrefix(zone)+survey.BatchName(t.To) {
					bs = nil
					break
				}
				if err := r.remindBatch(ctx, c, b, &m, &p); err != nil {
					return err
				}
			}
			if len(bs) < page {
				break
			}
		}
	}
	p.batches = append(p.batches, m.EndPlan()...)
	_, err = r.Store.SavePlan(ctx, begun, m, p.batches)
	return err
}

func (r *senderRun) remindBatch(ctx context.Context, c survey.Campaign, b survey.Batch, m *survey.Mailing, p *planned) error {
	got, err := r.Store.InvitationsOf(ctx, c.ID, survey.MailingInvitation, b.Contacts)
	if err != nil {
		return err
	}
	answered, err := r.Store.Answered(ctx, c.ID, b.Contacts)
	if err != nil {
		return err
	}
	for _, id := range b.Contacts {
		switch i := got[id]; {
		case i.State != survey.InvitationSent && i.State != survey.InvitationUncertain: // never got the survey
		case answered[id]:
			m.Pass(survey.SkipAnswered)
		default:
			p.invite(m, c, id, i.Language, i.Zone)
		}
	}
	return nil
}
