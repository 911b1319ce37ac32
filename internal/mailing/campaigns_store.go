package mailing

import (
	"context"
	"time"

	"onetap/internal/mail"
	"onetap/internal/survey"
)

// CampaignStore is what Campaigns asks of the table. Reads are consistent unless they say something else.
type CampaignStore interface {
	PlannerStore
	// Campaign reads a campaign, or the problem campaign_unknown.
	Campaign(ctx context.Context, id survey.CampaignID) (survey.Campaign, error)
	// CreateCampaign stores a new campaign with version 1; apperr.ErrChanged means that the id is taken.
	CreateCampaign(ctx context.Context, c survey.Campaign) error
	// SaveCampaign writes a campaign if it still has the version that was read, and returns it with the next version;
	// otherwise apperr.ErrChanged.
	SaveCampaign(ctx context.Context, c survey.Campaign) (survey.Campaign, error)
	// Mailing reads a mailing; ok is false when it was never begun.
	Mailing(ctx context.Context, id survey.CampaignID, number int) (m survey.Mailing, ok bool, err error)
	// TalliesOf reads the counters of one kind of a campaign, by what they count.
	TalliesOf(ctx context.Context, scope string, kind string) (map[survey.TallyKey]survey.Counts, error)
	// Uncertain lists the invitations of a mailing that are uncertain now, at most limit.
	Uncertain(ctx context.Context, m survey.Mailing, limit int) ([]survey.Invitation, error)
	// AddBatches writes further batches of a mailing for at most MaxResent people, and the mailing, together, if the mailing
	// still has the version that was read; otherwise apperr.ErrChanged.
	AddBatches(ctx context.Context, m survey.Mailing, bs []survey.Batch) error
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
