package org

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/console/shell"
	"onetap/internal/door"
	"onetap/internal/lang"
	"onetap/internal/survey"
	"onetap/internal/web"
)

const touchpointsPath = "/settings/touchpoints"

// newTouchpoints is for how many more touchpoints the form has room.
const newTouchpoints = 3

// suggested are the touchpoints that an empty catalogue may begin with; the words are in the languages' files.
var suggested = []struct {
	id   string
	kind survey.TouchpointKind
}{
	{"order", "service"}, {"quality", "product"}, {"delivery", "service"}, {"manager", "staff"}, {"support", "staff"}, {"price", "business"}, {"bill", "business"}, {"site", "business"},
}

type touchpointsPage struct {
	shell.Frame
	Tabs    []shell.Tab
	Rows    []touchpointForm
	Version string
	Empty   bool // nothing is stored and nothing is suggested: suggestions are offered
}

// touchpointForm is one touchpoint as it is typed. Its fields are called touchpoints.1.kind and so on.
type touchpointForm struct {
	Name    string // "touchpoints.1."
	Title   string
	ID      string // "" of a new one
	Kinds   []shell.Option
	Names   []touchpointName
	Retired bool
	Wrong   map[string]string // by field
	kind    survey.TouchpointKind
	names   map[string]string
}

type touchpointName struct {
	Code, Value string
	Label       shell.Phrase
}

func (d *Pages) touchpointsForm(r *http.Request, rows []touchpointForm, version int) *touchpointsPage {
	p := &touchpointsPage{Frame: shell.NewFrame(r, "touchpoints.title"), Version: strconv.Itoa(version)}
	p.Tabs = tabsOf(&p.Frame, touchpointsPath)
	for range min(newTouchpoints, survey.MaxTouchpoints-len(rows)) {
		rows = append(rows, touchpointForm{kind: "service"})
	}
	for n, f := range rows {
		f.Name = "touchpoints." + strconv.Itoa(n+1) + "."
		f.Title = p.Lang.T("touchpoints.new")
		if f.ID != "" {
			f.Title = survey.Touchpoint{ID: survey.TouchpointID(f.ID), Names: f.names}.Name(string(p.Lang))
		}
		for _, k := range survey.TouchpointKinds {
			f.Kinds = append(f.Kinds, shell.Option{Value: string(k), Label: p.Lang.T("touchpoints.kind_" + string(k)), On: k == f.kind})
		}
		for _, l := range survey.Languages() {
			f.Names = append(f.Names, touchpointName{l, f.names[l], shell.Text(p.Lang.T("touchpoints.name_in", map[string]any{"Language": shell.LanguageName(p.Lang, l)}))})
		}
		p.Rows = append(p.Rows, f)
	}
	return p
}

func (d *Pages) showTouchpoints(w http.ResponseWriter, r *http.Request) error {
	s, err := d.Store.Settings(r.Context())
	if err != nil {
		return err
	}
	var rows []touchpointForm
	for _, t := range s.Touchpoints {
		rows = append(rows, touchpointForm{ID: string(t.ID), kind: t.Kind, names: t.Names, Retired: t.Retired})
	}
	suggest := len(rows) == 0 && r.URL.Query().Get("suggest") != ""
	if suggest {
		for _, one := range suggested {
			f := touchpointForm{kind: one.kind, names: map[string]string{}}
			for _, l := range survey.Languages() {
				f.names[l] = lang.Language(l).T("touchpoints.suggest_" + one.id)
			}
			rows = append(rows, f)
		}
	}
	p := d.touchpointsForm(r, rows, s.Version)
	p.Empty = len(rows) == 0
	return shell.Show(w, r, http.StatusOK, p)
}

// touchpointsTyped reads the form: what was typed, and the catalogue that it makes. A row that is new and without a name is none.
func touchpointsTyped(r *http.Request) (typed []touchpointForm, all []survey.Touchpoint) {
	for n := 1; n <= survey.MaxTouchpoints+newTouchpoints; n++ {
		name := "touchpoints." + strconv.Itoa(n) + "."
		if !r.PostForm.Has(name + "kind") {
			break
		}
		f := touchpointForm{ID: r.PostFormValue(name + "id"), kind: survey.TouchpointKind(r.PostFormValue(name + "kind")), Retired: r.PostFormValue(name+"retired") != "", names: map[string]string{}}
		for _, l := range survey.Languages() {
			if text := strings.TrimSpace(r.PostFormValue(name + "names." + l)); text != "" {
				f.names[l] = text
			}
		}
		if f.ID == "" && len(f.names) == 0 {
			continue
		}
		typed = append(typed, f)
		all = append(all, survey.Touchpoint{ID: survey.TouchpointID(f.ID), Kind: f.kind, Names: f.names, Retired: f.Retired})
	}
	return typed, all
}

// saveTouchpoints stores the form, unless somebody else has saved settings since it was opened: then it shows the form again.
func (d *Pages) saveTouchpoints(w http.ResponseWriter, r *http.Request) error {
	version, _ := strconv.Atoi(r.PostFormValue("version"))
	typed, all := touchpointsTyped(r)
	stored, err := d.Company.SaveTouchpoints(r.Context(), all, version)
	refusal := apperr.As(err)
	switch {
	case err == nil:
		return shell.Done(w, r, touchpointsPath, "touchpoints_saved")
	case errors.Is(err, apperr.ErrChanged):
		p := d.touchpointsForm(r, typed, stored.Version)
		p.Error = p.Lang.T("form.stale")
		return shell.Show(w, r, http.StatusConflict, p)
	case refusal == nil:
		return err
	}
	said := door.VisitOf(r).Lang.Problem(refusal)
	here := slices.ContainsFunc(typed, func(touchpointForm) bool { return strings.HasPrefix(refusal.Where, "touchpoints.") })
	for n := range typed {
		if field, mine := strings.CutPrefix(refusal.Where, "touchpoints."+strconv.Itoa(n+1)+"."); mine {
			typed[n].Wrong = map[string]string{field: said}
		}
	}
	p := d.touchpointsForm(r, typed, version)
	if p.Error = p.Lang.T("form.not_saved"); !here {
		p.Error = said
	}
	return shell.Show(w, r, web.Status(refusal), p)
}
