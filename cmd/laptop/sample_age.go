package main

import (
	"context"
	"errors"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"onetap/internal/apperr"
	"onetap/internal/local/drive"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

// writers is how many of the sample's items are written side by side.
const writers = 8

// age moves the open wave back to when it went out: the campaign, its letters' invitations, its answers over the days since, and what was done about them. The API has no
// clock to set; real days of waiting would be the only other way. What is counted follows by the stream, as after any change of an answer.
func (w *workspace) age(ctx context.Context, id survey.CampaignID, worked []loop.Case) error {
	if err := w.ageCampaign(ctx, id); err != nil {
		return err
	}
	answered := map[survey.ContactID]survey.Response{}
	var answers []survey.Response
	var invitations []survey.Invitation
	for shard := range survey.ContactShards {
		err := w.table.WalkResponses(ctx, id, shard, "", func(r survey.Response) (bool, error) {
			answers = append(answers, r)
			return true, nil
		})
		if err == nil {
			err = w.table.WalkInvitations(ctx, id, survey.MailingInvitation, shard, func(i survey.Invitation) error {
				if i.State == survey.InvitationSent && i.Decided == i.State { // one that bounced is counted by its time
					invitations = append(invitations, i)
				}
				return nil
			})
		}
		if err != nil {
			return err
		}
	}
	for n, r := range answers {
		at := w.answeredAt(n, len(answers), r, worked)
		r.First, r.Counted, r.Updated = at, at, at
		answers[n], answered[r.Contact] = r, r
	}
	if err := sideBySide(ctx, answers, func(ctx context.Context, r survey.Response) error {
		was := r.Version
		r.Version++
		return w.table.SaveSealed(ctx, r, was)
	}); err != nil {
		return err
	}
	if err := sideBySide(ctx, invitations, func(ctx context.Context, i survey.Invitation) error {
		i.At, i.Version = w.opened.Add(time.Minute), i.Version+1
		if err := w.table.SaveInvitation(ctx, i); !errors.Is(err, apperr.ErrChanged) {
			return err
		}
		return nil // SES has reported of it meanwhile
	}); err != nil {
		return err
	}
	return w.ageCases(ctx, id, answered)
}

// answeredAt is when the n-th answer came: most in the first two days. What was done about an unhappy one says how long ago it must be.
func (w *workspace) answeredAt(n, of int, r survey.Response, worked []loop.Case) time.Time {
	if i := slices.IndexFunc(worked, func(c loop.Case) bool { return c.Contact == r.Contact }); i >= 0 {
		return w.daytime(daysAgo(i), n)
	}
	share := float64(n) / float64(of)
	return w.daytime(int(openFor/day)-int(share*share*float64(openFor/day)), n)
}

const day = 24 * time.Hour

// daytime is a time so many days ago in the hours in which people work, between the opening of the wave and now.
func (w *workspace) daytime(days, n int) time.Time {
	now := time.Now().UTC()
	t := now.Truncate(day).AddDate(0, 0, -days).Add(6*time.Hour + time.Duration(n*53%600)*time.Minute + time.Duration(n*17%60)*time.Second)
	if t.Before(w.opened) {
		return w.opened.Add(time.Duration(10+n%90) * time.Minute)
	}
	if latest := now.Add(-time.Duration(20+n*7%200) * time.Minute); t.After(latest) {
		return latest
	}
	return t
}

func (w *workspace) ageCampaign(ctx context.Context, id survey.CampaignID) error {
	for {
		c, err := w.table.Campaign(ctx, id)
		if err != nil {
			return err
		}
		c.Created, c.Launched, c.Opened = w.opened.Add(-time.Hour), w.opened, w.opened.Add(time.Minute)
		c.RemindAt = c.Opened.AddDate(0, 0, c.RemindDays)
		if _, err = w.table.SaveCampaign(ctx, c); !errors.Is(err, apperr.ErrChanged) {
			return err
		}
	}
}

// ageCases has each case opened by its answer, and what was done about it a few hours apart. The letters about those that are a day old are out; those about the
// latest go out as any do.
func (w *workspace) ageCases(ctx context.Context, id survey.CampaignID, answered map[survey.ContactID]survey.Response) error {
	known := func(c loop.Case) bool { return c.Answer > answered[c.Contact].Version }
	var cases []loop.Case
	err := drive.Until(ctx, sampleWait, "the cases to know of their answers' times", func() (bool, error) {
		var err error
		cases, err = w.table.Cases(ctx, id)
		return !slices.ContainsFunc(cases, func(c loop.Case) bool { return !known(c) }), err
	})
	if err != nil {
		return err
	}
	return sideBySide(ctx, cases, func(ctx context.Context, c loop.Case) error {
		for {
			was, notes, err := w.caseAsIs(ctx, c)
			if err != nil {
				return err
			}
			aged, notes := earlier(was, notes, answered[c.Contact].Updated, time.Now())
			if err = w.saveCase(ctx, was, aged, notes); !errors.Is(err, apperr.ErrChanged) {
				return err
			}
		}
	})
}

// saveCase writes a case and its notes.
func (w *workspace) saveCase(ctx context.Context, was, c loop.Case, notes []loop.Note) (err error) {
	if len(notes) == 0 {
		_, err = w.table.SaveCase(ctx, was, c)
	}
	for i := range notes {
		if was, err = w.table.SaveCaseAnd(ctx, was, c, notes[i:i+1]); err != nil {
			return err
		}
	}
	return err
}

func (w *workspace) caseAsIs(ctx context.Context, c loop.Case) (loop.Case, []loop.Note, error) {
	was, err := w.table.CaseByID(ctx, c.ID())
	if err != nil {
		return was, nil, err
	}
	notes, err := w.table.Notes(ctx, was)
	return was, notes, err
}

// earlier is a case as it would be had it been opened at a time, and its owner been told and worked on it from then on: told after two minutes, they did the first
// thing within the hour, and one more each day.
func earlier(c loop.Case, notes []loop.Note, opened, now time.Time) (loop.Case, []loop.Note) {
	c.History, notes = slices.Clone(c.History), slices.Clone(notes)
	told := opened.Add(2 * time.Minute)
	at := func(step int) time.Time {
		t := told.Add(40*time.Minute + time.Duration(step-1)*(day-25*time.Minute))
		if latest := now.Add(time.Duration(step-5) * time.Minute); t.After(latest) {
			return latest
		}
		return t
	}
	if now.Sub(opened) > day && c.Alert.Letters == 0 {
		first := loop.Event{At: told, What: loop.Alerted, Score: c.Latest, To: c.Owner, Level: c.Level, Version: 1}
		c.Alert = loop.Alert{Letters: 1, Sent: told, Answer: c.Answer, Words: c.Words}
		c.History = slices.Insert(c.History, 1, first)
	}
	steps := 0
	for i, e := range c.History {
		switch {
		case i == 0:
			first, shift := &c.History[i], opened.Sub(e.At)
			first.At, first.Half, first.Until, first.Top = opened, e.Half.Add(shift), e.Until.Add(shift), e.Top.Add(shift)
		case e.What == loop.Alerted:
			c.History[i].At, c.Alert.Sent = told, told
		default:
			steps++
			c.History[i].At = at(steps)
		}
	}
	for i := range notes {
		notes[i].At = at(steps - len(notes) + 1 + i)
	}
	return c.Retold(c.History), notes
}

// sideBySide does one thing to each of many, some of them at once, until one fails.
func sideBySide[T any](ctx context.Context, all []T, do func(context.Context, T) error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(writers)
	for _, one := range all {
		g.Go(func() error { return do(ctx, one) })
	}
	return g.Wait()
}
