package org

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/console/shell"
	"onetap/internal/door"
	"onetap/internal/lang"
	"onetap/internal/rights"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// erasingInOneGo is how long a request goes on erasing; what is left is gone on with by the page's button, or the clock.
const erasingInOneGo = 12 * time.Second

// erasuresShown is how many erasures the page lists.
const erasuresShown = 20

type rightsPage struct {
	shell.Frame
	Tabs    []shell.Tab
	Whom    string // as typed
	Wrong   string
	Sought  bool
	People  []rightsPerson
	Blocked string // since when somebody may not come back; "": they may
	Past    []erasureLine
}

type rightsPerson struct {
	Name, Audience, Contact string
	Where                   []string // audiences
	Facts                   []shell.Fact
}

type erasureLine struct{ When, Who, State, Href string }

func (d *Pages) rightsShown(r *http.Request) (*rightsPage, error) {
	p := &rightsPage{Frame: shell.NewFrame(r, "rights.title")}
	p.Tabs = tabsOf(&p.Frame, "/settings/people")
	past, err := d.Store.Erasures(r.Context(), erasuresShown)
	if err != nil {
		return nil, err
	}
	staff, err := d.Store.Staff(r.Context())
	if err != nil {
		return nil, err
	}
	names := shell.StaffNames(staff)
	for _, e := range past {
		line := erasureLine{When: p.Lang.Moment(e.Begun.In(p.Zone)), Who: e.By, State: p.Lang.T("rights.state." + stateOf(e)), Href: "/settings/people/erasures/" + e.ID}
		if !e.Token {
			line.Who = shell.StaffName(names, e.By)
		}
		p.Past = append(p.Past, line)
	}
	return p, nil
}

func (p *rightsPage) show(people []rights.Person) {
	p.Sought = true
	for _, v := range people {
		c := v.Contacts[0]
		one := rightsPerson{Name: shell.ContactName(p.Lang, c), Audience: string(c.Audience), Contact: string(c.ID), Facts: shell.ContactFacts(p.Frame, c)}
		for _, c := range v.Contacts {
			one.Where = append(one.Where, p.Lang.T("contacts.audience."+string(c.Audience)))
		}
		p.People = append(p.People, one)
	}
}

// showRights asks whom it is about; a contact's page names its contact.
func (d *Pages) showRights(w http.ResponseWriter, r *http.Request) error {
	p, err := d.rightsShown(r)
	if err != nil {
		return err
	}
	if id := r.URL.Query().Get("contact"); id != "" {
		person, err := d.Rights.Person(r.Context(), survey.Audience(r.URL.Query().Get("audience")), survey.ContactID(id))
		if err != nil {
			return err
		}
		p.show([]rights.Person{person})
	}
	return shell.Show(w, r, http.StatusOK, p)
}

// findPerson looks somebody up. What is looked for is posted, so that it is in no address.
func (d *Pages) findPerson(w http.ResponseWriter, r *http.Request) error {
	p, err := d.rightsShown(r)
	if err != nil {
		return err
	}
	p.Whom = strings.TrimSpace(r.FormValue("whom"))
	people, err := d.Rights.Find(r.Context(), p.Whom)
	if refusal := apperr.As(err); refusal != nil {
		p.Wrong = p.Lang.Problem(refusal)
		return shell.Show(w, r, web.Status(err), p)
	}
	if err != nil {
		return err
	}
	p.show(people)
	since, blocked, err := d.Rights.IsBlocked(r.Context(), p.Whom)
	if err != nil {
		return err
	}
	if blocked {
		p.Blocked = p.Lang.T("rights.blocked_since", lang.Values{"When": p.Lang.Date(since.In(p.Zone))})
	}
	return shell.Show(w, r, http.StatusOK, p)
}

func (d *Pages) personOf(r *http.Request) (rights.Person, error) {
	return d.Rights.Person(r.Context(), survey.Audience(r.FormValue("audience")), survey.ContactID(r.FormValue("contact")))
}

// exportPerson hands out everything about a person, as a page or as JSON.
func (d *Pages) exportPerson(w http.ResponseWriter, r *http.Request) error {
	person, err := d.personOf(r)
	if err != nil {
		return err
	}
	e, err := d.Rights.Export(r.Context(), person)
	if err != nil {
		return err
	}
	h := w.Header()
	if r.FormValue("format") == "json" {
		h.Set("Content-Disposition", `attachment; filename="person.json"`)
		h.Set("Content-Type", "application/json")
		out := json.NewEncoder(w)
		out.SetIndent("", "  ")
		return out.Encode(e)
	}
	f := shell.NewFrame(r, "rights.document")
	staff, err := d.Store.Staff(r.Context())
	if err != nil {
		return err
	}
	causes, err := d.Cases.Causes(r.Context())
	if err != nil {
		return err
	}
	h.Set("Content-Disposition", `attachment; filename="person.html"`)
	return web.Render(w, r, http.StatusOK, f.Lang, exportDocument(f.Title, f.Lang, documentOf(f, e, shell.StaffNames(staff), causes)))
}

