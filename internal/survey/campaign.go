package survey

import (
	"slices"
	"time"
)

// CampaignID is 8 lower-case base32 characters (40 random bits): short, because every link carries it.
type CampaignID string

// CampaignState is where a campaign stands. Draft → scheduled → planning → sending → open → closed; paused and
// cancelled on the way. What still accepts answers: sending, paused, open.
type CampaignState string

const (
	Draft     CampaignState = "draft"
	Scheduled CampaignState = "scheduled" // launched; waits for its start time
	Planning  CampaignState = "planning"  // the audience is being walked into batches
	Sending   CampaignState = "sending"
	Paused    CampaignState = "paused"
	Open      CampaignState = "open" // everything is sent; answers come in
	Cancelled CampaignState = "cancelled"
	Closed    CampaignState = "closed"
)

// Wording is what a campaign says in one language. Empty fields take the audience's default wording.
// "{name}" and "{company}" are replaced; nothing else is, and "{{" is refused (SES would read it as a template).
type Wording struct {
	Subject   string `json:"subject,omitempty"`
	Greeting  string `json:"greeting,omitempty"`
	Intro     string `json:"intro,omitempty"`     // one or two sentences above the scale
	Question  string `json:"question,omitempty"`  // the recommend question
	Why       string `json:"why,omitempty"`       // the second question
	Wish      string `json:"wish,omitempty"`      // the third: what would make it a 10
	Signature string `json:"signature,omitempty"` // who writes
	Reminder  string `json:"reminder,omitempty"`  // subject of the reminder

	ReminderText string `json:"reminder_text,omitempty"`   // what it says above the invitation's words
	Second       string `json:"second_reminder,omitempty"` // the same two of the second reminder
	SecondText   string `json:"second_reminder_text,omitempty"`
}

// Filter narrows an audience. Every named field must match one of its values; a field without values does not narrow.
type Filter struct {
	Teams     []string            `json:"teams,omitempty"`
	Owners    []string            `json:"owners,omitempty"`
	Locations []string            `json:"locations,omitempty"`
	Products  []string            `json:"products,omitempty"`
	Tiers     []string            `json:"tiers,omitempty"`
	Languages []string            `json:"languages,omitempty"`
	Attrs     map[string][]string `json:"attrs,omitempty"`
}

