// Package firststeps says how far a new workspace is: what its administrator has set up, and how far the first round has
// come, from a launched campaign to an executive who looks at what became of it. It reads that from what is there, so that
// a step is done by whatever way it was done.
package firststeps

import (
	"context"
	"errors"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

// List names one of the two lists.
type List string

// The lists.
const (
	SetUp List = "set_up"
	Round List = "round"
)

// Step is one thing to do. ID is one of the constants.
type Step struct {
	ID        string
	Done      bool
	Campaigns []survey.Campaign // of the round, newest first: the drafts to launch, then those that were launched
}

// The steps, in their order: of setting up, and of the first round.
const (
	Company   = "company"   // letters name it
	Sender    = "sender"    // the mail service lets letters come from the sender
	Zone      = "zone"      // deadlines are on the company's clock
	Staff     = "staff"     // there is somebody besides the administrator
	Contacts  = "contacts"  // there is somebody to ask
	Launch    = "launch"    // a campaign was launched
	Answer    = "answer"    // a detractor has answered
	Letter    = "letter"    // whoever answers for that customer has taken the case
	Talk      = "talk"      // … has talked to the customer, and the case is resolved
	Executive = "executive" // an executive has seen the figures
)

// Store is what the steps are read from. Reads are consistent unless they say something else.
type Store interface {
	// FirstSteps reads what is kept of them; the zero value before anything is.
	FirstSteps(ctx context.Context) (survey.FirstSteps, error)
	// PutFirstSteps writes it if it still has the version that was read (0: nothing is kept), otherwise apperr.ErrChanged.
	PutFirstSteps(ctx context.Context, f survey.FirstSteps) error
	// Settings reads what the company has set; the zero settings before it has set anything.
	Settings(ctx context.Context) (survey.Settings, error)
	// Staff lists everybody of the staff.
	Staff(ctx context.Context) ([]survey.Staff, error)
	// Campaigns lists an audience's campaigns, newest first, at most limit; one that was just made may be missing.
	Campaigns(ctx context.Context, a survey.Audience, limit int) ([]survey.Campaign, error)
	// SomeCases reads up to most cases of each of a campaign's shards; more reports whether there are others.
	SomeCases(ctx context.Context, c survey.CampaignID, most int) (cs []loop.Case, more bool, err error)
	// ContactsPage calls each for the next contacts of an audience, of at most limit items, and returns where to go on.
	ContactsPage(ctx context.Context, a survey.Audience, from survey.Cursor, limit int, each func(survey.Contact, survey.SuppressionReason)) (*survey.Cursor, error)
}

// Steps reads the lists. It is safe for concurrent use.
type Steps struct {
	Store    Store
	Now      func() time.Time
	Sender   string                                                         // the deployment's From
	Verified func(ctx context.Context, address string) (ok bool, err error) // asks the mail service
}

// How many of an audience's newest campaigns are looked at, of how many launched ones the cases, and how many cases of a shard
// of each: a workspace with more is no new one.
const (
	newestCampaigns = 20
	launchedLooked  = 3
	someCases       = 20
)

// May reports whether a list is somebody's to see and to put away.
func May(who authz.Who, list List) bool {
	return who.Token == "" && (list == SetUp && who.Can(authz.WriteSettings) || list == Round && who.Can(authz.Send))
}

// Left is a list for the home page of somebody, nil where it is not theirs, put away, or all done. What is all done is
// not looked at again.
func (s *Steps) Left(ctx context.Context, who authz.Who, list List) ([]Step, error) {
	if !May(who, list) {
		return nil, nil
	}
	kept, err := s.Store.FirstSteps(ctx)
	if err != nil || !gone(&kept, list).IsZero() {
		return nil, err
	}
	steps, err := s.Of(ctx, list)
	if err == nil && list == Round && !May(who, SetUp) { // somebody whose first step it is to bring the people
		var some bool
		some, err = s.anyContact(ctx)
		steps = slices.Insert(steps, 0, Step{ID: Contacts, Done: some})
	}
	if err != nil {
		return nil, err
	}
	for _, step := range steps {
		if !step.Done {
			return steps, nil
		}
	}
	return nil, s.putAway(ctx, list)
}

// Of is a list as it is, whoever asks.
func (s *Steps) Of(ctx context.Context, list List) ([]Step, error) {
	if list == SetUp {
		return s.setUp(ctx)
	}
	return s.round(ctx)
}

// PutAway takes a list off the home pages for good. Problems: not_allowed, list_unknown.
func (s *Steps) PutAway(ctx context.Context, who authz.Who, list List) error {
	switch {
	case list != SetUp && list != Round:
		return apperr.New(apperr.Invalid, "list_unknown", "list")
	case !May(who, list):
		return apperr.New(apperr.Forbidden, "not_allowed", "")
	}
	return s.putAway(ctx, list)
}

func (s *Steps) putAway(ctx context.Context, list List) error {
	return s.keep(ctx, func(f *survey.FirstSteps) *time.Time { return gone(f, list) })
}

// Saw notes that somebody has seen figures, if it is the first executive. Who has none in front of them saw none.
func (s *Steps) Saw(ctx context.Context, who authz.Who) error {
	if who.Token != "" || who.Staff.Role != survey.RoleExecutive {
		return nil
	}
	return s.keep(ctx, func(f *survey.FirstSteps) *time.Time { return &f.Looked })
}

// keep sets a time that is not set yet to now.
func (s *Steps) keep(ctx context.Context, which func(*survey.FirstSteps) *time.Time) error {
	for {
		f, err := s.Store.FirstSteps(ctx)
		if err != nil {
			return err
		}
		t := which(&f)
		if !t.IsZero() {
			return nil
		}
		*t = s.Now().UTC()
		if err = s.Store.PutFirstSteps(ctx, f); !errors.Is(err, apperr.ErrChanged) {
			return err
		}
	}
}

func gone(f *survey.FirstSteps, list List) *time.Time {
	if list == SetUp {
		return &f.SetUp
	}
	return &f.Round
}

// newest are the newest campaigns of every audience.
func (s *Steps) newest(ctx context.Context) ([]survey.Campaign, error) {
	found := make([][]survey.Campaign, len(survey.Audiences))
	g, ctx := errgroup.WithContext(ctx)
	for i, a := range survey.Audiences {
		g.Go(func() (err error) { found[i], err = s.Store.Campaigns(ctx, a, newestCampaigns); return err })
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	var all []survey.Campaign
	for _, some := range found {
		all = append(all, slices.DeleteFunc(some, survey.Campaign.Brought)...) // those were asked elsewhere
	}
	return all, nil
}
