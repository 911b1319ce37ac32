// Package delivery is what reports of the mail service do to those who were written to: a bounce or a complaint stops an
// address in every audience, every report corrects its invitation, so that the ledger says what became of the letter, and
// refusals of the sender halt the campaign.
package delivery

import (
	"context"
	"time"

	"onetap/internal/loop"
	"onetap/internal/survey"
)

// Store is what Reports needs of the table. A write that finds another version than was read returns apperr.ErrChanged.
// Reads are consistent where nothing else is said.
type Store interface {
	// Campaign reads a campaign; campaign_unknown.
	Campaign(ctx context.Context, id survey.CampaignID) (survey.Campaign, error)
	// Campaigns lists an audience's campaigns, the latest first, up to limit; it may be behind by a moment.
	Campaigns(ctx context.Context, a survey.Audience, limit int) ([]survey.Campaign, error)
	// SaveCampaign writes a campaign over the version that was read, and returns it with the next; ErrChanged.
	SaveCampaign(ctx context.Context, c survey.Campaign) (survey.Campaign, error)
	// BlockedAmong reads those of some seals that are of people who were erased.
	BlockedAmong(ctx context.Context, seals []string) ([]survey.ErasedBlock, error)
	// Contact reads a contact; contact_unknown.
	Contact(ctx context.Context, a survey.Audience, id survey.ContactID) (survey.Contact, error)
	// Invitation reads a contact's place in a mailing; ok is false where it is not written yet.
	Invitation(ctx context.Context, c survey.CampaignID, mailing int, id survey.ContactID) (i survey.Invitation, ok bool, err error)
	// GlanceInvitation is Invitation as it was a moment ago, for half the price.
	GlanceInvitation(ctx context.Context, c survey.CampaignID, mailing int, id survey.ContactID) (i survey.Invitation, ok bool, err error)
	// SaveInvitation writes an invitation over the version before its own; ErrChanged.
	SaveInvitation(ctx context.Context, i survey.Invitation) error
	// PastOf reads what campaigns know of a contact, in no order; reminders, answers and cases only if answers is set.
	PastOf(ctx context.Context, id survey.ContactID, campaigns []survey.CampaignID, answers bool) (loop.Past, error)
	// SuppressFor stops a person in every audience for a reason, and keeps what was seen. Again changes nothing.
	SuppressFor(ctx context.Context, ids map[survey.Audience]survey.ContactID, reason survey.SuppressionReason, cause survey.SuppressionCause, now time.Time) error
	// StopContact stops a contact, whatever its address is by now. Again changes nothing.
	StopContact(ctx context.Context, a survey.Audience, id survey.ContactID, reason survey.SuppressionReason, now time.Time) error
	// SoftBounces reads which letters a mailbox did not take, by the id of its address; the zero value where there are none.
	SoftBounces(ctx context.Context, a survey.Audience, id survey.ContactID) (survey.SoftBounces, error)
	// SaveSoftBounces writes them over the version that was read (0: none are stored); ErrChanged.
	SaveSoftBounces(ctx context.Context, a survey.Audience, id survey.ContactID, b survey.SoftBounces, now time.Time) error
	// DropSoftBounces forgets them. Again changes nothing.
	DropSoftBounces(ctx context.Context, a survey.Audience, id survey.ContactID) error
	// AddRefusal records that a letter of a mailing was refused because of its sender, once for each message, and reads those of
	// the batches around it.
	AddRefusal(ctx context.Context, c survey.CampaignID, mailing int, message string, r survey.SenderRefusal, now time.Time) ([]survey.SenderRefusal, error)
}
