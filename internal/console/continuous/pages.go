// Package continuous is the pages of continuous surveys: what one asks on which day, starting, pausing and stopping it.
package continuous

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/chart"
	"onetap/internal/console/shell"
	"onetap/internal/door"
	"onetap/internal/lang"
	"onetap/internal/mailing"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// Pages answers the requests for these pages. It is safe for concurrent use.
type Pages struct{ *shell.Shell }

// Routes lists the pages.
func (d *Pages) Routes() []door.Route {
	return []door.Route{
		door.On("GET /continuous", authz.ReadCampaigns, d.show, ""),
		door.On("POST /continuous/{audience}/start", authz.Send, d.start, "continuous.start"),
		door.On("POST /continuous/{audience}/look", authz.Send, d.look, door.Unaudited),
		door.On("POST /continuous/{audience}/change", authz.Send, d.change, "continuous.change"),
		door.On("POST /continuous/{audience}/pause", authz.Send, d.act(d.Mailing.PauseContinuous), "continuous.pause"),
		door.On("POST /continuous/{audience}/resume", authz.Send, d.act(d.Mailing.ResumeContinuous), "continuous.resume"),
		door.On("POST /continuous/{audience}/stop", authz.Send, d.act(d.Mailing.StopContinuous), "continuous.stop"),
	}
}

// fromNewest is among how many of the newest campaigns somebody chooses whose words a continuous survey takes.
const fromNewest = 50

type page struct {
	shell.Frame
	Audience  survey.Audience
	Audiences []shell.Tab
	Never     string // why this audience has none
	Runs      bool   // there is one that is not stopped
	Paused    bool
	MaySend   bool
	State     string
	Badge     string
	Facts     []shell.Fact
	Months    []shell.Tab
	Days      []day
	Chart     chart.SVG
	Lead      string // whom the next days ask

	Froms    []shell.Option
	Every    string
	NewAfter string
	Closes   string
	Free     string
	Weekends bool
	Error    string
	Wrong    map[string]string // by field
}

type day struct{ Day, People, Skipped string }

func (d *Pages) show(w http.ResponseWriter, r *http.Request) error {
	a := survey.Audience(r.URL.Query().Get("audience"))
	if a == "" {
		a = survey.Customers
	}
	if !a.Valid() {
		return apperr.New(apperr.Invalid, "audience_unknown", "audience")
	}
	p, s, err := d.page(r, a)
	if err != nil {
		return err
	}
	if p.Runs {
		p.cadence(s.Cadence)
		err = d.ahead(r, p, s)
	}
	if err != nil {
		return err
	}
	return shell.Show(w, r, http.StatusOK, p)
}

// page is the page of an audience as it stands, with the usual cadence typed in.
func (d *Pages) page(r *http.Request, a survey.Audience) (*page, survey.Continuous, error) {
	p := &page{Frame: shell.NewFrame(r, "continuous.title"), Audience: a, Wrong: map[string]string{}}
	p.MaySend = p.Visit.Who.Can(authz.Send)
	for _, of := range survey.Audiences {
		p.Audiences = append(p.Audiences, shell.Tab{Href: "/continuous?audience=" + string(of), Label: p.Lang.T("contacts.audience." + string(of)), Here: of == a})
	}
	if a.Anonymous() {
		p.Never = p.Lang.T("problem.employees_never_continuous")
		return p, survey.Continuous{}, nil
	}
	s, err := d.Mailing.Continuous(r.Context(), a)
	if err != nil {
		return p, s, err
	}
	p.cadence(survey.UsualCadence)
	p.Runs, p.Paused = s.Version > 0 && s.State != survey.ContinuousStopped, s.State == survey.ContinuousPaused
	if s.Version > 0 {
		p.facts(s)
	}
	newest, err := d.Mailing.Newest(r.Context(), a, fromNewest)
	if err != nil {
		return p, s, err
	}
	for _, c := range newest {
		if !c.Brought() && !c.Continuous() {
			p.Froms = append(p.Froms, shell.Option{Value: string(c.ID), Label: c.Name, On: r.PostFormValue("from") == string(c.ID)})
		}
		if slices.Contains(s.Months, c.ID) {
			p.Months = append(p.Months, shell.Tab{Href: "/campaigns/" + string(c.ID), Label: c.Name})
		}
	}
	return p, s, nil
}

func (p *page) cadence(c survey.Cadence) {
	p.Every, p.Closes, p.Weekends, p.Free, p.NewAfter = strconv.Itoa(c.Every), strconv.Itoa(c.Closes), c.Weekends, strings.Join(c.Free, "\n"), ""
	if c.NewAfter != nil {
		p.NewAfter = strconv.Itoa(*c.NewAfter)
	}
}

func (p *page) facts(s survey.Continuous) {
	l := p.Lang
	state := string(s.State)
	if s.Why != "" {
		state = s.Why
	}
	p.State = l.T("continuous.state." + state)
	switch s.State {
	case survey.ContinuousRunning:
		p.Badge = "good"
	case survey.ContinuousPaused:
		p.Badge = "warn"
	}
	add := func(id, text string) {
		p.Facts = append(p.Facts, shell.Fact{Label: l.T("continuous.fact." + id), Text: text})
	}
	add("words", s.Survey.Name)
	add("every", l.T("continuous.every_days", lang.Values{"Count": s.Every}))
	if s.NewAfter == nil {
		add("new", l.T("continuous.new_in_turn"))
	} else {
		add("new", l.T("continuous.new_after", lang.Values{"Count": *s.NewAfter}))
	}
	add("since", l.Date(s.Begun.In(s.Clock())))
	add("days", l.Number(int64(s.Turns)))
	if s.Last != "" {
		if last, err := time.Parse(time.DateOnly, s.Last); err == nil {
			add("last", l.T("continuous.last_day", lang.Values{"Day": l.Day(last), "People": l.Number(int64(s.Due))}))
		}
	}
}

