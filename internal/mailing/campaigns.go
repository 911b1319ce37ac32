// Package mailing writes to people: it makes campaigns, launches them, counts and plans whom they reach, and sends.
package mailing

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/insight"
	"onetap/internal/keys"
	"onetap/internal/lang"
	"onetap/internal/seal"
	"onetap/internal/survey"
)

// Campaigns is what people do with campaigns, by the pages or by the API. It is safe for concurrent use.
type Campaigns struct {
	Store   CampaignStore
	Keys    *keys.Keys
	Mail    Mailer
	Now     func() time.Time
	Wake    func(context.Context) error // starts the sender and does not wait for it
	Sender  string                      // the deployment's From
	Senders survey.Senders              // whom letters may come from
	Admin   string                      // the deployment's administrator, who is of the staff before there is a list
	Pairs   Pairs                       // of ballots
	Words   Pairs                       // of what respondents write
}

// Pairs makes key pairs, of which whoever launches can use the public half alone.
type Pairs interface {
	// MakePair makes a purpose's key pair if there is none yet.
	MakePair(ctx context.Context, p seal.Purpose) error
}

// Campaign reads a campaign as it is now; the problem campaign_unknown where there is none of that id.
func (cs *Campaigns) Campaign(ctx context.Context, id string) (survey.Campaign, error) {
	if !validID(id) {
		return survey.Campaign{}, apperr.New(apperr.Unknown, "campaign_unknown", "campaign")
	}
	c, err := cs.Store.Campaign(ctx, survey.CampaignID(id))
	return c.At(cs.Now()), err
}

// Two reads two campaigns; as Campaign.
func (cs *Campaigns) Two(ctx context.Context, a, b string) (ca, cb survey.Campaign, err error) {
	if ca, err = cs.Campaign(ctx, a); err == nil {
		cb, err = cs.Campaign(ctx, b)
	}
	return ca, cb, err
}

// Newest reads an audience's newest campaigns, at most limit, as they are now.
func (cs *Campaigns) Newest(ctx context.Context, a survey.Audience, limit int) ([]survey.Campaign, error) {
	all, err := cs.Store.Campaigns(ctx, a, limit)
	now := cs.Now()
	for i := range all {
		all[i] = all[i].At(now)
	}
	return all, err
}

// Earlier lists the campaigns of a campaign's audience that were launched before it and asked people here, the latest first.
func (cs *Campaigns) Earlier(ctx context.Context, c survey.Campaign) ([]survey.Campaign, error) {
	all, err := cs.Newest(ctx, c.Audience, insight.EarlierLooked)
	return c.Earlier(all), err
}

// EarlierAsking are Earlier's, at most n, that ask of a touchpoint which a campaign asks of too.
func (cs *Campaigns) EarlierAsking(ctx context.Context, c survey.Campaign, n int) (some []survey.Campaign, err error) {
	all, err := cs.Earlier(ctx, c)
	for _, one := range all {
		shared := slices.ContainsFunc(one.Touchpoints, func(t survey.Touchpoint) bool {
			_, ok := survey.TouchpointOf(c.Touchpoints, t.ID)
			return ok
		})
		if shared && len(some) < n {
			some = append(some, one)
		}
	}
	return some, err
}

// NewID is a campaign's id that nobody has, as far as can be known without asking.
func NewID() survey.CampaignID {
	var random [5]byte
	rand.Read(random[:]) // never fails: crypto/rand
	return keys.NewCampaignID(random)
}

func validID(id string) bool {
	return len(id) == 8 && strings.Trim(id, "abcdefghijklmnopqrstuvwxyz234567") == ""
}

// New is a draft that begins with what the company has set, in a language where it has set none. It is not stored.
func (cs *Campaigns) New(ctx context.Context, l lang.Language) (survey.Campaign, error) {
	c := survey.Campaign{State: survey.Draft, Language: string(l), Created: cs.Now().UTC()}
	set, err := cs.Store.Settings(ctx)
	set.Begin(&c)
	return c, err
}

