// Package followup is the work on unhappy answers: which of them become cases, who is told of them by e-mail, at least once
// and rarely twice, and what people do about a case. Alerts is the system's part of it, Cases the people's.
package followup

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"onetap/internal/apperr"
	_ "onetap/internal/calendar/holidays" // of deadlines
	"onetap/internal/loop"
	"onetap/internal/nps"
	"onetap/internal/survey"
)

// maxTries bounds how often a case is read again because somebody else wrote it meanwhile.
const maxTries = 10

// Alerts keeps cases in step with answers and tells the responsible by e-mail. It holds the settings; the work is done in
// rounds. The stream brings what has just happened (Answer), the clock what is due (SendDue), the mail service's reports what
// came back (Bounced).
type Alerts struct {
	Store  Store
	Mail   Mail
	Log    *slog.Logger
	Now    func() time.Time
	Random func() string // a new claim's id
	Rules  loop.Rules    // of new cases, where the company has not set a term
	// Together is for how long after a letter to an owner those about others wait, to go as one; 0: each goes at once.
	Together time.Duration
	From     string // the sender of the letters
	Admin    string // the administrator's address
	Site     string // base URL of the console, where a campaign has none
	Acts     Acts   // signs the links by which owners act without signing in; nil: there are none
}

// Acts signs links for one staff member and one case.
type Acts interface {
	Make(c survey.CampaignID, id survey.ContactID, staff string, now time.Time) string
}

// Round is the work of one invocation: it reads the staff and the settings once. It is safe for concurrent use.
type Round struct {
	*Alerts
	directory func() (loop.Directory, error)
	settings  func() (survey.Settings, error)
	practice  func() (loop.Practice, error)
	schedule  func() (loop.Schedule, error)
	pace      pace
}

// Begin starts a round.
func (a *Alerts) Begin(ctx context.Context) *Round {
	return &Round{
		Alerts: a, directory: sync.OnceValues(func() (loop.Directory, error) {
			staff, err := a.Store.Staff(ctx)
			return loop.NewDirectory(staff, a.Admin), err
		}), settings: sync.OnceValues(func() (survey.Settings, error) { return a.Store.Settings(ctx) }),
		schedule: sync.OnceValues(func() (loop.Schedule, error) { return a.Store.Schedule(ctx) }),
		practice: sync.OnceValues(func() (loop.Practice, error) { return a.Store.Practice(ctx) }),
	}
}

// plan says the times of a contact's case, for whoever answers for it.
func (r *Round) plan(contact survey.Contact, who loop.Responsible) (loop.Plan, error) {
	set, err := r.settings()
	if err != nil {
		return nil, err
	}
	schedule, err := r.schedule()
	return planOf(schedule, set, contact, who.Staff, r.Rules.Term), err
}

// replan gives a case that its claim opens again the company's plan; another keeps its times.
func (r *Round) replan(ctx context.Context, c loop.Case) (loop.Case, error) {
	if c.Alert.Reopens.IsZero() {
		return c, nil
	}
	return r.planned(ctx, c)
}

// planned gives a case that is about to be opened again the company's plan.
func (r *Round) planned(ctx context.Context, c loop.Case) (loop.Case, error) {
	contact, _, err := r.contact(ctx, survey.Response{Audience: c.Audience, Contact: c.Contact, Owner: c.Owner, Team: c.Team})
	if err != nil {
		return c, err
	}
	d, err := r.directory()
	if err != nil {
		return c, err
	}
	c.Rules.Plan, err = r.plan(contact, d.Of(c, contact.Owner, contact.Team))
	return c, err
}

// planOf is the plan of a contact's case; otherwise is the deployment's term, around the clock.
func planOf(schedule loop.Schedule, set survey.Settings, contact survey.Contact, owner survey.Staff, otherwise time.Duration) loop.Plan {
	if set.CaseHours > 0 {
		otherwise = time.Duration(set.CaseHours) * time.Hour
	}
	return schedule.Plan(contact.Audience, contact.Tier, owner, set.Clock(), otherwise)
}

// Answer brings an answer's case up to a change of the answer: it opens the case of a detractor, and sends the alert at once
// when words came with the score, unless others of the same owner were written about just now. A case of which no letter was sent is dropped when the score rises again: the answer had not
// settled. before is the answer before the change, nil at the first. After an error the case may be behind the answer: call it
// again. A letter that could not be sent is no error; the clock sends it.
func (r *Round) Answer(ctx context.Context, before *survey.Response, now survey.Response) error {
	claim := r.Random()
	for range maxTries {
		c, err := r.advance(ctx, before, now, claim)
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
	return fmt.Errorf("case of campaign %s changed %d times while an answer was entered", now.Campaign, maxTries)
}

// advance brings the case up to the answer and claims its letter if that can go now. It returns the case as it is stored,
// or the zero case where there is none.
func (r *Round) advance(ctx context.Context, before *survey.Response, now survey.Response, claim string) (loop.Case, error) {
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
	c, behind := c.Apply(now)
	if behind && c.Unsettled(now, "") {
		if !there {
			return loop.Case{}, nil
		}
		return loop.Case{}, r.Store.DropCase(ctx, was)
	}
	c, turned := r.turn(ctx, c, claim)
	changed = changed || turned
	switch {
	case !changed && !behind:
		return was, nil
	case there:
		return r.Store.SaveCase(ctx, was, c)
	}
	return r.Store.CreateCase(ctx, c)
}

// passives reports whether the company follows up passives of an answer's audience. Where the answer is none, nothing is read.
func (r *Round) passives(of survey.Response) (bool, error) {
	if of.Group() != nps.Passive {
		return false, nil
	}
	p, err := r.practice()
	return p.Follows(of.Audience), err
}

// open makes the case of an answer that is a detractor's. Where the answer before the change was a detractor's as well, its
// record was lost (it failed all its retries), and the case is opened by that answer.
func (r *Round) open(ctx context.Context, before *survey.Response, now survey.Response) (c loop.Case, opens bool, err error) {
	passives, err := r.passives(now)
	if err != nil || !loop.Opens(now, passives) {
		return c, false, err
	}
	first := now
	if before != nil && loop.Opens(*before, passives) {
		before, first = nil, *before
	}
	contact, gone, err := r.contact(ctx, first)
	if err != nil {
		return c, false, err
	}
	if gone { // perhaps the record is late, and the person was erased: then the answer is not theirs any more
		if _, there, err := r.Store.Response(ctx, now.Campaign, now.Contact); err != nil || !there {
			return c, false, err
		}
	}
	d, err := r.directory()
	if err != nil {
		return c, false, err
	}
	who := d.Responsible(contact.Owner, contact.Team)
	rules := r.Rules
	if rules.Plan, err = r.plan(contact, who); err != nil {
		return c, false, err
	}
	practice, err := r.practice()
	if err != nil {
		return c, false, err
	}
	rules.Tries = practice.Tries
	return loop.New(before, first, who, contact.Team, rules, r.Now()), true, nil
}
