package org

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/console/shell"
	"onetap/internal/contacts"
	"onetap/internal/door"
	"onetap/internal/lang"
	"onetap/internal/org"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// maxFaults is how many lines of a list's faults a page shows.
const maxFaults = 200

type staffImportPage struct {
	shell.Frame
	Wrong   string
	Sheets  []string // of a workbook in which several have a list
	Sheet   string   // the one that was chosen
	Result  string   // "3 new, 1 changed…"; "" before a list was read
	Look    bool     // nothing was taken so far
	Lines   []door.LineView
	Warned  []door.LineView
	More    string
	Perfect bool
	Lost    []string
	Losers  []shell.Fact // name, what is lost
	Asks    []staffAsk
	Sure    bool
	Undo    string // address of the upload in the history
	Columns []staffColumn
	How     string // that headings were joined of two rows
}

// staffColumn is a column of a list and what it may be said to hold.
type staffColumn struct {
	N        int
	Heading  string
	Examples []string
	Fields   []shell.Option
	AsLast   bool // as somebody said of the last list
}

// staffAsk is a row of which somebody must say who is meant.
type staffAsk struct {
	N               int
	Key, Text, Name string
	People          []shell.Option
}

// nobodyMeant is the choice of none of those who may be meant.
const nobodyMeant = "-"

func askStaffList(w http.ResponseWriter, r *http.Request) error {
	return shell.Show(w, r, http.StatusOK, newStaffImport(r))
}

func newStaffImport(r *http.Request) *staffImportPage {
	p := &staffImportPage{Frame: shell.NewFrame(r, "staff.import_title")}
	p.Scripts = []string{"staff.js"}
	return p
}

// importStaff takes a list as the API does, and says line by line what was wrong with it. What it would take away, and whom it may mean, is
// asked about before.
func (d *Pages) importStaff(w http.ResponseWriter, r *http.Request) error {
	return d.staffList(w, r, false)
}

// lookAtStaff says what a list would do.
func (d *Pages) lookAtStaff(w http.ResponseWriter, r *http.Request) error {
	return d.staffList(w, r, true)
}

func (d *Pages) staffList(w http.ResponseWriter, r *http.Request, look bool) error {
	p := newStaffImport(r)
	p.Sheet = r.FormValue("sheet")
	body, err := uploaded(r, "list", door.MaxList)
	said := org.Said{Answers: answersOf(r), Confirmed: r.FormValue("confirm") == "yes", Look: look, Sent: contacts.SentBy(door.VisitOf(r).Who, fileName(r))}
	var intake org.Intake
	if err == nil {
		body, p.Sheets, err = d.ListOf(r.Context(), body, r.FormValue("sheet"), door.MaxList)
		if len(p.Sheets) > 0 {
			err = apperr.New(apperr.Conflict, "workbook_sheets", "sheet", "Sheets", strings.Join(p.Sheets, ", "))
		}
	}
	if err == nil {
		intake, err = d.Company.TakeFile(r.Context(), fileOf(r, body, said.Answers), said)
	}
	status := http.StatusOK
	if apperr.Is(err, "staff_loses") || apperr.Is(err, "staff_ambiguous") {
		p.Wrong, status, said.Look = p.Lang.T("upload.decide"), http.StatusConflict, true
		intake, err = d.Company.TakeFile(r.Context(), fileOf(r, body, said.Answers), said)
	}
	if refusal := apperr.As(err); refusal != nil {
		p.Wrong = p.Lang.Problem(refusal)
		if refusal.Code == "body_too_large" {
			p.Wrong = p.Lang.T("staff.import_large", lang.Values{"Limit": staffMegabytes})
		}
		p.columns(intake.Table)
		return shell.Show(w, r, web.Status(refusal), p)
	}
	if err != nil {
		return err
	}
	if intake.Look {
		if err := d.decide(p, r, body, intake, said); err != nil {
			return err
		}
		p.columns(intake.Table)
	}
	p.show(intake)
	return shell.Show(w, r, status, p)
}

// staffMegabytes is what a form takes at most, said with room for what goes around the file: Lambda takes 6 MB a request, base64 and all.
const staffMegabytes = 4

// staffColumns is how many columns can be corrected on the page.
const staffColumns = 60

// fileOf is the file of a form with what it says of it.
func fileOf(r *http.Request, body []byte, answers org.Answers) org.File {
	f := org.File{Body: body, Answers: answers}
	for n := range staffColumns {
		heading := r.FormValue("heading-" + strconv.Itoa(n))
		if heading == "" {
			break
		}
		if f.Said.Columns == nil {
			f.Said.Columns = map[string]contacts.Field{}
		}
		f.Said.Columns[heading] = contacts.Field(r.FormValue("field-" + strconv.Itoa(n)))
	}
	return f
}

// columns shows how the columns were understood, to be corrected.
func (p *staffImportPage) columns(t contacts.Table) {
	for i, c := range t.Columns[:min(len(t.Columns), staffColumns)] {
		col := staffColumn{N: i, Heading: c.Heading, Examples: t.Examples[i], AsLast: slices.Contains(t.AsLast, c.Heading)}
		for _, f := range org.StaffFields {
			label := p.Lang.T("staff.field." + string(f))
			col.Fields = append(col.Fields, shell.Option{Value: string(f), Label: label, On: f == c.Field || f == contacts.FieldIgnored && !slices.Contains(org.StaffFields, c.Field)})
		}
		p.Columns = append(p.Columns, col)
	}
	if t.Joined != "" {
		p.How = p.Lang.T("upload.two_rows", lang.Values{"Example": t.Joined})
	}
}

