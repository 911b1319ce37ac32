// Package calls is the pages of executives' calls to detractors: dealing them out, the sheets, what was heard, the report.
package calls

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/console/shell"
	"onetap/internal/door"
	"onetap/internal/followup"
	"onetap/internal/lang"
	"onetap/internal/loop"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// Pages answers the requests for these pages. It is safe for concurrent use.
type Pages struct{ *shell.Shell }

// Routes lists the pages.
func (d *Pages) Routes() []door.Route {
	return []door.Route{
		door.On("GET /calls", authz.ReadCalls, d.list, ""),
		door.On("POST /calls", authz.OrganiseCalls, d.deal, "calls"),
		door.On("GET /calls/{round}", authz.ReadCalls, d.report, ""),
		door.On("GET /calls/{round}/sheet", authz.MakeCalls, d.sheet, ""),
		door.On("GET /calls/{round}/{contact}", authz.MakeCalls, d.showCall, ""),
		door.On("POST /calls/{round}/{contact}", authz.MakeCalls, d.record, "calls.record"),
	}
}

// maxOffered is how many campaigns of an audience can be chosen.
const maxOffered = 12

type listPage struct {
	shell.Frame
	Rounds         []roundLine
	MayDeal        bool
	Campaigns      []shell.Option
	Executives     []shell.Option
	Number         string
	WrongCampaign  string
	WrongExecutive string
	WrongNumber    string
}

type roundLine struct {
	Href, Campaign, About string
	Sheet                 string // "": the reader has none
}

func (d *Pages) list(w http.ResponseWriter, r *http.Request) error {
	p, err := d.listPage(r)
	if err != nil {
		return err
	}
	return shell.Show(w, r, http.StatusOK, p)
}

func (d *Pages) listPage(r *http.Request) (*listPage, error) {
	p := &listPage{Frame: shell.NewFrame(r, "calls.title"), Number: strconv.Itoa(loop.DefaultCalls)}
	p.MayDeal = p.Can(authz.OrganiseCalls)
	rounds, err := d.Calls.Rounds(r.Context())
	if err != nil {
		return nil, err
	}
	names := map[survey.CampaignID]string{}
	for _, one := range rounds {
		if _, known := names[one.Campaign]; !known {
			c, err := d.Mailing.Campaign(r.Context(), string(one.Campaign))
			if err != nil && !apperr.Is(err, "campaign_unknown") {
				return nil, err
			}
			names[one.Campaign] = cmp.Or(c.Name, string(one.Campaign))
		}
		line := roundLine{Href: "/calls/" + one.ID, Campaign: names[one.Campaign]}
		line.About = p.Lang.T("calls.about", lang.Values{"When": p.Lang.Date(one.At.In(p.Zone)), "Count": one.Dealt, "Executives": len(one.Executives)})
		if one.Has(p.Staff.ID) && p.Can(authz.MakeCalls) {
			line.Sheet = line.Href + "/sheet"
		}
		p.Rounds = append(p.Rounds, line)
	}
	if !p.MayDeal {
		return p, nil
	}
	for _, a := range survey.Audiences {
		some, err := d.Launched(r.Context(), a, maxOffered)
		if err != nil {
			return nil, err
		}
		for _, c := range some {
			p.Campaigns = append(p.Campaigns, shell.Option{Value: string(c.ID), Label: c.Name + " · " + p.Lang.T("contacts.audience."+string(a)), On: string(c.ID) == r.FormValue("campaign")})
		}
	}
	executives, err := d.Calls.Callers(r.Context())
	for _, m := range executives {
		on := r.Method != http.MethodPost || slices.Contains(r.PostForm["executives"], m.ID)
		p.Executives = append(p.Executives, shell.Option{Value: m.ID, Label: cmp.Or(m.Name, m.ID), On: on})
	}
	return p, err
}

