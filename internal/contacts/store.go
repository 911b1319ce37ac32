package contacts

import (
	"context"
	"encoding/json"
	"time"

	"onetap/internal/survey"
)

// Store is what the lists need of the table. Reads are consistent. Errors besides those that are named are the table's, and
// what failed with one may have been done all the same: every call may be repeated.
type Store interface {
	// Staff reads everybody of the company.
	Staff(ctx context.Context) ([]survey.Staff, error)

	// Contact reads one contact, or a problem contact_unknown.
	Contact(ctx context.Context, a survey.Audience, id survey.ContactID) (survey.Contact, error)
	// ContactsPage calls each for some budget contacts of an audience from a cursor on, with why nobody writes to them, and
	// returns where to go on; nil at the end. The contacts come without person, raw owner and times.
	ContactsPage(ctx context.Context, a survey.Audience, from survey.Cursor, budget int, each func(survey.Contact, survey.SuppressionReason)) (*survey.Cursor, error)
	// SomeContacts calls each for up to limit contacts of one shard of an audience, with person, owner, team, location, product and
	// what else its list says of them; more reports whether there are others. Consistent.
	SomeContacts(ctx context.Context, a survey.Audience, shard, limit int, each func(survey.Contact)) (more bool, err error)
	// ContactsUntil is ContactsPage with whole contacts, until each returns false.
	ContactsUntil(ctx context.Context, a survey.Audience, from survey.Cursor, budget int, each func(survey.Contact, survey.SuppressionReason) bool) (*survey.Cursor, error)
	// Contacts reads contacts by id; those that are not there are absent.
	Contacts(ctx context.Context, a survey.Audience, ids []survey.ContactID) (map[survey.ContactID]survey.Contact, error)
	// ContactsAndStops is Contacts, with why nobody writes to them.
	ContactsAndStops(ctx context.Context, a survey.Audience, ids []survey.ContactID) (map[survey.ContactID]survey.Contact, map[survey.ContactID]survey.SuppressionReason, error)
	// Stored tells which contacts are stored, and whether they hold the same data and are found by the same; by is that of UpsertContacts.
	// A glance is as of a moment ago, for half the price.
	Stored(ctx context.Context, cs []survey.Contact, by survey.UploadMark, glance bool) (map[survey.ContactID]survey.Likeness, error)
	// Identified reads whose identifiers are, where they are anybody's. An address is there only if it came later to its contact than
	// another identifier, or was given up by it.
	Identified(ctx context.Context, a survey.Audience, ids []survey.Identifier, glance bool) (map[survey.Identifier]survey.Identified, error)
	// Identify writes whose identifiers are from now on; apperr.ErrChanged says that some are somebody else's meanwhile, and left so.
	Identify(ctx context.Context, a survey.Audience, claims []survey.Claim) error
	// ContactByMail finds the contact that has, or had, an address by the address's id.
	ContactByMail(ctx context.Context, a survey.Audience, mail survey.ContactID) (c survey.Contact, ok bool, err error)
	// MoveAddress gives a contact another address, with what stops either; wish is what stops the person at the new one, too. save, if
	// any, is written with it. Problems: address_taken with the Contact; apperr.ErrChanged: the contact of save has changed.
	MoveAddress(ctx context.Context, m survey.AddressMove, save *survey.ContactSave) (wish survey.SuppressionReason, err error)
	// UpsertContacts writes those contacts that are new or changed. by names the upload's part, so that the part taken again
	// counts as the first time; what it changes is kept so that TakeBack can undo it. apperr.ErrChanged is by by.Before.
	UpsertContacts(ctx context.Context, cs []survey.Contact, by survey.UploadMark, now time.Time) (survey.Upserted, error)
	// ChangeAccountJoins keeps what change made of what is said of an audience's accounts; change may be called again, and its error ends it.
	ChangeAccountJoins(ctx context.Context, a survey.Audience, change func(*survey.AccountJoins) error) error
	// NoteAccounts keeps that contacts of an audience with companies have come or changed.
	NoteAccounts(ctx context.Context, a survey.Audience, now time.Time) error
	// ReassignContacts changes owner and team of contacts to what change makes of them, unless somebody else changes them at the same
	// time, in which case change is called again; by is that of UpsertContacts. Contacts that are gone are left out.
	ReassignContacts(ctx context.Context, a survey.Audience, ids []survey.ContactID, by survey.UploadMark, now time.Time, change func(survey.Contact) survey.Contact) (survey.Upserted, error)
	// CompareContacts says of each how it differs from the one that was stored a moment ago, in their order.
	CompareContacts(ctx context.Context, cs []survey.Contact) ([]survey.Compared, error)

	// Suppression reads why and since when nobody writes to a contact; ok is false where one may.
	Suppression(ctx context.Context, a survey.Audience, id survey.ContactID) (v survey.Suppression, ok bool, err error)
	// Suppress stops an address, whose id in each audience ids holds. The first reason stays, but a complaint outweighs it.
	Suppress(ctx context.Context, ids map[survey.Audience]survey.ContactID, reason survey.SuppressionReason, now time.Time) error
	// StopContact stops one contact, whatever its address is.
	StopContact(ctx context.Context, a survey.Audience, id survey.ContactID, reason survey.SuppressionReason, now time.Time) error
	// SuppressAll is Suppress for many addresses.
	SuppressAll(ctx context.Context, addresses []map[survey.Audience]survey.ContactID, reason survey.SuppressionReason, now time.Time) error

	// Dimensions reads what is known of the columns of an audience; empty where nothing is.
	Dimensions(ctx context.Context, a survey.Audience) (survey.Dimensions, error)
	// SayDimensions adds what is said of columns; two who say something at once are both heard.
	SayDimensions(ctx context.Context, a survey.Audience, said survey.Dimensions) (survey.Dimensions, error)

	// ColumnMemory reads how people have put right the columns of an audience's lists; empty where nobody has.
	ColumnMemory(ctx context.Context, a survey.Audience) (survey.ColumnMemory, error)
	// ChangeColumnMemory keeps what change made of it, where change says that it did; change may be called again.
	ChangeColumnMemory(ctx context.Context, a survey.Audience, change func(survey.ColumnMemory) bool) error

	// CreateUpload stores a new upload; apperr.ErrChanged means that the id is taken.
	CreateUpload(ctx context.Context, u survey.Upload) (survey.Upload, error)
	// Upload reads an upload, or a problem import_unknown.
	Upload(ctx context.Context, id string) (survey.Upload, error)
	// TakePart records a part as taken, if the upload has the version that was read, otherwise apperr.ErrChanged; ids are the
	// contacts that the part named. Next, Seen and Version are set here. line is the upload's line of the history, which is
	// saved with it, if it has the version that was read; nil: there is none.
	TakePart(ctx context.Context, u survey.Upload, p survey.UploadPart, ids []survey.SeenContact, line *survey.UploadRecord) (survey.Upload, error)
	// AnswerFits reports whether the answer of a part is small enough to be stored.
	AnswerFits(answer json.RawMessage) (bool, error)
	// UploadPart reads what became of a part; ok is false where it was not taken yet.
	UploadPart(ctx context.Context, id string, n int) (p survey.UploadPart, ok bool, err error)
	// UploadAnswers calls each for the answers of the parts in their order until it returns false.
	UploadAnswers(ctx context.Context, id string, each func(json.RawMessage) (bool, error)) error
	// SeenContacts reads which contacts the parts taken so far named, in no order.
	SeenContacts(ctx context.Context, u survey.Upload) ([]survey.SeenContact, error)

	// Returned takes those whom a list names out of those who are gone; NotGone takes back whom a whole list found gone.
	Returned(ctx context.Context, a survey.Audience, named []survey.SeenContact) error
	NotGone(ctx context.Context, a survey.Audience, upload string) error
	// SaveWholeList says that an audience is to be compared with a whole list; apperr.ErrChanged: it is said. DropWholeList takes that back.
	SaveWholeList(ctx context.Context, w survey.WholeList) (survey.WholeList, error)
	DropWholeList(ctx context.Context, upload string) error

	// AddUploadRecord begins a line of the history; one that is there is left as it is.
	AddUploadRecord(ctx context.Context, u survey.UploadRecord) error
	// UploadRecord reads a line of the history, or a problem upload_unknown.
	UploadRecord(ctx context.Context, id string) (survey.UploadRecord, error)
	// SaveUploadRecord writes a line of the history if it has the version that was read, otherwise apperr.ErrChanged, and returns it
	// with the next version.
	SaveUploadRecord(ctx context.Context, u survey.UploadRecord) (survey.UploadRecord, error)
	// UploadRecords lists lines of the history, newest first, before a place; next is where to go on, "" at the end.
	UploadRecords(ctx context.Context, kind survey.UploadKind, before string, limit int, now time.Time) (all []survey.UploadRecord, next string, err error)
	// TakeBack undoes some of an upload from a place on: who is as the upload left them is put back as they were, or, where it
	// made them and used does not say otherwise, removed. next is nil at the end.
	TakeBack(ctx context.Context, u survey.UploadRecord, at survey.UndoPlace, used func(context.Context, []survey.ContactID) (map[survey.ContactID]bool, error)) (done []survey.TakenBack, next *survey.UndoPlace, err error)
	// Campaigns lists an audience's campaigns, newest first, at most limit.
	Campaigns(ctx context.Context, a survey.Audience, limit int) ([]survey.Campaign, error)
	// Blocked reads whom nobody may bring back, by the seals of their identifiers.
	Blocked(ctx context.Context) (map[string]survey.ErasedBlock, error)
	// InCampaigns tells which of up to 100 contacts have a place, an answer or a case in one of the campaigns.
	InCampaigns(ctx context.Context, campaigns []survey.CampaignID, ids []survey.ContactID) (map[survey.ContactID]bool, error)
}

// Keys derives the ids of contacts from addresses: *keys.Keys.
type Keys interface {
	ContactID(a survey.Audience, email string) survey.ContactID
	ContactIDs(email string) map[survey.Audience]survey.ContactID // one an audience
	Identifiers(a survey.Audience, p survey.Person) survey.Identifiers
	AccountID(a survey.Audience, c survey.Company) survey.AccountID
	Namesake(a survey.Audience, p survey.Person) survey.ContactID // name and telephone together
	Erased(id survey.ContactID) string                            // the seal under which an identifier of somebody is kept who was erased
}

// Lists takes lists in and works with the contacts that came in. It is safe for concurrent use.
type Lists struct {
	Store Store
	Keys  Keys
	Now   func() time.Time
	Index Index // nil: words are looked for by walking
}
