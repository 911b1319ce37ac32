package rights

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"onetap/internal/authz"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

// Store is what people's rights need of the table. Reads are consistent. Every call may be repeated: what is done already is left.
type Store interface {
	// Contact reads a contact; contact_unknown.
	Contact(ctx context.Context, a survey.Audience, id survey.ContactID) (survey.Contact, error)
	// ContactByMail finds the contact that has, or had, an address by the address's id.
	ContactByMail(ctx context.Context, a survey.Audience, mail survey.ContactID) (c survey.Contact, ok bool, err error)
	// Identified reads whose identifiers are.
	Identified(ctx context.Context, a survey.Audience, ids []survey.Identifier, glance bool) (map[survey.Identifier]survey.Identified, error)
	// SomeContacts calls each for up to limit contacts of one shard of an audience; more reports whether there are others.
	SomeContacts(ctx context.Context, a survey.Audience, shard, limit int, each func(survey.Contact)) (more bool, err error)
	// Suppression reads why and since when nobody writes to a contact.
	Suppression(ctx context.Context, a survey.Audience, id survey.ContactID) (v survey.Suppression, ok bool, err error)
	// Suppress stops an address, whose id in each audience ids holds.
	Suppress(ctx context.Context, ids map[survey.Audience]survey.ContactID, reason survey.SuppressionReason, now time.Time) error
	// SoftBounces reads which letters a mailbox did not take.
	SoftBounces(ctx context.Context, a survey.Audience, id survey.ContactID) (survey.SoftBounces, error)

	// Campaigns lists an audience's campaigns, newest first, at most limit.
	Campaigns(ctx context.Context, a survey.Audience, limit int) ([]survey.Campaign, error)
	// PastOf reads what campaigns know of a contact, in no order.
	PastOf(ctx context.Context, id survey.ContactID, campaigns []survey.CampaignID, answers bool) (loop.Past, error)
	// Events lists everything that happened to a case.
	Events(ctx context.Context, c loop.Case) ([]loop.Event, error)
	// Notes lists the notes of a case.
	Notes(ctx context.Context, c loop.Case) ([]loop.Note, error)

	// UploadRecords lists lines of the history, newest first.
	UploadRecords(ctx context.Context, kind survey.UploadKind, before string, limit int, now time.Time) (all []survey.UploadRecord, next string, err error)
	// SaveUploadRecord writes a line of the history if it has the version that was read, otherwise apperr.ErrChanged.
	SaveUploadRecord(ctx context.Context, u survey.UploadRecord) (survey.UploadRecord, error)
	// KeptForUndo reads what a contact was before each of some uploads changed it.
	KeptForUndo(ctx context.Context, uploads []string, id survey.ContactID) (map[string]survey.Contact, error)
	// Imports lists the uploads in parts that are kept still.
	Imports(ctx context.Context, now time.Time) ([]string, error)
	// Upload reads an upload; import_unknown.
	Upload(ctx context.Context, id string) (survey.Upload, error)
	// UploadAnswers calls each for the answers of the parts of an upload.
	UploadAnswers(ctx context.Context, id string, each func(json.RawMessage) (bool, error)) error
	// Named says in which line an upload's parts named each of some contacts.
	Named(ctx context.Context, u survey.Upload, ids []survey.ContactID) (map[survey.ContactID]int, error)
	// AuditObjects calls each for the entries of one day of the audit list that are about something.
	AuditObjects(ctx context.Context, day time.Time, each func(authz.AuditEntry)) error

	// SaveErasure is a compare-and-swap by the version that was read; apperr.ErrChanged.
	SaveErasure(ctx context.Context, e survey.Erasure) (survey.Erasure, error)
	// Erasure reads an erasure; erasure_unknown.
	Erasure(ctx context.Context, id string) (survey.Erasure, error)
	// Erasures lists the newest.
	Erasures(ctx context.Context, limit int) ([]survey.Erasure, error)

	// Unended lists erasures that have steps left to do, the oldest first; it may be behind by a moment.
	Unended(ctx context.Context, limit int) ([]survey.Erasure, error)

	// EraseContact deletes a contact with what it is found by and what stops it, and returns the wish that stopped it.
	EraseContact(ctx context.Context, c survey.ErasureContact) (wish survey.SuppressionReason, there bool, err error)
	// EraseKept deletes what is kept of a contact for undoing uploads.
	EraseKept(ctx context.Context, uploads []string, id survey.ContactID) (int, error)
	// EraseMade takes contacts out of the lists of those that an upload made.
	EraseMade(ctx context.Context, upload string, ids []survey.ContactID) (int, error)
	// CallsOf reads what executives heard when they called somebody about a campaign.
	CallsOf(ctx context.Context, campaign survey.CampaignID, id survey.ContactID) ([]loop.Call, error)
	// Quote reads what somebody has said of being quoted.
	Quote(ctx context.Context, c survey.CampaignID, id survey.ContactID) (survey.Quote, error)
	// Recommendation reads the link that somebody took to hand on, version 0: none; ItemsOf what of their answers was passed on.
	Recommendation(ctx context.Context, c survey.CampaignID, id survey.ContactID) (survey.Recommendation, error)
	ItemsOf(ctx context.Context, c survey.CampaignID, ids []survey.ContactID) (map[survey.ContactID][]loop.Item, error)
	// EraseBesides deletes whether somebody may be quoted, what of the answer was passed on, and the link that was handed on.
	EraseBesides(ctx context.Context, c survey.CampaignID, id survey.ContactID) error
	// EraseCase deletes a case with its notes and what is due of it.
	EraseCase(ctx context.Context, c survey.CampaignID, id survey.ContactID) (cases, notes int, err error)
	// Anonymise gives what a campaign knows of a contact an id that is nobody's; the figures stay equal to a recount.
	Anonymise(ctx context.Context, c survey.CampaignID, id, to survey.ContactID, words bool, now time.Time) (survey.ErasureSum, error)
	// RekeyBatches does so in the batches of a mailing, from a place on.
	RekeyBatches(ctx context.Context, c survey.CampaignID, mailing int, id, to survey.ContactID, after string) (found int, next string, err error)
	// SameShard reports whether two ids lie in one shard: of such alone Anonymise and RekeyBatches make one the other.
	SameShard(a, b survey.ContactID) bool
	// RewriteUpload lets change work on what is kept of an upload in parts, and says how many items that changed.
	RewriteUpload(ctx context.Context, id string, change func(json.RawMessage) (json.RawMessage, bool)) (int, error)
	// SayAuditObject changes what an entry of the audit list is about.
	SayAuditObject(ctx context.Context, e authz.AuditEntry, object string) error

	Blocks
}

