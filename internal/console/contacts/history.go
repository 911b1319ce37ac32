package contacts

import (
	"context"
	"net/http"

	"onetap/internal/apperr"
	"onetap/internal/console/shell"
	"onetap/internal/door"
	"onetap/internal/survey"
)

const historyBase = "/contacts/uploads"

// history lists the uploads that have changed contacts.
func (d *Pages) history(w http.ResponseWriter, r *http.Request) error {
	uploads, next, err := d.Lists.History(r.Context(), r.URL.Query().Get("before"))
	if err != nil {
		return err
	}
	staff, err := d.Store.Staff(r.Context())
	if err != nil {
		return err
	}
	f := shell.NewFrame(r, "undo.contacts_title")
	return shell.Show(w, r, http.StatusOK, f.UploadsOf(historyBase, shell.Tab{Href: "/contacts", Label: f.Lang.T("contacts.title")}, uploads, next, shell.StaffNames(staff)))
}

// uploaded shows one of them, from where it is undone.
func (d *Pages) uploaded(w http.ResponseWriter, r *http.Request) error {
	u, err := d.Lists.Uploaded(r.Context(), r.PathValue("upload"))
	if err != nil {
		return err
	}
	staff, err := d.Store.Staff(r.Context())
	if err != nil {
		return err
	}
	f := shell.NewFrame(r, "undo.contacts_one")
	p := f.UploadOf(historyBase, shell.Tab{Href: historyBase, Label: f.Lang.T("undo.contacts_title")}, u, shell.StaffNames(staff), d.Now())
	if u.Change != nil {
		p.Title = p.Lang.T("owners.one")
		if p.GoOn != "" && r.URL.Query().Get("go") == "on" {
			p.Scripts = []string{"undo.js"}
		}
	}
	if _, err := d.Store.Upload(r.Context(), u.ID); err == nil {
		p.Result = "/contacts/imports/" + u.ID
	} else if !apperr.Is(err, "import_unknown") {
		return err
	}
	if p.Changed, err = d.named(r.Context(), &f, u.Audience, u.Undo.ChangedOnes); err == nil {
		p.Used, err = d.named(r.Context(), &f, u.Audience, u.Undo.UsedOnes)
	}
	if err != nil {
		return err
	}
	return shell.Show(w, r, http.StatusOK, p)
}

// named are contacts by id with their names and pages; who is gone is left out.
func (d *Pages) named(ctx context.Context, f *shell.Frame, a survey.Audience, ones []string) (all []shell.Tab, err error) {
	ids := make([]survey.ContactID, len(ones))
	for i, id := range ones {
		ids[i] = survey.ContactID(id)
	}
	found, err := d.Store.Contacts(ctx, a, ids)
	for _, id := range ids {
		if c, ok := found[id]; ok {
			all = append(all, shell.Tab{Href: contactHref(c), Label: shell.ContactName(f.Lang, c)})
		}
	}
	return all, err
}

// undo undoes an upload, or goes on with that.
func (d *Pages) undo(w http.ResponseWriter, r *http.Request) error {
	u, err := d.Lists.Undo(r.Context(), door.VisitOf(r).Who, r.PathValue("upload"))
	if err != nil {
		return err
	}
	http.Redirect(w, r, historyBase+"/"+u.ID, http.StatusSeeOther)
	return nil
}
