package mailing

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/survey"
	"onetap/internal/wording"
)

// Change is what a call or a form says of a campaign's settings; what it leaves out (nil) stays as it is.
type Change struct {
	Name        *string                    `json:"name"`
	Audience    *survey.Audience           `json:"audience"`
	Company     *string                    `json:"company"`
	Sender      *string                    `json:"sender"`
	Language    *string                    `json:"language"`
	Wording     *map[string]survey.Wording `json:"wording"` // by language; takes the place of all wordings
	Filter      *survey.Filter             `json:"filter"`
	Sample      *float64                   `json:"sample"` // the share to invite, 0 to 1; 0: all
	QuietDays   *int                       `json:"quiet_days"`
	PerAccount  *int                       `json:"per_account"` // the most people of one account; 0: any number
	StartsAt    Moment                     `json:"starts_at"`
	ClosesAt    Moment                     `json:"closes_at"`
	RemindDays  *int                       `json:"remind_days"`
	SecondDays  *int                       `json:"second_remind_days"`
	Groups      *[]string                  `json:"groups"`      // of employees: see survey.Campaign.Columns
	Paper       *bool                      `json:"paper"`       // of employees: by cards alone
	Touchpoints *[]survey.TouchpointID     `json:"touchpoints"` // whose ratings are asked for; not of employees
}

// Moment is a time that a change may set, or take away. The zero Moment leaves it as it is.
type Moment struct {
	given, removed, wrong bool
	time                  time.Time
}

// At sets a time.
func At(t time.Time) Moment { return Moment{given: true, time: t} }

// NoTime takes a time away; JSON says so with null.
func NoTime() Moment { return Moment{given: true, removed: true} }

// Removed reports whether a time is taken away.
func (m Moment) Removed() bool { return m.removed }

// UnmarshalJSON takes a time of RFC 3339 or null. What is neither is refused by Apply, which knows the field's name.
func (m *Moment) UnmarshalJSON(b []byte) error {
	*m = Moment{given: true, removed: string(b) == "null"}
	if !m.removed && json.Unmarshal(b, &m.time) != nil {
		m.wrong = true
	}
	return nil
}

// Apply changes a time; the problem names the field: json_want_time, and those of survey.CheckTime.
func (m Moment) Apply(to *time.Time, field string) error {
	if m.wrong {
		return apperr.New(apperr.Invalid, "json_want_time", field)
	}
	if m.removed {
		*to = time.Time{}
	} else if m.given {
		if err := survey.CheckTime(m.time, field); err != nil {
			return err
		}
		*to = m.time.UTC()
	}
	return nil
}

// Apply is a campaign with a change, or what is wrong with it then, by field. The sender, which the deployment allows, is
// asked about only if the change sets it, and at launch.
func (cs *Campaigns) Apply(c survey.Campaign, in Change) (survey.Campaign, error) {
	put(&c.Audience, in.Audience)
	put(&c.Language, in.Language)
	put(&c.Wording, in.Wording)
	put(&c.Filter, in.Filter)
	put(&c.Sample, in.Sample)
	put(&c.QuietDays, in.QuietDays)
	if put(&c.PerAccount, in.PerAccount); in.PerAccount == nil && c.Audience.Anonymous() { // who has no accounts
		c.PerAccount = 0
	}
	put(&c.RemindDays, in.RemindDays)
	put(&c.SecondDays, in.SecondDays)
	if put(&c.Groups, in.Groups); in.Groups == nil && !c.Audience.Anonymous() { // the draft was one for employees
		c.Groups = nil
	}
	if put(&c.Paper, in.Paper); in.Paper == nil && !c.Audience.Anonymous() {
		c.Paper = false
	}
	if in.Touchpoints != nil {
		asked := c.Touchpoints
		c.Touchpoints = nil
		for _, id := range *in.Touchpoints {
			t, _ := survey.TouchpointOf(asked, id)
			t.ID = id
			c.Touchpoints = append(c.Touchpoints, t)
		}
	} else if c.Audience.Anonymous() {
		c.Touchpoints = nil
	}
	if c.Paper && in.Paper != nil { // what the company has set for letters
		if in.RemindDays == nil {
			c.RemindDays = 0
		}
		if in.SecondDays == nil {
			c.SecondDays = 0
		}
	}
	for to, from := range map[*string]*string{&c.Name: in.Name, &c.Company: in.Company, &c.Sender: in.Sender} {
		if from != nil {
			*to = strings.TrimSpace(*from)
		}
	}
	if err := in.StartsAt.Apply(&c.StartsAt, "starts_at"); err != nil {
		return c, err
	}
	if err := in.ClosesAt.Apply(&c.ClosesAt, "closes_at"); err != nil {
		return c, err
	}
	if err := c.Check(); err != nil {
		return c, err
	}
	if in.Sender != nil {
		if err := cs.Senders.Check(c.Sender); err != nil {
			return c, err
		}
	}
	if in.ClosesAt.given {
		if err := c.ClosesLater(cs.Now()); err != nil {
			return c, err
		}
	}
	return c, wording.Check(c)
}

func put[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

// Editable refuses what can no longer be changed once a campaign is launched: all but its name and its closing date, and,
// while it is paused, its sender, which may be why it is.
func (cs *Campaigns) Editable(c survey.Campaign, in Change) error {
	err := c.Allows(survey.ActEdit, cs.Now())
	if !apperr.Is(err, "campaign_launched") {
		return err
	}
	rest := in
	rest.Name, rest.ClosesAt = nil, Moment{}
	if c.State == survey.Paused {
		rest.Sender = nil
	}
	if rest == (Change{}) {
		return nil
	}
	return err
}

// Edit changes a campaign and stores it if nobody has changed it since c was read; otherwise the problem version_stale, as
// when c is not in the version that the caller saw (nil: none is said). Other problems: those of Editable and Apply.
func (cs *Campaigns) Edit(ctx context.Context, c survey.Campaign, version *int, in Change) (survey.Campaign, error) {
	if err := sameVersion(c, version); err != nil {
		return c, err
	}
	if err := cs.Editable(c, in); err != nil {
		return c, err
	}
	next, err := cs.Apply(c, in)
	if err == nil {
		next, err = cs.asking(ctx, next, in)
	}
	if err != nil {
		return c, err
	}
	saved, err := cs.Store.SaveCampaign(ctx, next)
	if errors.Is(err, apperr.ErrChanged) {
		return c, cs.stale(ctx, c.ID)
	}
	return saved, err
}

// asking names the touchpoints that a change has chosen. Problems: those of survey.Campaign.Asking.
func (cs *Campaigns) asking(ctx context.Context, c survey.Campaign, in Change) (survey.Campaign, error) {
	if in.Touchpoints == nil || len(c.Touchpoints) == 0 {
		return c, nil
	}
	set, err := cs.Store.Settings(ctx)
	if err != nil {
		return c, err
	}
	return c.Asking(set.Touchpoints)
}

// sameVersion refuses a campaign that is not in the version which the caller saw (nil: none is said): version_stale.
func sameVersion(c survey.Campaign, version *int) error {
	if version != nil && *version != c.Version {
		return staleVersion(c)
	}
	return nil
}

// stale says what is stored now.
func (cs *Campaigns) stale(ctx context.Context, id survey.CampaignID) error {
	c, err := cs.Store.Campaign(ctx, id)
	if err != nil {
		return err
	}
	return staleVersion(c.At(cs.Now()))
}

func staleVersion(c survey.Campaign) error {
	return apperr.New(apperr.Conflict, "version_stale", "version", "Version", c.Version, "State", string(c.State))
}
