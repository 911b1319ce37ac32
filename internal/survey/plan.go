package survey

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"maps"
	"math"
	"slices"
	"time"
)

// Match reports whether a contact is in the filtered audience.
func (f Filter) Match(c Contact) bool {
	within := func(values []string, v string) bool { return len(values) == 0 || slices.Contains(values, v) }
	if !within(f.Teams, c.Team) || !within(f.Owners, c.Owner) || !within(f.Locations, c.Location) ||
		!within(f.Products, c.Product) || !within(f.Tiers, c.Tier) || !within(f.Languages, c.Language) {
		return false
	}
	for name, values := range f.Attrs {
		if !within(values, c.Attrs[name]) {
			return false
		}
	}
	return true
}

// Narrows reports whether a campaign asks a part of its audience only, which somebody has chosen.
func (c Campaign) Narrows() bool {
	f := c.Filter
	return len(f.Teams)+len(f.Owners)+len(f.Locations)+len(f.Products)+len(f.Tiers)+len(f.Languages)+len(f.Attrs) > 0 || c.Sample > 0 && c.Sample < 1
}

// Sampled reports whether a contact falls into the campaign's sample. It is decided by a hash of both ids, so that a
// planner that starts again decides the same, and the next campaign picks others.
func (c Campaign) Sampled(id ContactID) bool {
	if c.Sample <= 0 || c.Sample >= 1 {
		return true
	}
	h := sha256.Sum256([]byte(string(c.ID) + "/" + string(id)))
	return float64(binary.BigEndian.Uint64(h[:8])) < c.Sample*math.MaxUint64
}

// Skip says why a contact of the audience is not invited; "" means that it is. asked is SkipQuiet or SkipFrequency where it was asked too
// lately by another campaign.
func (c Campaign) Skip(contact Contact, stopped SuppressionReason, asked SkipReason) SkipReason {
	switch {
	case contact.Gone:
		return SkipGone
	case c.Paper:
		return SkipPaper
	case contact.Mailbox == NoMailbox:
		return SkipNoAddress
	case stopped != "":
		return SkipReason(stopped)
	case c.Unconsented(contact):
		return SkipNoConsent
	case asked != "":
		return asked
	case !c.Sampled(contact.ID):
		return SkipNotSampled
	}
	return ""
}

// Unconsented reports whether a contact may not be asked for want of a consent.
func (c Campaign) Unconsented(contact Contact) bool {
	return c.Consent && !contact.Consented && contact.Person.Consent == ""
}

// RecentCampaigns is how many earlier campaigns of the audience the quiet period looks at, in the head-count before a launch
// as in the plan after it.
const RecentCampaigns = 500

// QuietSince returns the time after which a survey e-mail counts as recent; zero when there is no quiet period.
func (c Campaign) QuietSince(now time.Time) time.Time {
	if c.QuietDays <= 0 {
		return time.Time{}
	}
	return now.AddDate(0, 0, -c.QuietDays)
}

// lateLetters is by how many days letters of a continuous survey may go out late (a day's quota, a pause) without costing somebody the next turn.
const lateLetters = 7

// AskedSince is the time after which a letter of another campaign's mailing keeps somebody from being asked, by the quiet period; zero where none does. A month of a
// continuous survey counts by days on its clock: a letter of the afternoon does not keep its person from being asked in the morning so many days later.
// The survey's own first letters count for as long as it takes to ask everybody once, and its own reminders not at all, for they are of the same question.
func (c Campaign) AskedSince(other Campaign, mailing int, now time.Time) time.Time {
	if !c.Continuous() {
		return c.QuietSince(now)
	}
	days := c.QuietDays
	switch {
	case other.Continuous() && mailing != MailingInvitation:
		days = 0
	case other.Continuous():
		days = max(days, c.Every-lateLetters)
	}
	if days <= 0 {
		return time.Time{}
	}
	return c.daysAgo(days, now)
}

// MailedSince reports whether somebody may have got a letter of this campaign after a time. Letters that were on their
// way when it ended are given a week.
func (c Campaign) MailedSince(t time.Time) bool {
	ended := c.Opened
	if c.Continuous() { // which is opened when its first day is sent
		ended = c.ClosesAt
	}
	for _, at := range []time.Time{c.RemindAt, c.SecondAt} {
		if at.After(ended) {
			ended = at
		}
	}
	return !c.Launched.IsZero() && (ended.IsZero() || c.Live() || !ended.AddDate(0, 0, 7).Before(t))
}

