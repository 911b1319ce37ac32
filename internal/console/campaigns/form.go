package campaigns

import (
	"cmp"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"onetap/internal/apperr"
	"onetap/internal/console/shell"
	"onetap/internal/door"
	"onetap/internal/lang"
	"onetap/internal/mail"
	"onetap/internal/mailing"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// draftFrame is what every step of a draft shows.
type draftFrame struct {
	shell.Frame
	ID, Action, Step string
	Version          int
	ZoneName         string
	Steps            []stepItem
	Stale            []difference // what somebody else has stored meanwhile, beside what this person wrote
	StaleNote        bool
	StoredAt         string // where the stored campaign can be seen
	SomeWrong        bool
}

type stepItem struct {
	Value, Label, Number string
	Here, Link, Button   bool
	Href                 string
}

type difference struct{ Label, Mine, Theirs string }

// input is one field with what is said around it.
type input struct {
	Name, Label, Hint, Value, Wrong, Type, Mode string
	Max                                         int
	Required                                    bool
	Help                                        templ.Component // for who asks; nil: none
}

func newDraftFrame(r *http.Request, c survey.Campaign, step string) draftFrame {
	p := draftFrame{Frame: shell.NewFrame(r, "campaign.step_"+step), ID: string(c.ID), Step: step, Version: c.Version}
	p.Action = "/campaigns/" + p.ID + "/edit"
	p.ZoneName = p.Zone.String()
	p.StoredAt = p.Action + "?step=" + step
	for i, s := range draftSteps {
		item := stepItem{Value: s, Label: p.Lang.T("campaign.step_" + s), Number: strconv.Itoa(i + 1), Here: s == step}
		switch {
		case c.ID == "" || s == step:
		case step == stepCheck:
			item.Link, item.Href = true, p.Action+"?step="+s
		default:
			item.Button = true
		}
		p.Steps = append(p.Steps, item)
	}
	if c.ID != "" && step != stepRest {
		p.Title = p.Title + " · " + c.Name
	}
	return p
}

// newPage asks for what a draft begins with. The id that it will have is in the form, so that a form sent twice makes one.
func (d *Pages) newPage(w http.ResponseWriter, r *http.Request) error {
	a := survey.Audience(r.URL.Query().Get("audience"))
	if !a.Valid() {
		a = survey.Customers
	}
	c, err := d.beginning(r, a)
	if err != nil {
		return err
	}
	return d.showAbout(w, r, http.StatusOK, c, nil)
}

// beginning is a new campaign with what can be guessed, and a name.
func (d *Pages) beginning(r *http.Request, a survey.Audience) (survey.Campaign, error) {
	v := door.VisitOf(r)
	c, err := d.Mailing.Guess(r.Context(), a, web.Language(r), v.Zone)
	c.Name = v.Lang.T("campaign.first_name", lang.Values{"Audience": audienceName(v.Lang, a), "Date": v.Lang.Date(d.Now().In(v.Zone))})
	c.Name = strings.ReplaceAll(c.Name, "\u00a0", " ") // as a person would type it
	return c, err
}

func (d *Pages) postNew(w http.ResponseWriter, r *http.Request) error {
	a := survey.Audience(r.FormValue("audience"))
	if !a.Valid() {
		a = survey.Customers
	}
	c, err := d.beginning(r, a)
	if err != nil {
		return err
	}
	f := typedIn(r, door.VisitOf(r), stepAbout, c)
	c, err = f.apply(c, d.Mailing)
	if err != nil {
		return err
	}
	if len(f.wrong) > 0 {
		return d.showAbout(w, r, http.StatusBadRequest, c, f)
	}
	c.ID = survey.CampaignID(r.FormValue("new"))
	if c, err = d.Mailing.Create(r.Context(), c); err != nil {
		return err
	}
	return onwards(w, r, c, stepAbout)
}

// editPage shows a step of a draft; of a campaign that is launched, what can still be changed.
func (d *Pages) editPage(w http.ResponseWriter, r *http.Request) error {
	c, err := d.Campaign(r)
	if err != nil {
		return err
	}
	if err := c.Allows(survey.ActEdit, d.Now()); err != nil {
		if apperr.Is(err, "campaign_launched") {
			return d.showStep(w, r, http.StatusOK, c, stepRest, nil, nil)
		}
		return err
	}
	return d.showStep(w, r, http.StatusOK, c, knownStep(r.URL.Query().Get("step")), nil, nil)
}

func knownStep(name string) string {
	if slices.Contains(draftSteps, name) {
		return name
	}
	return stepAbout
}

func (d *Pages) showStep(w http.ResponseWriter, r *http.Request, status int, c survey.Campaign, step string, f *typed, stale []difference) error {
	switch step {
	case stepPeople:
		return d.showPeople(w, r, status, c, f, stale)
	case stepWords:
		return d.showWords(w, r, status, c, f, stale)
	case stepTime, stepRest:
		return d.showTimes(w, r, status, c, step, f, stale)
	case stepCheck:
		return d.showCheck(w, r, status, c, nil)
	}
	return d.showAbout(w, r, status, c, f, stale...)
}

// postEdit saves a step and goes on. What cannot be stored stays in the form, with the reason beside it; where somebody
// else has stored something meanwhile, nothing is written and both are shown.
func (d *Pages) postEdit(w http.ResponseWriter, r *http.Request) error {
	c, err := d.Campaign(r)
	if err != nil {
		return err
	}
	step := knownStep(r.FormValue("step"))
	if r.FormValue("step") == stepRest {
		step = stepRest
	}
	if step == stepCheck {
		return onwards(w, r, c, step)
	}
	f := typedIn(r, door.VisitOf(r), step, c)
	if err := d.Mailing.Editable(c, f.in); err != nil {
		return err
	}
	mine, err := f.apply(c, d.Mailing)
	if err != nil {
		return err
	}
	version, _ := strconv.Atoi(r.FormValue("version"))
	differs := differences(factsOf(f, c), factsOf(f, mine))
	if version != c.Version && len(differs) > 0 {
		return d.showStep(w, r, http.StatusConflict, c, step, f, differs)
	}
	if len(f.wrong) > 0 {
		return d.showStep(w, r, http.StatusBadRequest, c, step, f, nil)
	}
	saved, err := d.Mailing.Edit(r.Context(), c, nil, f.in)
	if apperr.Is(err, "version_stale") {
		if c, err = d.Campaign(r); err != nil {
			return err
		}
		return d.showStep(w, r, http.StatusConflict, c, step, f, differences(factsOf(f, c), factsOf(f, mine)))
	}
	if err != nil {
		return err
	}
	if step == stepWords && r.FormValue("as") != "" { // an id, not a name, goes into the address
		shown, _, err := d.shown(r, saved)
		if err != nil {
			return err
		}
		r.Form.Set("contact", shown.Contact)
	}
	return onwards(w, r, saved, step)
}

// onwards leads to where the button that was pressed goes: the next step, another, or the same, where it says what was done.
func onwards(w http.ResponseWriter, r *http.Request, c survey.Campaign, step string) error {
	edit := "/campaigns/" + string(c.ID) + "/edit?step="
	go_, language, _ := strings.Cut(r.FormValue("go"), ".")
	if step == stepRest {
		return shell.Done(w, r, "/campaigns/"+string(c.ID), "campaign_saved")
	}
	if go_ == "next" {
		go_ = draftSteps[min(slices.Index(draftSteps, step)+1, len(draftSteps)-1)]
	}
	switch {
	case !slices.Contains(draftSteps, go_):
		to := edit + step
		if l := r.FormValue("language_of_words"); step == stepWords && slices.Contains(survey.Languages(), l) {
			to += "&language=" + l
			for _, name := range []string{"contact", "nameless_letter", "letter_shown"} { // what is shown beside them
				if v := r.FormValue(name); v != "" && v != "0" {
					to += "&" + name + "=" + url.QueryEscape(v)
				}
			}
		}
		return shell.Done(w, r, to, "campaign_saved")
	case slices.Contains(survey.Languages(), language):
		http.Redirect(w, r, edit+go_+"&language="+language, http.StatusSeeOther)
	default:
		http.Redirect(w, r, edit+go_, http.StatusSeeOther)
	}
	return nil
}

// aboutPage is the first step: a draft that is new has no id yet.
type aboutPage struct {
	draftFrame
	New                   string // the id that it will have
	Name, Company, Sender input
	Audiences, Languages  []shell.Option
	WrongAudience         string
}

func (d *Pages) showAbout(w http.ResponseWriter, r *http.Request, status int, c survey.Campaign, f *typed, stale ...difference) error {
	p := &aboutPage{draftFrame: newDraftFrame(r, c, stepAbout)}
	if p.ID == "" {
		p.Title, p.Action = p.Lang.T("campaign.new"), "/campaigns/new"
		p.New = cmp.Or(r.FormValue("new"), string(mailing.NewID()))
	}
	p.stale(f, stale)
	say := func(name, value string, limit int, required bool) input {
		i := f.input(p.Lang, name, value)
		i.Max, i.Required = limit, required
		return i
	}
	p.Name = say("name", c.Name, survey.MaxName, true)
	p.Company = say("company", c.Company, 150, false)
	p.Sender = d.senderInput(f, p.Lang, c)
	a, language := string(c.Audience), c.Language
	if f != nil {
		a, language, p.WrongAudience = f.text["audience"], f.text["language"], f.wrong["audience"]
	}
	p.Audiences = audienceChoices(p.Lang, survey.Audience(a))
	for i := range p.Audiences {
		p.Audiences[i].Hint = p.Lang.T("campaign.audience_hint_" + p.Audiences[i].Value)
	}
	p.Languages = languageChoices(p.Lang, c, language)
	return shell.Show(w, r, status, p)
}

// input is a field as it is stored, or as the person has just written it, with what is wrong about that.
func (f *typed) input(l lang.Language, name, stored string) input {
	i := input{Name: name, Label: l.T("campaign.field_" + name), Value: stored, Type: "text"}
	if hint := "campaign.hint_" + name; name != "sender" && l.Has(hint) {
		i.Hint = l.T(hint)
	}
	if f == nil {
		return i
	}
	if text, ok := f.text[name]; ok {
		i.Value = text
	}
	i.Wrong = f.wrong[name]
	return i
}

// senderInput is the field of whom the letters come from.
func (d *Pages) senderInput(f *typed, l lang.Language, c survey.Campaign) input {
	i := f.input(l, "sender", c.Sender)
	c.Sender = "" // whom they come from without one
	i.Max, i.Hint = survey.MaxSender, l.T("campaign.hint_sender", lang.Values{"Sender": shell.Readable(mail.From(c, d.Sender))})
	return i
}

func (p *draftFrame) stale(f *typed, differs []difference) {
	p.Stale, p.StaleNote = differs, len(differs) > 0
	p.SomeWrong = f != nil && len(f.wrong) > 0
	if p.SomeWrong {
		p.Error = p.Lang.T("campaign.some_wrong")
		for _, field := range slices.Sorted(maps.Keys(f.wrong)) { // of another step, stored before it was checked
			if _, here := f.text[field]; !here && p.Lang.Has("campaign.field_"+field) {
				p.Error += " " + p.Lang.T("campaign.field_"+field) + ": " + f.wrong[field]
			}
		}
	}
}

// languageChoices are the languages that a campaign is written in.
func languageChoices(l lang.Language, c survey.Campaign, chosen string) []shell.Option {
	var all []shell.Option
	for _, code := range survey.Languages() {
		if !c.Speaks(code) {
			continue
		}
		all = append(all, shell.Option{Value: code, Label: languageName(l, code), On: code == chosen})
	}
	return all
}

// languageName is what a language is called in the reader's one, else in itself.
func languageName(l lang.Language, code string) string { return shell.LanguageName(l, code) }
