// Package alert carries out what loop decides: it keeps cases in step with answers and tells the responsible by e-mail,
// at least once and rarely twice. notify uses it for what has just happened, clock for what is due.
package alert

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/loop"
	"onetap/internal/mail"
	"onetap/internal/store"
	"onetap/internal/survey"
)

// Store is what the alerts need of the table. A compare-and-swap that finds something else returns apperr.ErrChanged;
// reads are consistent but for Campaigns and Answers.
type Store interface {
	Case(ctx context.Context, campaign survey.CampaignID, contact survey.ContactID) (c loop.Case, ok bool, err error)
	CreateCase(ctx context.Context, c loop.Case) (loop.Case, error)
	SaveCase(ctx context.Context, was, c loop.Case) (loop.Case, error)
	DropCase(ctx context.Context, c loop.Case) error
	DropDue(ctx context.Context, d store.Due) error
	Campaign(ctx context.Context, id survey.CampaignID) (survey.Campaign, error)
	Campaigns(ctx context.Context, a survey.Audience, limit int) ([]survey.Campaign, error)
	Response(ctx context.Context, c survey.CampaignID, id survey.ContactID) (r survey.Response, ok bool, err error)
	Answers(ctx context.Context, id survey.ContactID, campaigns []survey.CampaignID) ([]survey.Response, error)
	Contact(ctx context.Context, a survey.Audience, id survey.ContactID) (survey.Contact, error)
	Staff(ctx context.Context) ([]survey.Staff, error)
	Settings(ctx context.Context) (survey.Settings, error)
}

// Mailer sends one message and returns its id. An error may come of a message that was sent.
type Mailer interface {
	Send(ctx context.Context, m mail.Message) (id string, err error)
}

// tries bounds how often a case is read again because somebody else wrote it meanwhile.
const tries = 10

// Alerts are the settings; the work is done in rounds.
type Alerts struct {
	Store  Store
	Mail   Mailer
	Log    *slog.Logger
	Now    func() time.Time
	Random func() string // a new claim's id
	Rules  loop.Rules    // of new cases, where the company has not set a term
	From   string        // the sender of the letters
	Admin  string        // the administrator's address
	Site   string        // base URL of the console, where a campaign has none
}

// Round is the work of one invocation: it reads the staff and the settings once. It is safe for concurrent use.
type Round struct {
	*Alerts
	directory func() (loop.Directory, error)
	rules     func() (loop.Rules, error)
}

// Begin starts a round.
func (a *Alerts) Begin(ctx context.Context) *Round {
	return &Round{a, sync.OnceValues(func() (loop.Directory, error) {
		staff, err := a.Store.Staff(ctx)
		return loop.NewDirectory(staff, a.Admin), err
	}), sync.OnceValues(func() (loop.Rules, error) {
		rules := a.Rules
		set, err := a.Store.Settings(ctx)
		if set.CaseHours > 0 {
			rules.Term = time.Duration(set.CaseHours) * time.Hour
		}
		return rules, err
	})}
}

// Answer tells an answer's case of a change: it opens the case of a detractor, and sends the alert at once when words came
// with the score. A case that nobody was told of goes when the score rises again: the answer had not settled. before is the answer before the change, nil at the first. With an error the case may not have been told:
// do it again. A letter that could not be sent is no error; the clock sends it.
func (r *Round) Answer(ctx context.Context, before *survey.Response, now survey.Response) error {
	claim := r.Random()
	for range tries {
		c, err := r.take(ctx, before, now, claim)
		if errors.Is(err, apperr.ErrChanged) {
			continue
		}
		if err != nil {
			return err
		}
		if c.Alert.Claim == claim {
			r.deliver(ctx, c)
		}
		return nil
	}
	return fmt.Errorf("case of campaign %s changed %d times while it was told of an answer", now.Campaign, tries)
}

