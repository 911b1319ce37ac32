package console

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/insight"
	"onetap/internal/keys"
	"onetap/internal/survey"
	"onetap/internal/web"
	"onetap/internal/wording"
)

// settings are what a call says of a campaign; what it leaves out stays as it is.
type settings struct {
	Name       *string                    `json:"name"`
	Audience   *survey.Audience           `json:"audience"`
	Company    *string                    `json:"company"`
	Sender     *string                    `json:"sender"`
	Language   *string                    `json:"language"`
	Wording    *map[string]survey.Wording `json:"wording"`
	Filter     *survey.Filter             `json:"filter"`
	Sample     *float64                   `json:"sample"`
	QuietDays  *int                       `json:"quiet_days"`
	StartsAt   moment                     `json:"starts_at"`
	ClosesAt   moment                     `json:"closes_at"`
	RemindDays *int                       `json:"remind_days"`
}

// moment is a time that a call may set, or take away with null.
type moment struct {
	given, none, wrong bool // none: given as nothing, which no time is
	time               time.Time
}

func (m *moment) UnmarshalJSON(b []byte) error {
	*m = moment{given: true, none: string(b) == "null"}
	if m.none {
		return nil
	}
	if json.Unmarshal(b, &m.time) != nil {
		m.wrong = true // said by apply, with its name
	}
	return nil
}

func (m moment) apply(to *time.Time, name string) error {
	if m.wrong {
		return apperr.New(apperr.Invalid, "json_want_time", name)
	}
	if m.none {
		*to = time.Time{}
	} else if m.given {
		if err := survey.CheckTime(m.time, name); err != nil {
			return err
		}
		*to = m.time.UTC()
	}
	return nil
}

// apply puts the settings into a campaign and checks what comes of it. senders are whom the deployment allows; a sender
// that is not set here is asked about at launch.
func (s settings) apply(c *survey.Campaign, now time.Time, senders survey.Senders) error {
	put(&c.Audience, s.Audience)
	put(&c.Language, s.Language)
	put(&c.Wording, s.Wording)
	put(&c.Filter, s.Filter)
	put(&c.Sample, s.Sample)
	put(&c.QuietDays, s.QuietDays)
	put(&c.RemindDays, s.RemindDays)
	for to, from := range map[*string]*string{&c.Name: s.Name, &c.Company: s.Company, &c.Sender: s.Sender} {
		if from != nil {
			*to = strings.TrimSpace(*from)
		}
	}
	if err := s.StartsAt.apply(&c.StartsAt, "starts_at"); err != nil {
		return err
	}
	if err := s.ClosesAt.apply(&c.ClosesAt, "closes_at"); err != nil {
		return err
	}
	if err := c.Check(); err != nil {
		return err
	}
	if s.Sender != nil {
		if err := senders.Check(c.Sender); err != nil {
			return err
		}
	}
	if s.ClosesAt.given {
		if err := c.ClosesLater(now); err != nil {
			return err
		}
	}
	return wording.Check(*c)
}