// show says what became of a list, or would.
func (p *staffImportPage) show(intake org.Intake) {
	out := door.ViewStaff(p.Lang, intake)
	p.Look = out.Look
	p.Result = p.Lang.T("staff.imported", map[string]any{"New": out.New, "Changed": out.Changed, "Unchanged": out.Unchanged, "Refused": out.Refused})
	p.Lines, p.Warned = out.Refusals[:min(len(out.Refusals), maxFaults)], out.Warnings[:min(len(out.Warnings), maxFaults)]
	if more := len(out.Refusals) + len(out.Warnings) - len(p.Lines) - len(p.Warned); more > 0 {
		p.More = p.Lang.T("staff.import_more", map[string]any{"Count": more})
	}
	p.Perfect = len(p.Lines)+len(p.Warned) == 0 && !p.Look
	if out.Upload != "" {
		p.Undo = "/staff/uploads/" + out.Upload
	}
}

// decide fills in what is to be said yes to and who is to be chosen, with what was chosen so far.
func (d *Pages) decide(p *staffImportPage, r *http.Request, body []byte, intake org.Intake, said org.Said) error {
	l := p.Lang
	p.Lost, p.Sure = shell.LostWords(l, survey.UploadOfStaff, intake.Lost), said.Confirmed
	all, err := d.everybody(r)
	if err != nil {
		return err
	}
	byID := map[string]survey.Staff{}
	for _, m := range all {
		byID[strings.ToLower(m.ID)] = m
	}
	for _, loser := range intake.Losers {
		m := loser.Staff
		var lost []string
		for _, one := range []struct {
			n           int
			label, text string
		}{{loser.Lost.Team, "staff.team", m.Team}, {loser.Lost.Manager, "staff.manager", org.NameOf(byID[strings.ToLower(m.Manager)])}, {loser.Lost.Phone, "upload.field.phone", m.Phone}} {
			if one.n > 0 {
				lost = append(lost, l.T(one.label)+": "+one.text)
			}
		}
		p.Losers = append(p.Losers, shell.Fact{Label: org.NameOf(m), Text: strings.Join(lost, " · ")})
	}
	asked := intake.Asks
	if len(said.Answers) > 0 { // those that were answered stay on the page
		all, err := d.Company.TakeFile(r.Context(), fileOf(r, body, nil), org.Said{Look: true})
		if err != nil {
			return err
		}
		asked = all.Asks
	}
	for n, ask := range asked {
		one := staffAsk{N: n, Key: ask.Key(), Name: ask.Name, Text: l.T("ahead.staff_"+ask.Kind, lang.Values{"Line": ask.Line, "Email": ask.Email})}
		id, answered := said.Answers[one.Key]
		for _, who := range ask.Staff {
			m, there := byID[strings.ToLower(who)]
			if !there { // somebody of the list itself
				m.Name = who
			}
			one.People = append(one.People, shell.Option{Value: who, Label: strings.Join(slices.DeleteFunc([]string{org.NameOf(m), m.Team, m.Email}, func(s string) bool { return s == "" }), " · "), On: answered && strings.EqualFold(who, id)})
		}
		one.People = append(one.People, shell.Option{Value: nobodyMeant, Label: l.T("ahead.staff_none_" + ask.Kind), On: answered && id == ""})
		p.Asks = append(p.Asks, one)
	}
	return nil
}

// answersOf reads who was chosen; nil where nobody was asked about.
func answersOf(r *http.Request) org.Answers {
	var all org.Answers
	for n := 0; ; n++ {
		key := r.FormValue("who-" + strconv.Itoa(n))
		if key == "" {
			return all
		}
		id := r.FormValue("person-" + strconv.Itoa(n))
		if id == "" {
			continue
		}
		if all == nil {
			all = org.Answers{}
		}
		if all[key] = id; id == nobodyMeant {
			all[key] = ""
		}
	}
}

func fileName(r *http.Request) string {
	if _, h, err := r.FormFile("list"); err == nil {
		return h.Filename
	}
	return ""
}

// uploaded reads the file of a form's field. Problems: file_missing, body_too_large.
func uploaded(r *http.Request, field string, maxBytes int64) ([]byte, error) {
	file, _, err := r.FormFile(field)
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return nil, apperr.New(apperr.Invalid, "file_missing", field)
	}
	if err != nil {
		return nil, &apperr.Error{Kind: apperr.Invalid, Code: "body_unreadable", Cause: err}
	}
	defer file.Close()
	b, err := io.ReadAll(io.LimitReader(file, maxBytes+1))
	switch {
	case err != nil:
		return nil, err
	case int64(len(b)) > maxBytes:
		return nil, apperr.New(apperr.TooLarge, "body_too_large", field, "Limit", maxBytes)
	case len(b) == 0:
		return nil, apperr.New(apperr.Invalid, "file_missing", field)
	}
	return b, nil
}