// Reached reports whether somebody got, or may have got, this letter.
func (i Invitation) Reached() bool {
	return i.State == InvitationSent || i.State == InvitationUncertain
}

// NewMailing begins a mailing.
func NewMailing(c CampaignID, number int, now time.Time) Mailing {
	return Mailing{Campaign: c, Number: number, State: MailingPlanning, Carry: map[string][]ContactID{}, Skipped: map[SkipReason]int{}, Started: now}
}

// Invite adds a contact to the plan, by the clock of a zone of ZoneFor, and returns the batch that it fills, if any.
func (w *Mailing) Invite(id ContactID, language, zone string) (Batch, bool) {
	w.Audience++
	w.Invited++
	return w.carry(id, language, zone)
}

func (w *Mailing) carry(id ContactID, language, zone string) (Batch, bool) {
	if n := w.zone(zone); n > 0 {
		w.Zones[n-1].People++
	}
	key := carryKey(language, zone)
	w.Carry[key] = append(w.Carry[key], id)
	if len(w.Carry[key]) < BatchSize {
		return Batch{}, false
	}
	return w.cut(key), true
}

// Pass counts a contact that is not invited.
func (w *Mailing) Pass(r SkipReason) {
	w.Audience++
	w.Skipped[r]++
}

// Rest cuts what is left into batches, when the last shard was planned.
func (w *Mailing) Rest() []Batch {
	var bs []Batch
	for _, key := range slices.Sorted(maps.Keys(w.Carry)) {
		if len(w.Carry[key]) > 0 {
			bs = append(bs, w.cut(key))
		}
	}
	return bs
}

// EndShard moves the plan to the next shard. After the last one it cuts what is left into batches, which it returns, and the
// mailing is to be sent.
func (w *Mailing) EndShard() []Batch {
	w.Shard++
	if w.Shard < ContactShards {
		return nil
	}
	bs := w.Rest()
	w.endTurn()
	w.State = MailingSending
	return bs
}

// Finish returns a mailing whose every batch is decided.
func (w Mailing) Finish(now time.Time) Mailing {
	w.State, w.Finished, w.Turns = MailingDone, now, slices.Clone(w.Turns)
	for n := range w.Turns {
		if w.Turns[n].Sent.IsZero() {
			w.Turns[n].Sent = now
		}
	}
	return w
}

func (w *Mailing) cut(key string) Batch {
	language, zone := carried(key)
	b := Batch{
		Campaign: w.Campaign, Mailing: w.Number, Name: ZonePrefix(w.zone(zone)) + BatchName(w.Batches), Language: language, Zone: zone, State: BatchWaiting,
		Contacts: slices.Clone(w.Carry[key]),
	}
	w.Batches++
	delete(w.Carry, key)
	return b
}

// SkipSettled is why nobody gets a second letter whose first was settled while the second waited.
const SkipSettled SkipReason = "settled"

// Again cuts people into batches of second letters, those of one language and clock together, and returns the mailing with them. The
// mailing must be done.
func (w Mailing) Again(uncertain []Invitation) (Mailing, []Batch) {
	next := w.Clone()
	next.Carry = map[string][]ContactID{}
	var bs []Batch
	for _, i := range uncertain {
		if b, full := next.carry(i.Contact, i.Language, i.Zone); full {
			bs = append(bs, b)
		}
	}
	bs = append(bs, next.Rest()...)
	for n := range bs {
		bs[n].Again = true
	}
	next.Carry, next.State = w.Carry, MailingSending
	return next, bs
}

// Invitations returns the items that a decided batch stands for.
func (b Batch) Invitations(a Audience) []Invitation {
	is := make([]Invitation, len(b.Outcomes))
	for n, o := range b.Outcomes {
		is[n] = Invitation{
			Campaign: b.Campaign, Contact: o.Contact, Mailing: b.Mailing, Audience: a, State: o.State, Decided: o.State,
			Reason: o.Reason, MessageID: o.MessageID, Language: cmp.Or(o.Language, b.Language), Zone: b.Zone, Owner: o.Owner, Team: o.Team, At: b.At, Version: 1, With: o.With,
		}
	}
	return is
}
