package org

import (
	"errors"
	"net/http"
	"slices"
	"strconv"

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

// proceduresPath is the page on which administrators change what each level does, readPath that on which everybody reads it.
const proceduresPath, readPath = "/settings/procedures", "/procedures"

// partText is a part of a procedure, as it is read.
type partText struct{ Label, Text string }

// procedureText is a procedure, as it is read.
type procedureText struct {
	Href, Kind, About string // About says whose it is, and since when
	Parts             []partText
}

type proceduresPage struct {
	shell.Frame
	Tabs   []shell.Tab
	Levels []procedureLevel
}

type procedureLevel struct {
	Label string
	Lines []procedureLine
}

type procedureLine struct{ Kind, Holds, Href, Read string }

func (d *Pages) showProcedures(w http.ResponseWriter, r *http.Request) error {
	all, names, err := d.procedures(r)
	if err != nil {
		return err
	}
	p := &proceduresPage{Frame: shell.NewFrame(r, "procedure.title")}
	p.Tabs = tabsOf(&p.Frame, proceduresPath)
	for _, rung := range loop.Rungs {
		level := procedureLevel{Label: p.Lang.T("procedure.rung." + string(rung))}
		for _, kind := range loop.ProcedureKinds {
			id := loop.ProcedureID{Rung: rung, Kind: kind}
			line := procedureLine{
				Kind: p.Lang.T("procedure.kind." + string(kind)), Href: proceduresPath + "/" + id.String(), Read: readPath + "/" + id.String(),
				Holds: aboutProcedure(&p.Frame, all.Of(id), names),
			}
			if holds := all.Of(id); holds.Kind != kind {
				line.Holds = p.Lang.T("procedure.from_all")
			}
			level.Lines = append(level.Lines, line)
		}
		p.Levels = append(p.Levels, level)
	}
	return shell.Show(w, r, http.StatusOK, p)
}

// procedures reads what is in force, and how the staff are called.
func (d *Pages) procedures(r *http.Request) (followup.Procedures, map[string]string, error) {
	all, err := d.Cases.Procedures(r.Context())
	if err != nil {
		return all, nil, err
	}
	staff, err := d.Store.Staff(r.Context())
	return all, shell.StaffNames(staff), err
}

// aboutProcedure says whose a procedure is, and since when.
func aboutProcedure(f *shell.Frame, p loop.Procedure, names map[string]string) string {
	if !p.Own() {
		return f.Lang.T("procedure.standard")
	}
	return versionText(f, p, names)
}

func versionText(f *shell.Frame, p loop.Procedure, names map[string]string) string {
	return f.Lang.T("procedure.version", lang.Values{"Version": p.Version, "When": f.Lang.Date(p.At.In(f.Zone)), "Who": shell.StaffName(names, p.By)})
}

type procedurePage struct {
	shell.Frame
	Level, Kind string
	Text        procedureText
	Former      bool
	Versions    []versionLine
	Edit        string // "" who may not
	Here        string
}

type versionLine struct {
	Href, Text string
	Here, Now  bool
	Standard   bool
}

// readProcedure shows one procedure, or with "?version=N" a former version of it.
func (d *Pages) readProcedure(w http.ResponseWriter, r *http.Request) error {
	id, err := loop.ParseProcedureID(r.PathValue("procedure"))
	if err != nil {
		return err
	}
	all, names, err := d.procedures(r)
	if err != nil {
		return err
	}
	versions, err := d.Cases.ProcedureVersions(r.Context(), id)
	if err != nil {
		return err
	}
	p := &procedurePage{Frame: shell.NewFrame(r, "procedure.title"), Here: readPath + "/" + id.String()}
	p.Level, p.Kind = p.Lang.T("procedure.rung."+string(id.Rung)), p.Lang.T("procedure.kind."+string(id.Kind))
	if p.Can(authz.WriteSettings) {
		p.Edit = proceduresPath + "/" + id.String()
	}
	shown := all.Of(id)
	if asked := r.URL.Query().Get("version"); asked != "" {
		n, _ := strconv.Atoi(asked)
		at := slices.IndexFunc(versions, func(v loop.Procedure) bool { return v.Version == n })
		if at < 0 {
			return apperr.New(apperr.Unknown, "procedure_version", "version")
		}
		shown, p.Former = versions[at], at > 0
	}
	for i, v := range versions {
		p.Versions = append(p.Versions, versionLine{
			Href: p.Here + "?version=" + strconv.Itoa(v.Version), Text: versionText(&p.Frame, v, names), Here: v.Version == shown.Version, Now: i == 0, Standard: !v.Own(),
		})
	}
	p.Text = d.procedureText(&p.Frame, all, shown, names)
	return shell.Show(w, r, http.StatusOK, p)
}

func (d *Pages) procedureText(f *shell.Frame, all followup.Procedures, one loop.Procedure, names map[string]string) procedureText {
	t := procedureText{About: aboutProcedure(f, one, names), Kind: f.Lang.T("procedure.kind." + string(one.Kind)), Href: readPath + "/" + one.String()}
	for _, part := range loop.ProcedureParts {
		if text := shell.ProcedureText(f.Lang, all, one, part, nil, ""); text != "" {
			t.Parts = append(t.Parts, partText{f.Lang.T("procedure.part." + string(part)), text})
		}
	}
	return t
}

type procedureForm struct {
	shell.Frame
	Tabs    []shell.Tab
	Level   string
	Kind    string
	Action  string
	Read    string
	Version string
	Parts   []procedureField
}

type procedureField struct {
	Label string
	Texts []procedureInput
}

type procedureInput struct{ Field, Label, Lang, Value, Wrong string }

func (d *Pages) editProcedure(w http.ResponseWriter, r *http.Request) error {
	id, err := loop.ParseProcedureID(r.PathValue("procedure"))
	if err != nil {
		return err
	}
	all, err := d.Cases.Procedures(r.Context())
	if err != nil {
		return err
	}
	return shell.Show(w, r, http.StatusOK, d.procedureForm(r, all.Written(id)))
}

// procedureForm shows what is written of a procedure; the standard, to begin with, where nothing is.
func (d *Pages) procedureForm(r *http.Request, one loop.Procedure) *procedureForm {
	p := &procedureForm{
		Frame: shell.NewFrame(r, "procedure.title"), Version: strconv.Itoa(one.Version), Action: proceduresPath + "/" + one.String(), Read: readPath + "/" + one.String(),
	}
	p.Tabs = tabsOf(&p.Frame, proceduresPath)
	p.Level, p.Kind = p.Lang.T("procedure.rung."+string(one.Rung)), p.Lang.T("procedure.kind."+string(one.Kind))
	for _, part := range loop.ProcedureParts {
		f := procedureField{Label: p.Lang.T("procedure.part." + string(part))}
		for _, l := range lang.All() {
			in := procedureInput{Field: string(part) + "_" + string(l), Lang: string(l), Label: f.Label + ", " + l.T("format.language"), Value: one.Texts[string(l)][part]}
			if !one.Own() {
				in.Value = followup.Standard(l, one.ProcedureID, part)
			}
			f.Texts = append(f.Texts, in)
		}
		p.Parts = append(p.Parts, f)
	}
	return p
}

// saveProcedure stores the form. What is just the standard's is not the company's own.
func (d *Pages) saveProcedure(w http.ResponseWriter, r *http.Request) error {
	id, err := loop.ParseProcedureID(r.PathValue("procedure"))
	if err != nil {
		return err
	}
	typed := loop.Procedure{ProcedureID: id, Texts: map[string]map[loop.ProcedurePart]string{}}
	typed.Version, _ = strconv.Atoi(r.PostFormValue("version"))
	for _, l := range lang.All() {
		parts := map[loop.ProcedurePart]string{}
		for _, part := range loop.ProcedureParts {
			parts[part] = r.PostFormValue(string(part) + "_" + string(l))
		}
		typed.Texts[string(l)] = parts
	}
	stored, err := d.Cases.ChangeProcedure(r.Context(), typed, door.VisitOf(r).Staff.ID)
	if err == nil {
		return shell.Done(w, r, readPath+"/"+id.String(), "procedure_saved")
	}
	p := d.procedureForm(r, typed)
	if errors.Is(err, apperr.ErrChanged) {
		p.Version = strconv.Itoa(stored.Version)
		p.Error = p.Lang.T("form.stale")
		return shell.Show(w, r, http.StatusConflict, p)
	}
	refusal := apperr.As(err)
	if refusal == nil {
		return err
	}
	p.Error = p.Lang.T("form.not_saved")
	if refusal.Where == "" {
		p.Error = p.Lang.Problem(refusal)
	}
	for i := range p.Parts {
		for k := range p.Parts[i].Texts {
			if in := &p.Parts[i].Texts[k]; in.Field == refusal.Where {
				in.Wrong = p.Lang.Problem(refusal)
			}
		}
	}
	return shell.Show(w, r, web.Status(refusal), p)
}

type technologyPage struct {
	shell.Frame
	Made   string
	Clock  string
	Tries  string
	Terms  []shell.Fact
	Levels []technologyLevel
	Causes []string
}

type technologyLevel struct {
	Label, Time string
	Texts       []procedureText
}

// technology is all procedures as one document, to be printed and handed out; each level begins a sheet.
func (d *Pages) technology(w http.ResponseWriter, r *http.Request) error {
	all, names, err := d.procedures(r)
	if err != nil {
		return err
	}
	p := &technologyPage{Frame: shell.NewFrame(r, "procedure.document")}
	l := p.Lang
	p.Made = l.T("procedure.document_made", lang.Values{"When": l.Date(d.Now().In(p.Zone))})
	p.Clock = l.T("procedure.times_clock")
	if all.Schedule.IsZero() {
		p.Clock = l.T("procedure.times_around")
	}
	for _, t := range all.Schedule.Terms {
		who := l.T("deadlines.audience_any")
		if t.Audience != "" {
			who = l.T("contacts.audience." + string(t.Audience))
		}
		if t.Tier != "" {
			who += ", " + t.Tier
		}
		p.Terms = append(p.Terms, shell.Fact{Label: who, Text: shell.TermText(l, t)})
	}
	if len(p.Terms) == 0 {
		p.Terms = []shell.Fact{{Label: l.T("deadlines.audience_any"), Text: shell.ProcedureTerm(l, all, survey.Customers, "")}}
	}
	p.Tries = l.T("procedure.times_tries", lang.Values{"Count": all.Tries()})
	values := lang.Values{"Term": shell.ProcedureTerm(l, all, survey.Customers, ""), "Top": all.TopDays(), "Morning": all.Morning()}
	for _, rung := range loop.Rungs {
		level := technologyLevel{Label: l.T("procedure.rung." + string(rung)), Time: l.T("procedure.times_"+string(rung), values)}
		var rest *loop.Procedure
		for _, kind := range loop.Kinds {
			one := all.Of(loop.ProcedureID{Rung: rung, Kind: kind})
			if one.Kind == loop.AllKinds {
				rest = &one
				continue
			}
			level.Texts = append(level.Texts, d.procedureText(&p.Frame, all, one, names))
		}
		if rest != nil {
			text := d.procedureText(&p.Frame, all, *rest, names)
			if len(level.Texts) > 0 {
				text.Kind = l.T("procedure.kind_others")
			}
			level.Texts = append([]procedureText{text}, level.Texts...)
		}
		p.Levels = append(p.Levels, level)
	}
	for _, cause := range all.Practice.Causes.Offered() {
		p.Causes = append(p.Causes, followup.CauseName(l, all.Practice.Causes, cause))
	}
	return shell.Show(w, r, http.StatusOK, p)
}
