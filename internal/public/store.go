package public

import (
	"context"
	"time"

	"onetap/internal/ballot"
	"onetap/internal/keys"
	"onetap/internal/loop"
	"onetap/internal/seal"
	"onetap/internal/store"
	"onetap/internal/survey"
	"onetap/internal/theme"
)

// Store is what the public pages need of the table. None of it reads a contact: this function has no key of contacts, and no permission to read them.
type Store interface {
	// Campaign reads a campaign; a problem of kind Unknown if there is none.
	Campaign(ctx context.Context, id survey.CampaignID) (survey.Campaign, error)
	// Visit reads the campaign and what Respondent reads; a problem of kind Unknown if there is no such campaign.
	Visit(ctx context.Context, id survey.CampaignID, contact survey.ContactID) (survey.Campaign, survey.Respondent, error)
	// Glance is Respondent as of a moment ago, for pages that only show.
	Glance(ctx context.Context, c survey.Campaign, id survey.ContactID) (survey.Respondent, error)
	// Respondent reads, in one round trip and consistently, the invitation, the answer so far and the stop. Of a letter that has just
	// gone out the invitation may not be written yet.
	Respondent(ctx context.Context, c survey.Campaign, id survey.ContactID) (survey.Respondent, error)
	// Erased reports whether a link is that of somebody who was erased.
	Erased(ctx context.Context, id survey.ContactID) (bool, error)
	// Leave leaves to others what needs the contact, or the key of words.
	Leave(ctx context.Context, e survey.Errand) error
	// SaveResponse writes an answer if the stored version still is was (0: none is stored); a problem of kind Conflict
	// otherwise. After any other error it may have been written or not.
	SaveResponse(ctx context.Context, r survey.Response, was int) error
	// WordsPlace is the place for which the key of a part of an answer's words is sealed.
	WordsPlace(c survey.CampaignID, id survey.ContactID, trace string) seal.Place
	// Quote reads whether somebody may be quoted, PutQuote writes what they have said of it last.
	Quote(ctx context.Context, c survey.CampaignID, id survey.ContactID) (survey.Quote, error)
	PutQuote(ctx context.Context, c survey.CampaignID, id survey.ContactID, q survey.Quote) error
	// Unsubscribe stops all later surveys to a contact, in every audience; again changes nothing.
	Unsubscribe(ctx context.Context, c survey.Campaign, id survey.ContactID) error
	// Ballot reads how often a ballot's answer was given, 0: never.
	Ballot(ctx context.Context, c survey.CampaignID, box string) (changes int, err error)
	// PutBallot puts a sealed answer in place of the ballot's former one, if that was given was times; otherwise apperr.ErrChanged.
	PutBallot(ctx context.Context, c survey.CampaignID, b ballot.Cast, was int) error
	// BallotPlace is the place for which a ballot's answer is sealed.
	BallotPlace(c survey.CampaignID, box string) seal.Place
	// Disclosed reads what people of an audience are told of their data; none where nothing was written yet.
	Disclosed(ctx context.Context, a survey.Audience, language string) ([]survey.Section, error)
	// Card reads what the code of a card leads to.
	Card(ctx context.Context, hash string) (c survey.Card, ok bool, err error)
	// Try counts something that strangers do, and reports whether it was done fewer than limit times within the hour.
	Try(ctx context.Context, allowance string, limit int, now time.Time) (bool, error)
	// Recommendation reads the link that a promoter has taken, version 0: none; SaveRecommendation writes it over the one that was read; apperr.ErrChanged.
	Recommendation(ctx context.Context, c survey.CampaignID, id survey.ContactID) (survey.Recommendation, error)
	SaveRecommendation(ctx context.Context, c survey.CampaignID, r survey.Recommendation) error
	// PutLead stores what a newcomer left, sealed for LeadPlace; again changes nothing.
	PutLead(ctx context.Context, i loop.Item, sealed []byte) error
	LeadPlace(i loop.Item) seal.Place
	// Told reads whether a respondent was told what was done about their answer.
	Told(ctx context.Context, c survey.CampaignID, id survey.ContactID) (t survey.Told, ok bool, err error)
	// SaveTold writes what they say to that if it still has the version that was read; apperr.ErrChanged.
	SaveTold(ctx context.Context, t survey.Told) error
	// Logo reads a company's logo; ok is false where there is none of that name.
	Logo(ctx context.Context, hash string) (l theme.Logo, ok bool, err error)
}

// table is the Store that AWS and the laptop run with.
type table struct {
	*store.Store
	keys *keys.Keys
}

// Unsubscribe implements Store.
func (t table) Unsubscribe(ctx context.Context, c survey.Campaign, id survey.ContactID) error {
	return t.Store.Unsubscribe(ctx, c, id, time.Now())
}

// SaveResponse implements Store.
func (t table) SaveResponse(ctx context.Context, r survey.Response, was int) error {
	return t.SaveSealed(ctx, r, was)
}

// Erased implements Store.
func (t table) Erased(ctx context.Context, id survey.ContactID) (bool, error) {
	blocks, err := t.BlockedAmong(ctx, []string{t.keys.Erased(id)})
	return len(blocks) > 0, err
}
