package insight

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"onetap/internal/apperr"
	"onetap/internal/loop"
	"onetap/internal/money"
	"onetap/internal/nps"
	"onetap/internal/survey"
)

const (
	// silentLooked is how many people one page of the silent looks at, and silentWaves over how many earlier campaigns it counts.
	silentLooked = 300
	silentWaves  = 6
	// EarlierLooked is among how many of an audience's newest campaigns those before one are looked for.
	EarlierLooked = 200
)

// Why the silent are not told.
var (
	// ErrSilentOpen refuses it while answers may still come.
	ErrSilentOpen = apperr.New(apperr.Conflict, "silent_open", "campaign")
	// ErrSilentBrought refuses it of answers that were given elsewhere: of whom they asked nothing is known.
	ErrSilentBrought = apperr.New(apperr.Conflict, "silent_brought", "campaign")
)

// Silence is who of a campaign's people has not answered, a part of them at a time.
type Silence struct {
	Campaign nps.Tally      // of the whole: Sent and Responded
	People   []SilentPerson // of this part, those with the largest value first; only whom the reader may see
	Looked   int            // people of this part, silent or not
	Next     *survey.Cursor // where the next part begins; nil: this was the last
	Currency string         // in which Value is added up
	Value    money.Amount   // of the accounts, and of contacts without one, that are silent, each account once; of Sum
	// Sum is of all people whom the reader may see, as of At; where At is zero, of this part alone. A contact is in the list as long as it is stored and no
	// whole list has left it out.
	Sum loop.SilencePart
	At  time.Time
	// Owners are the sums by owner, the largest value of the silent first; without those of the fewest people, where there are many. None where At is zero.
	Owners []loop.SilencePart
}

// Kept is the share of those who answered less that of the silent who are still in the list; ok is false where one of them is of none.
func (s Silence) Kept() (nps.Shares, bool) {
	return nps.CompareShares(s.Sum.Silent.InList(), s.Sum.Answered.InList())
}

// Fell is the same of those who are worth less than when they were asked.
func (s Silence) Fell() (nps.Shares, bool) {
	return nps.CompareShares(s.Sum.Silent.WorthLess(), s.Sum.Answered.WorthLess())
}

// SilentPerson is somebody who was asked and has not answered.
type SilentPerson struct {
	Contact survey.Contact // without the person, where it is not stored any more
	Gone    bool           // not in the contact list any more
	Asked   time.Time      // when the letter went out
	Value   money.Amount
	Valued  bool
	Waves   int // campaigns in a row without an answer, this one among them
	Segment []string
	Owner   string // as the invitation has it
	Team    string
}

// silentIn is for how many campaigns in a row somebody has been silent, of those that have ended.
func silentIn(campaigns []survey.Campaign, places []loop.Place, now func() time.Time) int {
	var ended []loop.Place
	for i, c := range campaigns {
		if i < len(places) && !c.Accepts(now()) {
			ended = append(ended, places[i])
		}
	}
	return loop.SilentFor(ended)
}

// MaySilent says why the silent of a campaign are not told, or nil. Problems: ErrWholeOnly of employees, ErrNarrow for who may not know the
// people, ErrSilentOpen, ErrSilentBrought.
func (o *Reading) MaySilent() error {
	switch {
	case o.campaign.Audience.Anonymous():
		return ErrWholeOnly
	case !o.view.People():
		return ErrNarrow
	case o.campaign.Brought():
		return ErrSilentBrought
	case o.campaign.Accepts(o.results.Now()) || o.campaign.Live():
		return ErrSilentOpen
	}
	return nil
}

// Silent reads who of a part of a campaign's people has not answered. earlier are the audience's campaigns before it, the latest first; it looks at
// silentWaves of them. Problems: those of MaySilent.
func (o *Reading) Silent(ctx context.Context, from survey.Cursor, earlier []survey.Campaign) (s Silence, err error) {
	if s, err = o.SilentPart(ctx, from, earlier); err != nil {
		return s, err
	}
	all, err := o.results.times(ctx, o.campaign)
	if err != nil {
		return s, err
	}
	s.Campaign = all.sum
	sees, err := o.results.sees(ctx, o.who)
	if err != nil {
		return s, err
	}
	return s, o.sums(ctx, &s, sees)
}