func put[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

// createCampaign stores a draft.
func (d *Desk) createCampaign(w http.ResponseWriter, r *http.Request) error {
	var in settings
	if err := web.Decode(r, &in, maxJSON); err != nil {
		return err
	}
	c, err := d.newCampaign(r)
	if err != nil {
		return err
	}
	if err := in.apply(&c, d.now(), d.senders); err != nil {
		return err
	}
	c, err = d.draft(r.Context(), c)
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/api/v1/campaigns/"+string(c.ID))
	web.JSON(w, http.StatusCreated, c)
	return nil
}

// draft stores a new campaign under an id that nobody has.
func (d *Desk) draft(ctx context.Context, c survey.Campaign) (survey.Campaign, error) {
	for {
		c.ID = newCampaignID()
		err := d.store.CreateCampaign(ctx, c)
		if errors.Is(err, apperr.ErrChanged) {
			continue // the id is taken
		}
		c.Version = 1
		return c, err
	}
}

func newCampaignID() survey.CampaignID {
	var random [5]byte
	rand.Read(random[:]) // never fails: crypto/rand
	return keys.NewCampaignID(random)
}

// newCampaign is a draft that begins with what the company has set.
func (d *Desk) newCampaign(r *http.Request) (survey.Campaign, error) {
	c := survey.Campaign{State: survey.Draft, Language: string(web.Language(r)), Created: d.now().UTC()}
	set, err := d.store.Settings(r.Context())
	set.Begin(&c)
	return c, err
}

// listCampaigns lists one audience's campaigns, or everybody's, newest first.
func (d *Desk) listCampaigns(w http.ResponseWriter, r *http.Request) error {
	if err := parameters(r, "audience", "limit"); err != nil {
		return err
	}
	limit, err := whole(r, "limit", 50, 500)
	if err != nil {
		return err
	}
	audiences := survey.Audiences
	if r.URL.Query().Has("audience") {
		a, err := audience(r.URL.Query().Get("audience"))
		if err != nil {
			return err
		}
		audiences = []survey.Audience{a}
	}
	all := []campaignLine{}
	for _, a := range audiences {
		cs, err := d.campaigns(r.Context(), a, limit)
		if err != nil {
			return err
		}
		for _, c := range cs {
			all = append(all, campaignLine{c.ID, c.Name, c.Audience, c.State, c.Language, c.StartsAt, c.ClosesAt, c.RemindAt, c.Created, c.Launched, c.Opened, c.Stopped, c.Version})
		}
	}
	slices.SortStableFunc(all, func(a, b campaignLine) int { return b.Created.Compare(a.Created) })
	web.JSON(w, http.StatusOK, map[string]any{"campaigns": all[:min(len(all), limit)]})
	return nil
}

// campaignLine is a campaign in a list: 500 of them with their words would not fit an answer.
type campaignLine struct {
	ID       survey.CampaignID    `json:"id"`
	Name     string               `json:"name"`
	Audience survey.Audience      `json:"audience"`
	State    survey.CampaignState `json:"state"`
	Language string               `json:"language"`
	StartsAt time.Time            `json:"starts_at,omitzero"`
	ClosesAt time.Time            `json:"closes_at,omitzero"`
	RemindAt time.Time            `json:"remind_at,omitzero"`
	Created  time.Time            `json:"created"`
	Launched time.Time            `json:"launched,omitzero"`
	Opened   time.Time            `json:"opened,omitzero"`
	Stopped  string               `json:"stopped,omitempty"`
	Version  int                  `json:"version"`
}

// campaignView is a campaign with what became of its mailings; a mailing that has not begun has no ledger.
type campaignView struct {
	survey.Campaign
	Ledger   *survey.Ledger `json:"ledger"`
	Reminder *survey.Ledger `json:"reminder"`
}

func (d *Desk) showCampaign(w http.ResponseWriter, r *http.Request) error {
	if err := parameters(r); err != nil {
		return err
	}
	c, err := d.campaign(r)
	if err != nil {
		return err
	}
	v, err := d.view(r.Context(), c)
	if err != nil {
		return err
	}
	if v.Campaign, err = d.told(r, c); err != nil {
		return err
	}
	web.JSON(w, http.StatusOK, v)
	return nil
}

// view adds the ledgers. The figures are read before the mailings: a mailing's numbers are written first, so that nothing
// counted is missing in it.
func (d *Desk) view(ctx context.Context, c survey.Campaign) (campaignView, error) {
	v := campaignView{Campaign: c}
	counts, err := d.store.TalliesOf(ctx, string(c.ID), survey.KindMailing)
	if err != nil {
		return v, err
	}
	for number, to := range map[int]**survey.Ledger{survey.MailingInvitation: &v.Ledger, survey.MailingReminder: &v.Reminder} {
		mailing, ok, err := d.store.Mailing(ctx, c.ID, number)
		if err != nil {
			return v, err
		}
		if ok && (number == survey.MailingInvitation || insight.Of(c, authz.Who{}, d.now()).Reminder()) {
			l := survey.LedgerOf(mailing, counts[survey.TallyKey{Scope: string(c.ID), Kind: survey.KindMailing, Value: strconv.Itoa(number)}])
			*to = &l
		}
	}
	return v, nil
}

// editCampaign changes a draft, or what editable leaves of a campaign that runs, if it still has the version that the
// caller saw.
func (d *Desk) editCampaign(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		settings
		Version *int `json:"version"`
	}
	if err := web.Decode(r, &in, maxJSON); err != nil {
		return err
	}
	if in.Version == nil {
		return apperr.New(apperr.Invalid, "version_missing", "version")
	}
	c, err := d.campaign(r)
	if err != nil {
		return err
	}
	if err := sameVersion(c, in.Version); err != nil {
		return err
	}
	if err := d.editable(c, in.settings); err != nil {
		return err
	}
	if err := in.apply(&c, d.now(), d.senders); err != nil {
		return err
	}
	c, err = d.store.SaveCampaign(r.Context(), c)
	if errors.Is(err, apperr.ErrChanged) {
		return d.stale(r.Context(), c.ID)
	}
	if err != nil {
		return err
	}
	return d.tellCampaign(w, r, c)
}

