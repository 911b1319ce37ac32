package org

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/console/shell"
	"onetap/internal/followup"
	"onetap/internal/lang"
	"onetap/internal/loop"
	"onetap/internal/money"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// practicePath is the page that says what is followed up, and what is counted of it.
const practicePath = "/settings/cases"

// emptyCauses is how many lines for further causes the form has, maxCauseLines how many are read.
const emptyCauses, maxCauseLines = 3, 100

type practicePage struct {
	shell.Frame
	Tabs        []shell.Tab
	Version     string
	Tries       string
	Weekly      bool // how the week went is told by email
	Passives    []shell.Option
	Causes      []causeField
	Silence     []shell.Option
	Told        []causeName
	Inbox       []inboxField
	WrongInbox  string
	Waves       string
	Least       string
	Most        string
	WrongTries  string
	WrongWaves  string
	WrongLeast  string
	WrongMost   string
	WrongCauses string // of all of them
}

// inboxField says who gets a kind of item.
type inboxField struct {
	Field, Label string
	Staff        []shell.Option
}

// causeField is a line of the form.
type causeField struct {
	N, ID   string
	Own     string // the name that a standard cause has without one; "": none
	Names   []causeName
	Offered bool
	Fresh   bool // a line for a new one
	Wrong   string
}

type causeName struct {
	Field, Label, Value string
	Own                 string // the name that holds without one; "": none
}

func (d *Pages) showPractice(w http.ResponseWriter, r *http.Request) error {
	stored, err := d.Cases.Practice(r.Context())
	if err != nil {
		return err
	}
	page, err := d.practiceForm(r, stored, nil)
	if err != nil {
		return err
	}
	return shell.Show(w, r, http.StatusOK, page)
}

// savePractice stores what is followed up. What is wrong is said beside its line, and nothing that was typed is lost.
func (d *Pages) savePractice(w http.ResponseWriter, r *http.Request) error {
	set, err := d.Store.Settings(r.Context())
	if err != nil {
		return err
	}
	p, said, err := practiceTyped(r, set.Currency)
	stored := p
	if err == nil {
		stored, err = d.Cases.ChangePractice(r.Context(), p, said)
	}
	if err == nil {
		return shell.Done(w, r, practicePath, "practice_saved")
	}
	if errors.Is(err, apperr.ErrChanged) {
		page, err := d.practiceForm(r, stored, nil)
		if err != nil {
			return err
		}
		page.Error = page.Lang.T("deadlines.stale")
		return shell.Show(w, r, http.StatusConflict, page)
	}
	refusal := apperr.As(err)
	if refusal == nil {
		return err
	}
	if stored, err = d.Cases.Practice(r.Context()); err != nil {
		return err
	}
	p.Causes, p.Version = stored.Causes, stored.Version
	page, err := d.practiceForm(r, p, said)
	if err != nil {
		return err
	}
	page.Tries, page.Waves, page.Least, page.Most = r.PostFormValue("tries"), r.PostFormValue("silence_waves"), r.PostFormValue("silence_value"), r.PostFormValue("silence_most")
	text := page.Lang.Problem(refusal)
	page.Error = page.Lang.T("form.not_saved")
	switch line, ok := strings.CutPrefix(refusal.Where, "cause_"); {
	case ok:
		for i := range page.Causes {
			if page.Causes[i].N == line {
				page.Causes[i].Wrong = text
			}
		}
	case refusal.Where == "inbox":
		page.WrongInbox = text
	case refusal.Where == "tries":
		page.WrongTries = text
	case refusal.Where == "silence_waves":
		page.WrongWaves = text
	case refusal.Where == "silence_value":
		page.WrongLeast = text
	case refusal.Where == "silence_most":
		page.WrongMost = text
	default:
		page.WrongCauses = text
	}
	return shell.Show(w, r, web.Status(refusal), page)
}

