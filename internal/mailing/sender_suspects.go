package mailing

import "onetap/internal/survey"

// SES may refuse a whole call for one recipient, and tells neither for whom nor whether it was for one: the sender, the
// wording and the configuration are refused in the same way. Nothing was sent then, so the call is halved until single
// people are left: at most two calls less one for each of a batch, and a letter that SES has accepted tells that the fault
// is theirs. As long as it has accepted none, the fault may be everybody's.

// suspect is somebody for whom alone SES refused a call.
type suspect struct {
	survey.Contact
	reason string
}

// maxSuspects is how many people SES may refuse one by one, accepting nobody, until the fault is taken to be everybody's.
const maxSuspects = 5

// refused takes a call that SES refused as a whole.
func (c *calls) refused(turn []survey.Contact, reason string) {
	if half := len(turn) / 2; half > 0 {
		c.add(part{ids(turn[half:]), true})
		c.add(part{ids(turn[:half]), true})
		return
	}
	c.suspects = append(c.suspects, suspect{turn[0], reason})
	if len(c.suspects) >= maxSuspects && !c.accepted.Load() {
		c.stopAll(reason)
		c.left = append(c.left, turn[0].ID)
		c.suspects = c.suspects[:len(c.suspects)-1]
	}
}

// judge decides about the suspects once everything else of the batch was tried. Without anything that tells whose fault it
// is, the batch comes again after the others, of which SES may accept some (errLater); at the very last sending stops, unless
// it is one person of a mailing that has gone out otherwise.
func (c *calls) judge(known int) error {
	if len(c.suspects) == 0 {
		return nil
	}
	reason := c.suspects[0].reason
	switch {
	case c.accepted.Load(), c.last && len(c.suspects) == 1 && c.wentOut():
		c.Log.Warn("SES refuses single recipients", "campaign", c.batch.Campaign, "batch", c.batch.Name, "recipients", len(c.suspects), "reason", reason)
		for _, s := range c.suspects {
			c.outcomes = append(c.outcomes, survey.Outcome{Contact: s.ID, State: survey.InvitationFailed, Reason: s.reason, Owner: s.Owner, Team: s.Team})
		}
		c.suspects = nil
		return nil
	case c.last:
		c.stopAll(reason)
	case known == 0 && len(c.outcomes) == 0:
		return errLater
	}
	c.giveBack()
	return nil
}

// wentOut reports whether letters of the campaign have gone out before this run.
func (c *calls) wentOut() bool { return c.mailing.Began() || !c.campaign.Opened.IsZero() }