// erasePerson begins to erase a person, and goes on as long as a request may.
func (d *Pages) erasePerson(w http.ResponseWriter, r *http.Request) error {
	person, err := d.personOf(r)
	if err != nil {
		return err
	}
	words := r.FormValue("words")
	if words != "keep" && words != "erase" {
		return apperr.New(apperr.Invalid, "rights_words", "words")
	}
	e, err := d.Rights.Begin(r.Context(), door.VisitOf(r).Who, person, words == "keep")
	if err != nil {
		return err
	}
	return d.goOn(w, r, e.ID)
}

func (d *Pages) goOnErasing(w http.ResponseWriter, r *http.Request) error {
	return d.goOn(w, r, r.PathValue("erasure"))
}

func (d *Pages) goOn(w http.ResponseWriter, r *http.Request, id string) error {
	if _, err := d.Rights.GoOn(r.Context(), id, d.Now().Add(erasingInOneGo)); err != nil && !errors.Is(err, apperr.ErrChanged) { // somebody else is at it
		return err
	}
	http.Redirect(w, r, "/settings/people/erasures/"+id, http.StatusSeeOther)
	return nil
}

// stateOf is an erasure's state in the names of messages.
func stateOf(e survey.Erasure) string {
	if e.Damaged() {
		return "damaged"
	}
	return string(e.State)
}

// endErasing ends an erasure that cannot go on.
func (d *Pages) endErasing(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("erasure")
	if err := d.Rights.End(r.Context(), id, survey.ErasureEnd(r.FormValue("reason"))); err != nil {
		return err
	}
	http.Redirect(w, r, "/settings/people/erasures/"+id, http.StatusSeeOther)
	return nil
}

type erasurePage struct {
	shell.Frame
	Tabs  []shell.Tab
	State string
	Open  string // address that goes on; "": nothing is left to do
	End   string // address that ends one that is damaged; "": it is not
	Ends  []shell.Option
	Done  []shell.Fact
	Where []shell.Fact // what stays where, and until when
}

// showErasure says what was erased, and what stays where and until when. It names nobody.
func (d *Pages) showErasure(w http.ResponseWriter, r *http.Request) error {
	e, err := d.Rights.Report(r.Context(), r.PathValue("erasure"))
	if err != nil {
		return err
	}
	p := &erasurePage{Frame: shell.NewFrame(r, "rights.erasure_title")}
	p.Tabs = tabsOf(&p.Frame, "/settings/people")
	p.State = p.Lang.T("rights.state_long."+stateOf(e), lang.Values{"When": p.Lang.Moment(cmp.Or(e.Ended, e.Again, e.Begun).In(p.Zone))})
	switch {
	case e.Damaged():
		p.End = r.URL.Path + "/end"
		for _, why := range survey.ErasureEnds {
			p.Ends = append(p.Ends, shell.Option{Value: string(why), Label: p.Lang.T("rights.end." + string(why))})
		}
	case e.State == survey.Erasing:
		p.Open = r.URL.Path + "/go-on"
	case e.State == survey.Abandoned:
		p.State += " " + p.Lang.T("rights.end."+string(e.Reason)) + "."
	}
	for _, v := range []struct {
		id string
		n  int
	}{
		{"contacts", e.Done.Contacts},
		{"answers", e.Done.Answers},
		{"words", e.Done.Words},
		{"letters", e.Done.Letters},
		{"cases", e.Done.Cases},
		{"notes", e.Done.Notes},
		{"batches", e.Done.Batches},
		{"undo", e.Done.Undo},
		{"uploads", e.Done.Uploads},
		{"audit", e.Done.Audit},
	} {
		p.Done = append(p.Done, shell.Fact{Label: p.Lang.T("rights.done." + v.id), Text: p.Lang.Number(int64(v.n))})
	}
	for _, s := range rights.Stays(e) {
		until := p.Lang.T("rights.stays_always")
		if !s.Until.IsZero() {
			until = p.Lang.T("rights.stays_until", lang.Values{"When": p.Lang.Date(s.Until.In(p.Zone))})
		}
		p.Where = append(p.Where, shell.Fact{Label: p.Lang.T("rights.stays." + s.What), Text: until})
	}
	return shell.Show(w, r, http.StatusOK, p)
}

// liftBlock lets somebody come back who was erased: who does it types again whom it is about, and says that it is meant.
func (d *Pages) liftBlock(w http.ResponseWriter, r *http.Request) error {
	if r.FormValue("sure") != "yes" {
		return apperr.New(apperr.Invalid, "rights_sure", "sure")
	}
	n, err := d.Rights.Lift(context.WithoutCancel(r.Context()), r.FormValue("whom"))
	if err == nil && n == 0 {
		err = apperr.New(apperr.Unknown, "rights_not_blocked", "whom")
	}
	if err != nil {
		return err
	}
	return shell.Done(w, r, "/settings/people", "rights_lifted")
}