// A campaign is open for three weeks, until six in the evening, unless somebody says something else.
const daysOpen, hourClosed = 21, 18

// lookedBack is among how many of an audience's newest campaigns the last is looked for that was sent.
const lookedBack = 20

// Guess is a new draft with what can be guessed: as the company has set it, else as the audience's last campaign has it.
// Its closing date is an evening in the zone. It has no name, and is not stored.
func (cs *Campaigns) Guess(ctx context.Context, a survey.Audience, l lang.Language, zone *time.Location) (survey.Campaign, error) {
	c, err := cs.New(ctx, l)
	if err != nil {
		return c, err
	}
	before, err := cs.Newest(ctx, a, lookedBack)
	if err != nil {
		return c, err
	}
	before = slices.DeleteFunc(before, survey.Campaign.Brought) // which have no settings
	c.Audience = a
	switch {
	case c.Company != "":
	case len(before) > 0:
		last := before[0]
		c.Company, c.Sender, c.Language, c.QuietDays, c.RemindDays = last.Company, last.Sender, last.Language, last.QuietDays, last.RemindDays
		c.SecondDays, c.PerAccount = last.SecondDays, last.PerAccount
	default:
		c.QuietDays, c.RemindDays = cmp.Or(c.QuietDays, 30), cmp.Or(c.RemindDays, 7)
	}
	now := cs.Now().In(zone)
	c.ClosesAt = time.Date(now.Year(), now.Month(), now.Day()+daysOpen, hourClosed, 0, 0, 0, zone).UTC()
	return c, nil
}

// Make stores a new draft with these settings, in a language where neither they nor the company say one.
func (cs *Campaigns) Make(ctx context.Context, l lang.Language, in Change) (survey.Campaign, error) {
	c, err := cs.New(ctx, l)
	if err != nil {
		return c, err
	}
	if c, err = cs.Apply(c, in); err == nil {
		c, err = cs.asking(ctx, c, in)
	}
	if err != nil {
		return c, err
	}
	return cs.Create(ctx, c)
}

// Create stores a new campaign under the id that it carries, so that a form sent twice makes one campaign; under a new one
// if it carries none, or somebody else's.
func (cs *Campaigns) Create(ctx context.Context, c survey.Campaign) (survey.Campaign, error) {
	if !validID(string(c.ID)) {
		return cs.createAnew(ctx, c)
	}
	err := cs.Store.CreateCampaign(ctx, c)
	c.Version = 1
	if !errors.Is(err, apperr.ErrChanged) {
		return c, err
	}
	there, err := cs.Store.Campaign(ctx, c.ID)
	if err != nil && !apperr.Is(err, "campaign_unknown") {
		return c, err
	}
	if there.State == survey.Draft && there.Name == c.Name && there.Audience == c.Audience {
		return there, nil
	}
	return cs.createAnew(ctx, c)
}

func (cs *Campaigns) createAnew(ctx context.Context, c survey.Campaign) (survey.Campaign, error) {
	for {
		c.ID = NewID()
		err := cs.Store.CreateCampaign(ctx, c)
		if errors.Is(err, apperr.ErrChanged) {
			continue // the id is taken
		}
		c.Version = 1
		return c, err
	}
}

