package console

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"onetap/internal/followup"
	"onetap/internal/lang"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

type boardPage struct {
	frame
	Columns []boardColumn
	One     bool // one state by itself
	Empty   bool
	Mine    bool // an owner's own: no filter
	Filter  []option
	Search  bool   // there are more owners than the filter lists
	Find    string // what was looked for
	Wrong   string
	Omitted string // says that the cases of some owners are not here
	Tabs    []navItem
	now     time.Time
	Next    string
}

type boardColumn struct {
	ID, Title, Count, More string
	None                   bool
	Cards                  []caseCard
}

type caseCard struct {
	Href, Who, Owner, Campaign, Deadline, Left string
	Score                                      scoreView
	Over                                       bool
}

// caseBoard shows the cases that one may see: every state with its nearest deadlines, or one state page by page.
func (d *Desk) caseBoard(w http.ResponseWriter, r *http.Request) error {
	return d.showBoard(w, r, "", "")
}

// findCases looks for somebody of the staff whom the filter does not list. A name must not stand in an address, so it is posted.
func (d *Desk) findCases(w http.ResponseWriter, r *http.Request) error {
	staff, err := d.store.Staff(r.Context())
	if err != nil {
		return err
	}
	text := strings.TrimSpace(r.FormValue("who"))
	owner, ok := followup.Find(visitOf(r).Who, staff, text)
	if !ok {
		return d.showBoard(w, r, text, "case.find_nobody")
	}
	http.Redirect(w, r, "/cases?owner="+d.handle(owner), http.StatusSeeOther)
	return nil
}

func (d *Desk) showBoard(w http.ResponseWriter, r *http.Request, find, wrong string) error {
	p := &boardPage{frame: d.frame(r, "case.board_title"), Find: find, now: d.now()}
	p.Wide = true
	if wrong != "" {
		p.Wrong = p.lang.T(wrong)
	}
	staff, err := d.store.Staff(r.Context())
	if err != nil {
		return err
	}
	q := r.URL.Query()
	ask := followup.BoardQuery{Owner: followup.AllOwners, State: loop.State(q.Get("state")), After: q.Get("after")}
	if q.Has("owner") {
		ask.Owner = d.staffIn(q.Get("owner"))
	}
	b, err := d.cases.Board(r.Context(), p.visit.Who, staff, ask)
	if err != nil {
		return err
	}
	p.Mine, p.One, p.Empty = b.Mine, b.One, q.Get("after") == ""
	names := staffNames(staff)
	d.filter(p, q, b, names)
	for _, c := range b.Columns {
		p.Columns = append(p.Columns, p.column(c, q, b.About, names))
		p.Empty = p.Empty && len(c.Cases) == 0
	}
	p.tabs(q, ask.State)
	return d.show(w, r, http.StatusOK, p)
}

// ownerIn is an owner as the filter's values are: one of the staff concealed.
func (d *Desk) ownerIn(owner string) string {
	if owner == "" || owner == followup.AllOwners {
		return owner
	}
	return d.handle(owner)
}

// filter lists whose cases can be chosen. In q, from which addresses are made, the owner is concealed then.
func (d *Desk) filter(p *boardPage, q url.Values, b followup.Board, names map[string]string) {
	if b.Mine {
		q.Del("owner")
		return
	}
	if q.Has("owner") {
		q.Set("owner", d.ownerIn(b.Owner))
	}
	all := b.Owner == followup.AllOwners
	p.Filter = append(p.Filter, option{followup.AllOwners, p.lang.T("case.filter_all"), all})
	for _, o := range b.Listed {
		label := ownerName(p.lang, names, o)
		if strings.EqualFold(o, p.Staff.ID) && o != "" {
			label = p.lang.T("case.filter_mine")
		}
		p.Filter = append(p.Filter, option{d.ownerIn(o), label, o == b.Owner})
	}
	if p.Search = len(b.Owners) > len(b.Listed); p.Search && all {
		p.Omitted = p.lang.T("case.owners_omitted", lang.Values{"Count": len(b.Listed), "All": len(b.Owners)})
	}
	if !all && !slices.Contains(b.Listed, b.Owner) {
		p.Filter = append(p.Filter, option{d.ownerIn(b.Owner), ownerName(p.lang, names, b.Owner), true})
	}
}

func (p *boardPage) column(c followup.Column, q url.Values, about followup.About, names map[string]string) boardColumn {
	col := boardColumn{ID: "state-" + string(c.State), Title: p.lang.T("case.state." + string(c.State)), None: len(c.Cases) == 0}
	col.Count = p.lang.Number(int64(len(c.Cases)))
	if c.Next != "" {
		col.Count += "+"
		next := url.Values{"state": {string(c.State)}}
		if q.Has("owner") {
			next.Set("owner", q.Get("owner"))
		}
		if p.One {
			next.Set("after", c.Next)
			p.Next = "/cases?" + next.Encode()
		} else {
			col.More = "/cases?" + next.Encode()
		}
	}
	for _, one := range c.Cases {
		card := cardOf(p.frame, one, about, p.now)
		if !p.Mine {
			card.Owner = ownerName(p.lang, names, one.Owner)
		}
		col.Cards = append(col.Cards, card)
	}
	return col
}

// cardOf is a case as lists show it.
func cardOf(f frame, c loop.Case, about followup.About, now time.Time) caseCard {
	card := caseCard{Href: "/cases/" + c.ID(), Who: contactName(f.lang, about.People[c.Contact]), Campaign: about.Campaigns[c.Campaign].Name,
		Score: scoreOf(f.lang, c.Latest), Deadline: f.lang.Moment(c.Deadline.In(f.Zone))}
	if c.State != loop.Resolved {
		card.Left, card.Over = timeLeft(f.lang, now, c.Deadline)
	}
	return card
}

// contactName is how a contact is called, or says that the contact is gone.
func contactName(l lang.Language, c survey.Contact) string {
	switch {
	case c.Person.Name != "":
		return c.Person.Name
	case c.Person.Email != "":
		return c.Person.Email
	}
	return l.T("loop.contact_gone")
}

func (p *boardPage) tabs(q url.Values, chosen loop.State) {
	at := func(state string) string {
		v := url.Values{}
		if state != "" {
			v.Set("state", state)
		}
		if q.Has("owner") {
			v.Set("owner", q.Get("owner"))
		}
		if len(v) == 0 {
			return "/cases"
		}
		return "/cases?" + v.Encode()
	}
	p.Tabs = []navItem{{at(""), p.lang.T("case.board"), !p.One}}
	for _, s := range loop.States {
		p.Tabs = append(p.Tabs, navItem{at(string(s)), p.lang.T("case.state." + string(s)), p.One && s == chosen})
	}
}
