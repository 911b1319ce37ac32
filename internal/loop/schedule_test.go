package loop

import (
	"testing"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/calendar"
	_ "onetap/internal/calendar/holidays"
	"onetap/internal/survey"
)

func TestPlan(t *testing.T) {
	t.Parallel()
	work := calendar.Usual()
	work.Country = "ru"
	s := Schedule{Work: work, Terms: []Term{{Days: 2}, {Audience: survey.Candidates, Days: 5}, {Tier: "gold", Hours: 4}, {Tier: "Gold", Audience: survey.ProjectStaff, Hours: 2}}}
	if err := s.Check(); err != nil {
		t.Fatal(err)
	}
	moscow, _ := time.LoadLocation("Europe/Moscow")
	friday := time.Date(2027, 3, 12, 16, 0, 0, 0, moscow)
	const local = "Mon 02.01 15:04"
	for _, tt := range []struct {
		name                string
		audience            survey.Audience
		tier                string
		owner               survey.Staff
		half, deadline, top string
	}{
		{"two days", survey.Customers, "silver", survey.Staff{}, "Mon 15.03 16:00", "Tue 16.03 16:00", "Thu 18.03 16:00"},
		{"by tier, in hours", survey.Customers, "GOLD", survey.Staff{}, "Fri 12.03 18:00", "Mon 15.03 11:00", "Wed 17.03 11:00"},
		{"by tier and audience", survey.ProjectStaff, "gold", survey.Staff{}, "Fri 12.03 17:00", "Fri 12.03 18:00", "Tue 16.03 18:00"},
		{"by audience", survey.Candidates, "", survey.Staff{}, "Wed 17.03 11:30", "Fri 19.03 16:00", "Tue 23.03 16:00"},
		// 16:00 in Moscow is 20:00 in Omsk's UTC+6... of the next morning there it is still night in Moscow.
		{"in the owner's zone", survey.Customers, "", survey.Staff{Zone: "Asia/Omsk"}, "Mon 15.03 15:00", "Tue 16.03 15:00", "Thu 18.03 15:00"},
		{"in the owner's country", survey.Customers, "", survey.Staff{Country: "ie", Zone: "Europe/Dublin"}, "Mon 15.03 16:00", "Tue 16.03 16:00", "Fri 19.03 16:00"}, // St Patrick's Day
	} {
		times := s.Plan(tt.audience, tt.tier, tt.owner, moscow, time.Hour)(friday)
		if half, deadline, top := times.Half.In(moscow).Format(local), times.Deadline.In(moscow).Format(local), times.Top.In(moscow).Format(local); half != tt.half || deadline != tt.deadline || top != tt.top {
			t.Errorf("%s: %s, %s, %s", tt.name, half, deadline, top)
		}
	}
	if got := (Schedule{}).Plan(survey.Customers, "", survey.Staff{}, moscow, 48*time.Hour)(friday); !got.Deadline.Equal(friday.Add(48*time.Hour)) || !got.Half.Equal(friday.Add(24*time.Hour)) || !got.Top.Equal(friday.Add(96*time.Hour)) {
		t.Errorf("around the clock: %v", got)
	}
}

func TestScheduleChecked(t *testing.T) {
	t.Parallel()
	with := func(change func(*Schedule)) Schedule {
		s := Schedule{Work: calendar.Usual(), Terms: []Term{{Days: 2}}}
		change(&s)
		return s
	}
	for code, s := range map[string]Schedule{
		"term_length":      with(func(s *Schedule) { s.Terms[0].Hours = 1 }),
		"term_twice":       with(func(s *Schedule) { s.Terms = append(s.Terms, Term{Tier: "Gold", Days: 1}, Term{Tier: "gold", Days: 3}) }),
		"term_audience":    with(func(s *Schedule) { s.Terms[0].Audience = survey.Employees }),
		"terms_many":       with(func(s *Schedule) { s.Terms = make([]Term, MaxTerms+1) }),
		"top_days_range":   with(func(s *Schedule) { s.TopDays = 31 }),
		"morning_range":    with(func(s *Schedule) { s.Morning = 24 }),
		"calendar_no_work": with(func(s *Schedule) { s.Work.Week = [7]calendar.Hours{} }),
	} {
		if err := s.Check(); !apperr.Is(err, code) {
			t.Errorf("%s: %v", code, err)
		}
	}
}
