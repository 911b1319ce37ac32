package survey

import (
	"slices"
	"strings"
	"time"

	"onetap/internal/apperr"
)

// ContinuousState is whether a continuous survey writes to people.
type ContinuousState string

const (
	ContinuousRunning ContinuousState = "running"
	ContinuousPaused  ContinuousState = "paused"
	ContinuousStopped ContinuousState = "stopped" // for good; another can be started
)

const (
	// MinEvery is how often a continuous survey asks somebody at most: a campaign is a month's, and has a person once.
	MinEvery = 31
	// MaxEvery is how seldom it does, in days.
	MaxEvery = 730
	// MaxNewAfter is after how many days new contacts are asked at the latest.
	MaxNewAfter = 365
	// MaxCloseAfter is for how many days a month's campaign is open after the month at the longest.
	MaxCloseAfter = 90
	// MaxFreeDays is how many free days a list may name.
	MaxFreeDays = 500
	// fewNew is how many new contacts of a day are never too many to be new customers.
	fewNew = 100
)

// UsualCadence is how a continuous survey asks where nobody says otherwise.
var UsualCadence = Cadence{Every: 90, Closes: 14}

// DefaultHours are those of a continuous survey where the company has set none: it plans by itself, and nobody wants a letter at midnight.
var DefaultHours = Hours{From: 9, Until: 20}

// Cadence is how a continuous survey asks.
type Cadence struct {
	Every    int      `json:"every_days"`               // days between two surveys of one person, at least
	NewAfter *int     `json:"new_after_days,omitempty"` // days after which a new contact is asked; nil: in its turn, like everybody
	Weekends bool     `json:"weekends"`                 // Saturdays and Sundays are working days, too
	Free     []string `json:"free_days,omitempty"`      // the company's own free days, "2027-01-01", in order
	Closes   int      `json:"close_after_days"`         // days after its end for which a month's campaign is open
}

// Continuous is a survey of an audience without end. Every working day asks the next part of the audience; the day's people are invited by
// the campaign of the month.
type Continuous struct {
	Audience Audience        `json:"audience"`
	State    ContinuousState `json:"state"`
	Survey   Campaign        `json:"survey"` // what each month's campaign takes: words, languages, sender, filter, reminders, quiet period
	Site     string          `json:"site"`   // base of the links
	Zone     string          `json:"zone,omitempty"`
	Begun    time.Time       `json:"begun"`
	Cadence
	Why string `json:"why,omitempty"` // why it paused by itself: a Continuous reason

	Place  Place        `json:"place"`            // where the next day begins
	Turns  int          `json:"turns"`            // days that are planned
	Last   string       `json:"last,omitempty"`   // the last of them
	Due    int          `json:"due"`              // whom that day looked at
	Turn   *Turn        `json:"turn,omitempty"`   // being planned
	Newest string       `json:"newest,omitempty"` // new contacts of UTC's days until then have had their day, or none
	Seen   string       `json:"seen,omitempty"`   // UTC's days until then are known to be lists or not
	Lists  []string     `json:"lists,omitempty"`  // of these, days with so many new contacts that they are a list, who come in their turn
	Months []CampaignID `json:"months,omitempty"` // its campaigns that have not ended, the newest last

	Version int `json:"-"`
}

// MonthEnded is why a continuous survey pauses: a person has closed or cancelled the month's campaign.
const MonthEnded = "month_ended"

// Turn is one day of a continuous survey.
type Turn struct {
	Number   int        `json:"number"` // from 1
	Day      string     `json:"day"`    // on the survey's clock
	Campaign CampaignID `json:"campaign"`
	Span
	Next     Place    `json:"next"`                // where the day after it begins
	New      []string `json:"new,omitempty"`       // UTC's days whose new contacts are asked
	NewUntil string   `json:"new_until,omitempty"` // of UTC's days until then the new ones have had their day with this
}

// Month is the month of which the day is: "2026-11".
func (t Turn) Month() string { return t.Day[:len("2006-01")] }

