package mailing

import (
	"cmp"
	"context"
	"time"

	"onetap/internal/survey"
)

// Planner says before a launch who would be invited, by the rule by which the sender then plans.
type Planner struct {
	Store PlannerStore
	Now   func() time.Time
}

// HeadCount is who would be invited, of the contacts between two places of an audience. It adds up.
type HeadCount struct {
	Looked    int // contacts
	Audience  int // those who fit the filter: Invited and Skipped
	Invited   int
	Skipped   map[survey.SkipReason]int
	Asked     map[survey.CampaignID]int // of those skipped for the quiet period or a rule of frequency: which campaign had asked them
	Rules     map[int]int               // of those skipped for a rule of frequency: which of the campaign's rules it is
	Languages map[string]int            // of the invited: that they are written to in
	Fields    map[string]map[string]int // how many contacts have which value, by field, whether they fit or not; nil: not asked for
	Columns   map[string]map[string]int // the same of the company's own columns
	Accounts  map[survey.AccountID]Firm // with a limit per account: what counts of several parts need to be added up
	Elsewhere int                       // of the invited: whose emails wait for the hours of another clock than the campaign's
	Next      *survey.Cursor            // where to go on; nil: this was the last
}

// Firm is how many people of an account could be asked, but for the limit, and how many there is room for.
type Firm struct {
	People int `json:"n"`
	Room   int `json:"room"`
}

// SkipReasons are those that can be known before a launch, in the order in which they are told.
var SkipReasons = []survey.SkipReason{survey.SkipUnsubscribed, survey.SkipBounced, survey.SkipComplained, survey.SkipNoConsent, survey.SkipGone, survey.SkipQuiet, survey.SkipFrequency, survey.SkipAccount, survey.SkipNoAddress, survey.SkipNotSampled, survey.SkipPaper}

// HeadCount looks at no more than budget contacts, and says which values their fields have if values are asked for.
func (p *Planner) HeadCount(ctx context.Context, c survey.Campaign, from survey.Cursor, budget int, values bool) (HeadCount, error) {
	h := HeadCount{Skipped: map[survey.SkipReason]int{}, Asked: map[survey.CampaignID]int{}, Rules: map[int]int{}, Languages: map[string]int{}}
	if values {
		h.Fields, h.Columns = map[string]map[string]int{}, map[string]map[string]int{}
	}
	if c.Launched.IsZero() { // from its launch on it stays as it was then
		said, err := p.Store.Privacy(ctx)
		if err != nil {
			return h, err
		}
		set, err := p.Store.Settings(ctx)
		if err != nil {
			return h, err
		}
		c.Zone, c.Hours = set.Zone, set.Hours
		c.Consent, c.Rules = said.NeedsConsent(c.Audience), survey.Ruled(set.Frequency, c.Audience)
	}
	var all []candidate
	next, err := p.Store.ContactsPage(ctx, c.Audience, from, budget, func(contact survey.Contact, stopped survey.SuppressionReason) {
		h.Looked++
		if values {
			h.note(contact)
		}
		if k, ok := candidateOf(c, contact, stopped); ok {
			all = append(all, k)
		}
	})
	if err != nil {
		return h, err
	}
	before, err := p.askedBetween(ctx, c, from, next, budget)
	if err != nil {
		return h, err
	}
	room, err := roomOf(ctx, p.Store, c, 0, p.Now())
	if err != nil {
		return h, err
	}
	clocks := clocksOf{mailing: survey.NewMailing(c.ID, survey.MailingInvitation, p.Now()), campaign: c}
	for _, k := range all {
		h.Audience++
		skip := k.skip(c, before)
		if skip == "" {
			skip = h.fill(room, k.account)
		}
		if skip != "" {
			h.Skipped[skip]++
			if skip == survey.SkipQuiet || skip == survey.SkipFrequency {
				_, by, rule := before.why(k.contact())
				h.Asked[by]++
				if rule >= 0 {
					h.Rules[rule]++
				}
			}
			continue
		}
		h.Invited++
		h.Languages[k.language]++
		if clocks.of(k.zone) != "" {
			h.Elsewhere++
		}
	}
	h.Next = next
	return h, nil
}