// practiceForm shows how cases are followed up as it is stored, with causes as somebody would have them.
func (d *Pages) practiceForm(r *http.Request, stored loop.Practice, said []loop.CauseChange) (*practicePage, error) {
	p := &practicePage{Frame: shell.NewFrame(r, "practice.title"), Version: strconv.Itoa(stored.Version)}
	p.Tabs = tabsOf(&p.Frame, practicePath)
	staff, err := d.Cases.Recipients(r.Context())
	if err != nil {
		return nil, err
	}
	for _, kind := range loop.ItemKinds {
		f := inboxField{Field: "inbox_" + string(kind), Label: p.Lang.T("ideas.of." + string(kind))}
		for _, m := range staff {
			f.Staff = append(f.Staff, shell.Option{Value: m.ID, Label: cmp.Or(m.Name, m.ID), On: strings.EqualFold(m.ID, stored.Inbox[kind])})
		}
		p.Inbox = append(p.Inbox, f)
	}
	p.Weekly = !stored.NoWeekly
	p.Tries = strconv.Itoa(cmp.Or(stored.Tries, loop.DefaultTries))
	for _, l := range lang.All() {
		p.Told = append(p.Told, causeName{Field: "told_" + string(l), Label: l.T("format.language"), Value: stored.Told[string(l)], Own: l.T("tell.standard")})
	}
	p.Waves, p.Most = strconv.Itoa(stored.Silence.InARow()), strconv.Itoa(stored.Silence.AtMost())
	if stored.Silence.Least.Minor > 0 {
		p.Least = shell.MoneyText(p.Lang, stored.Silence.Least)
	}
	for _, a := range survey.Audiences {
		if a != survey.Employees { // has no cases
			p.Silence = append(p.Silence, shell.Option{Value: string(a), Label: p.Lang.T("contacts.audience." + string(a)), On: stored.Silence.Follows(a)})
			p.Passives = append(p.Passives, shell.Option{Value: string(a), Label: p.Lang.T("contacts.audience." + string(a)), On: stored.Follows(a)})
		}
	}
	if said == nil {
		for _, k := range stored.Causes {
			said = append(said, loop.CauseChange(k))
		}
		said = append(said, make([]loop.CauseChange, emptyCauses)...)
	}
	for i, s := range said {
		f := causeField{N: strconv.Itoa(i + 1), ID: string(s.ID), Offered: !s.Gone, Fresh: s.ID == ""}
		if s.ID.Standard() {
			f.Own = followup.CauseName(p.Lang, nil, s.ID)
		}
		for _, l := range lang.All() {
			name := causeName{Field: "cause_" + f.N + "_" + string(l), Label: l.T("format.language"), Value: s.Names[string(l)]}
			if s.ID.Standard() {
				name.Own = followup.CauseName(l, nil, s.ID)
			}
			f.Names = append(f.Names, name)
		}
		p.Causes = append(p.Causes, f)
	}
	return p, nil
}

// practiceTyped reads the form; currency is the workspace's.
func practiceTyped(r *http.Request, currency string) (p loop.Practice, said []loop.CauseChange, err error) {
	p.Version, _ = strconv.Atoi(r.PostFormValue("version"))
	p.NoWeekly = r.PostFormValue("weekly") == ""
	for _, a := range r.PostForm["passives"] {
		p.Passives = append(p.Passives, survey.Audience(a))
	}
	for _, kind := range loop.ItemKinds {
		if id := strings.TrimSpace(r.PostFormValue("inbox_" + string(kind))); id != "" {
			if p.Inbox == nil {
				p.Inbox = map[loop.ItemKind]string{}
			}
			p.Inbox[kind] = id
		}
	}
	for i := range maxCauseLines {
		field := "cause_" + strconv.Itoa(i+1)
		if !r.PostForm.Has(field) {
			break
		}
		c := loop.CauseChange{ID: loop.Cause(r.PostFormValue(field)), Names: map[string]string{}}
		c.Gone = c.ID != "" && !slices.Contains(r.PostForm["offered"], string(c.ID))
		for _, l := range lang.All() {
			c.Names[string(l)] = r.PostFormValue(field + "_" + string(l))
		}
		said = append(said, c)
	}
	for _, l := range lang.All() {
		if text := strings.TrimSpace(r.PostFormValue("told_" + string(l))); text != "" {
			if p.Told == nil {
				p.Told = map[string]string{}
			}
			p.Told[string(l)] = text
		}
	}
	p.Silence, err = silenceTyped(r, currency)
	if err != nil {
		return p, said, err
	}
	if p.Tries, err = strconv.Atoi(strings.TrimSpace(r.PostFormValue("tries"))); err != nil || p.Tries < 1 {
		return p, said, apperr.New(apperr.Invalid, "tries_range", "tries", "Limit", loop.MaxTries)
	}
	return p, said, nil
}

// silenceTyped reads whose silence is followed up. What does not matter because nobody is ticked is not refused.
func silenceTyped(r *http.Request, currency string) (s loop.Silence, err error) {
	number := func(field, problem string, values ...any) int {
		n, bad := strconv.Atoi(strings.TrimSpace(r.PostFormValue(field)))
		if (bad != nil || n < 1) && err == nil {
			err = apperr.New(apperr.Invalid, problem, field, values...)
		}
		return n
	}
	for _, a := range r.PostForm["silence"] {
		s.Audiences = append(s.Audiences, survey.Audience(a))
	}
	if len(s.Audiences) == 0 {
		return s, nil
	}
	s.Waves = number("silence_waves", "silence_waves", "Least", loop.MinWaves, "Limit", loop.MaxWaves)
	s.Most = number("silence_most", "silence_most", "Limit", loop.MaxSilent)
	s.Least, _ = money.Parse(r.PostFormValue("silence_value"), currency)
	return s, err
}
