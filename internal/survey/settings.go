package survey

import (
	"strings"
	"time"
	"unicode/utf8"

	"onetap/internal/apperr"
	"onetap/internal/money"
)

// Settings are what the company has set once: where new campaigns and new cases begin.
type Settings struct {
	Company     string          `json:"company,omitempty"`
	Contact     string          `json:"contact,omitempty"`   // how respondents reach the company: an address, a telephone, a few words
	Sender      string          `json:"sender,omitempty"`    // From of new campaigns; empty: the deployment's
	Language    string          `json:"language,omitempty"`  // of a new campaign, for contacts without a language of their own; empty: the language of the person who makes it
	Languages   []string        `json:"languages,omitempty"` // the only ones that new campaigns are written in; none: all
	Brand       Brand           `json:"brand,omitzero"`
	CaseHours   int             `json:"case_hours,omitempty"` // hours, around the clock, in which a detractor should have been called, as it was set before there was a loop.Schedule; 0: the deployment's
	QuietDays   int             `json:"quiet_days,omitempty"`
	RemindDays  int             `json:"remind_days,omitempty"`
	Zone        string          `json:"zone,omitempty"`        // the company's time zone, as "Europe/Moscow"; empty: not set
	Hours       Hours           `json:"hours,omitzero"`        // of the day in which surveys are sent
	Currency    string          `json:"currency,omitempty"`    // ISO 4217, of amounts of contacts that name none; empty: not set
	Quotes      bool            `json:"quotes,omitempty"`      // promoters are asked, after their answer, whether they may be quoted; of new campaigns
	Recommend   Recommend       `json:"recommend,omitzero"`    // … and are offered a link to hand on; of new campaigns, too
	Trusted     Trusted         `json:"trusted,omitzero"`      // set apart from the others, by org.Company.SaveTrusted
	Frequency   []FrequencyRule `json:"frequency,omitempty"`   // so are these, by org.Company.SaveFrequency
	Touchpoints []Touchpoint    `json:"touchpoints,omitempty"` // and these, by org.Company.SaveTouchpoints
	Version     int             `json:"version"`
}

// Brand is how the company looks. A campaign keeps the one of its launch.
type Brand struct {
	Colour string `json:"colour,omitempty"` // "#rrggbb"; empty: Onetap's own
	Logo   string `json:"logo,omitempty"`   // the hash under which it is served, /logo/<hash>; empty: none
	Width  int    `json:"width,omitempty"`  // of the logo as it is shown, in CSS pixels
	Height int    `json:"height,omitempty"`
}

// MaxCaseHours is thirty days, as in the template.
const MaxCaseHours = 720

// maxContact is one line of a respondent's page, in characters.
const maxContact = 200

// maxCompany is as long as wording.Check allows, in characters.
const maxCompany = 150

// Check tells what keeps settings from being stored. Problems: company_too_long, contact_too_long, language_unknown, language_not_among,
// hours_range, days_range, zone_unknown, currency_unknown, and those of Recommend.Check, ReadSender and CheckName. Whether the deployment allows the sender is asked of
// Senders.Check. The colour and the logo are checked where they come in.
func (s Settings) Check() error {
	invalid := func(code, where string, with ...any) error { return apperr.New(apperr.Invalid, code, where, with...) }
	known := strings.Join(Languages(), ", ")
	chosen := s.Language == "" || len(s.Languages) == 0
	for _, l := range s.Languages {
		if !knownLanguage(l) {
			return invalid("language_unknown", "languages", "Known", known)
		}
		chosen = chosen || l == s.Language
	}
	switch {
	case utf8.RuneCountInString(s.Company) > maxCompany:
		return invalid("company_too_long", "company", "Limit", maxCompany)
	case utf8.RuneCountInString(s.Contact) > maxContact:
		return invalid("contact_too_long", "contact", "Limit", maxContact)
	case strings.Contains(s.Company, "{{"):
		return invalid("wording_braces", "company")
	case s.Language != "" && !knownLanguage(s.Language):
		return invalid("language_unknown", "language", "Known", known)
	case !chosen:
		return invalid("language_not_among", "language")
	case s.CaseHours < 0 || s.CaseHours > MaxCaseHours:
		return invalid("hours_range", "case_hours", "Limit", MaxCaseHours)
	case s.QuietDays < 0 || s.QuietDays > MaxQuietDays:
		return invalid("days_range", "quiet_days", "Limit", MaxQuietDays)
	case s.RemindDays < 0 || s.RemindDays > MaxRemindDays:
		return invalid("days_range", "remind_days", "Limit", MaxRemindDays)
	case s.Zone != "" && s.Location() == nil:
		return invalid("zone_unknown", "zone")
	case s.Currency != "" && !money.Known(s.Currency):
		return invalid("currency_unknown", "currency")
	}
	if err := s.Recommend.Check(); err != nil {
		return err
	}
	if err := s.Hours.Check(); err != nil {
		return err
	}
	if err := CheckName(s.Company, "company"); err != nil {
		return err
	}
	if err := CheckLine(s.Contact, "contact"); err != nil {
		return err
	}
	return checkSender(s.Sender)
}

// Location is the company's time zone; nil where none is set, or this machine does not know it.
func (s Settings) Location() *time.Location {
	return ZoneOf(s.Zone)
}

// Clock is the company's time zone; UTC where none is set.
func (s Settings) Clock() *time.Location { return orUTC(s.Location()) }

// Begin gives a new campaign what the company has set.
func (s Settings) Begin(c *Campaign) {
	c.Company, c.Sender, c.QuietDays, c.RemindDays = s.Company, s.Sender, s.QuietDays, s.RemindDays
	c.Brand, c.Languages, c.Quotes, c.Recommend = s.Brand, s.Languages, s.Quotes, s.Recommend
	if s.Language != "" {
		c.Language = s.Language
	} else if len(s.Languages) == 1 {
		c.Language = s.Languages[0]
	}
}
