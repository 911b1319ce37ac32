package api

import (
	"context"
	"net/http"

	"onetap/internal/authz"
	"onetap/internal/door"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// historyOf answers the history of uploads of one kind, newest first.
func (d *API) historyOf(list func(context.Context, string) ([]survey.UploadRecord, string, error)) door.Operation {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := door.KnownParameters(r, "before"); err != nil {
			return err
		}
		uploads, next, err := list(r.Context(), r.URL.Query().Get("before"))
		if err != nil {
			return err
		}
		views := make([]door.UploadView, len(uploads))
		for i, u := range uploads {
			views[i] = door.ViewUpload(u, d.Now())
		}
		out := struct {
			Uploads []door.UploadView `json:"uploads"`
			Next    *string           `json:"next"`
		}{Uploads: views}
		if next != "" {
			out.Next = &next
		}
		web.JSON(w, http.StatusOK, out)
		return nil
	}
}

// showUploaded answers one upload of the history.
func (d *API) showUploaded(read func(context.Context, string) (survey.UploadRecord, error)) door.Operation {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := door.KnownParameters(r); err != nil {
			return err
		}
		u, err := read(r.Context(), r.PathValue("upload"))
		if err != nil {
			return err
		}
		web.JSON(w, http.StatusOK, door.ViewUpload(u, d.Now()))
		return nil
	}
}

// undoUpload undoes an upload, or goes on with that.
func (d *API) undoUpload(undo func(context.Context, authz.Who, string) (survey.UploadRecord, error)) door.Operation {
	return func(w http.ResponseWriter, r *http.Request) error {
		u, err := undo(r.Context(), door.VisitOf(r).Who, r.PathValue("upload"))
		if err != nil {
			return err
		}
		web.JSON(w, http.StatusOK, door.ViewUpload(u, d.Now()))
		return nil
	}
}

// The use cases; they are asked when a call comes, for a desk whose routes are only listed has none.
func (d *API) contactUploads(ctx context.Context, before string) ([]survey.UploadRecord, string, error) {
	return d.Lists.History(ctx, before)
}

func (d *API) contactUpload(ctx context.Context, id string) (survey.UploadRecord, error) {
	return d.Lists.Uploaded(ctx, id)
}

func (d *API) undoContacts(ctx context.Context, who authz.Who, id string) (survey.UploadRecord, error) {
	return d.Lists.Undo(ctx, who, id)
}

func (d *API) staffUploads(ctx context.Context, before string) ([]survey.UploadRecord, string, error) {
	return d.Company.History(ctx, before)
}

func (d *API) staffUpload(ctx context.Context, id string) (survey.UploadRecord, error) {
	return d.Company.Uploaded(ctx, id)
}

func (d *API) undoStaff(ctx context.Context, who authz.Who, id string) (survey.UploadRecord, error) {
	return d.Company.Undo(ctx, who, id)
}
