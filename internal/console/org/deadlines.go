package org

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/calendar"
	_ "onetap/internal/calendar/holidays"
	"onetap/internal/console/shell"
	"onetap/internal/door"
	"onetap/internal/lang"
	"onetap/internal/loop"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// deadlinesPath is the page that says by when respondents should have been spoken to.
const deadlinesPath = "/settings/deadlines"

// emptyTerms is how many lines for further terms a form has.
const emptyTerms = 2

type deadlinesPage struct {
	shell.Frame
	Tabs      []shell.Tab
	Version   string
	Unset     bool // nothing is stored: the form is a proposal
	Around    string
	Ends      string // that moved days are known no longer
	Week      []weekdayField
	Countries []shell.Option
	Days      string // as typed
	Until     string // …
	Terms     []termField
	TopDays   string
	Morning   []shell.Option
	Example   []shell.Fact
	Wrong     deadlinesWrong
}

// deadlinesWrong has one message for each part of the form.
type deadlinesWrong struct{ Week, Country, Days, Until, Terms, TopDays, Morning string }

type weekdayField struct {
	Name, Label string
	From, Until []shell.Option
}

type termField struct {
	N                            string
	Length, Tier                 string
	Unit, Audience               []shell.Option
	AudienceID, TierID, LengthID string
}

// countryOptions are the countries whose holidays are known, by name; none is what stands for "".
func countryOptions(f *shell.Frame, chosen, none string) []shell.Option {
	all := make([]shell.Option, 0, len(calendar.Countries)+1)
	for _, c := range calendar.Countries {
		all = append(all, shell.Option{Value: c, Label: f.Lang.T("country." + c), On: c == chosen})
	}
	slices.SortFunc(all, func(a, b shell.Option) int { return strings.Compare(a.Label, b.Label) })
	return append([]shell.Option{{Label: f.Lang.T(none), On: chosen == ""}}, all...)
}

// proposed is the schedule that a company begins with: Monday to Friday, two working days.
func proposed(l lang.Language, s survey.Settings) loop.Schedule {
	p := loop.Schedule{Work: calendar.Usual(), Terms: []loop.Term{{Days: loop.DefaultDays}}, TopDays: loop.DefaultTopDays, Morning: loop.DefaultMorning}
	if s.CaseHours > 0 {
		p.Terms[0].Days = max(1, (s.CaseHours+23)/24)
	}
	if l == "ru" {
		p.Work.Country = "ru"
	}
	return p
}

// deadlinesForm shows a schedule, as it is stored or as somebody would have it.
func (d *Pages) deadlinesForm(r *http.Request, s loop.Schedule, set survey.Settings, version int) *deadlinesPage {
	p := &deadlinesPage{Frame: shell.NewFrame(r, "deadlines.title"), Version: strconv.Itoa(version)}
	p.Tabs = tabsOf(&p.Frame, deadlinesPath)
	for n := range s.Work.Week {
		day := (n + int(time.Monday)) % 7
		h := s.Work.Week[day]
		name := "day" + strconv.Itoa(day)
		p.Week = append(p.Week, weekdayField{
			Name: name, Label: p.Lang.T("format.weekday." + strconv.Itoa(day)),
			From:  append([]shell.Option{{Label: p.Lang.T("deadlines.off"), On: h.IsZero()}}, hourOptions(0, 23, h.From, !h.IsZero())...),
			Until: hourOptions(1, 24, cmp.Or(h.Until, 18), true),
		})
	}
	p.Countries = countryOptions(&p.Frame, s.Work.Country, "deadlines.country_none")
	for _, one := range s.Work.Days {
		date := time.Date(one.Date.Year, one.Date.Month, one.Date.Day, 0, 0, 0, 0, time.UTC)
		p.Days += date.Format("02.01.2006") + " " + p.Lang.T("deadlines.day_"+shell.When(one.Works, "works")+shell.When(!one.Works, "off")) + "\n"
	}
	if s.Work.Until != (calendar.Date{}) {
		p.Until = s.Work.Until.String()
	}
	for n := range len(s.Terms) + emptyTerms {
		var t loop.Term
		if n < len(s.Terms) {
			t = s.Terms[n]
		}
		p.Terms = append(p.Terms, p.term(n, t))
	}
	p.TopDays = strconv.Itoa(cmp.Or(s.TopDays, loop.DefaultTopDays))
	p.Morning = hourOptions(0, 23, cmp.Or(s.Morning, loop.DefaultMorning), true)
	if s.Work.Ends(d.Now()) {
		p.Ends = p.Lang.T("deadlines.ends", lang.Values{"When": p.untilText(s.Work.Until)})
	}
	if s.Check() == nil {
		p.example(s, set, d.Now())
	}
	return p
}