// editable refuses what can no longer be changed once a campaign is launched: all but its name and its closing date, and,
// while it is paused, its sender, which may be why it is.
func (d *Desk) editable(c survey.Campaign, in settings) error {
	err := c.Allows(survey.ActEdit, d.now())
	if !apperr.Is(err, "campaign_launched") {
		return err
	}
	rest := in
	rest.Name, rest.ClosesAt = nil, moment{}
	if c.State == survey.Paused {
		rest.Sender = nil
	}
	if rest == (settings{}) {
		return nil
	}
	return err
}

// campaign reads the campaign that a request's path names.
func (d *Desk) campaign(r *http.Request) (survey.Campaign, error) {
	return d.campaignNamed(r.Context(), r.PathValue("campaign"))
}

func (d *Desk) campaignNamed(ctx context.Context, id string) (survey.Campaign, error) {
	if !campaignID(id) {
		return survey.Campaign{}, apperr.New(apperr.Unknown, "campaign_unknown", "campaign")
	}
	c, err := d.store.Campaign(ctx, survey.CampaignID(id))
	return c.At(d.now()), err
}

// campaigns reads an audience's newest campaigns.
func (d *Desk) campaigns(ctx context.Context, a survey.Audience, most int) ([]survey.Campaign, error) {
	cs, err := d.store.Campaigns(ctx, a, most)
	now := d.now()
	for i := range cs {
		cs[i] = cs[i].At(now)
	}
	return cs, err
}

func campaignID(id string) bool {
	return len(id) == 8 && strings.Trim(id, "abcdefghijklmnopqrstuvwxyz234567") == ""
}

func sameVersion(c survey.Campaign, version *int) error {
	if version != nil && *version != c.Version {
		return staleVersion(c)
	}
	return nil
}

// stale says what is stored now.
func (d *Desk) stale(ctx context.Context, id survey.CampaignID) error {
	c, err := d.store.Campaign(ctx, id)
	if err != nil {
		return err
	}
	return staleVersion(c.At(d.now()))
}

func staleVersion(c survey.Campaign) error {
	return apperr.New(apperr.Conflict, "version_stale", "version", "Version", c.Version, "State", string(c.State))
}

func audience(name string) (survey.Audience, error) {
	a := survey.Audience(name)
	if !a.Valid() {
		return "", apperr.New(apperr.Invalid, "audience_unknown", "audience", "Known", survey.KnownAudiences())
	}
	return a, nil
}
