package mailing

import (
	"context"
	"time"

	"onetap/internal/ballot"
	"onetap/internal/mail"
	"onetap/internal/survey"
)

// SenderStore is what a sender needs of the table. Reads of single items are consistent. What is written by a
// compare-and-swap returns apperr.ErrChanged, and nothing is written, where somebody was faster.
type SenderStore interface {
	leaseStore
	planStore
	batchStore
	earlierCampaigns
	errandStore
	continuousStore

	// LiveCampaigns lists the campaigns that have something to send, to wait for, to close or to clear up.
	LiveCampaigns(ctx context.Context) ([]survey.CampaignID, error)
	// Campaign reads a campaign, or a problem of kind Unknown.
	Campaign(ctx context.Context, id survey.CampaignID) (survey.Campaign, error)
	// SaveCampaign is a compare-and-swap by the version that was read, and returns the campaign with the next one.
	SaveCampaign(ctx context.Context, c survey.Campaign) (survey.Campaign, error)
	// Mailing reads a mailing; ok is false when it was never begun.
	Mailing(ctx context.Context, id survey.CampaignID, number int) (m survey.Mailing, ok bool, err error)
	// SaveMailing is a compare-and-swap by the version that was read (0: not there), and returns the mailing with the next one.
	SaveMailing(ctx context.Context, m survey.Mailing) (survey.Mailing, error)
	// AddInvitations writes invitations without a look at what is there, as long as alone says that nobody else can have
	// written them. A call whose outcome is not known, or that comes late, is left to MendInvitations.
	AddInvitations(ctx context.Context, is []survey.Invitation, alone func() bool) error
}

// leaseStore keeps the lease by which there is one sender at a time.
type leaseStore interface {
	// SeeLease reads a lease; nil means that it is free.
	SeeLease(ctx context.Context, name string) (*survey.Lease, error)
	// AcquireLease is a compare-and-swap by what was seen (nil: free).
	AcquireLease(ctx context.Context, name, holder string, seen *survey.Lease) error
	// RenewLease says that the holder is still alive; apperr.ErrChanged means that somebody else took over.
	RenewLease(ctx context.Context, name, holder string) error
	// DropLease frees a lease that holder holds.
	DropLease(ctx context.Context, name, holder string) error
}

// planStore is what planning reads and writes besides. Every walk is of one shard, in the order of the contacts' ids.
type planStore interface {
	reminderStore
	// PutAsked keeps who of one shard a campaign asks; planning the shard again writes the same again.
	PutAsked(ctx context.Context, c survey.CampaignID, shard int, a survey.Asked) error
	// PutAskedAccounts keeps how many people of each account a campaign asks of one shard; again writes the same.
	PutAskedAccounts(ctx context.Context, c survey.CampaignID, shard int, counts map[survey.AccountID]int) error
	// Asked adds up who a campaign asks.
	Asked(ctx context.Context, c survey.CampaignID) (survey.Asked, error)
	// Dimensions reads what is known of the columns of an audience; empty where nothing is.
	Dimensions(ctx context.Context, a survey.Audience) (survey.Dimensions, error)
	// SavePlan writes the batches of a shard and the mailing as it then is; begun is the mailing as it was read, by whose
	// version it is a compare-and-swap before anything is written.
	SavePlan(ctx context.Context, begun, m survey.Mailing, bs []survey.Batch) (survey.Mailing, error)
	// PutCells keeps what the ballots of a plan may carry; it counts only once a mailing names the plan.
	PutCells(ctx context.Context, c survey.CampaignID, plan string, cells []ballot.Planned) error
	// Cells reads the cells that the ballots of a mailing carry, by their numbers.
	Cells(ctx context.Context, m survey.Mailing) ([]ballot.Planned, error)
}

// dueStore is what tells whom a day of a continuous survey asks. Every walk is of one span of one shard, and reads nobody else.
type dueStore interface {
	earlierCampaigns
	// DueContacts calls each for the contacts of the span, and for those besides who are there, as WalkContacts does, with the time at which they were added.
	DueContacts(ctx context.Context, a survey.Audience, shard int, span survey.Span, besides []survey.ContactID, each func(survey.Contact, survey.SuppressionReason) error) error
	// InvitationsIn calls each for the decided invitations of a mailing.
	InvitationsIn(ctx context.Context, c survey.CampaignID, mailing, shard int, span survey.Span, each func(survey.Invitation)) error
	// InvitationsOf reads the decided invitations of up to 100 contacts in a mailing; those without one are absent.
	InvitationsOf(ctx context.Context, c survey.CampaignID, mailing int, ids []survey.ContactID) (map[survey.ContactID]survey.Invitation, error)
	// NewContacts lists who was added to an audience on one of UTC's days; some may be gone again, or be named twice.
	NewContacts(ctx context.Context, a survey.Audience, day string) ([]survey.ContactID, error)
}

// continuousStore keeps continuous surveys.
type continuousStore interface {
	dueStore
	// Continuous lists the continuous surveys, those that are stopped, too.
	Continuous(ctx context.Context) ([]survey.Continuous, error)
	// SaveContinuous is a compare-and-swap by the version that was read (0: not there), and returns the survey with the next one.
	SaveContinuous(ctx context.Context, c survey.Continuous) (survey.Continuous, error)
	// CreateCampaign stores a new campaign with version 1; apperr.ErrChanged means that the id is taken.
	CreateCampaign(ctx context.Context, c survey.Campaign) error
	// Privacy reads what the company has said of its audiences' data.
	Privacy(ctx context.Context) (survey.Privacy, error)
}

