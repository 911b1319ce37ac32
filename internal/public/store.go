package public

import (
	"context"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/ballot"
	"onetap/internal/keys"
	"onetap/internal/seal"
	"onetap/internal/store"
	"onetap/internal/survey"
	"onetap/internal/theme"
)

// Store is what the public pages need of the table.
type Store interface {
	// Campaign reads a campaign; a problem of kind Unknown if there is none.
	Campaign(ctx context.Context, id survey.CampaignID) (survey.Campaign, error)
	// Visit reads the campaign and what Respondent reads. A problem of kind Unknown may come with the campaign.
	Visit(ctx context.Context, id survey.CampaignID, contact survey.ContactID) (survey.Campaign, survey.Respondent, error)
	// Glance is Respondent as of a moment ago, for pages that only show.
	Glance(ctx context.Context, c survey.Campaign, id survey.ContactID) (survey.Respondent, error)
	// Respondent reads, in one round trip and consistently, the invitation (or, in the instant before it is written,
	// the contact), the answer so far and the suppression; a problem of kind Unknown if there is neither invitation nor contact.
	Respondent(ctx context.Context, c survey.Campaign, id survey.ContactID) (survey.Respondent, error)
	// SaveResponse writes an answer if the stored version still is was (0: none is stored); a problem of kind Conflict
	// otherwise. After any other error it may have been written or not.
	SaveResponse(ctx context.Context, r survey.Response, was int) error
	// Unsubscribe stops all later surveys to a contact; again changes nothing.
	Unsubscribe(ctx context.Context, c survey.Campaign, id survey.ContactID) error
	// Ballot reads how often a ballot's answer was given, 0: never.
	Ballot(ctx context.Context, c survey.CampaignID, box string) (changes int, err error)
	// PutBallot puts a sealed answer in place of the ballot's former one, if that was given was times; otherwise apperr.ErrChanged.
	PutBallot(ctx context.Context, c survey.CampaignID, b ballot.Cast, was int) error
	// BallotPlace is the place for which a ballot's answer is sealed.
	BallotPlace(c survey.CampaignID, box string) seal.Place
	// Logo reads a company's logo; ok is false where there is none of that name.
	Logo(ctx context.Context, hash string) (l theme.Logo, ok bool, err error)
}

// table is the Store that AWS and the laptop run with.
type table struct {
	*store.Store
	keys *keys.Keys
}

// Unsubscribe stops the contact's address in every audience; of a contact that has been erased since, what the link names.
func (t table) Unsubscribe(ctx context.Context, c survey.Campaign, id survey.ContactID) error {
	now := time.Now()
	err := t.Store.Unsubscribe(ctx, c.Audience, id, t.keys.ContactIDs, now)
	if p := apperr.As(err); p != nil && p.Kind == apperr.Unknown {
		return t.Suppress(ctx, map[survey.Audience]survey.ContactID{c.Audience: id}, survey.Unsubscribed, now)
	}
	return err
}
