package survey

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Mailing numbers: a campaign has an invitation and at most two reminders.
const (
	MailingInvitation = 0
	MailingReminder   = 1
	MailingSecond     = 2 // the second reminder: so many days after the first, or by hand
)

// Mailings and Reminders list the numbers in the order in which they are sent.
var (
	Mailings  = []int{MailingInvitation, MailingReminder, MailingSecond}
	Reminders = Mailings[1:]
)

// IsMailing reports whether there is a mailing of that number.
func IsMailing(number int) bool { return slices.Contains(Mailings, number) }

// IsReminder reports whether a mailing goes to those who have not answered.
func IsReminder(number int) bool { return slices.Contains(Reminders, number) }

// BatchSize is the most recipients of one batch: what one SendBulkEmail call takes.
const BatchSize = 50

// SkipReason says why a contact of the audience is not written to.
type SkipReason string

const (
	SkipUnsubscribed SkipReason = "unsubscribed"
	SkipBounced      SkipReason = "bounced"
	SkipComplained   SkipReason = "complained"
	SkipQuiet        SkipReason = "quiet_period"
	SkipFrequency    SkipReason = "frequency" // a rule of frequency: asked sooner than it allows
	SkipNotSampled   SkipReason = "not_sampled"
	SkipNoAddress    SkipReason = "no_address"   // there is nowhere to write to
	SkipNoConsent    SkipReason = "no_consent"   // the audience is asked by consent, and there is none
	SkipAccount      SkipReason = "account_full" // enough people of the account are asked
	SkipGone         SkipReason = "gone"         // a whole list does not name the contact any more
	SkipAnswered     SkipReason = "answered"     // reminders only
	SkipUnreadable   SkipReason = "unreadable"   // what is stored of the contact is damaged
	SkipRemoved      SkipReason = "removed"      // the contact is gone since the campaign was planned
)

// MailingState is how far a mailing is.
type MailingState string

const (
	MailingPlanning MailingState = "planning"
	MailingSending  MailingState = "sending"
	MailingDone     MailingState = "done"
)

// Mailing is one sending of a campaign, its invitation or a reminder: who was found, how it was cut into batches, how far sending is.
type Mailing struct {
	Campaign CampaignID             `json:"campaign"`
	Number   int                    `json:"number"`
	State    MailingState           `json:"state"`
	Shard    int                    `json:"shard"`           // the next shard of contacts to plan
	Carry    map[string][]ContactID `json:"carry,omitempty"` // by language and zone (carryKey): planned contacts that do not fill a batch yet
	Batches  int                    `json:"batches"`         // batches planned so far
	Audience int                    `json:"audience"`
	Invited  int                    `json:"invited"` // audience − those skipped while planning
	Skipped  map[SkipReason]int     `json:"skipped,omitempty"`
	Heard    *int                   `json:"heard,omitempty"`  // of a reminder: answers that had come when it was planned; nil in those from before it was noted
	Cursor   string                 `json:"cursor,omitempty"` // every batch before this one is finished, of the campaign's own clock
	Zones    []MailingZone          `json:"zones,omitempty"`  // the others
	Started  time.Time              `json:"started,omitzero"`
	Finished time.Time              `json:"finished,omitzero"`
	Version  int                    `json:"-"`

	// Turn is the newest day of a continuous survey that is in the plan, or is coming into it, by its number, and Turns are those that are, in
	// order: see PlanTurn.
	Turn  int         `json:"turn,omitempty"`
	Turns []TurnBatch `json:"turns,omitempty"`

	Cells string `json:"cells,omitempty"` // where the cells of its ballots are kept: those of this plan
}

// Hear notes answers that had come before a reminder.
func (w *Mailing) Hear(answers int) {
	if w.Heard != nil {
		answers += *w.Heard
	}
	w.Heard = &answers
}

// Clone returns a mailing that stays as it is when people are planned into w.
func (w Mailing) Clone() Mailing {
	w.Carry, w.Skipped, w.Turns, w.Zones = maps.Clone(w.Carry), maps.Clone(w.Skipped), slices.Clone(w.Turns), slices.Clone(w.Zones)
	return w
}

// BatchState is how far a batch is. The change from sending to done or uncertain is the one moment at which the fate
// of its invitations is decided.
type BatchState string

const (
	BatchWaiting   BatchState = "waiting"
	BatchSending   BatchState = "sending" // claimed: an SES call may have been made
	BatchDone      BatchState = "done"
	BatchUncertain BatchState = "uncertain" // its sender died between the call and the answer
)

