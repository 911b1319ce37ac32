package mailing

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/ballot"
	"onetap/internal/keys"
	"onetap/internal/survey"
)

// Letters with ballots go out as others do, but for this:
//
//   - A batch is written to whole. It is claimed only if the day's quota and the run's time are enough for all of it. Once one
//     letter of it is out, or may be, neither a pause nor a throttle ends it; who cannot be written to even so has failed
//     (not_sent), for a letter of one's own, later, would tell whose ballot is new. As long as none is out, the whole batch waits.
//   - No call writes to fewer than ballot.Least, unless those before it failed, or the mail service refuses a call and who is
//     to blame is looked for.
//   - A batch of which fewer than ballot.Least are left, because others have unsubscribed since, is written to after all others,
//     among whom theirs hide; if there are no such others, by nobody (too_few).
//   - A ballot is drawn when a call is made and stands nowhere but in its letter. Who is written to again within a batch,
//     because the mail service was too busy, gets another: the first was sent to nobody.
//   - What a sender leaves that dies is uncertain, as always, and nobody is written to again. A ballot that did go out is good.

// ballots reports whether a batch's letters carry them.
func (d *delivery) ballots(b survey.Batch) bool { return carriesBallots(d.campaign, b) }

func carriesBallots(c survey.Campaign, b survey.Batch) bool {
	return c.Audience.Anonymous() && b.Mailing == survey.MailingInvitation
}

// handleBallots brings a waiting batch of ballots to its end, as handleBatch does.
func (d *delivery) handleBallots(ctx context.Context, b survey.Batch) error {
	select {
	case d.claims <- struct{}{}:
	case <-ctx.Done():
		return errHalt
	}
	free := sync.OnceFunc(func() { <-d.claims })
	defer free()
	if !d.timeFor(ctx, len(b.Contacts)) || !d.gate.reserve(len(b.Contacts)) {
		return errHalt
	}
	waits := true // the batch is as it was
	defer func() {
		if waits {
			d.gate.giveBack(len(b.Contacts))
		}
	}()
	if err := d.gate.wait(ctx, ballot.Next(len(b.Contacts), d.gate.call)); err != nil {
		return errHalt
	}
	looked := d.Now()
	people, outcomes, err := d.recipients(ctx, b, b.Contacts)
	if err != nil {
		return err
	}
	if len(people) > 0 && len(people) < ballot.Least {
		if !d.last {
			return errLater
		}
		hidden, err := d.writtenTo(ctx, ballot.Least)
		if err != nil {
			return err
		}
		if !hidden {
			people, outcomes = nil, append(outcomes, passedOver(people)...)
		}
	}
	if d.halt.Load() || !d.timeLeft(ctx) || d.late() {
		return errHalt
	}
	switch err := d.Store.ClaimBatch(ctx, b, d.holder, d.Now()); {
	case errors.Is(err, apperr.ErrChanged):
		return errHalt // another sender has it: one of us should not be here
	case err != nil:
		return err
	}
	first := ballot.Next(len(people), d.gate.call)
	results, left, err := d.deliver(ctx, b, people[:first], looked, ids(people[first:]), 0)
	// The calls were made: what they came to must be written even if the time is up.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), margin)
	defer cancel()
	if errors.Is(err, errLater) || len(left) > 0 && !anyOut(results) {
		if unclaimed := d.Store.UnclaimBatch(ctx, b, d.holder); unclaimed != nil {
			return unclaimed
		}
		if err == nil {
			err = errHalt
		}
		return err
	}
	waits = false
	outcomes = append(append(outcomes, results...), notSent(people, left)...)
	if b, err = d.decide(ctx, b, outcomes, nil); err != nil {
		return err
	}
	free()
	return d.writeDown(ctx, b)
}

// timeFor reports whether a run has time for letters to so many people, and some to spare.
func (d *delivery) timeFor(ctx context.Context, people int) bool {
	deadline, ok := ctx.Deadline()
	return !ok || time.Until(deadline) > 2*margin+time.Duration(float64(people)/float64(d.gate.limiter.Limit())*float64(time.Second))
}

// writtenTo reports whether so many people have been written to, or may have been.
func (d *delivery) writtenTo(ctx context.Context, people int) (bool, error) {
	const page = 50
	for from := ""; ; {
		bs, err := d.Store.Batches(ctx, d.mailing, from, page)
		if err != nil {
			return false, err
		}
		for _, b := range bs {
			for _, o := range b.Outcomes {
				if isOut(o) {
					people--
				}
			}
			from = b.Name + " "
		}
		if people <= 0 || len(bs) < page {
			return people <= 0, nil
		}
	}
}

// isOut reports whether a letter has gone out, or may have.
func isOut(o survey.Outcome) bool {
	return o.State == survey.InvitationSent || o.State == survey.InvitationUncertain
}

func anyOut(outcomes []survey.Outcome) bool {
	for _, o := range outcomes {
		if isOut(o) {
			return true
		}
	}
	return false
}

// passedOver are the outcomes of people whose answers could not hide.
func passedOver(people []survey.Contact) (outcomes []survey.Outcome) {
	for _, p := range people {
		outcomes = append(outcomes, survey.Outcome{Contact: p.ID, State: survey.InvitationSkipped, Reason: string(survey.SkipTooFew), Owner: p.Owner, Team: p.Team})
	}
	return outcomes
}

// notSent are the outcomes of those of some people whose letters were not sent and will not be.
func notSent(people []survey.Contact, left []survey.ContactID) (outcomes []survey.Outcome) {
	at := map[survey.ContactID]survey.Contact{}
	for _, p := range people {
		at[p.ID] = p
	}
	for _, id := range left {
		outcomes = append(outcomes, survey.Outcome{Contact: id, State: survey.InvitationFailed, Reason: survey.NotSent, Owner: at[id].Owner, Team: at[id].Team})
	}
	return outcomes
}

// ballotLink is the link of a letter: its ballot, which stands nowhere else, and the language of the letter, for the page.
// The test letter's is as good as any other, and votes for nobody.
func ballotLink(k *keys.Keys, site string, c survey.CampaignID, cell ballot.Number, test bool, language string) string {
	random, err := ballot.Draw(rand.Reader)
	if err != nil {
		panic("mailing: " + err.Error()) // never: crypto/rand
	}
	return site + "/b/" + k.MakeBallot(keys.Ballot{Campaign: c, Cell: cell, Random: random, Test: test}) + "?lang=" + language
}

// languages sorts people by the language in which they are written to: those of a cell that says none have several.
func (c *calls) languages(people []survey.Contact) (order []string, of map[string][]survey.Contact) {
	of = map[string][]survey.Contact{}
	for _, p := range people {
		l := c.batch.Language
		if c.ballots(c.batch) {
			l = c.campaign.LanguageFor(p.Language)
		}
		if of[l] == nil {
			order = append(order, l)
		}
		of[l] = append(of[l], p)
	}
	return order, of
}
