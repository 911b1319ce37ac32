package mailing

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/insight"
	"onetap/internal/survey"
)

const (
	// peopleListed is how many people a page of a figure's list names.
	peopleListed = 50
	// peopleLookedAt is how many invitations, contacts or answers one request looks at for those of a rare kind: 2,000 of 250
	// bytes are half a megabyte, and take some 25 ms. waitingLookedAt is the same of people who wait, whose contacts must be read to know whose they are.
	peopleLookedAt, waitingLookedAt = 2000, 500
)

// Part is a figure of a mailing's ledger that counts people.
type Part string

// The parts are those of survey.Ledger. One of the skipped is "skip_" and its survey.SkipReason.
const (
	PartAudience   Part = "audience"
	PartInvited    Part = "invited"
	PartWaiting    Part = "waiting"
	PartSent       Part = "sent"
	PartFailed     Part = "failed"
	PartBounced    Part = "bounced"
	PartUncertain  Part = "uncertain"
	PartComplained Part = "complained"
	PartSkipped    Part = "skipped"
)

// SkipPart is the part of those who are skipped for a reason.
func SkipPart(r survey.SkipReason) Part { return Part("skip_" + string(r)) }

// Parts are those that have a list. Whoever got no second letter because the first turned up is in another part as well.
var Parts = append([]Part{PartAudience, PartInvited, PartWaiting, PartSent, PartFailed, PartBounced, PartUncertain, PartComplained, PartSkipped},
	SkipPart(survey.SkipUnsubscribed), SkipPart(survey.SkipBounced), SkipPart(survey.SkipComplained), SkipPart(survey.SkipQuiet), SkipPart(survey.SkipFrequency),
	SkipPart(survey.SkipNotSampled), SkipPart(survey.SkipNoConsent), SkipPart(survey.SkipGone), SkipPart(survey.SkipAccount), SkipPart(survey.SkipAnswered), SkipPart(survey.SkipRemoved), SkipPart(survey.SkipUnreadable))

// kept is the state and the reason of the part's invitations; "": they have several.
func (p Part) kept() (survey.InvitationState, string) {
	why, skipped := strings.CutPrefix(string(p), "skip_")
	switch {
	case p == PartAudience || p == PartInvited:
		return "", ""
	case p == PartBounced:
		return survey.InvitationFailed, string(survey.EventBounced)
	case p == PartComplained:
		return survey.InvitationSent, string(survey.EventComplained)
	case skipped:
		return survey.InvitationSkipped, why
	}
	return survey.InvitationState(p), ""
}

// has reports whether a decided invitation is in the part.
func (p Part) has(i survey.Invitation) bool {
	if p == PartInvited {
		return i.State != survey.InvitationSkipped
	}
	state, why := p.kept()
	return (state == "" || i.State == state) && (why == "" || i.Reason == why)
}

// InvitationWaiting is who is planned and not yet decided. No item has this state.
const InvitationWaiting survey.InvitationState = "waiting"

// Listed is one person's place in a mailing. Who waits, is not in the sample, or had answered before a reminder, has no
// invitation: of those only whom, whose and the state are known.
type Listed struct {
	survey.Invitation
	Person *survey.Contact // nil: there is no such contact any more
}

// ListedPage is a page of the people behind one figure of a mailing's ledger, in no order that means anything.
type ListedPage struct {
	List   []Listed
	Next   string // where the next page begins; "" at the end
	Looked int    // at how many was looked, where fewer fit than a page holds and others may
}

// MayList reports whether the people behind the figures of a mailing are listed for a reader: by person nobody of the
// employees is, and who was to be reminded had not answered, which is for who may know that.
func (cs *Campaigns) MayList(who authz.Who, c survey.Campaign, number int) bool {
	return cs.mayList(who, c, number) == nil
}