// Campaign is one survey sent to one audience, a wave of the trend.
type Campaign struct {
	ID          CampaignID         `json:"id"`
	Name        string             `json:"name"`
	Audience    Audience           `json:"audience"`
	State       CampaignState      `json:"state"`
	Company     string             `json:"company,omitempty"`     // the name that respondents know
	Contact     string             `json:"contact,omitempty"`     // how respondents reach the company, as it was set at launch
	Sender      string             `json:"sender,omitempty"`      // From; empty: the deployment's sender
	Language    string             `json:"language"`              // for contacts whose own is unknown or not worded
	Languages   []string           `json:"languages,omitempty"`   // the only ones that it is written in; none: all
	Brand       Brand              `json:"brand,omitzero"`        // the company's at launch
	Quotes      bool               `json:"quotes,omitempty"`      // promoters are asked, after their answer, whether they may be quoted
	Recommend   Recommend          `json:"recommend,omitzero"`    // … and are offered a link to hand on
	Wording     map[string]Wording `json:"wording,omitempty"`     // by language
	Touchpoints []Touchpoint       `json:"touchpoints,omitempty"` // whose ratings it asks for beside the score, as they were called at the launch
	Filter      Filter             `json:"filter"`
	Sample      float64            `json:"sample,omitempty"`             // share of the audience to invite, 0 < s ≤ 1; 0 means all
	QuietDays   int                `json:"quiet_days"`                   // no survey within so many days of the last; 0: none
	Rules       []FrequencyRule    `json:"rules,omitempty"`              // of frequency, those of its audience at the launch; the quiet period holds besides
	PerAccount  int                `json:"per_account,omitempty"`        // the most people of one account asked within the quiet period; 0: any number
	StartsAt    time.Time          `json:"starts_at,omitzero"`           // zero: at launch
	ClosesAt    time.Time          `json:"closes_at,omitzero"`           // answers count until then
	RemindDays  int                `json:"remind_days,omitempty"`        // one reminder so many days after the last invitation; 0: none
	RemindAt    time.Time          `json:"remind_at,omitzero"`           // when the reminder is due; set when everything is sent, or by hand
	SecondDays  int                `json:"second_remind_days,omitempty"` // the second reminder so many days after the first; 0: only by hand
	SecondAt    time.Time          `json:"second_remind_at,omitzero"`    // when the second reminder is due; set when the first is sent, or by hand
	Site        string             `json:"site,omitempty"`               // base URL of its links, fixed at launch
	Zone        string             `json:"zone,omitempty"`               // the company's time zone at launch, in which its weeks and days are; empty: UTC
	Hours       Hours              `json:"hours,omitzero"`               // of the day in which letters go out, as the company had set them at the launch
	Dimensions  []string           `json:"parts,omitempty"`              // columns of the contacts by which its answers can be looked at; fixed by the planner
	Created     time.Time          `json:"created"`
	Launched    time.Time          `json:"launched,omitzero"`
	Opened      time.Time          `json:"opened,omitzero"`   // when the last invitation went out
	Consent     bool               `json:"consent,omitempty"` // who has not consented is not asked; as it was said of the audience at the launch
	Ended       time.Time          `json:"ended,omitzero"`    // when nothing of a cancelled or closed campaign was in flight any more
	Stopped     string             `json:"stopped,omitempty"` // why sending paused by itself: SES's word or a Stopped reason
	TellAt      time.Time          `json:"tell_at,omitzero"`  // when the administrators are to be told of that; zero: they know
	Resumed     time.Time          `json:"resumed,omitzero"`  // when it last went on after a pause
	Archived    time.Time          `json:"archived,omitzero"` // when it was put away, off the lists; only of one that has ended
	Version     int                `json:"version"`           // of the campaign's settings, for a compare-and-swap

	// Month is the month of a continuous survey that it is the campaign of, as "2026-11", and Every in how many days that asks a person once.
	Month string `json:"month,omitempty"`
	Every int    `json:"every_days,omitempty"`

	// History says where its answers come from, of a campaign that was brought in: it sent nothing and sends nothing.
	History History `json:"history,omitzero"`
	// Ballots says that its letters carry ballots; set at the launch to an anonymous audience.
	Ballots bool `json:"ballots,omitempty"`
	// Paper says that it is asked by cards alone, and nobody by letters: of an anonymous audience.
	Paper bool `json:"paper,omitempty"`
	// Cards are how many ballots were printed, by the number of the cell that they carry.
	Cards []int `json:"cards,omitempty"`
	// Groups are the columns by which its answers can be looked at, of an anonymous audience: see Columns.
	Groups []string `json:"groups,omitempty"`
	// Box is what came out of the box in which its sealed answers lay.
	Box Box `json:"box,omitzero"`
}

// Continuous reports whether it is a month of a continuous survey, which plans a part of its audience a day.
func (c Campaign) Continuous() bool { return c.Month != "" }

// Clock is the time zone in which its weeks and days are: the company's at the launch, so that no figure moves when that changes.
func (c Campaign) Clock() *time.Location { return orUTC(ZoneOf(c.Zone)) }

// Accepts reports whether an answer given at now still counts.
func (c Campaign) Accepts(now time.Time) bool {
	switch c.State {
	case Sending, Paused, Open:
		return c.ClosesAt.IsZero() || now.Before(c.ClosesAt)
	}
	return false
}

// Live reports whether there is something to send, to wait for or to close.
func (c Campaign) Live() bool {
	switch c.State {
	case Scheduled, Planning, Sending, Paused, Open:
		return true
	}
	return false
}

// Watched reports whether the sender has to look at the campaign: it is live, or it has ended and what was in flight at
// that moment may not be decided yet.
func (c Campaign) Watched() bool {
	return c.Live() || (c.State != Draft && !c.Launched.IsZero() && c.Ended.IsZero())
}

// LanguageFor returns the language in which a contact is written to: its own where the campaign has it, else the campaign's.
func (c Campaign) LanguageFor(contact string) string {
	if knownLanguage(contact) && c.Speaks(contact) {
		return contact
	}
	return c.Language
}

// Speaks reports whether a campaign is written in a language.
func (c Campaign) Speaks(language string) bool {
	return len(c.Languages) == 0 || language == c.Language || slices.Contains(c.Languages, language)
}
