package followup

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/loop"
	"onetap/internal/money"
	"onetap/internal/survey"
)

const (
	// silentEvery is how often it is looked whether a campaign has ended.
	silentEvery = time.Hour
	// silentCampaigns are the campaigns of an audience among which the latest ones are looked for.
	silentCampaigns = 60
	// silentTogether is of how many people places in campaigns are read together.
	silentTogether = 100
	// silentStep is how many contacts are walked between two looks at the time.
	silentStep = 50_000
)

// Silences opens the cases of those of value who are asked and never answer (D35): once for each campaign that has ended. A walk that dies is
// done again by the next run, and opens no second case. It is safe for one run at a time; two at once open the same cases once.
type Silences struct {
	Store SilenceStore
	Log   *slog.Logger
	Now   func() time.Time
	Rules loop.Rules // of new cases, where the company has not set a term
	Admin string     // the administrator's address
}

// SilenceStore is what it needs of the table.
type SilenceStore interface {
	// Practice reads how the company follows up.
	Practice(ctx context.Context) (loop.Practice, error)
	// Settings reads the company's settings; zero where there are none.
	Settings(ctx context.Context) (survey.Settings, error)
	// Schedule reads by when respondents should have been spoken to; zero where nobody has said.
	Schedule(ctx context.Context) (loop.Schedule, error)
	// Staff lists the staff.
	Staff(ctx context.Context) ([]survey.Staff, error)
	// Campaigns lists an audience's campaigns, the latest first, up to limit.
	Campaigns(ctx context.Context, a survey.Audience, limit int) ([]survey.Campaign, error)
	// SilenceLooked reads of which of an audience's campaigns the silent were looked for; zero before the first.
	SilenceLooked(ctx context.Context, a survey.Audience) (loop.SilenceLooked, error)
	// SaveSilenceLooked is a compare-and-swap by the version that was read; apperr.ErrChanged.
	SaveSilenceLooked(ctx context.Context, l loop.SilenceLooked) error
	// ContactsUntil calls each for some budget contacts of an audience from a cursor on, and returns where to go on; nil at the end.
	ContactsUntil(ctx context.Context, a survey.Audience, from survey.Cursor, budget int, each func(survey.Contact, survey.SuppressionReason) bool) (*survey.Cursor, error)
	// Contacts reads several contacts; those that are not there are left out.
	Contacts(ctx context.Context, a survey.Audience, ids []survey.ContactID) (map[survey.ContactID]survey.Contact, error)
	// GoneAmong reads since when which of some contacts have been missing from their list.
	GoneAmong(ctx context.Context, a survey.Audience, ids []survey.ContactID) (map[survey.ContactID]time.Time, error)
	// AccountJoins reads which names are one company.
	AccountJoins(ctx context.Context, a survey.Audience) (survey.AccountJoins, error)
	// Places reads what campaigns know of some contacts.
	Places(ctx context.Context, campaigns []survey.CampaignID, ids []survey.ContactID) (map[survey.ContactID]map[survey.CampaignID]loop.Place, error)
	// CreateCase stores a new case with what is due of it; ErrChanged where the contact has one in this campaign already.
	CreateCase(ctx context.Context, c loop.Case) (loop.Case, error)
}

// Run looks at the campaigns that have ended since it last did. What is wrong with one audience's stops no other.
func (s *Silences) Run(ctx context.Context) error {
	p, err := s.Store.Practice(ctx)
	if err != nil {
		return err
	}
	var failed []error
	for _, a := range p.Silence.Audiences {
		if err := s.look(ctx, p, a); err != nil && !errors.Is(err, apperr.ErrChanged) { // another run is at it
			failed = append(failed, fmt.Errorf("silent %s: %w", a, err))
		}
	}
	return errors.Join(failed...)
}

func (s *Silences) look(ctx context.Context, p loop.Practice, a survey.Audience) error {
	looked, err := s.Store.SilenceLooked(ctx, a)
	if err != nil || s.Now().Sub(looked.At) < silentEvery {
		return err
	}
	all, err := s.Store.Campaigns(ctx, a, silentCampaigns)
	if err != nil {
		return err
	}
	for i, c := range all {
		if _, done := looked.Of[c.ID]; done || !p.Silence.Looks(c, s.Now()) {
			continue
		}
		found, err := s.of(ctx, p, c, endedBefore(all[i:], p.Silence.InARow()))
		if err != nil {
			return err
		}
		looked.Of = maps.Clone(looked.Of)
		if looked.Of == nil {
			looked.Of = map[survey.CampaignID]loop.SilenceFound{}
		}
		looked.Of[c.ID] = found
		s.Log.InfoContext(ctx, "silent people looked for", "campaign", string(c.ID), "opened", found.Opened, "left", found.Left)
	}
	maps.DeleteFunc(looked.Of, func(id survey.CampaignID, _ loop.SilenceFound) bool {
		return !slices.ContainsFunc(all, func(c survey.Campaign) bool { return c.ID == id })
	})
	looked.At = s.Now().UTC()
	return s.Store.SaveSilenceLooked(ctx, looked)
}

// endedBefore are the campaigns that tell whether somebody has been silent for so many in a row: not everybody is asked in each.
func endedBefore(from []survey.Campaign, waves int) (ids []survey.CampaignID) {
	for _, c := range from {
		if c.Live() || c.Launched.IsZero() {
			continue
		}
		if ids = append(ids, c.ID); len(ids) == 2*waves+2 {
			break
		}
	}
	return ids
}

