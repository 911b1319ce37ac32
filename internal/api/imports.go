package api

import (
	"net/http"
	"time"

	"onetap/internal/contacts"
	"onetap/internal/door"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// CreateImport begins an upload in parts.
func (d *API) CreateImport(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Audience string                    `json:"audience"`
		Columns  map[string]contacts.Field `json:"columns"`  // by heading, where the guess is wrong
		Encoding string                    `json:"encoding"` // "": recognise it
		Owners   map[string]string         `json:"owners"`   // who is meant by a name that several of the staff have: id by name
		Confirm  bool                      `json:"confirm_losses"`
		Look     bool                      `json:"look"`  // write nothing
		Whole    bool                      `json:"whole"` // whom it does not name is gone
		File     string                    `json:"file"`  // what the list is called, for the history
	}
	if err := web.Decode(r, &in, door.MaxJSON); err != nil {
		return err
	}
	a, err := door.Audience(in.Audience)
	if err != nil {
		return err
	}
	u, err := d.Lists.Begin(r.Context(), a, contacts.Corrections{
		Columns: in.Columns, Encoding: in.Encoding, Owners: in.Owners, Confirmed: in.Confirm, Look: in.Look, Whole: in.Whole,
		Sent: contacts.SentBy(door.VisitOf(r).Who, in.File),
	})
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
	Total    door.TotalView  `json:"total"`
	Report   door.ReportView `json:"report"` // of everything so far
}

// ShowImport answers how far an upload is. Problems: import_unknown.
func (d *API) ShowImport(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r); err != nil {
		return err
	}
	u, err := d.uploadOf(r)
	if err != nil {
		return err
	}
	return answerUpload(w, u, http.StatusOK, r)
}

// answerUpload answers an upload with everything that came of it so far.
func answerUpload(w http.ResponseWriter, u survey.Upload, status int, r *http.Request) error {
	total, err := contacts.Progress(u)
	if err != nil {
		return err
	}
	web.JSON(w, status, importView{u.ID, u.Audience, u.Created, u.Next, u.Finished, door.TotalOf(total), door.ViewReport(web.Language(r), total)})
	return nil
}

func (d *API) uploadOf(r *http.Request) (survey.Upload, error) {
	return d.Store.Upload(r.Context(), r.PathValue("import"))
}

// PutPart takes one part of an upload.
func (d *API) PutPart(w http.ResponseWriter, r *http.Request) error {
	n, err := contacts.PartNumber(r.PathValue("part"))
	if err != nil {
		return err
	}
	u, err := d.uploadOf(r)
	if err != nil {
		return err
	}
	body, err := door.ReadList(r)
	if err != nil {
		return err
	}
	part, err := d.Lists.Take(r.Context(), u, n, body)
	if err != nil {
		return err
	}
	answerPart(w, r, u.ID, part)
	return nil
}

// FinishImport says that no more parts follow.
func (d *API) FinishImport(w http.ResponseWriter, r *http.Request) error {
	u, err := d.uploadOf(r)
	if err != nil {
		return err
	}
	part, err := d.Lists.Finish(r.Context(), u)
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
		door.OutcomeView
		Total door.TotalView `json:"total"`
	}{id, p.Number, p.Finished, door.ViewOutcome(web.Language(r), p.Outcome), door.TotalOf(p.Outcome)})
}