func (cs *Campaigns) mayList(who authz.Who, c survey.Campaign, number int) error {
	view := insight.Of(c, who, cs.Now())
	switch {
	case !view.Segments():
		return insight.ErrWholeOnly
	case !who.Can(authz.ReadContacts):
		return apperr.New(apperr.Forbidden, "not_allowed", "")
	case survey.IsReminder(number) && !view.People():
		return apperr.New(apperr.Forbidden, "reminder_tells", "wave")
	}
	return nil
}

// People lists who is behind a figure of a campaign's mailing, from the place where the last page ended: to owners and
// managers their own. It looks at a bounded number and goes on when asked. Problems: ErrWholeOnly, not_allowed,
// reminder_tells, no_such_page, cursor_wrong.
func (cs *Campaigns) People(ctx context.Context, who authz.Who, c survey.Campaign, number int, part Part, after string) (page ListedPage, err error) {
	if err := cs.mayList(who, c, number); err != nil {
		return page, err
	}
	if !slices.Contains(Parts, part) {
		return page, apperr.New(apperr.Unknown, "no_such_page", "")
	}
	m, begun, err := cs.Store.Mailing(ctx, c.ID, number)
	if err != nil || !begun {
		return page, err
	}
	sees, err := cs.sees(ctx, who)
	if err != nil {
		return page, err
	}
	l := listing{cs, c, m, part, sees}
	sources := l.sources()
	at, place, err := readPlace(after, len(sources))
	if err != nil {
		return page, err
	}
	for at < len(sources) {
		found, next, looked, err := sources[at](ctx, place, peopleListed-len(page.List))
		if err != nil {
			return page, err
		}
		page.List, page.Looked = append(page.List, found...), page.Looked+looked
		if place = next; next == "" {
			at++
		}
		if len(page.List) >= peopleListed || page.Looked >= peopleLookedAt || next != "" {
			break
		}
	}
	if at < len(sources) {
		page.Next = fmt.Sprintf("%d.%s", at, place)
	}
	if page.Next == "" || len(page.List) >= peopleListed {
		page.Looked = 0
	}
	return page, cs.named(ctx, c.Audience, page.List)
}

// readPlace reads where a list goes on: in which of its sources, and where in that.
func readPlace(after string, sources int) (at int, place string, err error) {
	if after == "" {
		return 0, "", nil
	}
	number, place, ok := strings.Cut(after, ".")
	at, notNumber := strconv.Atoi(number)
	if !ok || notNumber != nil || at < 0 || at >= sources {
		return 0, "", apperr.New(apperr.Invalid, "cursor_wrong", "after")
	}
	return at, place, nil
}

// sees tells whose people a reader may look at.
func (cs *Campaigns) sees(ctx context.Context, who authz.Who) (func(owner, team string) bool, error) {
	var reports []survey.Staff
	if who.Staff.Role == survey.RoleManager {
		staff, err := cs.Store.Staff(ctx)
		if err != nil {
			return nil, err
		}
		reports = authz.Reports(staff, who.Staff.ID)
	}
	return func(owner, team string) bool { return who.Sees(owner, team, reports) }, nil
}

