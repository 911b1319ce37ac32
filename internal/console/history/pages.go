// Package history is the pages of answers that were given elsewhere: bringing them in, what came of it, taking them back.
package history

import (
	"cmp"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/console/shell"
	"onetap/internal/contacts"
	"onetap/internal/door"
	"onetap/internal/history"
	"onetap/internal/lang"
	"onetap/internal/survey"
)

// Pages answers the requests for these pages. It is safe for concurrent use.
type Pages struct{ *shell.Shell }

// Routes lists the pages.
func (d *Pages) Routes() []door.Route {
	return []door.Route{
		door.On("GET /history", authz.BringHistory, d.list, ""),
		door.On("GET /history/new", authz.BringHistory, d.ask, ""),
		door.On("POST /history/look", authz.BringHistory, d.look, door.Unaudited),
		door.On("POST /history/new", authz.BringHistory, d.bring, "history"),
		door.On("GET /history/{import}/refused", authz.BringHistory, d.RefusedHistory, ""),
		door.On("GET /history/{import}", authz.BringHistory, d.show, ""),
		door.On("POST /history/{import}/take-back", authz.BringHistory, d.takeBack, "history.delete"),
	}
}

const (
	maxFile       = 4 << 20 // bytes of a file in one form
	columnsListed = 60
	listed        = 20 // refused rows, campaigns of a preview's rest
	perPage       = 50
)

// askPage asks for a list, and shows what was found in one.
type askPage struct {
	shell.Frame
	Audiences, Intos, Orders []shell.Option
	Name                     string // of the one campaign
	Create, Scale            bool
	AskScale, AskOrder       bool // the list does not tell
	Wrong                    string
	Found                    *found
}

// found is what would come of a list.
type found struct {
	Facts     []shell.Fact
	Columns   []foundColumn
	Campaigns []shell.Fact
	More      string
	Refusals  []door.LineView
}

type foundColumn struct {
	N       int
	Heading string
	Fields  []shell.Option
	AsLast  bool // as somebody said of the last list
}

func newAskPage(r *http.Request) *askPage {
	p := &askPage{Frame: shell.NewFrame(r, "history.title"), Name: r.FormValue("name"), Create: r.FormValue("create") == "yes", Scale: r.FormValue("scale") == "0-10"}
	p.Scripts = []string{"history.js"}
	l := p.Lang
	for _, a := range survey.Audiences {
		if !a.Anonymous() {
			p.Audiences = append(p.Audiences, shell.Option{Value: string(a), Label: l.T("contacts.audience." + string(a)), On: string(a) == r.FormValue("audience")})
		}
	}
	for _, into := range []string{"", "month", "quarter", "name"} {
		p.Intos = append(p.Intos, shell.Option{Value: into, Label: l.T("history.into." + cmp.Or(into, "column")), On: into == r.FormValue("into")})
	}
	for _, o := range []history.Order{"", history.DayFirst, history.MonthFirst} {
		p.Orders = append(p.Orders, shell.Option{Value: string(o), Label: l.T("history.order." + cmp.Or(string(o), "list")), On: string(o) == r.FormValue("dates")})
	}
	return p
}

// ask asks for a list.
func (d *Pages) ask(w http.ResponseWriter, r *http.Request) error {
	return shell.Show(w, r, http.StatusOK, newAskPage(r))
}

// said reads the form, and its file.
func (d *Pages) said(r *http.Request) (said history.Said, body []byte, err error) {
	f, h, err := r.FormFile("file")
	if errors.Is(err, http.ErrMissingFile) || err == nil && h.Size == 0 && h.Filename == "" {
		return said, nil, apperr.New(apperr.Invalid, "upload_missing", "file")
	}
	if err != nil {
		return said, nil, &apperr.Error{Kind: apperr.Invalid, Code: "upload_missing", Where: "file", Cause: err}
	}
	defer f.Close()
	if h.Size > maxFile {
		return said, nil, apperr.New(apperr.TooLarge, "upload_large", "file", "Limit", maxFile>>20)
	}
	file, err := io.ReadAll(f)
	if err != nil {
		return said, nil, err
	}
	said = history.Said{
		Audience: survey.Audience(r.FormValue("audience")), Into: r.FormValue("into"), Dates: history.Order(r.FormValue("dates")), Scale: r.FormValue("scale") == "0-10",
		Create: r.FormValue("create") == "yes", Language: door.VisitOf(r).Lang, Sent: contacts.SentBy(door.VisitOf(r).Who, h.Filename),
	}
	if said.Into == "name" {
		said.Into = "name:" + r.FormValue("name")
	}
	for n := range columnsListed {
		heading, field := r.FormValue("heading-"+strconv.Itoa(n)), history.Field(r.FormValue("field-"+strconv.Itoa(n)))
		if heading != "" && field != "" {
			if said.Columns == nil {
				said.Columns = map[string]history.Field{}
			}
			said.Columns[heading] = field
		}
	}
	if said.JSON = history.IsListing(file); said.JSON {
		said.Columns = nil
		return said, file, nil
	}
	list, sheets, err := d.ListOf(r.Context(), file, r.FormValue("sheet"), maxFile)
	if len(sheets) > 0 {
		err = apperr.New(apperr.Conflict, "history_sheets", "file")
	}
	return said, list, err
}

