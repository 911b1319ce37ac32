package history

import (
	"context"
	"encoding/json"
	"time"

	"onetap/internal/survey"
)

// Store is what bringing in answers needs of the table. Reads are consistent, but for Campaigns, which may miss one that was just made. Every call
// may be repeated.
type Store interface {
	// Settings reads what the company has set, its clock among it.
	Settings(ctx context.Context) (survey.Settings, error)
	// Staff reads everybody of the company.
	Staff(ctx context.Context) ([]survey.Staff, error)
	// Dimensions reads what is known of the columns of an audience.
	Dimensions(ctx context.Context, a survey.Audience) (survey.Dimensions, error)
	// ColumnMemory and ChangeColumnMemory keep how people have put right the columns of lists: see contacts.Store.
	ColumnMemory(ctx context.Context, a survey.Audience) (survey.ColumnMemory, error)
	ChangeColumnMemory(ctx context.Context, a survey.Audience, change func(survey.ColumnMemory) bool) error
	// Identified and Contacts find contacts: see contacts.Store.
	Identified(ctx context.Context, a survey.Audience, ids []survey.Identifier, glance bool) (map[survey.Identifier]survey.Identified, error)
	Contacts(ctx context.Context, a survey.Audience, ids []survey.ContactID) (map[survey.ContactID]survey.Contact, error)
	// UpsertContacts writes contacts.
	UpsertContacts(ctx context.Context, cs []survey.Contact, by survey.UploadMark, now time.Time) (survey.Upserted, error)
	// Blocked reads whom nobody may bring back, by the seals of their identifiers.
	Blocked(ctx context.Context) (map[string]survey.ErasedBlock, error)

	// Campaigns lists an audience's campaigns, newest first, at most limit.
	Campaigns(ctx context.Context, a survey.Audience, limit int) ([]survey.Campaign, error)
	// Campaign reads a campaign, or a problem campaign_unknown.
	Campaign(ctx context.Context, id survey.CampaignID) (survey.Campaign, error)
	// CreateCampaign stores a new campaign with version 1; apperr.ErrChanged means that the id is taken.
	CreateCampaign(ctx context.Context, c survey.Campaign) error
	// SaveCampaign is a compare-and-swap by the version that was read.
	SaveCampaign(ctx context.Context, c survey.Campaign) (survey.Campaign, error)
	// DeleteCampaign deletes a campaign that has nothing but itself; apperr.ErrChanged: it has changed.
	DeleteCampaign(ctx context.Context, c survey.Campaign) error

	// BroughtAt reads what stands at some places of answers. marks: what was taken back lately as well.
	BroughtAt(ctx context.Context, places []survey.AnswerPlace, marks bool) (map[survey.AnswerPlace]survey.BroughtAnswer, error)
	// AddBrought writes answers where there are none; taken says at whose place there was one, which stays.
	AddBrought(ctx context.Context, rs []survey.Response) (taken []bool, err error)
	// TakeBackBrought deletes what an import brought to one shard of a campaign, and what of it is in the figures.
	TakeBackBrought(ctx context.Context, c survey.CampaignID, imported string, shard int, now time.Time, until func() bool) (n int, done bool, err error)

	// TakeBack removes contacts that an import made, and InCampaigns tells which have a place in a campaign: see contacts.Store.
	TakeBack(ctx context.Context, u survey.UploadRecord, at survey.UndoPlace, used func(context.Context, []survey.ContactID) (map[survey.ContactID]bool, error)) (done []survey.TakenBack, next *survey.UndoPlace, err error)
	InCampaigns(ctx context.Context, campaigns []survey.CampaignID, ids []survey.ContactID) (map[survey.ContactID]bool, error)

	// CreateUpload, Upload, TakePart, UploadPart and SeenContacts keep a list that comes in parts, AddUploadRecord, UploadRecord and SaveUploadRecord
	// its line of the history: see contacts.Store.
	CreateUpload(ctx context.Context, u survey.Upload) (survey.Upload, error)
	Upload(ctx context.Context, id string) (survey.Upload, error)
	TakePart(ctx context.Context, u survey.Upload, p survey.UploadPart, ids []survey.SeenContact, line *survey.UploadRecord) (survey.Upload, error)
	AnswerFits(answer json.RawMessage) (bool, error)
	UploadPart(ctx context.Context, id string, n int) (p survey.UploadPart, ok bool, err error)
	UploadAnswers(ctx context.Context, id string, each func(json.RawMessage) (bool, error)) error
	SeenContacts(ctx context.Context, u survey.Upload) ([]survey.SeenContact, error)
	AddUploadRecord(ctx context.Context, u survey.UploadRecord) error
	UploadRecord(ctx context.Context, id string) (survey.UploadRecord, error)
	SaveUploadRecord(ctx context.Context, u survey.UploadRecord) (survey.UploadRecord, error)
	UploadRecords(ctx context.Context, kind survey.UploadKind, before string, limit int, now time.Time) (all []survey.UploadRecord, next string, err error)
}

// Keys derives ids: *keys.Keys.
type Keys interface {
	ContactID(a survey.Audience, email string) survey.ContactID
	// Origin stands for an answer by what it is known by, Wave for the campaign of what answers have in common.
	Origin(a survey.Audience, parts ...string) survey.ContactID
	Wave(a survey.Audience, what string) survey.CampaignID
	Erased(id survey.ContactID) string
}

// Imports brings answers in, and takes them back. It is safe for concurrent use.
type Imports struct {
	Store Store
	Keys  Keys
	Now   func() time.Time
}
