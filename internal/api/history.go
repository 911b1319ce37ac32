package api

import (
	"net/http"
	"time"

	"onetap/internal/contacts"
	"onetap/internal/door"
	"onetap/internal/history"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// historyView is what became of a list of answers, or of a part of it.
type historyView struct {
	Import          string           `json:"import"`
	Part            int              `json:"part,omitempty"`
	New             int              `json:"new"`
	Unchanged       int              `json:"unchanged"`
	Refused         int              `json:"refused"`
	Refusals        []door.LineView  `json:"refusals"`
	RefusalsOmitted int              `json:"refusals_omitted"`
	Look            bool             `json:"look,omitempty"`
	Finished        bool             `json:"finished"`
	Next            int              `json:"next"` // the part that is expected
	Total           historyTotal     `json:"total"`
	Campaigns       []history.InWave `json:"campaigns"`
	Columns         []history.Column `json:"columns"`
	From            string           `json:"from"` // the service, where the headings tell
}

// historyTotal counts everything so far.
type historyTotal struct {
	New       int `json:"new"`
	Unchanged int `json:"unchanged"`
	Refused   int `json:"refused"`
	Nobodys   int `json:"without_contact"`
	Contacts  int `json:"contacts_made"`
	Erased    int `json:"erased_on_request"`
}

func viewHistory(r *http.Request, u survey.Upload, out history.Outcome, look bool) historyView {
	v := historyView{
		Import: u.ID, Part: out.Number, New: out.New, Unchanged: out.Unchanged, Refused: out.Refused, Refusals: []door.LineView{},
		RefusalsOmitted: out.Refused - len(out.Refusals), Look: look, Finished: out.Finished, Next: out.Number + 1, Campaigns: out.Total.Campaigns, Columns: out.Total.Columns, From: out.Total.From,
	}
	t := out.Total
	v.Total = historyTotal{t.New, t.Unchanged, t.Refused, t.Nobodys, t.Contacts, t.Erased}
	if v.Campaigns == nil {
		v.Campaigns = []history.InWave{}
	}
	if v.Columns == nil {
		v.Columns = []history.Column{}
	}
	for _, refusal := range out.Refusals {
		v.Refusals = append(v.Refusals, door.ViewRefusal(web.Language(r), refusal))
	}
	return v
}

// PostHistory takes a whole list of answers, or, where there is no body, begins one that comes in parts.
func (d *API) PostHistory(w http.ResponseWriter, r *http.Request) error {
	said, err := d.HistorySaid(r)
	if err != nil {
		return err
	}
	if r.ContentLength == 0 {
		u, err := d.History.Begin(r.Context(), said)
		if err != nil {
			return err
		}
		w.Header().Set("Location", "/api/v1/history/"+u.ID)
		web.JSON(w, http.StatusCreated, viewHistory(r, u, history.Outcome{}, said.Look))
		return nil
	}
	body, err := readAnswers(r)
	if err != nil {
		return err
	}
	u, out, err := d.History.TakeWhole(r.Context(), said, body)
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/api/v1/history/"+u.ID)
	web.JSON(w, http.StatusOK, viewHistory(r, u, out, said.Look))
	return nil
}

// readAnswers reads a list of answers, or a part of one, as it is.
func readAnswers(r *http.Request) ([]byte, error) {
	if door.MediaType(r) == "application/json" {
		return web.Body(r, door.MaxList)
	}
	return door.ReadList(r)
}

// showHistory answers how far an import is.
func (d *API) showHistory(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r); err != nil {
		return err
	}
	u, total, err := d.History.Import(r.Context(), r.PathValue("import"))
	if err != nil {
		return err
	}
	web.JSON(w, http.StatusOK, viewHistory(r, u, history.Outcome{Number: u.Next - 1, Finished: u.Finished, Total: total}, false))
	return nil
}

// PutHistoryPart takes one part of a list of answers.
func (d *API) PutHistoryPart(w http.ResponseWriter, r *http.Request) error {
	n, err := contacts.PartNumber(r.PathValue("part"))
	if err != nil {
		return err
	}
	u, _, err := d.History.Import(r.Context(), r.PathValue("import"))
	if err != nil {
		return err
	}
	body, err := readAnswers(r)
	if err != nil {
		return err
	}
	out, err := d.History.Take(r.Context(), u, n, body)
	if err != nil {
		return err
	}
	web.JSON(w, http.StatusOK, viewHistory(r, u, out, false))
	return nil
}

// FinishHistory says that no more parts follow.
func (d *API) FinishHistory(w http.ResponseWriter, r *http.Request) error {
	u, _, err := d.History.Import(r.Context(), r.PathValue("import"))
	if err != nil {
		return err
	}
	out, err := d.History.Finish(r.Context(), u)
	if err != nil {
		return err
	}
	web.JSON(w, http.StatusOK, viewHistory(r, u, out, false))
	return nil
}

// takeBackHistory takes an import back, or goes on with that: 202 until it is done.
func (d *API) takeBackHistory(w http.ResponseWriter, r *http.Request) error {
	u, err := d.History.TakeBack(r.Context(), door.VisitOf(r).Who, r.PathValue("import"))
	if err != nil {
		return err
	}
	status := http.StatusOK
	if u.State != survey.UploadUndone {
		status = http.StatusAccepted
	}
	var from *time.Time
	if u.State == survey.UploadUndoing && !u.Undo.From.IsZero() {
		from = &u.Undo.From
	}
	web.JSON(w, status, struct {
		Import  string             `json:"import"`
		State   survey.UploadState `json:"state"`
		Removed int                `json:"removed"`
		From    *time.Time         `json:"from,omitempty"` // not before: a part may be under way
	}{u.ID, u.State, u.Undo.Removed, from})
	return nil
}