// look shows what would come of a list, and writes nothing but that it was looked at.
func (d *Pages) look(w http.ResponseWriter, r *http.Request) error {
	p := newAskPage(r)
	said, body, err := d.said(r)
	if err == nil {
		said.Look = true
		var out history.Outcome
		if _, out, err = d.History.TakeWhole(r.Context(), said, body); err == nil {
			p.Found = foundOf(p.Lang, out)
		}
	}
	return d.again(w, r, p, http.StatusOK, err)
}

// bring brings a whole list in.
func (d *Pages) bring(w http.ResponseWriter, r *http.Request) error {
	p := newAskPage(r)
	said, body, err := d.said(r)
	if err == nil {
		var u survey.Upload
		if u, _, err = d.History.TakeWhole(r.Context(), said, body); err == nil {
			http.Redirect(w, r, "/history/"+u.ID, http.StatusSeeOther)
			return nil
		}
	}
	return d.again(w, r, p, http.StatusBadRequest, err)
}

// again shows the form with what is wrong, and asks what the list does not tell.
func (d *Pages) again(w http.ResponseWriter, r *http.Request, p *askPage, status int, err error) error {
	wrong := apperr.As(err)
	switch {
	case err == nil:
		status = http.StatusOK
	case wrong == nil:
		return err
	default:
		p.Wrong, p.AskScale, p.AskOrder = p.Lang.Problem(wrong), wrong.Code == "history_scale", wrong.Code == "history_date_order"
	}
	p.AskScale, p.AskOrder = p.AskScale || p.Scale, p.AskOrder || r.FormValue("dates") != ""
	return shell.Show(w, r, status, p)
}

func foundOf(l lang.Language, out history.Outcome) *found {
	f := &found{Facts: totalFacts(l, out.Total)}
	for n, c := range out.Total.Columns[:min(len(out.Total.Columns), columnsListed)] {
		column := foundColumn{N: n, Heading: c.Heading, AsLast: c.AsLast}
		for _, field := range history.Fields {
			column.Fields = append(column.Fields, shell.Option{Value: string(field), Label: l.T("history.field." + string(field)), On: field == c.Field})
		}
		f.Columns = append(f.Columns, column)
	}
	f.Campaigns, f.More = campaignFacts(l, out.Total.Campaigns)
	for _, refusal := range out.Refusals[:min(len(out.Refusals), listed)] {
		f.Refusals = append(f.Refusals, door.ViewRefusal(l, refusal))
	}
	return f
}

func totalFacts(l lang.Language, t history.Total) (all []shell.Fact) {
	for _, one := range []struct {
		id     string
		n      int
		always bool
	}{
		{"new", t.New, true}, {"unchanged", t.Unchanged, false}, {"refused", t.Refused, true}, {"nobodys", t.Nobodys, false}, {"contacts", t.Contacts, false}, {"erased", t.Erased, false},
	} {
		if one.n > 0 || one.always {
			all = append(all, shell.Fact{Label: l.T("history.total." + one.id), Text: l.Number(int64(one.n))})
		}
	}
	if t.From != "" {
		all = append(all, shell.Fact{Label: l.T("history.from"), Text: t.From})
	}
	if !t.First.IsZero() {
		span := l.Date(t.First)
		if last := l.Date(t.Last); last != span {
			span += " – " + last
		}
		all = append(all, shell.Fact{Label: l.T("history.span"), Text: span})
	}
	return all
}

