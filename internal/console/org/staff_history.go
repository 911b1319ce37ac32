package org

import (
	"net/http"

	"onetap/internal/console/shell"
	"onetap/internal/door"
)

const historyBase = "/staff/uploads"

// staffHistory lists the uploads that have changed the staff.
func (d *Pages) staffHistory(w http.ResponseWriter, r *http.Request) error {
	uploads, next, err := d.Company.History(r.Context(), r.URL.Query().Get("before"))
	if err != nil {
		return err
	}
	all, err := d.everybody(r)
	if err != nil {
		return err
	}
	f := shell.NewFrame(r, "undo.staff_title")
	return shell.Show(w, r, http.StatusOK, f.UploadsOf(historyBase, shell.Tab{Href: "/staff", Label: f.Lang.T("staff.title")}, uploads, next, shell.StaffNames(all)))
}

// staffUpload shows one of them, from where it is undone.
func (d *Pages) staffUpload(w http.ResponseWriter, r *http.Request) error {
	u, err := d.Company.Uploaded(r.Context(), r.PathValue("upload"))
	if err != nil {
		return err
	}
	all, err := d.everybody(r)
	if err != nil {
		return err
	}
	f, names := shell.NewFrame(r, "undo.staff_one"), shell.StaffNames(all)
	p := f.UploadOf(historyBase, shell.Tab{Href: historyBase, Label: f.Lang.T("undo.staff_title")}, u, names, d.Now())
	named := func(ids []string) (tabs []shell.Tab) {
		for _, id := range ids {
			tabs = append(tabs, shell.Tab{Href: "/staff/" + d.Handle(id), Label: shell.StaffName(names, id)})
		}
		return tabs
	}
	p.Changed, p.Used = named(u.Undo.ChangedOnes), named(u.Undo.UsedOnes)
	return shell.Show(w, r, http.StatusOK, p)
}

// undoStaff undoes an upload of staff.
func (d *Pages) undoStaff(w http.ResponseWriter, r *http.Request) error {
	u, err := d.Company.Undo(r.Context(), door.VisitOf(r).Who, r.PathValue("upload"))
	if err != nil {
		return err
	}
	http.Redirect(w, r, historyBase+"/"+u.ID, http.StatusSeeOther)
	return nil
}