// of opens the cases of one campaign.
func (s *Silences) of(ctx context.Context, p loop.Practice, c survey.Campaign, before []survey.CampaignID) (found loop.SilenceFound, err error) {
	set, err := s.Store.Settings(ctx)
	if err != nil {
		return found, err
	}
	firms, err := s.firms(ctx, p.Silence.Least, c.Audience, set)
	if err != nil {
		return found, err
	}
	if err := s.places(ctx, firms, before); err != nil {
		return found, err
	}
	type asked struct {
		who   survey.ContactID
		in    int
		value int64
	}
	var all []asked
	for _, f := range firms {
		for _, one := range f.People {
			if of := one.Places[0].Case; of != nil && of.Is() == loop.OfSilent { // by a run that has died
				found.Opened++
			}
		}
		if who, in, ok := f.Ask(p.Silence.InARow()); ok {
			all = append(all, asked{who, in, f.Value.Minor})
		}
	}
	slices.SortFunc(all, func(a, b asked) int { // of equals always the same, so that a second walk opens no others
		switch {
		case a.value != b.value:
			return int(max(-1, min(1, b.value-a.value)))
		case a.who < b.who:
			return -1
		}
		return 1
	})
	ids := make([]survey.ContactID, len(all))
	for i, one := range all {
		ids[i] = one.who
	}
	gone, err := s.Store.GoneAmong(ctx, c.Audience, ids)
	if err != nil {
		return found, err
	}
	all = slices.DeleteFunc(all, func(one asked) bool { return !gone[one.who].IsZero() })
	n := min(len(all), max(0, p.Silence.AtMost()-found.Opened))
	if found.Left = len(all) - n; n == 0 {
		return found, nil
	}
	ids = ids[:0]
	for _, one := range all[:n] {
		ids = append(ids, one.who)
	}
	people, err := s.Store.Contacts(ctx, c.Audience, ids)
	if err != nil {
		return found, err
	}
	schedule, err := s.Store.Schedule(ctx)
	if err != nil {
		return found, err
	}
	staff, err := s.Store.Staff(ctx)
	if err != nil {
		return found, err
	}
	d := loop.NewDirectory(staff, s.Admin)
	for _, one := range all[:n] {
		contact, there := people[one.who]
		if !there { // erased since
			continue
		}
		who := d.Responsible(contact.Owner, contact.Team)
		rules := s.Rules
		rules.Tries, rules.Plan = p.Tries, planOf(schedule, set, contact, who.Staff, s.Rules.Term)
		_, err := s.Store.CreateCase(ctx, loop.NewSilent(loop.Silent{
			Campaign: c.ID, Contact: one.who, Audience: c.Audience, Language: c.LanguageFor(contact.Language), Waves: one.in,
		}, who, contact.Team, rules, s.Now().UTC()))
		if err != nil && !errors.Is(err, apperr.ErrChanged) {
			return found, err
		}
		found.Opened++
	}
	return found, nil
}

// firms walks an audience's list for whoever is worth enough, and for all who work for such a company. Who must not be written to is among them: a call is
// no letter.
func (s *Silences) firms(ctx context.Context, least money.Amount, a survey.Audience, set survey.Settings) (all []*loop.Firm, err error) {
	joins, err := s.Store.AccountJoins(ctx, a)
	if err != nil {
		return nil, err
	}
	of := map[survey.AccountID]*loop.Firm{}
	from := &survey.Cursor{}
	for from != nil {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		from, err = s.Store.ContactsUntil(ctx, a, *from, silentStep, func(c survey.Contact, _ survey.SuppressionReason) bool {
			value, ok := money.Parse(c.Value, set.Currency)
			worth := ok && value.Currency == least.Currency && value.Minor >= least.Minor
			account := joins.Of(c.Account)
			if c.Unreadable || account == "" && !worth {
				return true
			}
			if !ok || value.Currency != least.Currency {
				value = money.Amount{Currency: least.Currency}
			}
			f := of[account]
			if f == nil || account == "" {
				f = &loop.Firm{Value: value}
				all = append(all, f)
			}
			if account != "" {
				of[account] = f
			}
			if value.Minor > f.Value.Minor {
				f.Value = value
			}
			f.People = append(f.People, loop.FirmPerson{Contact: c.ID, Decides: c.Company.Role == survey.Decides, Value: value})
			return true
		})
		if err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(all, func(f *loop.Firm) bool { return f.Value.Minor < least.Minor }), nil
}

// places reads what campaigns know of the people of firms.
func (s *Silences) places(ctx context.Context, firms []*loop.Firm, campaigns []survey.CampaignID) error {
	var all []*loop.FirmPerson
	for _, f := range firms {
		for i := range f.People {
			all = append(all, &f.People[i])
		}
	}
	for part := range slices.Chunk(all, silentTogether) {
		ids := make([]survey.ContactID, len(part))
		for i, one := range part {
			ids[i] = one.Contact
		}
		places, err := s.Store.Places(ctx, campaigns, ids)
		if err != nil {
			return err
		}
		for _, one := range part {
			one.Places = make([]loop.Place, len(campaigns))
			for n, c := range campaigns {
				one.Places[n] = places[one.Contact][c]
			}
		}
	}
	return nil
}