func (d *Pages) deal(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	n, err := strconv.Atoi(strings.TrimSpace(r.PostFormValue("number")))
	if err != nil {
		n = 0
	}
	round, err := d.Calls.Deal(r.Context(), door.VisitOf(r).Who, survey.CampaignID(r.PostFormValue("campaign")), r.PostForm["executives"], n)
	if err == nil {
		return shell.Done(w, r, "/calls/"+round.ID, "calls_dealt")
	}
	refusal := apperr.As(err)
	if refusal == nil {
		return err
	}
	p, err := d.listPage(r)
	if err != nil {
		return err
	}
	p.Number, p.Error = r.PostFormValue("number"), p.Lang.T("form.not_saved")
	switch text := p.Lang.Problem(refusal); refusal.Where {
	case "number":
		p.WrongNumber = text
	case "executives":
		p.WrongExecutive = text
	default:
		p.WrongCampaign = text
	}
	return shell.Show(w, r, web.Status(refusal), p)
}

type sheetPage struct {
	shell.Frame
	Round     string
	Campaign  string
	Executive string
	Done      string
	Script    []string
	Lines     []sheetLine
}

type sheetLine struct {
	Number               string
	Href                 string // "": there is nobody to call
	Name, Account, Value string
	Role                 string
	Dial, Phone, Mail    string
	Address              string
	Score                shell.ScoreView
	Why, Wish            string
	Team, Owner          string
	State                string // of the case; "": there is none
	Heard                string // what is written down
	Reached              bool
}

// sheet shows whom an executive calls. Administrators name whose with "?of=".
func (d *Pages) sheet(w http.ResponseWriter, r *http.Request) error {
	v := door.VisitOf(r)
	s, err := d.Calls.Sheet(r.Context(), v.Who, r.PathValue("round"), cmp.Or(r.URL.Query().Get("of"), v.Staff.ID))
	if err != nil {
		return err
	}
	staff, err := d.Store.Staff(r.Context())
	if err != nil {
		return err
	}
	names := shell.StaffNames(staff)
	p := &sheetPage{Frame: shell.NewFrame(r, "calls.sheet"), Round: s.Round.ID, Campaign: s.Campaign.Name, Executive: shell.StaffName(names, s.Executive)}
	p.Script = script(p.Lang)
	made := 0
	for i, one := range s.Lines {
		l := d.line(&p.Frame, s.Round, one.Contact, one.Response, names)
		l.Number = strconv.Itoa(i + 1)
		if one.Gone {
			l = sheetLine{Number: l.Number, Name: p.Lang.T("calls.gone")}
		}
		if one.Case != nil && !one.Gone {
			l.State = p.Lang.T("case.state." + string(one.Case.State))
			l.Owner = shell.OwnerName(p.Lang, names, one.Case.Owner)
		}
		if one.Call != nil {
			made++
			l.Reached = one.Call.Reached
			if l.Heard = one.Call.Words; !l.Reached {
				l.Heard = p.Lang.T("calls.unreached_at", lang.Values{"When": p.Lang.Moment(one.Call.At.In(p.Zone))})
			}
		}
		p.Lines = append(p.Lines, l)
	}
	p.Done = p.Lang.T("calls.done_of", lang.Values{"Count": made, "Of": len(s.Lines)})
	return shell.Show(w, r, http.StatusOK, p)
}

// script is what an executive may say, line by line.
func script(l lang.Language) []string {
	return strings.Split(l.T("calls.script"), "\n")
}

func (d *Pages) line(f *shell.Frame, round loop.Round, c survey.Contact, answer survey.Response, names map[string]string) sheetLine {
	l := sheetLine{
		Href: "/calls/" + round.ID + "/" + string(c.ID), Name: shell.ContactName(f.Lang, c), Account: c.AccountName(), Value: c.Value,
		Dial: c.Person.Dial(), Phone: c.Person.Phone, Address: c.Person.Email, Score: shell.ScoreOf(f.Lang, answer.Score), Why: answer.Why, Wish: answer.Wish,
		Team: c.Team, Owner: shell.OwnerName(f.Lang, names, c.Owner),
	}
	if l.Address != "" {
		l.Mail = shell.MailLink(l.Address)
	}
	return l
}

type callPage struct {
	shell.Frame
	Action, Sheet string
	Line          sheetLine
	Script        []string
	Version       string
	Causes        []shell.Option
	Reached       bool
	Unreached     bool
	Words, Change string
	Promise       string
	Promised      string
	Wrong         map[string]string
	CaseHref      string
}

