package mailing

import (
	"context"
	"time"

	"onetap/internal/ballot"
	"onetap/internal/mail"
	"onetap/internal/survey"
)

// CampaignStore is what Campaigns asks of the table. Reads are consistent unless they say something else.
type CampaignStore interface {
	PlannerStore
	reminderStore
	CadenceStore
	// Campaign reads a campaign, or the problem campaign_unknown.
	Campaign(ctx context.Context, id survey.CampaignID) (survey.Campaign, error)
	// CreateCampaign stores a new campaign with version 1; apperr.ErrChanged means that the id is taken.
	CreateCampaign(ctx context.Context, c survey.Campaign) error
	// SaveCampaign writes a campaign if it still has the version that was read, and returns it with the next version;
	// otherwise apperr.ErrChanged.
	SaveCampaign(ctx context.Context, c survey.Campaign) (survey.Campaign, error)
	// DeleteCampaign deletes a campaign if it still has the version that was read; otherwise apperr.ErrChanged.
	DeleteCampaign(ctx context.Context, c survey.Campaign) error
	// Mailing reads a mailing; ok is false when it was never begun.
	Mailing(ctx context.Context, id survey.CampaignID, number int) (m survey.Mailing, ok bool, err error)
	// Cells reads the cells that the ballots of a mailing carry, by their numbers.
	Cells(ctx context.Context, m survey.Mailing) ([]ballot.Planned, error)
	// PutCards keeps what the codes of cards lead to.
	PutCards(ctx context.Context, cards []survey.Card) error
	// TalliesOf reads the counters of one kind of a campaign, by what they count.
	TalliesOf(ctx context.Context, scope string, kind string) (map[survey.TallyKey]survey.Counts, error)
	// Uncertain lists the invitations of a mailing that are uncertain now, at most limit.
	Uncertain(ctx context.Context, m survey.Mailing, limit int) ([]survey.Invitation, error)
	// AddBatches writes further batches of a mailing for at most MaxResent people, and the mailing, together, if the mailing
	// still has the version that was read; otherwise apperr.ErrChanged.
	AddBatches(ctx context.Context, m survey.Mailing, bs []survey.Batch) error
	// ContactsUntil is ContactsPage with whole contacts, and ends once each returns false.
	ContactsUntil(ctx context.Context, a survey.Audience, from survey.Cursor, budget int, each func(survey.Contact, survey.SuppressionReason) bool) (*survey.Cursor, error)
	// FindInvitations reads up to limit decided invitations of a mailing that fit, from the cursor on, and looks at no more
	// than budget of them; next is nil at the end.
	FindInvitations(ctx context.Context, c survey.CampaignID, mailing int, state survey.InvitationState, reason string, from survey.Cursor, limit, budget int, fits func(survey.Invitation) bool) (found []survey.Invitation, looked int, next *survey.Cursor, err error)
	// FindResponses is FindInvitations of answers, verified or not.
	FindResponses(ctx context.Context, c survey.CampaignID, from survey.Cursor, limit, budget int, fits func(survey.Response) bool) (found []survey.Response, looked int, next *survey.Cursor, err error)
	// Batches reads up to limit batches of a mailing in order, from the named one on.
	Batches(ctx context.Context, m survey.Mailing, from string, limit int) ([]survey.Batch, error)
	// Recipients reads at most 50 contacts, and why they may not be written to.
	Recipients(ctx context.Context, a survey.Audience, ids []survey.ContactID) (map[survey.ContactID]survey.Contact, map[survey.ContactID]survey.SuppressionReason, error)
	// Contacts reads contacts by id; those that are not there are absent from the map.
	Contacts(ctx context.Context, a survey.Audience, ids []survey.ContactID) (map[survey.ContactID]survey.Contact, error)
	// Settings reads what the company has set; the zero settings before it has set anything.
	Settings(ctx context.Context) (survey.Settings, error)
	// Staff lists everybody of the staff.
	Staff(ctx context.Context) ([]survey.Staff, error)
	// Spend takes one of at most limit uses within the hour of now, and reports whether there was one left. Two callers
	// never get the same one.
	Spend(ctx context.Context, allowance string, limit int, now time.Time) (left bool, err error)
}

// Mailer sends single letters, and knows what may be sent now.
type Mailer interface {
	// Send sends one message at least once and returns the mail service's id of it; a mail.Refusal where it does not take it.
	Send(ctx context.Context, m mail.Message) (id string, err error)
	// Account is what may be sent now.
	Account(ctx context.Context) (mail.Account, error)
	// Verified reports whether letters may come from an address.
	Verified(ctx context.Context, address string) (bool, error)
}