// SilentPart is Silent with what this part comes to alone, and without Campaign.
func (o *Reading) SilentPart(ctx context.Context, from survey.Cursor, earlier []survey.Campaign) (s Silence, err error) {
	if err := o.MaySilent(); err != nil {
		return s, err
	}
	r, c := o.results, o.campaign
	sees, err := r.sees(ctx, o.who)
	if err != nil {
		return s, err
	}
	asked, next, err := r.Store.InvitationsPage(ctx, c.ID, survey.MailingInvitation, survey.InvitationSent, from, silentLooked, 4*silentLooked)
	if err != nil {
		return s, err
	}
	s.Next = next
	asked = slices.DeleteFunc(asked, func(i survey.Invitation) bool { return !sees(i.Owner, i.Team) })
	s.Looked = len(asked)
	ids := make([]survey.ContactID, len(asked))
	for i, one := range asked {
		ids[i] = one.Contact
	}
	waves := append([]survey.Campaign{c}, earlier[:min(len(earlier), silentWaves)]...)
	var places map[survey.ContactID]map[survey.CampaignID]loop.Place
	var people map[survey.ContactID]survey.Contact
	var gone map[survey.ContactID]time.Time
	set, err := r.Store.Settings(ctx)
	if err != nil {
		return s, err
	}
	g, reading := errgroup.WithContext(ctx)
	g.Go(func() (err error) { places, err = r.Store.Places(reading, campaignIDs(waves), ids); return err })
	g.Go(func() (err error) { people, err = r.Store.Contacts(reading, c.Audience, ids); return err })
	g.Go(func() (err error) { gone, err = r.Store.GoneAmong(reading, c.Audience, ids); return err })
	if err := g.Wait(); err != nil {
		return s, err
	}
	for _, i := range asked {
		contact, there := people[i.Contact]
		since, left := gone[i.Contact]
		in := there && (!left || contact.Updated.After(since))
		group := &s.Sum.Silent
		if places[i.Contact][c.ID].Answered {
			group = &s.Sum.Answered
		}
		contact.Gone = !in
		group.Count(contact, there, i.At, set.Currency)
		if places[i.Contact][c.ID].Answered {
			continue
		}
		p := SilentPerson{Contact: contact, Gone: !in, Asked: i.At, Segment: i.Segments, Owner: i.Owner, Team: i.Team}
		p.Contact.ID, p.Contact.Audience = i.Contact, c.Audience
		p.Value, p.Valued = money.Parse(contact.Value, set.Currency)
		mine := make([]loop.Place, len(waves))
		for n, v := range waves {
			mine[n] = places[i.Contact][v.ID]
		}
		p.Waves = silentIn(waves, mine, r.Now)
		s.People = append(s.People, p)
	}
	s.sum(set.Currency)
	return s, nil
}

// sums puts what all people come to in place of what those of this part do, where it was added up.
func (o *Reading) sums(ctx context.Context, s *Silence, sees func(owner, team string) bool) error {
	sums, ok, err := o.results.Store.SilenceSums(ctx, o.campaign.ID)
	if err != nil || !ok {
		return err
	}
	s.At, s.Sum = sums.At, sums.Of(o.who.All(), sees)
	s.Currency, s.Value = sums.Currency, money.Amount{Minor: s.Sum.Value, Currency: sums.Currency}
	of := map[string]loop.SilencePart{}
	for _, p := range sums.Parts {
		if key := strings.ToLower(p.Owner); sees(p.Owner, p.Team) {
			was := of[key]
			was.Owner = p.Owner
			of[key] = was.Plus(p)
		}
	}
	for _, p := range of {
		s.Owners = append(s.Owners, p)
	}
	slices.SortFunc(s.Owners, func(a, b loop.SilencePart) int {
		return cmp.Or(cmp.Compare(b.Value, a.Value), cmp.Compare(b.Silent.People, a.Silent.People), strings.Compare(a.Owner, b.Owner))
	})
	return nil
}

// sum adds up what the silent are worth, an account once, and puts them in order.
func (s *Silence) sum(currency string) {
	n := map[string]int{}
	for _, p := range s.People {
		if p.Valued {
			n[p.Value.Currency]++
		}
	}
	best := 0
	for c, m := range n { // the workspace's, else that of most
		if m > best || m == best && c < s.Currency {
			s.Currency, best = c, m
		}
	}
	if n[currency] > 0 {
		s.Currency = currency
	}
	largest := map[survey.AccountID]money.Amount{}
	for _, p := range s.People {
		switch {
		case !p.Valued || p.Value.Currency != s.Currency:
		case p.Contact.Account == "":
			s.Value, _ = s.Value.Plus(p.Value)
		case p.Value.Minor > largest[p.Contact.Account].Minor:
			largest[p.Contact.Account] = p.Value
		}
	}
	for _, v := range largest {
		s.Value, _ = s.Value.Plus(v)
	}
	weighed := func(p SilentPerson) int64 {
		if p.Valued && p.Value.Currency == s.Currency {
			return p.Value.Minor
		}
		return -1
	}
	slices.SortStableFunc(s.People, func(a, b SilentPerson) int {
		return cmp.Or(cmp.Compare(weighed(b), weighed(a)), b.Waves-a.Waves, cmp.Compare(a.Contact.ID, b.Contact.ID))
	})
}