func campaignFacts(l lang.Language, in []history.InWave) (all []shell.Fact, more string) {
	for _, c := range in[:min(len(in), perPage)] {
		all = append(all, shell.Fact{Label: c.Name, Text: l.T("history.answers", lang.Values{"Count": c.Answers})})
	}
	if left := len(in) - len(all); left > 0 {
		more = l.T("history.more_campaigns", lang.Values{"Count": left})
	}
	return all, more
}

// list lists the imports of the last month.
func (d *Pages) list(w http.ResponseWriter, r *http.Request) error {
	records, next, err := d.Store.UploadRecords(r.Context(), survey.UploadOfHistory, r.URL.Query().Get("before"), perPage, d.Now())
	if err != nil {
		return err
	}
	staff, err := d.Store.Staff(r.Context())
	if err != nil {
		return err
	}
	f := shell.NewFrame(r, "history.title")
	p := f.UploadsOf("/history", shell.Tab{Href: "/results", Label: f.Lang.T("results.title")}, records, next, shell.StaffNames(staff))
	p.Text, p.Add = f.Lang.T("history.intro"), shell.Tab{Href: "/history/new", Label: f.Lang.T("history.bring")}
	return shell.Show(w, r, http.StatusOK, p)
}

// showPage is one import.
type showPage struct {
	shell.Frame
	ID                string
	State, Story      string
	Going, Unfinished bool
	Wait              int // seconds until taking back may go on
	Facts             []shell.Fact
	Campaigns         []campaignLink
	Refusals          []door.LineView
	MoreRefused       string
	MayBack           bool
}

type campaignLink struct{ Href, Name, Answers string }

// show shows what came of an import, and takes it back.
func (d *Pages) show(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("import")
	p := &showPage{Frame: shell.NewFrame(r, "history.one"), ID: id}
	l := p.Lang
	u, total, err := d.History.Import(r.Context(), id)
	kept := err == nil
	if err != nil && !apperr.Is(err, "import_unknown") {
		return err
	}
	record, err := d.History.Record(r.Context(), id)
	switch {
	case apperr.Is(err, "import_unknown") && kept: // it has changed nothing
		record.State = survey.UploadTaken
	case err != nil:
		return err
	default:
		p.MayBack = record.State != survey.UploadUndone
	}
	p.State = l.T("undo.state." + string(record.State))
	p.Unfinished = kept && !u.Finished && record.State == survey.UploadTaking
	if kept {
		p.Facts = totalFacts(l, total)
		refusals, err := d.History.Refused(r.Context(), u, listed)
		if err != nil {
			return err
		}
		for _, refusal := range refusals {
			p.Refusals = append(p.Refusals, door.ViewRefusal(l, refusal))
		}
		if left := total.Refused - len(refusals); left > 0 && len(refusals) > 0 {
			p.MoreRefused = l.T("upload.more_refused", lang.Values{"Count": left})
		}
	} else {
		p.Facts = []shell.Fact{{Label: l.T("history.total.new"), Text: l.Number(int64(record.New))}, {Label: l.T("history.total.refused"), Text: l.Number(int64(record.Refused))}}
	}
	if p.Going = record.State == survey.UploadUndoing; p.Going || record.State == survey.UploadUndone {
		p.Facts = append(p.Facts, shell.Fact{Label: l.T("history.removed"), Text: l.Number(int64(record.Undo.Removed))})
		p.Wait, p.Scripts = max(0, int(record.Undo.From.Sub(d.Now()).Seconds())), []string{"undo.js"}
	}
	for _, c := range total.Campaigns {
		if record.State == survey.UploadTaken || record.State == survey.UploadTaking {
			p.Campaigns = append(p.Campaigns, campaignLink{"/results/" + string(c.ID), c.Name, l.T("history.answers", lang.Values{"Count": c.Answers})})
		}
	}
	slices.SortFunc(p.Campaigns, func(a, b campaignLink) int { return cmp.Compare(a.Name, b.Name) })
	return shell.Show(w, r, http.StatusOK, p)
}

// takeBack takes an import back, or goes on with that.
func (d *Pages) takeBack(w http.ResponseWriter, r *http.Request) error {
	u, err := d.History.TakeBack(r.Context(), door.VisitOf(r).Who, r.PathValue("import"))
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/history/"+u.ID, http.StatusSeeOther)
	return nil
}
