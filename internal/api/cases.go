package api

import (
	"net/http"
	"slices"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/door"
	"onetap/internal/followup"
	"onetap/internal/loop"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// caseWork is followup.Work as the API takes it.
type caseWork struct {
	Version int          `json:"version"` // that was read; 0: whatever it is
	State   loop.State   `json:"state"`
	Cause   loop.Cause   `json:"cause"`
	Outcome loop.Outcome `json:"outcome"`
	Note    string       `json:"note"`
	Owner   string       `json:"owner"` // staff id of the next one to be responsible
	By      string       `json:"by"`    // staff id, of a program that says who did it; a person is who is signed in
	Again   time.Time    `json:"again"` // they were not reached, and are to be called again then
	Also    []string     `json:"also"`  // other cases of the same contact, to which the same is done
}

// caseView is a case as the API shows it: without what its alerts are sent by.
type caseView struct {
	ID       string            `json:"id"`
	Campaign survey.CampaignID `json:"campaign"`
	Contact  survey.ContactID  `json:"contact"`
	Audience survey.Audience   `json:"audience"`
	Owner    string            `json:"owner"` // staff id; "": the administrator
	Level    loop.Level        `json:"level"` // as what the owner is responsible
	Team     string            `json:"team"`
	State    loop.State        `json:"state"`
	Score    int               `json:"score"`  // when it was opened
	Latest   int               `json:"latest"` // now
	Opened   time.Time         `json:"opened"`
	Deadline time.Time         `json:"deadline"`
	Again    *time.Time        `json:"again"`   // when the contact is to be called again; null: nothing is agreed
	Letters  int               `json:"letters"` // sent to the responsible since it was opened
	Alerted  *time.Time        `json:"alerted"` // when the last one was sent
	History  []loop.Event      `json:"history"`
	Notes    int               `json:"notes"`   // how many
	Cause    loop.Cause        `json:"cause"`   // once it is resolved
	Outcome  loop.Outcome      `json:"outcome"` // …
	Version  int               `json:"version"`
}

func caseViews(cs []loop.Case) []caseView {
	views := make([]caseView, len(cs))
	for i, c := range cs {
		views[i] = caseView{
			c.ID(), c.Campaign, c.Contact, c.Audience, c.Owner, c.Level, c.Team, c.State, c.Score, c.Latest,
			c.Opened, c.Deadline, nil, c.Alert.Letters, nil, c.History, c.Notes, c.Cause, c.Outcome, c.Version,
		}
		if !c.Again.IsZero() {
			views[i].Again = &cs[i].Again
		}
		if !c.Alert.Sent.IsZero() {
			views[i].Alerted = &cs[i].Alert.Sent
		}
	}
	return views
}

// listCases lists a campaign's cases in no particular order.
func (d *API) listCases(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r, "after", "limit"); err != nil {
		return err
	}
	from, limit, err := door.PageOf(r)
	if err != nil {
		return err
	}
	c, err := d.campaign(r)
	if err != nil {
		return err
	}
	found, next, err := d.Store.CasesPage(r.Context(), c.ID, from, limit)
	if err != nil {
		return err
	}
	web.JSON(w, http.StatusOK, map[string]any{"cases": caseViews(found), "next": door.CursorText(next)})
	return nil
}

// ownersCases lists the cases of one staff member in one state, the earliest deadline first. The owner "" stands
// for cases without one, which the administrator answers for.
func (d *API) ownersCases(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r, "owner", "state", "limit"); err != nil {
		return err
	}
	q := r.URL.Query()
	if !q.Has("owner") {
		return apperr.New(apperr.Invalid, "owner_missing", "owner")
	}
	state := loop.State(q.Get("state"))
	if state == "" {
		state = loop.Open
	}
	if !slices.Contains(loop.States, state) {
		return apperr.New(apperr.Invalid, "parameter_choice", "state", "Known", door.Choices(loop.States))
	}
	limit, err := door.WholeNumber(r, "limit", door.PageStandard, door.PageMax)
	if err != nil {
		return err
	}
	found, err := d.Store.CasesOfOwner(r.Context(), d.StaffIn(q.Get("owner")), state, limit)
	if err != nil {
		return err
	}
	web.JSON(w, http.StatusOK, map[string]any{"cases": caseViews(found)})
	return nil
}

// showCase answers one case with its notes.
func (d *API) showCase(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r); err != nil {
		return err
	}
	c, err := d.Cases.Case(r.Context(), door.VisitOf(r).Who, r.PathValue("case"))
	if err != nil {
		return err
	}
	return d.answerCase(w, r, c)
}

// patchCase does what a person, or a program for them, did about a case.
func (d *API) patchCase(w http.ResponseWriter, r *http.Request) error {
	var in caseWork
	if err := web.Decode(r, &in, door.MaxJSON); err != nil {
		return err
	}
	c, err := d.Cases.Do(r.Context(), door.VisitOf(r).Who, r.PathValue("case"), followup.Work(in))
	if err != nil {
		return err
	}
	return d.answerCase(w, r, c)
}

// answerCase writes a case with its notes.
func (d *API) answerCase(w http.ResponseWriter, r *http.Request, c loop.Case) error {
	notes, err := d.Store.Notes(r.Context(), c)
	if err != nil {
		return err
	}
	if notes == nil {
		notes = []loop.Note{}
	}
	web.JSON(w, http.StatusOK, struct {
		caseView
		Notes []loop.Note `json:"notes"`
	}{caseViews([]loop.Case{c})[0], notes})
	return nil
}