func (p *deadlinesPage) untilText(d calendar.Date) string {
	if d == (calendar.Date{}) {
		return p.Lang.T("deadlines.never")
	}
	return p.Lang.Date(d.At(0, time.UTC))
}

func (p *deadlinesPage) term(n int, t loop.Term) termField {
	f := termField{N: strconv.Itoa(n), Tier: t.Tier, Length: orNothing(t.Days + t.Hours)}
	f.AudienceID, f.TierID, f.LengthID = "audience"+f.N, "tier"+f.N, "length"+f.N
	f.Unit = []shell.Option{{Value: "days", Label: p.Lang.T("deadlines.unit_days"), On: t.Hours == 0}, {Value: "hours", Label: p.Lang.T("deadlines.unit_hours"), On: t.Hours > 0}}
	f.Audience = []shell.Option{{Label: p.Lang.T("deadlines.audience_any"), On: t.Audience == ""}}
	for _, a := range survey.Audiences {
		if a != survey.Employees { // has no cases
			f.Audience = append(f.Audience, shell.Option{Value: string(a), Label: p.Lang.T("contacts.audience." + string(a)), On: a == t.Audience})
		}
	}
	return f
}

// example says what the form means for an answer that is given now.
func (p *deadlinesPage) example(s loop.Schedule, set survey.Settings, now time.Time) {
	zone := set.Clock()
	t := s.Plan(survey.Customers, "", survey.Staff{}, zone, loop.DefaultDays*24*time.Hour)(now)
	for _, f := range []struct {
		id string
		at time.Time
	}{{"half", t.Half}, {"deadline", t.Deadline}, {"top", t.Top}} {
		at := f.at.In(zone)
		p.Example = append(p.Example, shell.Fact{Label: p.Lang.T("deadlines.example_" + f.id), Text: p.Lang.Moment(at)})
	}
}

func (d *Pages) showDeadlines(w http.ResponseWriter, r *http.Request) error {
	s, err := d.Store.Schedule(r.Context())
	if err != nil {
		return err
	}
	set := door.VisitOf(r).Company
	unset := s.IsZero()
	if unset {
		s = proposed(web.Language(r), set)
	}
	p := d.deadlinesForm(r, s, set, s.Version)
	if p.Unset = unset; unset {
		p.Ends = ""
		p.Around = p.Lang.T("deadlines.unset", lang.Values{"Count": cmp.Or(set.CaseHours, loop.DefaultDays*24)})
	}
	return shell.Show(w, r, http.StatusOK, p)
}

