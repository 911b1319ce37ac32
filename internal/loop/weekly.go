package loop

import (
	"time"

	"onetap/internal/calendar"
	"onetap/internal/survey"
)

// Weekly is how far the letters are that tell each level how its cases went in a week.
type Weekly struct {
	Week    string    // the one that is told of, "2026-W48"; "": nothing was told yet
	Next    time.Time // when the week after it is over
	Done    bool      // all its letters have gone
	Version int
}

// Group is that of its letters.
func (w Weekly) Group() string { return "week " + w.Week }

// After is the state from which the letters of the week before a moment go out, on the company's clock. What of an earlier week has not gone stays
// so: its figures are old. Before the first of all nothing is told.
func (w Weekly) After(now time.Time, clock *time.Location) Weekly {
	monday := beginOfWeek(now.In(clock))
	return Weekly{Week: WeekOf(monday.AddDate(0, 0, -1), clock), Next: monday.AddDate(0, 0, 7), Done: w.Version == 0, Version: w.Version}
}

func beginOfWeek(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d-(int(t.Weekday())+6)%7, 0, 0, 0, 0, t.Location())
}

// WeekLetter is one letter about a week: whom it goes to, and not before when.
type WeekLetter struct {
	To string    `json:"to"` // staff id
	At time.Time `json:"at"`
}

// Letters are those of the week: to whoever works on cases, on the first morning of work of the week after it, where they are. company is the
// company's zone.
func (w Weekly) Letters(staff []survey.Staff, s Schedule, company *time.Location) (all []WeekLetter) {
	for _, m := range staff {
		if m.Role != survey.RoleOwner && m.Role != survey.RoleManager && m.Role != survey.RoleExecutive {
			continue
		}
		zone := survey.ZoneAt(m.Zone)
		if zone == nil {
			zone = company
		}
		hour := s.Morning
		if hour == 0 {
			hour = DefaultMorning
		}
		begins := w.Next.In(company).AddDate(0, 0, -7) // Monday
		local := calendar.On(begins).At(0, zone)
		all = append(all, WeekLetter{m.ID, s.Work.In(zone, m.Country).Morning(local.Add(-time.Second), hour).UTC()})
	}
	return all
}