// named says of each who it is.
func (cs *Campaigns) named(ctx context.Context, a survey.Audience, list []Listed) error {
	var ids []survey.ContactID
	for _, one := range list {
		if one.Person == nil {
			ids = append(ids, one.Contact)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	contacts, err := cs.Store.Contacts(ctx, a, ids)
	for n, one := range list {
		if contact, ok := contacts[one.Contact]; ok {
			list[n].Person = &contact
		}
	}
	return err
}

// listing is one list that is being read.
type listing struct {
	*Campaigns
	campaign survey.Campaign
	mailing  survey.Mailing
	part     Part
	sees     func(owner, team string) bool
}

// source reads up to limit people from a place on, and says where to go on ("" at the end) and at how many it looked.
type source func(ctx context.Context, place string, limit int) (found []Listed, next string, looked int, err error)

// sources are where the people of a part are found, one after the other: most have an invitation that says what became of
// them; the others have none, see Listed.
func (l listing) sources() (all []source) {
	reminder := survey.IsReminder(l.mailing.Number)
	switch l.part {
	case PartWaiting:
		return []source{l.waiting}
	case SkipPart(survey.SkipNotSampled):
		return []source{l.unsampled}
	case PartAudience, PartInvited:
		all = []source{l.decided, l.waiting}
	default:
		all = []source{l.decided}
	}
	switch {
	case l.part != PartAudience && l.part != PartSkipped && l.part != SkipPart(survey.SkipAnswered):
	case reminder:
		all = append(all, l.answered)
	case l.part != SkipPart(survey.SkipAnswered) && l.campaign.Sample > 0 && l.campaign.Sample < 1:
		all = append(all, l.unsampled)
	}
	return all
}

// decided are the invitations of the mailing that are in the part.
func (l listing) decided(ctx context.Context, place string, limit int) (found []Listed, next string, looked int, err error) {
	from, err := survey.ParseCursor(place)
	if err != nil {
		return nil, "", 0, err
	}
	state, reason := l.part.kept()
	all, looked, to, err := l.Store.FindInvitations(ctx, l.campaign.ID, l.mailing.Number, state, reason, from, limit, peopleLookedAt, func(i survey.Invitation) bool {
		return l.part.has(i) && l.sees(i.Owner, i.Team)
	})
	for _, i := range all {
		found = append(found, Listed{Invitation: i})
	}
	return found, cursorText(to), looked, err
}

func cursorText(c *survey.Cursor) string {
	if c == nil {
		return ""
	}
	return c.String()
}

// letter is somebody without an invitation.
func (l listing) letter(contact survey.Contact, state survey.InvitationState, why survey.SkipReason) Listed {
	return Listed{survey.Invitation{
		Campaign: l.campaign.ID, Contact: contact.ID, Mailing: l.mailing.Number, Audience: l.campaign.Audience, State: state, Reason: string(why), Owner: contact.Owner, Team: contact.Team,
	}, &contact}
}

// unsampled are those of the contacts as they are now who fit the campaign's filter and not its sample, without those who
// were skipped for another reason.
func (l listing) unsampled(ctx context.Context, place string, limit int) (found []Listed, next string, looked int, err error) {
	from, err := survey.ParseCursor(place)
	if err != nil {
		return nil, "", 0, err
	}
	var ids []survey.ContactID
	to, err := l.Store.ContactsUntil(ctx, l.campaign.Audience, from, peopleLookedAt, func(contact survey.Contact, stopped survey.SuppressionReason) bool {
		looked++
		contact.Audience = l.campaign.Audience
		if stopped == "" && !l.campaign.Sampled(contact.ID) && l.campaign.Filter.Match(contact) && l.sees(contact.Owner, contact.Team) {
			found = append(found, l.letter(contact, survey.InvitationSkipped, survey.SkipNotSampled))
			ids = append(ids, contact.ID)
		}
		return len(found) < limit
	})
	if err != nil || len(ids) == 0 {
		return nil, cursorText(to), looked, err
	}
	decided, err := l.Store.InvitationsOf(ctx, l.campaign.ID, l.mailing.Number, ids)
	found = slices.DeleteFunc(found, func(one Listed) bool { _, ok := decided[one.Contact]; return ok })
	return found, cursorText(to), looked, err
}

// answered are those who were passed over when the reminder was planned, because they had answered.
func (l listing) answered(ctx context.Context, place string, limit int) (found []Listed, next string, looked int, err error) {
	from, err := survey.ParseCursor(place)
	if err != nil {
		return nil, "", 0, err
	}
	all, looked, to, err := l.Store.FindResponses(ctx, l.campaign.ID, from, limit, peopleLookedAt, func(r survey.Response) bool {
		return r.Verified && l.sees(r.Owner, r.Team)
	})
	if err != nil || len(all) == 0 {
		return nil, cursorText(to), looked, err
	}
	ids := make([]survey.ContactID, len(all))
	for n, r := range all {
		ids[n] = r.Contact
	}
	reminded, err := l.Store.InvitationsOf(ctx, l.campaign.ID, l.mailing.Number, ids)
	if err != nil {
		return nil, "", looked, err
	}
	invited, err := l.Store.InvitationsOf(ctx, l.campaign.ID, survey.MailingInvitation, ids)
	for _, r := range all {
		state := invited[r.Contact].State // of a bounced letter the reminder knows nothing
		if _, ok := reminded[r.Contact]; !ok && (state == survey.InvitationSent || state == survey.InvitationUncertain) {
			one := l.letter(survey.Contact{ID: r.Contact, Owner: r.Owner, Team: r.Team}, survey.InvitationSkipped, survey.SkipAnswered)
			one.Person = nil
			found = append(found, one)
		}
	}
	return found, cursorText(to), looked, err
}

// waiting are the people of the batches that are not decided, and those that do not fill a batch yet. A place is the name of
// a batch and how many of its people were listed.
func (l listing) waiting(ctx context.Context, place string, limit int) (found []Listed, next string, looked int, err error) {
	name, listed, err := waitingPlace(place, l.mailing.Cursor)
	if err != nil {
		return nil, "", 0, err
	}
	const atOnce = 100
	for name != carried {
		batches, err := l.Store.Batches(ctx, l.mailing, name, atOnce)
		if err != nil {
			return nil, "", looked, err
		}
		for _, b := range batches {
			if b.Name != name {
				listed = 0
			}
			if name = b.Name; b.State != survey.BatchWaiting && b.State != survey.BatchSending || b.Again {
				continue
			}
			some, seen, err := l.some(ctx, b.Contacts, listed, limit-len(found))
			if err != nil {
				return nil, "", looked, err
			}
			found, looked, listed = append(found, some...), looked+seen, listed+seen
			if len(found) >= limit || looked >= waitingLookedAt {
				return found, b.Name + "_" + strconv.Itoa(listed), looked, nil
			}
		}
		if name += " "; len(batches) < atOnce {
			name, listed = carried, 0
		}
	}
	var rest []survey.ContactID
	for _, language := range slices.Sorted(maps.Keys(l.mailing.Carry)) {
		rest = append(rest, l.mailing.Carry[language]...)
	}
	some, seen, err := l.some(ctx, rest, listed, limit-len(found))
	if listed += seen; listed < len(rest) {
		next = carried + "_" + strconv.Itoa(listed)
	}
	return append(found, some...), next, looked + seen, err
}

// carried stands for a batch's name where people are planned and in no batch yet; it sorts behind all names.
const carried = "rest"

func waitingPlace(place, first string) (name string, listed int, err error) {
	if place == "" {
		return first, 0, nil
	}
	name, number, ok := strings.Cut(place, "_")
	listed, notNumber := strconv.Atoi(number)
	if !ok || notNumber != nil || listed < 0 || strings.Trim(name, "0123456789. z-") != "" && name != carried {
		return "", 0, apperr.New(apperr.Invalid, "cursor_wrong", "after")
	}
	return name, listed, nil
}

// some are up to limit of those of the contacts behind the first ones that the reader sees, and how many were looked at.
func (l listing) some(ctx context.Context, ids []survey.ContactID, first, limit int) (found []Listed, looked int, err error) {
	ids = ids[min(first, len(ids)):]
	if len(ids) == 0 || limit <= 0 {
		return nil, 0, nil
	}
	contacts, err := l.Store.Contacts(ctx, l.campaign.Audience, ids)
	if err != nil {
		return nil, 0, err
	}
	for _, id := range ids {
		looked++
		contact, there := contacts[id]
		if contact.ID = id; !l.sees(contact.Owner, contact.Team) {
			continue
		}
		one := l.letter(contact, InvitationWaiting, "")
		if !there {
			one.Person = nil
		}
		if found = append(found, one); len(found) == limit {
			break
		}
	}
	return found, looked, nil
}