// Check tells what keeps a cadence from being. quiet is the survey's quiet period in days. Problems, each at its field: every_range, every_quiet, new_after_range,
// close_after_range, free_days_many, free_day.
func (c Cadence) Check(quiet int) error {
	invalid := func(code, where string, with ...any) error { return apperr.New(apperr.Invalid, code, where, with...) }
	switch {
	case c.Every < MinEvery || c.Every > MaxEvery:
		return invalid("every_range", "every_days", "From", MinEvery, "To", MaxEvery)
	case c.Every < quiet:
		return invalid("every_quiet", "every_days", "Every", c.Every, "Quiet", quiet)
	case c.NewAfter != nil && (*c.NewAfter < 0 || *c.NewAfter > MaxNewAfter):
		return invalid("new_after_range", "new_after_days", "To", MaxNewAfter)
	case c.Closes < 1 || c.Closes > MaxCloseAfter:
		return invalid("close_after_range", "close_after_days", "To", MaxCloseAfter)
	case len(c.Free) > MaxFreeDays:
		return invalid("free_days_many", "free_days", "To", MaxFreeDays)
	}
	for n, day := range c.Free {
		if _, err := time.Parse(time.DateOnly, day); err != nil {
			return invalid("free_day", "free_days", "Line", n+1, "Value", day)
		}
	}
	return nil
}

// ReadFreeDays reads a list of days, one a line, as 2027-01-01 or 01.01.2027, the rest of a line behind a space or "#" being a note. The problem free_day
// names the line.
func ReadFreeDays(text string) ([]string, error) {
	var days []string
	for n, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(strings.TrimSpace(line), "#")
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		word, _, _ := strings.Cut(line, " ")
		day, err := time.Parse(time.DateOnly, word)
		if err != nil {
			day, err = time.Parse("02.01.2006", word)
		}
		if err == nil {
			err = CheckTime(day, "free_days")
		}
		if err != nil {
			return nil, apperr.New(apperr.Invalid, "free_day", "free_days", "Line", n+1, "Value", word)
		}
		days = append(days, day.Format(time.DateOnly))
	}
	return tidyDays(days), nil
}

func tidyDays(days []string) []string {
	days = slices.Clone(days)
	slices.Sort(days)
	return slices.Compact(days)
}

// Steps is in how many working days it goes once round: the fewest that never take less than Every days, however weekends fall among them. Free days make
// a round longer.
func (c Cadence) Steps() int {
	if c.Weekends {
		return c.Every
	}
	return 5*(c.Every/7) + min(c.Every%7, 5)
}

// Working reports whether people are asked on a day.
func (c Cadence) Working(day time.Time) bool {
	if w := day.Weekday(); !c.Weekends && (w == time.Saturday || w == time.Sunday) {
		return false
	}
	_, free := slices.BinarySearch(c.Free, day.Format(time.DateOnly))
	return !free
}

// Ahead are the next n working days from a day on.
func (c Cadence) Ahead(from time.Time, n int) (days []time.Time) {
	for day, looked := from, 0; len(days) < n && looked < n+2*MaxFreeDays; day, looked = day.AddDate(0, 0, 1), looked+1 {
		if c.Working(day) {
			days = append(days, day)
		}
	}
	return days
}

// Clock is the time zone in which its days are.
func (s Continuous) Clock() *time.Location { return orUTC(ZoneOf(s.Zone)) }