// Copy stores a draft with the words and the people of an earlier campaign, without its dates; one that was open for some
// time is open as long from now. id is as in Create; a name that is too long is cut.
func (cs *Campaigns) Copy(ctx context.Context, of survey.Campaign, id survey.CampaignID, name string) (survey.Campaign, error) {
	now := cs.Now().UTC()
	c := survey.Campaign{
		ID: id, Name: name, Audience: of.Audience, State: survey.Draft, Company: of.Company, Sender: of.Sender,
		Language: of.Language, Languages: of.Languages, Wording: of.Wording, Filter: of.Filter, Sample: of.Sample,
		QuietDays: of.QuietDays, PerAccount: of.PerAccount, RemindDays: of.RemindDays, SecondDays: of.SecondDays, Groups: of.Groups, Paper: of.Paper, Created: now,
	}
	if letters := []rune(name); len(letters) > survey.MaxName {
		c.Name = string(letters[:survey.MaxName])
	}
	if len(of.Touchpoints) > 0 {
		set, err := cs.Store.Settings(ctx)
		if err != nil {
			return c, err
		}
		c.Touchpoints = slices.DeleteFunc(slices.Clone(set.Touchpoints), func(t survey.Touchpoint) bool {
			_, asked := survey.TouchpointOf(of.Touchpoints, t.ID)
			return t.Retired || !asked
		})
	}
	began := of.Launched
	if of.StartsAt.After(began) {
		began = of.StartsAt
	}
	if open := of.ClosesAt.Sub(began); !of.Launched.IsZero() && open > time.Hour && !of.ClosesAt.IsZero() {
		c.ClosesAt = now.Add(open).Truncate(time.Hour)
	}
	return cs.Create(ctx, c)
}

// Ledgers are what became of a campaign's mailings; nil of one that has not begun, or that may not be shown.
type Ledgers struct {
	Invitation, Reminder, Second *survey.Ledger
	Mailings                     map[int]survey.Mailing // that have begun, by number, of those with a ledger
}

// Uncertain is of how many letters nobody knows whether they went out.
func (l Ledgers) Uncertain() int {
	n := 0
	for _, of := range []*survey.Ledger{l.Invitation, l.Reminder, l.Second} {
		if of != nil {
			n += of.Uncertain
		}
	}
	return n
}

// Count is a figure of a mailing's ledger; ok is false where there is no such ledger to show.
func (l Ledgers) Count(number int, part Part) (n int, ok bool) {
	of := map[int]*survey.Ledger{survey.MailingInvitation: l.Invitation, survey.MailingReminder: l.Reminder, survey.MailingSecond: l.Second}[number]
	if of == nil {
		return 0, false
	}
	if why, skipped := strings.CutPrefix(string(part), "skip_"); skipped {
		return of.Skipped[survey.SkipReason(why)], true
	}
	n, ok = map[Part]int{
		PartAudience: of.Audience, PartInvited: of.Invited, PartSkipped: of.Audience - of.Invited, PartWaiting: of.Waiting, PartSent: of.Sent, PartFailed: of.Failed,
		PartBounced: of.Bounced, PartUncertain: of.Uncertain, PartComplained: of.Complained,
	}[part]
	return n, ok
}

// Ledgers reads a campaign's ledgers. The figures are read before the mailings: a mailing's numbers are written first, so
// that nothing counted is missing in it.
func (cs *Campaigns) Ledgers(ctx context.Context, c survey.Campaign) (Ledgers, error) {
	all := Ledgers{Mailings: map[int]survey.Mailing{}}
	counts, err := cs.Store.TalliesOf(ctx, string(c.ID), survey.KindMailing)
	if err != nil {
		return all, err
	}
	for number, to := range map[int]**survey.Ledger{survey.MailingInvitation: &all.Invitation, survey.MailingReminder: &all.Reminder, survey.MailingSecond: &all.Second} {
		mailing, begun, err := cs.Store.Mailing(ctx, c.ID, number)
		if err != nil {
			return all, err
		}
		if begun && (number == survey.MailingInvitation || insight.Of(c, authz.Who{}, cs.Now()).Reminder()) {
			l := survey.LedgerOf(mailing, counts[survey.TallyKey{Scope: string(c.ID), Kind: survey.KindMailing, Value: strconv.Itoa(number)}])
			*to = &l
			all.Mailings[number] = mailing
		}
	}
	return all, nil
}

// wake calls the sender. Its next minute does the same work otherwise, so a failure is only logged.
func (cs *Campaigns) wake(ctx context.Context, c survey.Campaign) {
	if err := cs.Wake(ctx); err != nil {
		slog.WarnContext(ctx, "sender not called; its next minute goes on with the campaign", "campaign", c.ID, "error", err)
	}
}
