package cases

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/console/shell"
	"onetap/internal/door"
	"onetap/internal/followup"
	"onetap/internal/keys"
	"onetap/internal/lang"
	"onetap/internal/loop"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// Guests lists what owners reach by the signed link of a letter, for one case and without signing in. Looking changes nothing.
func (d *Pages) Guests() []door.Route {
	return []door.Route{
		door.On("GET /act/{token}", authz.Anyone, d.actPage, ""),
		door.On("POST /act/{token}", authz.Anyone, d.act, door.Unaudited), // written down by act itself, which knows who it is
	}
}

// actPage is a case as the link of a letter shows it: what the letter says, and the one thing to do.
type actPage struct {
	casePage
	Do    string // "called", "take" or "hand"
	Other []shell.Tab
	Full  string // address of the case, for whom signs in
}

// actGone is what somebody sees whose link is good no longer.
type actGone struct {
	shell.Frame
	Text, Full string
}

// acting says who acts on which case by a link. Problems: act_forged of a link that nobody signed or that is somebody's who is not there any
// more, act_over of one whose time is over, act_handed where somebody else answers for the case now.
func (d *Pages) acting(r *http.Request) (c loop.Case, m survey.Staff, err error) {
	forged := error(apperr.New(apperr.Unknown, "act_forged", ""))
	a, ok := keys.ReadAct(r.PathValue("token"))
	if !ok {
		return c, m, forged
	}
	c, ok, err = d.Store.Case(r.Context(), a.Campaign, a.Contact)
	if err != nil || !ok {
		return c, m, cmp.Or(err, forged)
	}
	for _, id := range append([]string{c.Owner}, c.Former...) {
		if id == "" || !d.Acts.Is(a, id) {
			continue
		}
		m, ok, err = d.Store.StaffMember(r.Context(), id)
		switch {
		case err != nil:
			return c, m, err
		case !ok:
			return c, m, forged
		case !d.Now().Before(a.Until):
			return c, m, apperr.New(apperr.Gone, "act_over", "", "Days", keys.ActLife)
		case !strings.EqualFold(id, c.Owner):
			return c, m, apperr.New(apperr.Conflict, "act_handed", "")
		}
		return c, m, nil
	}
	return c, m, forged
}

// as is the request of somebody who acts by a link: in their language, with their role, and with no session.
func (d *Pages) as(r *http.Request, m survey.Staff) *http.Request {
	v := door.VisitOf(r)
	v.Who, v.Lang = authz.Who{Staff: m}, shell.LanguageOf(r, m.Language)
	if zone := survey.ZoneAt(m.Zone); zone != nil {
		v.Zone = zone
	} else if zone := v.Company.Location(); zone != nil {
		v.Zone = zone
	}
	return door.WithVisit(r, v)
}

// actPage shows the case and what is to be done. It changes nothing, whoever opens it: people, or programs that look at links.
func (d *Pages) actPage(w http.ResponseWriter, r *http.Request) error {
	c, m, err := d.acting(r)
	if err != nil {
		return d.showGone(w, r, c, err)
	}
	return d.showAct(w, d.as(r, m), http.StatusOK, c, followup.Work{}, nil, nil)
}

// act takes the form.
func (d *Pages) act(w http.ResponseWriter, r *http.Request) error {
	c, m, err := d.acting(r)
	if err != nil {
		return d.showGone(w, r, c, err)
	}
	r = d.as(r, m)
	in, said, wrong := workTyped(r)
	in.Also = nil
	done := followup.Done{Case: c}
	if wrong == nil {
		done, wrong = d.Cases.Do(r.Context(), door.VisitOf(r).Who, c.ID(), in)
	}
	if p := apperr.As(wrong); p != nil {
		if done.Case.Campaign == "" {
			done.Case = c
		}
		return d.showAct(w, r, web.Status(p), done.Case, in, p, done.Before)
	}
	if wrong != nil {
		return wrong
	}
	d.Company.Note(r.Context(), door.VisitOf(r).Who, "cases.act", c.ID())
	if len(done.Left) > 0 {
		said = "case_partly"
	}
	return shell.Done(w, r, "/act/"+r.PathValue("token"), said)
}

func (d *Pages) showAct(w http.ResponseWriter, r *http.Request, status int, c loop.Case, typed followup.Work, wrong *apperr.Error, before []loop.Event) error {
	known, err := followup.ReadFacts(r.Context(), d.Store, c)
	if err != nil {
		return err
	}
	staff, err := d.Store.Staff(r.Context())
	if err != nil {
		return err
	}
	causes, err := d.Cases.Causes(r.Context())
	if err != nil {
		return err
	}
	names := shell.StaffNames(staff)
	p := &actPage{Full: "/cases/" + c.ID()}
	p.Frame = shell.NewFrame(r, shell.ContactName(shell.NewFrame(r, "").Lang, known.Contact))
	p.casePage.Action, p.Version = "/act/"+r.PathValue("token"), c.Version
	p.fill(c, known, d.Now(), shell.OwnerName(p.Lang, names, c.Owner))
	if c.Over() && len(c.Causes) > 0 {
		p.Ended = p.Lang.T("case.ended", lang.Values{"Cause": followup.CauseNames(p.Lang, causes, c.Causes), "Outcome": p.Lang.T("case.outcome." + string(c.Outcome))})
	}
	suggested, err := d.suggested(r, c, causes, known)
	if err != nil {
		return err
	}
	p.work(c, staff, causes, suggested, typed)
	if !c.Over() {
		dos := []string{"called", "take", "hand"}
		if c.State != loop.Open {
			dos = []string{"called", "hand"}
		}
		if p.Do = r.FormValue("do"); p.Do == "tried" || !slices.Contains(dos, p.Do) {
			p.Do = "called"
		}
		for _, do := range dos {
			p.Other = append(p.Other, shell.Tab{Href: p.Action + "?do=" + do, Label: p.Lang.T("act." + do), Here: do == p.Do})
		}
	}
	if wrong != nil {
		p.wrong(wrong, before, names)
	}
	return shell.Show(w, r, status, p)
}

// showGone says why a link leads no further.
func (d *Pages) showGone(w http.ResponseWriter, r *http.Request, c loop.Case, why error) error {
	p := apperr.As(why)
	if p == nil {
		return why
	}
	g := &actGone{Frame: shell.NewFrame(r, "act.gone")}
	if g.Text = g.Lang.Problem(p); p.Code != "act_forged" {
		g.Full = "/cases/" + c.ID()
	}
	return shell.Show(w, r, web.Status(p), g)
}