// take brings the case up to the answer and claims its letter if that can go now. It returns the case as it is stored,
// or the zero case where there is none.
func (r *Round) take(ctx context.Context, before *survey.Response, now survey.Response, claim string) (loop.Case, error) {
	was, there, err := r.Store.Case(ctx, now.Campaign, now.Contact)
	if err != nil {
		return was, err
	}
	if there && was.Alert.Claim == claim {
		return was, nil // written in the try before; only its reply was lost
	}
	c, changed := was, false
	if !there {
		if c, changed, err = r.open(ctx, before, now); err != nil || !changed {
			return loop.Case{}, err
		}
	}
	c, taken := c.Take(now)
	if taken && c.Unsettled(now, "") {
		if !there {
			return loop.Case{}, nil
		}
		return loop.Case{}, r.Store.DropCase(ctx, was)
	}
	if t := r.Now(); c.Claimable(t) {
		c, changed = c.Claim(claim, t), true
	}
	switch {
	case !changed && !taken:
		return was, nil
	case there:
		return r.Store.SaveCase(ctx, was, c)
	}
	return r.Store.CreateCase(ctx, c)
}

// open makes the case of an answer that is a detractor's. Where the one before it was as well and its record was lost (it
// failed all its retries), that one opens it.
func (r *Round) open(ctx context.Context, before *survey.Response, now survey.Response) (c loop.Case, opens bool, err error) {
	if !loop.Opens(now) {
		return c, false, nil
	}
	first := now
	if before != nil && loop.Opens(*before) {
		before, first = nil, *before
	}
	contact, _, err := r.contact(ctx, first)
	if err != nil {
		return c, false, err
	}
	d, err := r.directory()
	if err != nil {
		return c, false, err
	}
	rules, err := r.rules()
	if err != nil {
		return c, false, err
	}
	return loop.New(before, first, d.Responsible(contact.Owner, contact.Team), contact.Team, rules), true, nil
}

// Due looks at something that is due: it sends the letter unless it was sent, or forgets what is left over.
func (r *Round) Due(ctx context.Context, d store.Due) error {
	claim := r.Random()
	for range tries {
		c, ok, err := r.Store.Case(ctx, d.Campaign, d.Contact)
		if err != nil {
			return err
		}
		now := r.Now()
		switch {
		case ok && c.Alert.Claim == claim: // only the reply was lost
			return r.deliver(ctx, c)
		case !ok || !d.Is(c):
			return r.Store.DropDue(ctx, d)
		case !c.Claimable(now):
			return nil
		}
		c, err = r.Store.SaveCase(ctx, c, c.Claim(claim, now))
		if errors.Is(err, apperr.ErrChanged) {
			continue
		}
		if err != nil {
			return err
		}
		return r.deliver(ctx, c)
	}
	return nil // whoever changes it that often is sending it
}

// Bounced makes the next one responsible for a case whose letter came back, and tells them at once. message is the
// letter's id at SES; the same bounce again changes nothing.
func (r *Round) Bounced(ctx context.Context, campaign survey.CampaignID, contact survey.ContactID, message string) error {
	for range tries {
		was, ok, err := r.Store.Case(ctx, campaign, contact)
		if err != nil || !ok {
			return err
		}
		next, ok, err := r.after(ctx, was)
		if err != nil {
			return err
		}
		if !ok {
			r.Log.Error("an alert came back, and there is nobody else to tell", "case", was.ID())
			return nil
		}
		c, changed := was.Bounced(message, next, r.Now())
		if !changed {
			return nil
		}
		c, err = r.Store.SaveCase(ctx, was, c.Claim(r.Random(), r.Now()))
		if errors.Is(err, apperr.ErrChanged) {
			continue
		}
		if err != nil {
			return err
		}
		_ = r.deliver(ctx, c) // the clock sends it if this fails
		return nil
	}
	return fmt.Errorf("case of campaign %s changed %d times while its letter's bounce was recorded", campaign, tries)
}