// saveDeadlines stores the form, unless somebody else has saved it since it was opened: then it shows the form again.
func (d *Pages) saveDeadlines(w http.ResponseWriter, r *http.Request) error {
	version, _ := strconv.Atoi(r.PostFormValue("version"))
	s, refusal := deadlinesTyped(r)
	var err error
	stored := loop.Schedule{Version: version}
	if refusal == nil {
		stored, err = d.Company.SaveSchedule(r.Context(), s, version)
		refusal = apperr.As(err)
	}
	p := func() *deadlinesPage {
		p := d.deadlinesForm(r, s, door.VisitOf(r).Company, stored.Version)
		p.Days, p.Until, p.TopDays = r.PostFormValue("days"), r.PostFormValue("until"), r.PostFormValue("top_days")
		p.termsAsTyped(r)
		return p
	}
	switch {
	case err == nil && refusal == nil:
		return shell.Done(w, r, deadlinesPath, "deadlines_saved")
	case errors.Is(err, apperr.ErrChanged):
		p := p()
		p.Error = p.Lang.T("deadlines.stale")
		return shell.Show(w, r, http.StatusConflict, p)
	case refusal == nil:
		return err
	}
	stored.Version = version
	shown := p()
	shown.Wrong.put(refusal.Where, shown.Lang.Problem(refusal))
	shown.Error = shown.Lang.T("form.not_saved")
	return shell.Show(w, r, web.Status(refusal), shown)
}

// termsAsTyped fills in the lines of terms just as the form had them: what is wrong with one is named by its line.
func (p *deadlinesPage) termsAsTyped(r *http.Request) {
	p.Terms = p.Terms[:0]
	for n := range loop.MaxTerms {
		at := strconv.Itoa(n)
		if !r.PostForm.Has("length" + at) {
			break
		}
		t := loop.Term{Audience: survey.Audience(r.PostFormValue("audience" + at)), Tier: r.PostFormValue("tier" + at)}
		if r.PostFormValue("unit"+at) == "hours" {
			t.Hours = 1
		}
		f := p.term(n, t)
		f.Length = r.PostFormValue("length" + at)
		p.Terms = append(p.Terms, f)
	}
}

func (m *deadlinesWrong) put(field, message string) {
	for name, to := range map[string]*string{
		"week": &m.Week, "country": &m.Country, "days": &m.Days, "until": &m.Until, "terms": &m.Terms, "top_days": &m.TopDays, "morning": &m.Morning,
	} {
		if name == field {
			*to = message
		}
	}
}

// deadlinesTyped reads the form. With a problem it returns what could be read, so that nothing has to be typed again.
func deadlinesTyped(r *http.Request) (s loop.Schedule, refusal *apperr.Error) {
	wrong := func(err error) {
		if p := apperr.As(err); p != nil && refusal == nil {
			refusal = p
		}
	}
	number := func(text, where string) int {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil {
			wrong(apperr.New(apperr.Invalid, "whole_number", where))
		}
		return n
	}
	for day := range s.Work.Week {
		if from := r.PostFormValue(fmt.Sprintf("day%d_from", day)); from != "" {
			s.Work.Week[day] = calendar.Hours{From: number(from, "week"), Until: number(r.PostFormValue(fmt.Sprintf("day%d_until", day)), "week")}
		}
	}
	s.Work.Country = r.PostFormValue("country")
	var err error
	s.Work.Days, err = calendar.ReadDays(r.PostFormValue("days"))
	wrong(err)
	if until := r.PostFormValue("until"); until != "" {
		if s.Work.Until.UnmarshalText([]byte(until)) != nil {
			wrong(apperr.New(apperr.Invalid, "date_wrong", "until"))
		}
	}
	for n := range loop.MaxTerms {
		at := strconv.Itoa(n)
		length := strings.TrimSpace(r.PostFormValue("length" + at))
		if length == "" {
			continue
		}
		t := loop.Term{Audience: survey.Audience(r.PostFormValue("audience" + at)), Tier: strings.TrimSpace(r.PostFormValue("tier" + at))}
		if r.PostFormValue("unit"+at) == "hours" {
			t.Hours = number(length, "terms")
		} else {
			t.Days = number(length, "terms")
		}
		s.Terms = append(s.Terms, t)
	}
	s.TopDays, s.Morning = number(r.PostFormValue("top_days"), "top_days"), number(r.PostFormValue("morning"), "morning")
	if refusal == nil && s.TopDays < 1 {
		wrong(apperr.New(apperr.Invalid, "top_days_range", "top_days", "Limit", loop.MaxTermDays))
	}
	return s, refusal
}