// fill notes somebody of an account, and skips whom there is no room for.
func (h *HeadCount) fill(room *accountRoom, id survey.AccountID) survey.SkipReason {
	if !room.limits(id) {
		return ""
	}
	if h.Accounts == nil {
		h.Accounts = map[survey.AccountID]Firm{}
	}
	of := room.joins.Of(id)
	f, there := h.Accounts[of]
	if !there {
		f.Room = room.left(id)
	}
	f.People++
	h.Accounts[of] = f
	if !room.take(id) {
		return survey.SkipAccount
	}
	return ""
}

// addAccounts takes out whom two counts have both let in and there is no room for together.
func (h *HeadCount) addAccounts(more HeadCount) {
	for id, b := range more.Accounts {
		a, there := h.Accounts[id]
		if !there {
			a.Room = b.Room
		}
		if over := min(a.People, a.Room) + min(b.People, b.Room) - min(a.People+b.People, a.Room); over > 0 {
			h.Invited -= over
			h.Skipped[survey.SkipAccount] += over
		}
		if h.Accounts == nil {
			h.Accounts = map[survey.AccountID]Firm{}
		}
		a.People += b.People
		h.Accounts[id] = a
	}
}

// Add adds a count of other contacts, without the values of their fields. Of whom a limit per account leaves out it is not known in which
// language they would be written to.
func (h *HeadCount) Add(more HeadCount) {
	h.Looked, h.Audience, h.Invited, h.Elsewhere, h.Next = h.Looked+more.Looked, h.Audience+more.Audience, h.Invited+more.Invited, h.Elsewhere+more.Elsewhere, more.Next
	addAll(&h.Skipped, more.Skipped)
	addAll(&h.Asked, more.Asked)
	addAll(&h.Rules, more.Rules)
	addAll(&h.Languages, more.Languages)
	h.addAccounts(more)
}

func addAll[K comparable](to *map[K]int, more map[K]int) {
	if *to == nil {
		*to = map[K]int{}
	}
	for k, n := range more {
		(*to)[k] += n
	}
}

// note counts the values of a contact that one can filter by.
func (h *HeadCount) note(c survey.Contact) {
	for field, v := range map[string]string{"team": c.Team, "owner": c.Owner, "location": c.Location, "product": c.Product, "tier": c.Tier, "language": c.Language} {
		add(h.Fields, field, v)
	}
	for name, v := range c.Attrs {
		add(h.Columns, name, v)
	}
}

func add(to map[string]map[string]int, field, value string) {
	if !survey.Choosable(value) {
		return
	}
	if to[field] == nil {
		to[field] = map[string]int{}
	}
	to[field][value]++
}

// askedBetween says who between two places was asked too lately, as of the campaign's start.
func (p *Planner) askedBetween(ctx context.Context, c survey.Campaign, from survey.Cursor, to *survey.Cursor, budget int) (*askedBefore, error) {
	starts := p.Now()
	if c.StartsAt.After(starts) {
		starts = c.StartsAt
	}
	return recentlyAsked(ctx, p.Store, c, starts, func(other survey.CampaignID, mailing int, each func(survey.Invitation)) error {
		for at := &from; at != nil && before(*at, to); {
			found, next, err := p.Store.InvitationsPage(ctx, other, mailing, "", *at, budget, budget)
			if err != nil {
				return err
			}
			for _, i := range found {
				each(i)
			}
			at = next
		}
		return nil
	}, func(other survey.CampaignID, each func(survey.Response)) error {
		for at := from; at.Shard < survey.ContactShards && before(at, to); at = (survey.Cursor{Shard: at.Shard + 1}) {
			err := p.Store.WalkResponses(ctx, other, at.Shard, at.After, func(a survey.Response) (bool, error) {
				each(a)
				return before(survey.Cursor{Shard: at.Shard, After: a.Contact}, to), nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func before(a survey.Cursor, b *survey.Cursor) bool {
	return b == nil || cmp.Or(cmp.Compare(a.Shard, b.Shard), cmp.Compare(a.After, b.After)) < 0
}