// NextTurn is the day that is to be planned at now: a working day within the hours that has had none. ok is false where there is none; the campaign of it is
// for the caller to name.
func (s Continuous) NextTurn(hours Hours, now time.Time) (t Turn, ok bool) {
	if hours.IsZero() {
		hours = DefaultHours
	}
	local := now.In(s.Clock())
	day := local.Format(time.DateOnly)
	if s.State != ContinuousRunning || s.Turn != nil || day <= s.Last || !s.Working(local) || !hours.Opens(local).Equal(local) {
		return t, false
	}
	to := s.Place.forward(s.Steps())
	t = Turn{Number: s.Turns + 1, Day: day, Span: Span{s.Place.ID(), to.ID()}, Next: to.round()}
	if s.NewAfter != nil && s.Newest != "" {
		t.NewUntil = min(now.UTC().AddDate(0, 0, -max(*s.NewAfter, 1)).Format(time.DateOnly), s.Seen)
		for _, d := range daysBetween(s.Newest, t.NewUntil) {
			if !slices.Contains(s.Lists, d) {
				t.New = append(t.New, d)
			}
		}
	}
	return t, true
}

// Unseen are UTC's days, whole ones, of which it is not known yet whether their new contacts are a list.
func (s Continuous) Unseen(now time.Time) []string {
	if s.NewAfter == nil || s.Seen == "" {
		return nil
	}
	return daysBetween(s.Seen, now.UTC().AddDate(0, 0, -1).Format(time.DateOnly))
}

// See notes how many new contacts such days had: of a day with more of them than a day asks they are a list that was brought in, not new
// customers, and come in their turn.
func (s Continuous) See(counts map[string]int, now time.Time) Continuous {
	if s.NewAfter != nil {
		old := now.UTC().AddDate(0, 0, -*s.NewAfter-newFor-1).Format(time.DateOnly)
		s.Lists = slices.DeleteFunc(slices.Clone(s.Lists), func(d string) bool { return d < old })
	}
	for _, d := range s.Unseen(now) {
		if counts[d] > max(fewNew, s.Due) {
			s.Lists = append(slices.Clone(s.Lists), d)
		}
		s.Seen = d
	}
	return s
}

// daysBetween are the days behind one and until another.
func daysBetween(after, until string) (days []string) {
	day, err := time.Parse(time.DateOnly, after)
	for err == nil {
		day = day.AddDate(0, 0, 1)
		d := day.Format(time.DateOnly)
		if d > until {
			break
		}
		days = append(days, d)
	}
	return days
}

// BeginTurn notes that a day is being planned.
func (s Continuous) BeginTurn(t Turn) Continuous {
	s.Turn = &t
	if !slices.Contains(s.Months, t.Campaign) {
		s.Months = append(slices.Clone(s.Months), t.Campaign)
	}
	return s
}

// EndTurn notes that the day is planned, and that it was of so many people.
func (s Continuous) EndTurn(due int) Continuous {
	t := *s.Turn
	s.Turn, s.Turns, s.Last, s.Due, s.Place = nil, t.Number, t.Day, due, t.Next
	s.Newest = max(s.Newest, t.NewUntil)
	return s
}

// newFor is for how many days more than its NewAfter a contact is new: until the first working day behind them, however many free ones there are.
const newFor = 30

// Awaits reports whether a contact is new and has its first survey so many days after it appeared, so that its turn passes it over.
func (s Continuous) Awaits(c Contact, now time.Time) bool {
	return s.NewAfter != nil && s.isNew(c) && c.Created.After(now.AddDate(0, 0, -*s.NewAfter-newFor))
}

// Welcomes reports whether a contact is one of the new ones whom a turn asks.
func (s Continuous) Welcomes(t Turn, c Contact) bool {
	return s.isNew(c) && slices.Contains(t.New, c.Created.UTC().Format(time.DateOnly))
}

func (s Continuous) isNew(c Contact) bool {
	return !c.Created.Before(s.Begun) && !slices.Contains(s.Lists, c.Created.UTC().Format(time.DateOnly))
}

// MonthCampaign is the campaign of a turn's month: as the survey is, launched at now.
func (s Continuous) MonthCampaign(t Turn, now time.Time) Campaign {
	c := s.Survey
	day, _ := time.ParseInLocation(time.DateOnly, t.Day, s.Clock())
	y, m, _ := day.Date()
	c.ID, c.Name, c.Audience, c.State, c.Site, c.Zone, c.Month = t.Campaign, s.Survey.Name+" "+t.Month(), s.Audience, Planning, s.Site, s.Zone, t.Month()
	c.Every = s.Every
	c.Created, c.Launched, c.Version = now, now, 1
	c.ClosesAt = time.Date(y, m+1, s.Closes, 18, 0, 0, 0, s.Clock()).UTC()
	return c
}

