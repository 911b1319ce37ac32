package mailing

import (
	"context"
	"errors"
	"slices"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/survey"
)

// Act is one of what people do with a campaign that is launched. version is the one that the caller saw; nil: none is said.
type Act func(ctx context.Context, id string, version *int) (survey.Campaign, error)

// Pause stops sending within seconds; answers still count.
func (cs *Campaigns) Pause(ctx context.Context, id string, version *int) (survey.Campaign, error) {
	return cs.change(ctx, id, version, func(c survey.Campaign) (survey.Campaign, error) { return c.Pause(cs.Now()) })
}

// Resume goes on where the campaign was paused, if its sender is allowed.
func (cs *Campaigns) Resume(ctx context.Context, id string, version *int) (survey.Campaign, error) {
	return cs.change(ctx, id, version, func(c survey.Campaign) (survey.Campaign, error) {
		if err := c.Allows(survey.ActResume, cs.Now()); err != nil {
			return c, err
		}
		if err := cs.Senders.Check(c.Sender); err != nil {
			return c, err
		}
		mailing, begun, err := cs.Store.Mailing(ctx, c.ID, survey.MailingInvitation)
		switch {
		case err != nil:
			return c, err
		case !begun:
			return c.Resume(nil, cs.Now())
		}
		return c.Resume(&mailing, cs.Now())
	})
}

// Cancel ends a campaign that is not sent to its end.
func (cs *Campaigns) Cancel(ctx context.Context, id string, version *int) (survey.Campaign, error) {
	return cs.change(ctx, id, version, func(c survey.Campaign) (survey.Campaign, error) { return c.Cancel(cs.Now()) })
}

// Close ends a campaign: answers no longer count.
func (cs *Campaigns) Close(ctx context.Context, id string, version *int) (survey.Campaign, error) {
	return cs.change(ctx, id, version, func(c survey.Campaign) (survey.Campaign, error) { return c.Close(cs.Now().UTC()) })
}

// maxTries is how often a change is tried anew after somebody else was faster.
const maxTries = 5

// change reads a campaign, changes it and stores it, again if somebody was faster: the sender moves a campaign on while
// people look at it. A caller that names the version which it saw gets no second try: version_stale.
func (cs *Campaigns) change(ctx context.Context, id string, version *int, do func(survey.Campaign) (survey.Campaign, error)) (survey.Campaign, error) {
	for try := 0; ; try++ {
		c, err := cs.Campaign(ctx, id)
		if err != nil {
			return c, err
		}
		if err := sameVersion(c, version); err != nil {
			return c, err
		}
		if c, err = do(c); err != nil {
			return c, err
		}
		c, err = cs.Store.SaveCampaign(ctx, c)
		if errors.Is(err, apperr.ErrChanged) && try < maxTries {
			continue
		}
		if errors.Is(err, apperr.ErrChanged) {
			return c, cs.stale(ctx, c.ID)
		}
		if err != nil {
			return c, err
		}
		if cs.due(c) {
			cs.wake(ctx, c)
		}
		return c, nil
	}
}

// due reports whether the sender has something to do for a campaign now.
func (cs *Campaigns) due(c survey.Campaign) bool {
	return c.State == survey.Planning || c.State == survey.Sending ||
		c.State == survey.Open && (c.ReminderDue(survey.MailingReminder, cs.Now()) || c.ReminderDue(survey.MailingSecond, cs.Now()))
}

// Running are the actions that a launched campaign may allow, in the order in which they are shown.
var Running = []survey.Action{survey.ActPause, survey.ActResume, survey.ActRemind, survey.ActRemindAgain, survey.ActClose, survey.ActCancel, survey.ActResend}

// Possible lists what somebody can do now with a campaign that is launched, of which the ledgers are read.
func (cs *Campaigns) Possible(who authz.Who, c survey.Campaign, l Ledgers) []survey.Action {
	now := cs.Now()
	return slices.DeleteFunc(slices.Clone(Running), func(a survey.Action) bool {
		switch {
		case !who.Can(authz.Send) || c.Allows(a, now) != nil:
			return true
		case a == survey.ActRemind:
			return l.Reminder != nil || c.ReminderDue(survey.MailingReminder, now)
		case a == survey.ActRemindAgain:
			return l.Reminder == nil || l.Reminder.Waiting > 0 || l.Second != nil || c.ReminderDue(survey.MailingSecond, now)
		case a == survey.ActResend:
			return l.Uncertain() == 0
		}
		return false
	})
}
