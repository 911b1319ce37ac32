package console

import (
	"net/http"
	"time"

	"onetap/internal/contacts"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// createImport begins an upload in parts.
func (d *Desk) createImport(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Audience string                    `json:"audience"`
		Columns  map[string]contacts.Field `json:"columns"`  // by heading, where the guess is wrong
		Encoding string                    `json:"encoding"` // "": recognise it
	}
	if err := web.Decode(r, &in, maxJSON); err != nil {
		return err
	}
	a, err := audience(in.Audience)
	if err != nil {
		return err
	}
	u, err := d.lists.Begin(r.Context(), a, contacts.Corrections{Columns: in.Columns, Encoding: in.Encoding})
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/api/v1/imports/"+u.ID)
	return answerUpload(w, u, http.StatusCreated, r)
}

// importView is how far an upload is.
type importView struct {
	ID       string          `json:"id"`
	Audience survey.Audience `json:"audience"`
	Created  time.Time       `json:"created"`
	Next     int             `json:"next"` // the part that is expected
	Finished bool            `json:"finished"`
	Total    totalView       `json:"total"`
	Report   reportView      `json:"report"` // of everything so far
}

// totalView counts everything so far.
type totalView struct {
	New       int `json:"new"`
	Changed   int `json:"changed"`
	Unchanged int `json:"unchanged"`
	Refused   int `json:"refused"`
}

func totalOf(o contacts.Outcome) totalView {
	return totalView{o.Total.New, o.Total.Changed, o.Total.Unchanged, o.Quality.Refused}
}

func (d *Desk) showImport(w http.ResponseWriter, r *http.Request) error {
	if err := parameters(r); err != nil {
		return err
	}
	u, err := d.uploadOf(r)
	if err != nil {
		return err
	}
	return answerUpload(w, u, http.StatusOK, r)
}

func answerUpload(w http.ResponseWriter, u survey.Upload, status int, r *http.Request) error {
	so, err := contacts.Progress(u)
	if err != nil {
		return err
	}
	web.JSON(w, status, importView{u.ID, u.Audience, u.Created, u.Next, u.Finished, totalOf(so), viewReport(web.Language(r), so)})
	return nil
}

func (d *Desk) uploadOf(r *http.Request) (survey.Upload, error) {
	return d.store.Upload(r.Context(), r.PathValue("import"))
}

// putPart takes one part of an upload.
func (d *Desk) putPart(w http.ResponseWriter, r *http.Request) error {
	n, err := contacts.PartNumber(r.PathValue("part"))
	if err != nil {
		return err
	}
	u, err := d.uploadOf(r)
	if err != nil {
		return err
	}
	body, err := list(r)
	if err != nil {
		return err
	}
	part, err := d.lists.Take(r.Context(), u, n, body)
	if err != nil {
		return err
	}
	answerPart(w, r, u.ID, part)
	return nil
}

// finishImport says that no more parts follow.
func (d *Desk) finishImport(w http.ResponseWriter, r *http.Request) error {
	u, err := d.uploadOf(r)
	if err != nil {
		return err
	}
	part, err := d.lists.Finish(r.Context(), u)
	if err != nil {
		return err
	}
	answerPart(w, r, u.ID, part)
	return nil
}

func answerPart(w http.ResponseWriter, r *http.Request, id string, p contacts.Part) {
	web.JSON(w, http.StatusOK, struct {
		Import   string `json:"import"`
		Part     int    `json:"part"`
		Finished bool   `json:"finished"`
		outcomeView
		Total totalView `json:"total"`
	}{id, p.Number, p.Finished, viewOutcome(web.Language(r), p.Outcome), totalOf(p.Outcome)})
}