// Batch is up to BatchSize contacts of one language, each contact of a mailing in exactly one batch.
type Batch struct {
	Campaign CampaignID
	Mailing  int
	Name     string // sorts in sending order: "00000012", and "00000012.1" for what was left of it; with the ZonePrefix of its zone
	Language string
	Zone     string // by whose clock it waits; "": the campaign's
	Contacts []ContactID
	State    BatchState
	Again    bool   // a second letter to people of whom nobody knows whether they got the first
	Lease    string // who claimed it
	At       time.Time
	Outcomes []Outcome // when done or uncertain, one a contact
	Cell     int       // number of its people's cell, in an anonymous campaign
}

// BatchName returns the name of the n-th batch, without the prefix of its zone.
func BatchName(n int) string { return fmt.Sprintf("%08d", n) }

// Rest returns the name of the batch that takes what is left of b.
func (b Batch) Rest() string { return b.Name + ".1" }

// InvitationState is the fate of one contact in one mailing. Waiting has no item of its own: it is what is planned and
// not yet decided.
type InvitationState string

const (
	InvitationSent      InvitationState = "sent"
	InvitationFailed    InvitationState = "failed"
	InvitationUncertain InvitationState = "uncertain"
	InvitationSkipped   InvitationState = "skipped"
)

// Outcome is what a batch came to for one contact. Owner, team and language are as at sending.
type Outcome struct {
	Contact   ContactID
	State     InvitationState
	Reason    string // why it failed or was skipped: an SES status, "bounced", or a SkipReason
	MessageID string
	Owner     string
	Team      string
	Language  string // of the letter, where it is not the batch's
	With
}

// With is what an invitation carries besides, so that whoever takes the answer, or stops the letters, needs no contact. It is written
// with the invitation, and is not among a batch's outcomes: of one whose sender died it is what the contact has when that is found.
type With struct {
	Segments []string   // the contact's values of the campaign's dimensions; nil: they were not written, or there are no dimensions
	Account  AccountID  // that the contact is of
	Address  AddressIDs // of the address that the letter went to; "": they were not written
}

// AddressIDs are the ids of one address in every audience, which are keyed hashes of it: one behind the other in the order of Audiences.
type AddressIDs string

const contactIDLength = 16

// PackIDs makes AddressIDs; "" where an audience has none.
func PackIDs(ids map[Audience]ContactID) AddressIDs {
	var b strings.Builder
	for _, a := range Audiences {
		if len(ids[a]) != contactIDLength {
			return ""
		}
		b.WriteString(string(ids[a]))
	}
	return AddressIDs(b.String())
}

// Of returns the ids by audience; nil where there are none.
func (p AddressIDs) Of() map[Audience]ContactID {
	if p == "" {
		return nil
	}
	ids := make(map[Audience]ContactID, len(Audiences))
	for n, a := range Audiences {
		if end := (n + 1) * contactIDLength; end <= len(p) {
			ids[a] = ContactID(p[end-contactIDLength : end])
		}
	}
	return ids
}

// Invitation is one contact's place in one mailing of a campaign.
type Invitation struct {
	Campaign  CampaignID
	Contact   ContactID
	Mailing   int
	Audience  Audience
	State     InvitationState
	Decided   InvitationState // the state with which its batch was counted; corrections are counted from there
	Reason    string          // as Outcome's, or the DeliveryEvent that said more of it since
	MessageID string
	Language  string
	Zone      string // of its batch
	Owner     string
	Team      string
	At        time.Time // when its batch was decided
	Version   int
	With
}

// Settle returns the invitation after an SES event, and whether that changed anything. Whatever says that SES had taken
// the letter settles an uncertain one (of a sent one a delivery says nothing new, so a million of them cost no writes); a
// bounce, a refusal of the sender or a rejection takes a sent one back; a failure is final.
func (i Invitation) Settle(event DeliveryEvent) (Invitation, bool) {
	was := i
	switch event {
	case EventDelivered, EventAutoReply:
		if i.State == InvitationUncertain || i.SoftBounced() {
			i.State, i.Reason = InvitationSent, ""
		}
	case EventSoftBounce:
		if i.State == InvitationUncertain {
			i.State, i.Reason = InvitationSent, ""
		}
		if i.State == InvitationSent && i.Reason == "" {
			i.Reason = string(event)
		}
	case EventBounced, EventRejected, EventUnrendered, EventBlocked, EventWithheld:
		if i.State == InvitationSent || i.State == InvitationUncertain {
			i.State, i.Reason = InvitationFailed, string(event)
		}
	case EventComplained: // it arrived, so it was sent
		if i.State == InvitationUncertain {
			i.State, i.Reason = InvitationSent, ""
		}
		if i.State == InvitationSent && (i.Reason == "" || i.SoftBounced()) {
			i.Reason = string(event)
		}
	}
	if i.State == was.State && i.Reason == was.Reason {
		return i, false
	}
	i.Version++
	return i, true
}