// ahead shows whom the next days ask.
func (d *Pages) ahead(r *http.Request, p *page, s survey.Continuous) error {
	days, err := d.Mailing.Ahead(r.Context(), s)
	if err != nil {
		return err
	}
	l := p.Lang
	drawn := chart.Columns{Said: chart.Said{Title: l.T("continuous.chart")}}
	for n, due := range days {
		col := chart.Column{Count: int64(due.People), Class: "band"}
		if due.Counted {
			col.Class = "bar-fill"
		}
		if n%5 == 2 { // not at the edge, where it would be cut
			col.Label = l.ShortDate(due.Day)
		}
		drawn.Columns = append(drawn.Columns, col)
		if !due.Counted {
			continue
		}
		skipped := 0
		for _, k := range due.Skipped {
			skipped += k
		}
		p.Days = append(p.Days, day{l.Day(due.Day), l.Number(int64(due.People)), l.Number(int64(skipped))})
	}
	if len(days) > 0 {
		p.Chart = drawn.SVG()
		p.Lead = l.T("continuous.daily", lang.Values{"People": l.Number(int64(days[len(days)-1].People))})
	}
	return nil
}

// typed reads the form. The problem stands at its field.
func typed(r *http.Request) (c survey.Cadence, err error) {
	number := func(field string, to *int) {
		text := strings.TrimSpace(r.PostFormValue(field))
		n, wrong := strconv.Atoi(text)
		if wrong != nil && err == nil {
			err = apperr.New(apperr.Invalid, "continuous_number", field)
		}
		*to = n
	}
	number("every_days", &c.Every)
	number("close_after_days", &c.Closes)
	if strings.TrimSpace(r.PostFormValue("new_after_days")) != "" {
		c.NewAfter = new(int)
		number("new_after_days", c.NewAfter)
	}
	c.Weekends = r.PostFormValue("weekends") == "yes"
	if err == nil {
		c.Free, err = survey.ReadFreeDays(r.PostFormValue("free_days"))
	}
	return c, err
}

// start begins one.
func (d *Pages) start(w http.ResponseWriter, r *http.Request) error {
	a, cadence, err := d.asked(r)
	if err == nil {
		_, err = d.Mailing.StartContinuous(r.Context(), a, r.PostFormValue("from"), cadence, d.Addresses.LinksOf(r))
	}
	if err != nil {
		return d.refused(w, r, a, err)
	}
	return shell.Done(w, r, href(a), "continuous_start")
}

// look shows whom it would ask; nothing is stored.
func (d *Pages) look(w http.ResponseWriter, r *http.Request) error {
	a, cadence, err := d.asked(r)
	var s survey.Continuous
	if err == nil {
		s, err = d.Mailing.Continue(r.Context(), a, r.PostFormValue("from"), cadence, d.Addresses.LinksOf(r))
	}
	if err != nil {
		return d.refused(w, r, a, err)
	}
	p, _, err := d.page(r, a)
	if err != nil {
		return err
	}
	p.typedBack(r)
	if err := d.ahead(r, p, s); err != nil {
		return err
	}
	return shell.Show(w, r, http.StatusOK, p)
}

// change gives it another cadence.
func (d *Pages) change(w http.ResponseWriter, r *http.Request) error {
	a, cadence, err := d.asked(r)
	if err == nil {
		_, err = d.Mailing.ChangeContinuous(r.Context(), a, cadence)
	}
	if err != nil {
		return d.refused(w, r, a, err)
	}
	return shell.Done(w, r, href(a), "continuous_change")
}

func (d *Pages) asked(r *http.Request) (a survey.Audience, c survey.Cadence, err error) {
	if a, err = door.AudienceInPath(r); err == nil {
		c, err = typed(r)
	}
	return a, c, err
}

func (d *Pages) act(act mailing.ActContinuous) door.Operation {
	return func(w http.ResponseWriter, r *http.Request) error {
		a, err := door.AudienceInPath(r)
		if err != nil {
			return err
		}
		if _, err := act(r.Context(), a); err != nil {
			return d.refused(w, r, a, err)
		}
		return shell.Done(w, r, href(a), "continuous_"+r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:])
	}
}

// refused shows the form again with what is wrong, at its field where it has one.
func (d *Pages) refused(w http.ResponseWriter, r *http.Request, a survey.Audience, err error) error {
	refusal := apperr.As(err)
	if refusal == nil || !a.Valid() || refusal.Kind == apperr.Unknown {
		return err
	}
	p, s, err := d.page(r, a)
	if err != nil {
		return err
	}
	p.typedBack(r)
	if field := refusal.Where; r.PostForm.Has(field) && field != "" {
		p.Wrong[field] = p.Lang.Problem(refusal)
	} else {
		p.Error = p.Lang.Problem(refusal)
	}
	if p.Runs {
		if err := d.ahead(r, p, s); err != nil {
			return err
		}
	}
	return shell.Show(w, r, web.Status(refusal), p)
}

func (p *page) typedBack(r *http.Request) {
	if !r.PostForm.Has("every_days") { // a button
		return
	}
	p.Every, p.NewAfter, p.Closes, p.Free = r.PostFormValue("every_days"), r.PostFormValue("new_after_days"), r.PostFormValue("close_after_days"), r.PostFormValue("free_days")
	p.Weekends = r.PostFormValue("weekends") == "yes"
}

func href(a survey.Audience) string { return "/continuous?audience=" + string(a) }