// showCall shows the form of one call, as it was written down.
func (d *Pages) showCall(w http.ResponseWriter, r *http.Request) error {
	heard, version := loop.Heard{}, 0
	return d.callForm(w, r, http.StatusOK, heard, version, nil)
}

// callForm shows the form with what was written down; with what was typed, where it was refused.
func (d *Pages) callForm(w http.ResponseWriter, r *http.Request, status int, heard loop.Heard, version int, refusal *apperr.Error) error {
	s, err := d.Calls.Line(r.Context(), door.VisitOf(r).Who, r.PathValue("round"), survey.ContactID(r.PathValue("contact")))
	if err != nil {
		return err
	}
	line := s.Lines[0]
	if line.Gone {
		return apperr.New(apperr.Gone, "calls_gone", "contact")
	}
	staff, err := d.Store.Staff(r.Context())
	if err != nil {
		return err
	}
	practice, err := d.Cases.Practice(r.Context())
	if err != nil {
		return err
	}
	p := &callPage{Frame: shell.NewFrame(r, shell.ContactName(shell.NewFrame(r, "").Lang, line.Contact)), Action: "/calls/" + s.Round.ID + "/" + string(line.Contact.ID), Wrong: map[string]string{}}
	p.Sheet = "/calls/" + s.Round.ID + "/sheet"
	if !strings.EqualFold(s.Executive, p.Staff.ID) {
		p.Sheet += "?of=" + s.Executive
	}
	p.Line, p.Script = d.line(&p.Frame, s.Round, line.Contact, line.Response, shell.StaffNames(staff)), script(p.Lang)
	if line.Case != nil && p.Can(authz.ReadCases) {
		p.CaseHref = "/cases/" + line.Case.ID()
	}
	written := line.Call != nil
	if refusal == nil && written {
		heard, version = line.Call.Heard, line.Call.Version
	}
	p.Version = strconv.Itoa(version)
	p.Reached, p.Unreached = heard.Reached, !heard.Reached && (written || refusal != nil)
	p.Words, p.Change, p.Promise = heard.Words, heard.Change, heard.Promise
	if !heard.Promised.IsZero() {
		p.Promised = heard.Promised.In(p.Zone).Format("2006-01-02")
	}
	for _, id := range practice.Causes.Offered() {
		p.Causes = append(p.Causes, shell.Option{Value: string(id), Label: followup.CauseName(p.Lang, practice.Causes, id), On: slices.Contains(heard.Causes, id)})
	}
	if refusal != nil {
		p.Error = p.Lang.T("form.not_saved")
		if p.Wrong[refusal.Where] = p.Lang.Problem(refusal); refusal.Where == "version" {
			p.Error = p.Lang.Problem(refusal)
		}
	}
	return shell.Show(w, r, status, p)
}

func (d *Pages) record(w http.ResponseWriter, r *http.Request) error {
	v := door.VisitOf(r)
	round, id := r.PathValue("round"), survey.ContactID(r.PathValue("contact"))
	version, _ := strconv.Atoi(r.PostFormValue("version"))
	h := loop.Heard{Reached: r.PostFormValue("reached") == "yes", Words: r.PostFormValue("words"), Change: r.PostFormValue("change"), Promise: strings.TrimSpace(r.PostFormValue("promise"))}
	for _, cause := range r.PostForm["cause"] {
		h.Causes = append(h.Causes, loop.Cause(cause))
	}
	var err error
	if by := r.PostFormValue("promised"); by != "" {
		h.Promised, err = survey.LocalTime(by+"T23:59:59", v.Zone, "promised")
	}
	if err == nil {
		_, err = d.Calls.Record(r.Context(), v.Who, round, id, h, version)
	}
	if err == nil {
		s, err := d.Calls.Line(r.Context(), v.Who, round, id)
		if err != nil {
			return err
		}
		to := "/calls/" + round + "/sheet"
		if !strings.EqualFold(s.Executive, v.Staff.ID) {
			to += "?of=" + s.Executive
		}
		return shell.Done(w, r, to, "call_recorded")
	}
	refusal := apperr.As(err)
	if refusal == nil || refusal.Code == "calls_unknown" || refusal.Code == "not_yours" || refusal.Code == "calls_gone" {
		return err
	}
	return d.callForm(w, r, web.Status(refusal), h, version, refusal)
}
