// Package opening opens the boxes of employees' campaigns that have ended: all sealed answers together, so that nobody's is ever
// counted alone.
//
// The way of a box, each step of which repeats harmlessly where a run has died:
//
//  1. Everything is read and opened in memory, put into groups of which each has ballot.Least answers of as many people, and
//     shuffled. The answers get ids that are drawn here, and one time, that of the end; nothing of a ballot is left.
//  2. What came out is packed into pages, sealed again to the campaign's own key, so that of a run that dies nobody sees how it has
//     grouped the answers. Then the campaign is pointed at the run, once and for good: no other run's pages count.
//  3. From the pages, answers are written as any others, which the stream counts, and words as items of their own.
//  4. Box, pages and the key that opens them are deleted. Then the campaign says that its box is open.
package opening

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/ballot"
	"onetap/internal/seal"
	"onetap/internal/survey"
)

// Store is what openings read and write.
type Store interface {
	// Campaigns lists an audience's campaigns, the newest first; it may be some seconds behind.
	Campaigns(ctx context.Context, a survey.Audience, limit int) ([]survey.Campaign, error)
	// Campaign reads a campaign, or a problem of kind Unknown. Consistent.
	Campaign(ctx context.Context, id survey.CampaignID) (survey.Campaign, error)
	// SaveCampaign is a compare-and-swap by the version that was read.
	SaveCampaign(ctx context.Context, c survey.Campaign) (survey.Campaign, error)
	// Mailing reads a mailing; ok is false when it was never begun.
	Mailing(ctx context.Context, id survey.CampaignID, number int) (m survey.Mailing, ok bool, err error)
	// Batches reads up to limit batches of a mailing in order, from the named one on.
	Batches(ctx context.Context, m survey.Mailing, from string, limit int) ([]survey.Batch, error)
	// InvitationsOf reads the decided invitations of up to 100 contacts in a mailing.
	InvitationsOf(ctx context.Context, c survey.CampaignID, mailing int, ids []survey.ContactID) (map[survey.ContactID]survey.Invitation, error)
	// Cells reads the cells that the ballots of a mailing carry, by their numbers.
	Cells(ctx context.Context, m survey.Mailing) ([]ballot.Planned, error)

	// WalkBox calls each for every sealed answer. EmptyBox deletes them all.
	WalkBox(ctx context.Context, c survey.CampaignID, each func(ballot.Cast) error) error
	EmptyBox(ctx context.Context, c survey.CampaignID) error
	// BallotPlace is where an answer was sealed for, OpeningPlace a run's page.
	BallotPlace(c survey.CampaignID, box string) seal.Place
	OpeningPlace(c survey.CampaignID, run string, page int) seal.Place

	// Opening reads how far an opening is; ok is false where none has packed everything.
	Opening(ctx context.Context, c survey.CampaignID) (o survey.Opening, ok bool, err error)
	// BeginOpening makes a run's pages those that count, for good; apperr.ErrChanged where another run's do.
	BeginOpening(ctx context.Context, c survey.CampaignID, o survey.Opening) error
	OpeningWritten(ctx context.Context, c survey.CampaignID, o survey.Opening) error
	PutOpeningPage(ctx context.Context, c survey.CampaignID, run string, page int, sealed []byte) error
	OpeningPage(ctx context.Context, c survey.CampaignID, run string, page int) ([]byte, error) // nil: there is none
	DropOpeningRun(ctx context.Context, c survey.CampaignID, run string) error
	DropOpeningPages(ctx context.Context, c survey.CampaignID) error

	// PutAnswers and PutSealedWords write, whatever is there.
	PutAnswers(ctx context.Context, rs []survey.Response) error
	PutSealedWords(ctx context.Context, c survey.CampaignID, page int, sealed []byte) error
	// WordsPagePlace is where such a page lies; it is sealed for that place.
	WordsPagePlace(c survey.CampaignID, page int) seal.Place
}

// Sealer opens what was sealed to a campaign's key, and forgets the key.
type Sealer interface {
	Open(ctx context.Context, p seal.Purpose, at seal.Place, sealed []byte) ([]byte, error)
	SealTo(ctx context.Context, p seal.Purpose, at seal.Place, text []byte) ([]byte, error)
	Forget(ctx context.Context, p seal.Purpose) error
}

// Opener opens boxes.
type Opener struct {
	Store  Store
	Seal   Sealer
	Now    func() time.Time
	Random io.Reader // crypto/rand's
	Log    *slog.Logger
	Wait   time.Duration // after the end of a campaign: posts in flight have landed
}

// newest is how many campaigns of employees a run looks at.
const newest = 200

// Run opens every box that is due. One that cannot be opened does not stop the others.
func (o *Opener) Run(ctx context.Context) error {
	all, err := o.Store.Campaigns(ctx, survey.Employees, newest)
	if err != nil {
		return err
	}
	var failed []error
	for _, c := range all {
		if !c.BoxDue(o.Wait, o.Now()) {
			continue
		}
		if err := o.open(ctx, c.ID); err != nil {
			failed = append(failed, fmt.Errorf("open the box of %s: %w", c.ID, err))
		}
	}
	return errors.Join(failed...)
}

// open opens one box, or goes on where a run has died.
func (o *Opener) open(ctx context.Context, id survey.CampaignID) error {
	c, err := o.Store.Campaign(ctx, id) // the list may be behind
	if err != nil || !c.BoxDue(o.Wait, o.Now()) {
		return err
	}
	packed, begun, err := o.Store.Opening(ctx, id)
	if err != nil {
		return err
	}
	if !begun {
		if packed, err = o.pack(ctx, c); err != nil {
			return err
		}
		switch err := o.Store.BeginOpening(ctx, id, packed); {
		case errors.Is(err, apperr.ErrChanged): // another run was faster, and goes on
			return o.Store.DropOpeningRun(ctx, id, packed.Run)
		case err != nil:
			return err
		}
	}
	if !packed.Written {
		if err := o.unpack(ctx, c, packed); err != nil {
			return err
		}
		if err := o.Store.OpeningWritten(ctx, id, packed); err != nil {
			return err
		}
	}
	if err := o.Store.EmptyBox(ctx, id); err != nil {
		return err
	}
	if err := o.Store.DropOpeningPages(ctx, id); err != nil {
		return err
	}
	if err := o.Seal.Forget(ctx, seal.Ballots.Of(string(id))); err != nil {
		return err
	}
	return o.say(ctx, c, packed)
}

// say writes down that the box is open.
func (o *Opener) say(ctx context.Context, c survey.Campaign, packed survey.Opening) error {
	box := packed.Box
	box.Opened = o.Now().UTC()
	_, err := o.Store.SaveCampaign(ctx, c.Open(box))
	if errors.Is(err, apperr.ErrChanged) { // somebody has put it away meanwhile; the next run says it
		return nil
	}
	if err == nil {
		o.Log.Info("box opened", "campaign", c.ID, "answers", box.Kept, "words", box.Words, "spoiled", box.Spoiled)
	}
	return err
}
