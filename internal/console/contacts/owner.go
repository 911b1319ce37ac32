package contacts

import (
	"net/http"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/console/shell"
	"onetap/internal/contacts"
	"onetap/internal/door"
	"onetap/internal/lang"
	"onetap/internal/org"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// ownerPage asks who is to be the owner of many contacts, and says of how many.
type ownerPage struct {
	shell.Frame
	Back    string
	Carried []filterField // of whom, as fields of the form
	Whom    string        // the number
	Button  string
	To      string
	Wrong   string
	Owners  []shell.Option // suggested
	Cases   bool           // may see cases
}

// askOwner says how many contacts were chosen, or fit, and asks for their new owner.
func (d *Pages) askOwner(w http.ResponseWriter, r *http.Request) error {
	asked, err := d.ownerChange(r)
	if err != nil {
		return err
	}
	return d.showOwner(w, r, http.StatusOK, asked, "")
}

// ownerChange reads of whom the owner is to be changed.
func (d *Pages) ownerChange(r *http.Request) (asked contacts.OwnerChange, err error) {
	q := filled(r)
	asked.Owner, asked.Search.Patient = r.FormValue("to"), true
	if asked.Search.Audience, err = door.Audience(r.FormValue("audience")); err != nil {
		return asked, err
	}
	if r.FormValue("all") != "yes" {
		for _, id := range q["chosen"] {
			asked.Chosen = append(asked.Chosen, survey.ContactID(id))
		}
		if len(asked.Chosen) == 0 {
			return asked, apperr.New(apperr.Invalid, "owners_of_nobody", "contacts")
		}
		return asked, nil
	}
	asked.Search.Text = r.FormValue("search")
	asked.Search.Narrow, err = d.Narrow(r.Context(), q)
	return asked, err
}

func (d *Pages) showOwner(w http.ResponseWriter, r *http.Request, status int, asked contacts.OwnerChange, wrong string) error {
	staff, err := d.Store.Staff(r.Context())
	if err != nil {
		return err
	}
	visit := door.VisitOf(r)
	p := &ownerPage{Frame: shell.NewFrame(r, "owners.title"), To: asked.Owner, Wrong: wrong, Cases: visit.Can(authz.ReadCases)}
	p.Back = d.listHref(string(asked.Search.Audience), asked.Search.Narrow, "")
	for _, m := range org.ByName(staff) {
		if len(p.Owners) < ownersSuggested {
			p.Owners = append(p.Owners, shell.Option{Value: org.NameOf(m), Label: m.Team})
		}
	}
	p.Carried = []filterField{{Name: "audience", Value: string(asked.Search.Audience)}}
	t := contacts.Tally{Fit: len(asked.Chosen), Whole: true}
	if len(asked.Chosen) > 0 {
		for _, id := range asked.Chosen {
			p.Carried = append(p.Carried, filterField{Name: "chosen", Value: string(id)})
		}
	} else {
		if t, err = d.Lists.Tally(r.Context(), visit.Who, asked.Search); err != nil {
			return err
		}
		p.Carried = append(p.Carried, filterField{Name: "all", Value: "yes"}, filterField{Name: "search", Value: asked.Search.Text})
		p.Carried = append(p.Carried, d.carried(asked.Search.Narrow)...)
	}
	p.Whom, p.Button = p.Lang.T("owners.whom", lang.Values{"Count": t.Fit}), p.Lang.T("owners.do", lang.Values{"Count": t.Fit})
	switch {
	case t.Whole:
	case t.All && t.Fit > 0:
		p.Whom, p.Button = p.Lang.T("owners.whom_least", lang.Values{"Count": t.Fit}), p.Lang.T("owners.do_all")
	default:
		p.Whom = p.Lang.T("owners.whom_some", lang.Values{"Count": t.Fit, "Looked": p.Lang.Number(int64(t.Looked))})
		p.Button = p.Lang.T("owners.do_all")
	}
	return shell.Show(w, r, status, p)
}

// changeOwner gives them the new owner, or as many as some seconds suffice for: the page that it leads to goes on.
func (d *Pages) changeOwner(w http.ResponseWriter, r *http.Request) error {
	asked, err := d.ownerChange(r)
	if err != nil {
		return err
	}
	u, err := d.Lists.ChangeOwner(r.Context(), door.VisitOf(r).Who, asked)
	if refusal := apperr.As(err); refusal != nil && refusal.Code == "contact_owner" {
		p := shell.NewFrame(r, "owners.title")
		return d.showOwner(w, r, web.Status(refusal), asked, p.Lang.Problem(refusal))
	}
	if err != nil {
		return err
	}
	if u.ID == "" {
		return shell.Done(w, r, d.listHref(string(asked.Search.Audience), asked.Search.Narrow, ""), "owners_same")
	}
	return d.toOwnerChange(w, r, u)
}

// goOn goes on with a change of owners.
func (d *Pages) goOn(w http.ResponseWriter, r *http.Request) error {
	u, err := d.Lists.GoOn(r.Context(), door.VisitOf(r).Who, r.PathValue("upload"))
	if err != nil {
		return err
	}
	return d.toOwnerChange(w, r, u)
}

func (d *Pages) toOwnerChange(w http.ResponseWriter, r *http.Request, u survey.UploadRecord) error {
	if u.State == survey.UploadTaking {
		http.Redirect(w, r, historyBase+"/"+u.ID+"?go=on", http.StatusSeeOther)
		return nil
	}
	return shell.Done(w, r, historyBase+"/"+u.ID, "owners_changed")
}
