package loop

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/calendar"
	"onetap/internal/survey"
)

// Schedule is by when respondents should have been spoken to, and when the next level hears that they were not. The zero value is that of
// a company that has set nothing: its time is counted around the clock.
type Schedule struct {
	Work    calendar.Company `json:"work,omitzero"`
	Terms   []Term           `json:"terms,omitempty"`
	TopDays int              `json:"top_days,omitempty"` // working days after the deadline until the top level hears of it; 0: DefaultTopDays
	Morning int              `json:"morning,omitempty"`  // the hour of letters about what is overdue, on the company's clock; 0: DefaultMorning
	Version int              `json:"-"`                  // for a compare-and-swap; 0: nothing is stored
}

const (
	// DefaultDays is how many working days an owner has (D10).
	DefaultDays = 2
	// DefaultTopDays is how many working days a manager has before the top level hears of a case.
	DefaultTopDays = 2
	// DefaultMorning is the hour of the letters about what is overdue.
	DefaultMorning = 9
	// MaxTermDays and MaxTermHours bound a term.
	MaxTermDays, MaxTermHours = 30, 240
	// MaxTerms is how many terms a company sets.
	MaxTerms = 40
)

// Term is how long an owner has, in working time. The most specific one that fits a case holds: of an audience and a tier, of a tier, of an
// audience, of all.
type Term struct {
	Audience survey.Audience `json:"audience,omitempty"` // "": all
	Tier     string          `json:"tier,omitempty"`     // of the contact, whatever the case of its letters; "": all
	Days     int             `json:"days,omitempty"`     // working days, or
	Hours    int             `json:"hours,omitempty"`    // working hours
}

// IsZero reports whether nothing has been set.
func (s Schedule) IsZero() bool { return s.Work.IsZero() && len(s.Terms) == 0 }

// Check tells what keeps a schedule from being stored. Problems: those of calendar.Company.Check, term_length, term_twice, term_audience,
// terms_many, top_days_range, morning_range.
func (s Schedule) Check() error {
	if err := s.Work.Check(); err != nil {
		return err
	}
	if len(s.Terms) > MaxTerms {
		return apperr.New(apperr.TooLarge, "terms_many", "terms", "Limit", MaxTerms)
	}
	seen := map[Term]bool{}
	for n, t := range s.Terms {
		where := Term{Audience: t.Audience, Tier: strings.ToLower(t.Tier)}
		switch {
		case (t.Days > 0) == (t.Hours > 0) || t.Days < 0 || t.Hours < 0 || t.Days > MaxTermDays || t.Hours > MaxTermHours:
			return apperr.New(apperr.Invalid, "term_length", "terms", "Line", n+1, "Days", MaxTermDays, "Hours", MaxTermHours)
		case t.Audience != "" && (!slices.Contains(survey.Audiences, t.Audience) || t.Audience == survey.Employees):
			return apperr.New(apperr.Invalid, "term_audience", "terms", "Line", n+1)
		case seen[where]:
			return apperr.New(apperr.Invalid, "term_twice", "terms", "Line", n+1)
		}
		seen[where] = true
	}
	switch {
	case s.TopDays < 0 || s.TopDays > MaxTermDays:
		return apperr.New(apperr.Invalid, "top_days_range", "top_days", "Limit", MaxTermDays)
	case s.Morning < 0 || s.Morning > 23:
		return apperr.New(apperr.Invalid, "morning_range", "morning")
	}
	return nil
}

// Term is the one that holds for a contact of an audience; ok is false where none fits.
func (s Schedule) Term(a survey.Audience, tier string) (t Term, ok bool) {
	best := -1
	for _, one := range s.Terms {
		fits := 0
		if one.Tier != "" {
			fits += 2
		}
		if one.Audience != "" {
			fits++
		}
		if (one.Tier == "" || strings.EqualFold(one.Tier, strings.TrimSpace(tier))) && (one.Audience == "" || one.Audience == a) && fits > best {
			t, best = one, fits
		}
	}
	return t, best >= 0
}

// Times are those of a case whose follow-up begins.
type Times struct {
	Half     time.Time // half of the working time has passed: a reminder
	Deadline time.Time // the respondent should have been spoken to: the manager hears of it
	Top      time.Time // the top level hears of it
}

// Plan says the times of a case from a moment on.
type Plan func(at time.Time) Times

// Plan is that of a contact's case: the term of the audience and tier, counted on the calendar of its owner, who works in a zone (nil: the
// company's, which is then company) and a country ("": the company's). otherwise is the term where none is set, around the clock.
func (s Schedule) Plan(a survey.Audience, tier string, owner survey.Staff, company *time.Location, otherwise time.Duration) Plan {
	zone := survey.ZoneAt(owner.Zone)
	if zone == nil {
		zone = company
	}
	cal := s.Work.In(zone, owner.Country)
	top := cmp.Or(s.TopDays, DefaultTopDays)
	term, set := s.Term(a, tier)
	return func(at time.Time) Times {
		var t Times
		switch {
		case set && term.Days > 0:
			t.Deadline = cal.AddDays(at, term.Days)
		case set:
			t.Deadline = cal.Add(at, time.Duration(term.Hours)*time.Hour)
		case !s.Work.IsZero():
			t.Deadline = cal.AddDays(at, DefaultDays)
		default:
			t.Deadline = at.Add(otherwise)
		}
		t.Half = cal.Half(at, t.Deadline)
		t.Top = cal.AddDays(t.Deadline, top)
		for _, one := range []*time.Time{&t.Half, &t.Deadline, &t.Top} {
			*one = one.UTC()
		}
		return t
	}
}

// times are those of a case from a moment on: by its plan, or around the clock where it has none.
func (r Rules) times(at time.Time) Times {
	if r.Plan != nil {
		return r.Plan(at)
	}
	return Schedule{}.Plan("", "", survey.Staff{}, time.UTC, r.Term)(at)
}