// SoftBounced reports whether the last that was heard of a letter is that the mailbox did not take it for now.
func (i Invitation) SoftBounced() bool {
	return i.State == InvitationSent && i.Reason == string(EventSoftBounce)
}

// Resent returns an uncertain invitation after a second letter was sent, or refused, and whether that changed anything.
// One that was settled meanwhile stays as it is: then it was the first letter that arrived or bounced. So an invitation
// is uncertain once, and is counted from there, whatever is sent again.
func (i Invitation) Resent(o Outcome, at time.Time) (Invitation, bool) {
	if i.State != InvitationUncertain || (o.State != InvitationSent && o.State != InvitationFailed) {
		return i, false
	}
	i.State, i.Reason, i.MessageID, i.At = o.State, o.Reason, o.MessageID, at
	i.Version++
	return i, true
}

// DeliveryEvent is what SES reports about a message.
type DeliveryEvent string

const (
	EventDelivered  DeliveryEvent = "delivered"
	EventBounced    DeliveryEvent = "bounced"     // permanently: the mailbox takes no letters
	EventSoftBounce DeliveryEvent = "soft_bounce" // mailbox full, server away: not taken this time
	EventAutoReply  DeliveryEvent = "auto_reply"  // out of office: it has arrived
	EventBlocked    DeliveryEvent = "blocked"     // the sender is refused, or the letter: authentication, reputation, TLS, content
	EventComplained DeliveryEvent = "complained"
	EventWithheld   DeliveryEvent = "withheld" // not sent: SES knows of an earlier complaint
	EventRejected   DeliveryEvent = "rejected"
	EventUnrendered DeliveryEvent = "unrendered"
)

// Stops says why nobody writes to the contact any more after an event; "" where one may. A letter that was refused for its
// sender says nothing about the contact.
func (e DeliveryEvent) Stops() SuppressionReason {
	switch e {
	case EventBounced:
		return Bounced
	case EventComplained, EventWithheld:
		return Complained
	}
	return ""
}

// Ledger accounts for every contact of a mailing: Audience = Invited + Σ Skipped, Invited = Waiting + Sent + Failed + Uncertain.
type Ledger struct {
	Audience   int                `json:"audience"`
	Invited    int                `json:"invited"`
	Skipped    map[SkipReason]int `json:"skipped"`
	Waiting    int                `json:"waiting"`
	Sent       int                `json:"sent"`
	Failed     int                `json:"failed"`
	Bounced    int                `json:"bounced"` // of Failed
	Uncertain  int                `json:"uncertain"`
	Complained int                `json:"complained"` // of Sent
}

// LedgerOf combines what planning found with what sending came to. Waiting is what is left, so the ledger balances at
// every moment, however far the figures lag behind.
func LedgerOf(w Mailing, c Counts) Ledger {
	l := Ledger{
		Audience: w.Audience, Invited: w.Invited, Skipped: map[SkipReason]int{},
		Sent: int(c["sent"]), Failed: int(c["failed"]), Bounced: int(c["bounced"]),
		Uncertain: int(c["uncertain"]), Complained: int(c["complained"]),
	}
	for r, n := range w.Skipped {
		l.Skipped[r] += n
	}
	for name, n := range c {
		if r, ok := skipField(name); ok && n != 0 { // skipped after planning, when its turn came
			l.Skipped[r] += int(n)
			l.Invited -= int(n)
		}
	}
	l.Waiting = l.Invited - l.Sent - l.Failed - l.Uncertain
	return l
}

// Balanced reports whether the two sums hold and nothing is below zero.
func (l Ledger) Balanced() bool {
	skipped := 0
	for _, n := range l.Skipped {
		skipped += n
	}
	return l.Audience == l.Invited+skipped && l.Invited == l.Waiting+l.Sent+l.Failed+l.Uncertain &&
		l.Waiting >= 0 && l.Sent >= 0 && l.Failed >= 0 && l.Uncertain >= 0
}

// Lease is who holds a task that only one may do. Heartbeat changes while the holder lives; nobody compares clocks.
type Lease struct {
	Holder    string
	Heartbeat int64
}