// batchStore is what sending a batch reads and writes.
type batchStore interface {
	// Batches reads up to limit batches of a mailing in order, from the named one on.
	Batches(ctx context.Context, m survey.Mailing, from string, limit int) ([]survey.Batch, error)
	// ClaimBatch takes a waiting batch for one sender; apperr.ErrChanged means that it is not waiting.
	ClaimBatch(ctx context.Context, b survey.Batch, lease string, now time.Time) error
	// UnclaimBatch gives a batch back of which surely nobody was written to.
	UnclaimBatch(ctx context.Context, b survey.Batch, lease string) error
	// DecideBatch fixes what became of a claimed batch, if lease still is who claimed it, otherwise apperr.ErrChanged. What
	// is left becomes a batch of its own in the same transaction. The invitations follow.
	DecideBatch(ctx context.Context, b survey.Batch, lease string, left []survey.ContactID, a survey.Audience) error
	// MendInvitations writes those invitations of a decided batch that are not there; complete, which may be nil, puts into them what they carry besides.
	MendInvitations(ctx context.Context, is []survey.Invitation, complete func(missing []survey.Invitation) error) error
	// SettleResent writes what second letters came to into the invitations that are still uncertain. Doing it again changes
	// nothing.
	SettleResent(ctx context.Context, b survey.Batch) error
	// Recipients reads up to 50 contacts, with person, owner, team and language, and the reasons why some may not be written to.
	Recipients(ctx context.Context, a survey.Audience, ids []survey.ContactID) (map[survey.ContactID]survey.Contact, map[survey.ContactID]survey.SuppressionReason, error)
	// Contacts reads contacts by id; those that are not there are absent from the map.
	Contacts(ctx context.Context, a survey.Audience, ids []survey.ContactID) (map[survey.ContactID]survey.Contact, error)
	// Answered tells which of up to 100 contacts have a verified answer to a campaign.
	Answered(ctx context.Context, c survey.CampaignID, ids []survey.ContactID) (map[survey.ContactID]bool, error)
	// Settings reads what the company has set: its time zone.
	Settings(ctx context.Context) (survey.Settings, error)
}

// earlierCampaigns lists what an audience was sent before.
type earlierCampaigns interface {
	// Campaigns lists an audience's campaigns, newest first, at most limit; one that was just made may be missing.
	Campaigns(ctx context.Context, a survey.Audience, limit int) ([]survey.Campaign, error)
	// WalkResponses calls each for the answers to a campaign, verified or not, after the given id, until it returns false.
	WalkResponses(ctx context.Context, c survey.CampaignID, shard int, after survey.ContactID, each func(survey.Response) (bool, error)) error
	// AskedAccounts adds up how many people of each account a campaign asks, of the shards below one.
	AskedAccounts(ctx context.Context, c survey.CampaignID, below int) (map[survey.AccountID]int, error)
	// AccountJoins reads which of an audience's accounts are one.
	AccountJoins(ctx context.Context, a survey.Audience) (survey.AccountJoins, error)
}

// PlannerStore is what a head-count reads. Contacts and invitations that come and go meanwhile may be missing.
type PlannerStore interface {
	// Privacy reads what the company has said of its audiences' data.
	Privacy(ctx context.Context) (survey.Privacy, error)
	// Settings reads what the company has set: its rules of frequency.
	Settings(ctx context.Context) (survey.Settings, error)
	earlierCampaigns
	// ContactsPage calls each for the contacts of an audience from the cursor on, as WalkContacts gives them, and returns
	// where to go on; nil: that was the last. It looks at no more than budget items, contacts and suppressions.
	ContactsPage(ctx context.Context, a survey.Audience, from survey.Cursor, budget int, each func(survey.Contact, survey.SuppressionReason)) (*survey.Cursor, error)
	// InvitationsPage reads up to limit decided invitations of a mailing from the cursor on, those in one state ("": in any),
	// and returns where to go on. It looks at no more than budget of them, so that a page may hold few and yet have a next.
	InvitationsPage(ctx context.Context, c survey.CampaignID, mailing int, state survey.InvitationState, from survey.Cursor, limit, budget int) ([]survey.Invitation, *survey.Cursor, error)
}

// NoticeStore is what a notice needs of the table.
type NoticeStore interface {
	// SaveCampaign is a compare-and-swap that returns apperr.ErrChanged where somebody was faster.
	SaveCampaign(ctx context.Context, c survey.Campaign) (survey.Campaign, error)
	// Staff lists everybody of the staff.
	Staff(ctx context.Context) ([]survey.Staff, error)
}

// SenderMail is what a sender asks of the mail service.
type SenderMail interface {
	// Account is what may be sent now.
	Account(ctx context.Context) (mail.Account, error)
	// Bulk makes one call, without retries of any kind, and always returns an outcome for every entry, in their order: the
	// caller must be able to tell "surely not sent" from "perhaps sent".
	Bulk(ctx context.Context, b mail.Bulk) []mail.Outcome
}

// NoticeMail sends one message and returns its id. Its errors name no address.
type NoticeMail interface {
	Send(ctx context.Context, m mail.Message) (id string, err error)
}