// Blocks keep who was erased from coming back.
type Blocks interface {
	// Block keeps identifiers from coming back.
	Block(ctx context.Context, blocks []survey.ErasedBlock) error
	// BlockedAmong reads those of some seals that are blocked.
	BlockedAmong(ctx context.Context, seals []string) ([]survey.ErasedBlock, error)
	// Blocked reads every block, by its seal.
	Blocked(ctx context.Context) (map[string]survey.ErasedBlock, error)
	// Unblock lets identifiers come back.
	Unblock(ctx context.Context, seals []string) error
}

// Keys makes the ids and seals of identifiers: *keys.Keys.
type Keys interface {
	ContactIDs(email string) map[survey.Audience]survey.ContactID
	Identifiers(a survey.Audience, p survey.Person) survey.Identifiers
	Namesake(a survey.Audience, p survey.Person) survey.ContactID // name and telephone together
	Erased(id survey.ContactID) string
}

// Rights exports and erases people. It is safe for concurrent use.
type Rights struct {
	Store   Store
	Keys    Keys
	Now     func() time.Time
	Random  func() string // a secret of 26 letters; nil: crypto/rand's
	Sources []Source
	Log     *slog.Logger // of the clock; nil: none
}

// Source is what another part of the system keeps about people: what it knows goes into the export, and is erased with the rest. A part
// that comes to keep something adds itself (door.Open), and says in entities_test.go which entities it answers for.
type Source interface {
	// Name stands over it in the export: a message "rights.source.<name>" has the words.
	Name() string
	// Known is all of it, fit for JSON; nil: nothing.
	Known(ctx context.Context, of []survey.Contact) (any, error)
	// Erase erases it. Again changes nothing.
	Erase(ctx context.Context, whom survey.ErasureWhom) error
}
