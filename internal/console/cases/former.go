package cases

import (
	"net/http"

	"onetap/internal/console/shell"
	"onetap/internal/lang"
	"onetap/internal/loop"
)

// formerPage is what somebody sees of a case that was handed over from them: who has it now, and what happened.
type formerPage struct {
	shell.Frame
	Owner, Campaign   string
	State, StateClass string
	History           []caseEvent
	Action            string // of the form that the case had; what is kept of it on the device goes (keep.js)
	Note              string // what was typed and not written
}

// showFormer shows a case to who answered for it before. note is what they were about to write down.
func (d *Pages) showFormer(w http.ResponseWriter, r *http.Request, status int, c loop.Case, note string) error {
	staff, err := d.Store.Staff(r.Context())
	if err != nil {
		return err
	}
	campaign, err := d.Store.Campaign(r.Context(), c.Campaign)
	if err != nil {
		return err
	}
	if c.History, err = d.Store.Events(r.Context(), c); err != nil {
		return err
	}
	names := shell.StaffNames(staff)
	p := &formerPage{
		Frame: shell.NewFrame(r, "former.title"), Owner: shell.OwnerName(shell.NewFrame(r, "").Lang, names, c.Owner),
		Campaign: campaign.Name, StateClass: stateClass(c.State), Note: note,
		Action: "/cases/" + r.PathValue("case"),
	}
	p.State = p.Lang.T("case.state." + string(c.State))
	if status != http.StatusOK {
		p.Error = p.Lang.T("former.not_written", lang.Values{"Who": p.Owner})
	}
	for i := len(c.History) - 1; i >= 0; i-- {
		if e := c.History[i]; e.What != loop.Noted {
			p.History = append(p.History, caseEvent{p.Lang.Moment(e.At.In(p.Zone)), eventText(p.Lang, names, p.Zone, e), "", e.At})
		}
	}
	return shell.Show(w, r, status, p)
}
