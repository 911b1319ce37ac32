package api

import (
	"net/http"
	"slices"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/contacts"
	"onetap/internal/door"
	"onetap/internal/org"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// memberView is a staff member as the API shows one, and takes one back.
type memberView struct {
	survey.Staff
	Ref string `json:"ref"` // for addresses, where the id may be an e-mail address; given by us, and not read
}

// listStaff answers the whole staff, by id.
func (d *API) listStaff(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r); err != nil {
		return err
	}
	all, err := d.Store.Staff(r.Context())
	if err != nil {
		return err
	}
	slices.SortFunc(all, func(a, b survey.Staff) int { return strings.Compare(a.ID, b.ID) })
	views := make([]memberView, len(all))
	for i, m := range all {
		views[i] = memberView{m, d.Handle(m.ID)}
	}
	web.JSON(w, http.StatusOK, map[string]any{"staff": views})
	return nil
}

// postStaff takes a list of staff members, as JSON or as CSV. Those that can be used are written; the same list again
// changes nothing. Line is the place in the list, or the line of the file.
func (d *API) postStaff(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r, "encoding", "sheet", "confirm_losses", "look"); err != nil {
		return err
	}
	var list org.List
	var file org.File
	var err error
	if door.MediaType(r) == "application/json" {
		list, err = readStaffJSON(r)
	} else {
		file, err = d.readStaffFile(r)
	}
	if err != nil {
		return err
	}
	said := org.Said{Sent: contacts.SentBy(door.VisitOf(r).Who, "")}
	if said.Confirmed, err = door.YesOrNo(r, "confirm_losses"); err != nil {
		return err
	}
	if said.Look, err = door.YesOrNo(r, "look"); err != nil {
		return err
	}
	var out org.Intake
	if list != nil {
		out, err = d.Company.TakeList(r.Context(), list, said)
	} else {
		out, err = d.Company.TakeFile(r.Context(), file, said)
	}
	if err != nil {
		return err
	}
	web.JSON(w, http.StatusOK, door.ViewStaff(web.Language(r), out))
	return nil
}

// readStaffFile reads a list as a system exports it, managers included.
func (d *API) readStaffFile(r *http.Request) (org.File, error) {
	encoding, err := door.EncodingOf(r)
	if err != nil {
		return org.File{}, err
	}
	body, err := d.OneList(r)
	return org.File{Body: body, Said: contacts.TableSaid{Encoding: encoding}}, err
}

// readStaffJSON reads a JSON list; a manager is named by id.
func readStaffJSON(r *http.Request) (org.List, error) {
	var in []memberView
	if err := web.Decode(r, &in, door.MaxJSON); err != nil {
		return nil, err
	}
	if len(in) == 0 {
		return nil, apperr.New(apperr.Invalid, "staff_empty", "")
	}
	staff := make([]survey.Staff, len(in))
	for i, m := range in {
		staff[i] = m.Staff
	}
	return org.OfMembers(staff), nil
}