// Pause stops it until it is resumed.
func (s Continuous) Pause() (Continuous, error) {
	if s.State != ContinuousRunning {
		return s, apperr.New(apperr.Conflict, "continuous_not_running", "state", "State", string(s.State))
	}
	s.State, s.Why = ContinuousPaused, ""
	return s, nil
}

// Resume goes on where it was paused.
func (s Continuous) Resume() (Continuous, error) {
	if s.State != ContinuousPaused {
		return s, apperr.New(apperr.Conflict, "continuous_not_paused", "state", "State", string(s.State))
	}
	s.State, s.Why = ContinuousRunning, ""
	return s, nil
}

// Stop ends it: nobody is written to any more. Answers count until the months' campaigns close.
func (s Continuous) Stop() (Continuous, error) {
	if s.State == ContinuousStopped {
		return s, apperr.New(apperr.Conflict, "continuous_stopped_already", "state")
	}
	if s.Turn != nil { // some of that day may have been written to
		s = s.EndTurn(s.Due)
	}
	s.State, s.Why = ContinuousStopped, ""
	return s, nil
}

// template are the settings that a month's campaign takes of another.
func template(c Campaign) Campaign {
	return Campaign{
		Name: c.Name, Audience: c.Audience, Company: c.Company, Sender: c.Sender, Language: c.Language, Languages: slices.Clone(c.Languages),
		Wording: c.Wording, Filter: c.Filter, QuietDays: c.QuietDays, PerAccount: c.PerAccount, RemindDays: c.RemindDays, SecondDays: c.SecondDays,
	}
}

// Start begins a continuous survey with the words, sender and people of a campaign. before is what the audience had, where it goes on: nobody is asked
// again before their turn. Problems: employees_never_continuous, continuous_running, those of Cadence.Check.
func Start(before Continuous, from Campaign, cadence Cadence, zone, site string, now time.Time) (Continuous, error) {
	switch {
	case from.Audience.Anonymous():
		return before, apperr.New(apperr.Invalid, "employees_never_continuous", "audience")
	case before.Version > 0 && before.State != ContinuousStopped:
		return before, apperr.New(apperr.Conflict, "continuous_running", "audience", "State", string(before.State))
	}
	if err := cadence.Check(from.QuietDays); err != nil {
		return before, err
	}
	cadence.Free = tidyDays(cadence.Free)
	yesterday := now.UTC().AddDate(0, 0, -1).Format(time.DateOnly)
	return Continuous{
		Audience: from.Audience, State: ContinuousRunning, Survey: template(from), Site: site, Zone: zone, Begun: now, Cadence: cadence,
		Place: before.Place, Turns: before.Turns, Last: before.Last, Due: before.Due, Newest: yesterday, Seen: yesterday, Months: before.Months, Version: before.Version,
	}, nil
}

// Change gives a running one another cadence. Whoever was asked is asked again after the shorter of both at the earliest, for it only goes on at another
// pace from where it stands.
func (s Continuous) Change(cadence Cadence, now time.Time) (Continuous, error) {
	if s.State == ContinuousStopped {
		return s, apperr.New(apperr.Conflict, "continuous_stopped_already", "state")
	}
	if err := cadence.Check(s.Survey.QuietDays); err != nil {
		return s, err
	}
	if cadence.NewAfter != nil && s.NewAfter == nil {
		s.Newest = now.UTC().AddDate(0, 0, -1).Format(time.DateOnly)
		s.Seen, s.Begun = s.Newest, now
	}
	cadence.Free = tidyDays(cadence.Free)
	s.Cadence = cadence
	return s, nil
}
