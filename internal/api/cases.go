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
	Version  int          `json:"version"` // that was read; 0: whatever it is
	State    loop.State   `json:"state"`
	Cause    loop.Cause   `json:"cause"`  // one more of Causes
	Causes   []loop.Cause `json:"causes"` // ids
	Outcome  loop.Outcome `json:"outcome"`
	Note     string       `json:"note"`
	Owner    string       `json:"owner"`    // staff id of the next one to be responsible
	By       string       `json:"by"`       // staff id, of a program that says who did it; a person is who is signed in
	Tried    bool         `json:"tried"`    // they were called and not reached
	Again    time.Time    `json:"again"`    // … and are to be called again then
	Promise  string       `json:"promise"`  // what they were promised
	Promised time.Time    `json:"promised"` // by when
	Kept     []int        `json:"kept"`     // numbers of promises that were kept, from 1
	Broken   []int        `json:"broken"`   // … that were not
	Also     []string     `json:"also"`     // other cases of the same contact, to which the same is done
}

func (w caseWork) work() followup.Work {
	if w.Cause != "" {
		w.Causes = append([]loop.Cause{w.Cause}, w.Causes...)
	}
	return followup.Work{
		Version: w.Version, Strict: true, State: w.State, Causes: w.Causes, Outcome: w.Outcome, Note: w.Note, Owner: w.Owner, By: w.By,
		Tried: w.Tried, Again: w.Again, Promise: w.Promise, Promised: w.Promised, Kept: w.Kept, Broken: w.Broken, Also: w.Also,
	}
}

// caseView is a case as the API shows it: without what its alerts are sent by.
type caseView struct {
	ID       string            `json:"id"`
	Campaign survey.CampaignID `json:"campaign"`
	Contact  survey.ContactID  `json:"contact"`
	Audience survey.Audience   `json:"audience"`
	Kind     loop.Kind         `json:"kind"`
	Owner    string            `json:"owner"` // staff id; "": the administrator
	Level    loop.Level        `json:"level"` // as what the owner is responsible
	Team     string            `json:"team"`
	State    loop.State        `json:"state"`
	Score    *int              `json:"score"`  // when it was opened; null: they had given none
	Latest   *int              `json:"latest"` // now
	Waves    int               `json:"waves"`  // of a silent one: surveys in a row without an answer
	Opened   time.Time         `json:"opened"`
	Deadline time.Time         `json:"deadline"`
	Again    *time.Time        `json:"again"`   // when the contact is to be called again; null: nothing is agreed
	Tries    int               `json:"tries"`   // calls that reached nobody since it was opened
	Spoke    *time.Time        `json:"spoke"`   // when the contact was first spoken to; null: not yet
	Ended    *time.Time        `json:"ended"`   // when it was resolved or given up
	Letters  int               `json:"letters"` // sent to the responsible since it was opened
	Alerted  *time.Time        `json:"alerted"` // when the last one was sent
	History  []loop.Event      `json:"history"` // the latest in lists, all of one case
	Notes    int               `json:"notes"`   // how many
	Cause    loop.Cause        `json:"cause"`   // the first of Causes
	Causes   []loop.Cause      `json:"causes"`  // once it is resolved
	Outcome  loop.Outcome      `json:"outcome"` // …
	Promises []loop.Promise    `json:"promises"`
	Told     *time.Time        `json:"told"`  // when the contact was told what was done; null: not, since it was opened last
	Right    loop.What         `json:"right"` // what they said to that: said_right, said_partly, said_wrong; "": nothing
	Version  int               `json:"version"`
}

func caseViews(cs []loop.Case) []caseView {
	views := make([]caseView, len(cs))
	for i, c := range cs {
		views[i] = caseView{
			ID: c.ID(), Campaign: c.Campaign, Contact: c.Contact, Audience: c.Audience, Kind: c.Is(), Owner: c.Owner, Level: c.Level, Team: c.Team,
			State: c.State, Score: scoreOf(c.Score), Latest: scoreOf(c.Latest), Waves: c.Waves, Opened: c.Opened, Deadline: c.Deadline, Again: moment(c.Again), Tries: c.Tries,
			Spoke: moment(c.Spoke), Ended: moment(c.Ended), Letters: c.Alert.Letters, Alerted: moment(c.Alert.Sent), History: c.History, Notes: c.Notes,
			Causes: append([]loop.Cause{}, c.Causes...), Outcome: c.Outcome, Promises: append([]loop.Promise{}, c.Promises...), Told: moment(c.Told), Right: c.Right, Version: c.Version,
		}
		if len(c.Causes) > 0 {
			views[i].Cause = c.Causes[0]
		}
	}
	return views
}

// scoreOf is a score, or null.
func scoreOf(score int) *int {
	if score == loop.NoScore {
		return nil
	}
	return &score
}

// moment is a time, or null.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
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
	done, err := d.Cases.Do(r.Context(), door.VisitOf(r).Who, r.PathValue("case"), in.work())
	if err != nil {
		return err
	}
	return d.answerCase(w, r, done.Case)
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
	if c.History, err = d.Store.Events(r.Context(), c); err != nil {
		return err
	}
	suggested, err := d.suggestedCauses(r, c)
	if err != nil {
		return err
	}
	web.JSON(w, http.StatusOK, struct {
		caseView
		Notes     []loop.Note      `json:"notes"`
		Suggested []suggestedCause `json:"suggested_causes"` // that go with the themes of the comment, while the case is not over
	}{caseViews([]loop.Case{c})[0], notes, suggested})
	return nil
}

type suggestedCause struct {
	Cause  loop.Cause `json:"cause"`
	Themes []string   `json:"themes"` // ids
}

func (d *API) suggestedCauses(r *http.Request, c loop.Case) ([]suggestedCause, error) {
	all := []suggestedCause{}
	if c.Over() {
		return all, nil
	}
	words, err := d.Store.CaseWords(r.Context(), []loop.Case{c})
	if err != nil {
		return nil, err
	}
	causes, err := d.Cases.Causes(r.Context())
	if err != nil {
		return nil, err
	}
	found, err := d.Cases.Suggest(r.Context(), causes.Offered(), words[c.ID()])
	for _, s := range found {
		one := suggestedCause{Cause: s.Cause}
		for _, t := range s.Themes {
			one.Themes = append(one.Themes, t.ID)
		}
		all = append(all, one)
	}
	return all, err
}
