package cases

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"onetap/internal/authz"
	"onetap/internal/console/shell"
	"onetap/internal/door"
	"onetap/internal/followup"
	"onetap/internal/lang"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

type boardPage struct {
	shell.Frame
	Columns                      []boardColumn
	One                          bool // one state by itself
	Empty                        bool
	Mine                         bool // an owner's own: no filter
	Filter                       []shell.Option
	Narrow                       []narrow // by team, level, kind, cause
	Narrowed                     bool
	MayWork                      bool
	Colleagues, Causes, Outcomes []shell.Option
	Search                       bool   // there are more owners than the filter lists
	Find                         string // what was looked for
	Wrong                        string
	Omitted                      string // says that the cases of some owners are not here
	Tabs                         []shell.Tab
	now                          time.Time
	Next                         string
	Huddles                      bool
	Back                         string         // what the board shows, for coming back to it
	Fields                       []shell.Option // what the board is narrowed to, for the download
}

// narrow is one of the choices by which a board shows only some cases.
type narrow struct {
	Name, Label string
	Options     []shell.Option
}

type boardColumn struct {
	ID, State, Title, Count, More string
	None                          bool
	exact                         bool // Count is how many there are
	Cards                         []shell.CaseCard
}

// boardParameters are what a board's address can hold.
var boardParameters = []string{"owner", "state", "team", "level", "kind", "cause", "after"}

// backTo is the board from which a case was moved; ok is false of a form of another page.
func backTo(r *http.Request) (path string, ok bool) {
	q, err := url.ParseQuery(r.PostFormValue("back"))
	if err != nil || !r.PostForm.Has("back") {
		return "", false
	}
	keep := url.Values{}
	for _, name := range boardParameters {
		if q.Get(name) != "" {
			keep.Set(name, q.Get(name))
		}
	}
	return "/cases?" + keep.Encode(), true
}

// caseBoard shows the cases that one may see: every state with its nearest deadlines, or one state page by page.
func (d *Pages) caseBoard(w http.ResponseWriter, r *http.Request) error {
	return d.showBoard(w, r, "", "")
}

// showBoardAnd shows the board with what was wrong with work on several of its cases.
func (d *Pages) showBoardAnd(w http.ResponseWriter, r *http.Request, status int, wrong string) error {
	p, err := d.board(r)
	if err != nil {
		return err
	}
	p.Error = wrong
	return shell.Show(w, r, status, p)
}

// findCases finds the cases of a staff member whom the filter does not list. The name is posted, for names must not stand in
// addresses.
func (d *Pages) findCases(w http.ResponseWriter, r *http.Request) error {
	staff, err := d.Store.Staff(r.Context())
	if err != nil {
		return err
	}
	text := strings.TrimSpace(r.FormValue("who"))
	owner, several, ok := followup.Find(door.VisitOf(r).Who, staff, text)
	switch {
	case several:
		return d.showBoard(w, r, text, "finding.several_owners")
	case !ok:
		return d.showBoard(w, r, text, "case.find_nobody")
	}
	http.Redirect(w, r, "/cases?owner="+d.Handle(owner), http.StatusSeeOther)
	return nil
}

func (d *Pages) showBoard(w http.ResponseWriter, r *http.Request, find, wrong string) error {
	p, err := d.board(r)
	if err != nil {
		return err
	}
	if p.Find = find; wrong != "" {
		p.Wrong = p.Lang.T(wrong)
	}
	return shell.Show(w, r, http.StatusOK, p)
}

// board reads what a board shows.
func (d *Pages) board(r *http.Request) (*boardPage, error) {
	p := &boardPage{Frame: shell.NewFrame(r, "case.board_title"), now: d.Now()}
	p.Wide = true
	staff, err := d.Store.Staff(r.Context())
	if err != nil {
		return nil, err
	}
	q := r.URL.Query()
	ask := followup.BoardQuery{Owner: followup.AllOwners, State: loop.State(q.Get("state")), After: q.Get("after")}
	if q.Has("owner") {
		ask.Owner = d.StaffIn(q.Get("owner"))
	}
	ask.Only = followup.Only{Team: q.Get("team"), Level: loop.Level(q.Get("level")), Kind: loop.Kind(q.Get("kind")), Cause: loop.Cause(q.Get("cause"))}
	back := url.Values{}
	for _, name := range boardParameters {
		if q.Get(name) != "" {
			back.Set(name, q.Get(name))
		}
	}
	p.Huddles = p.Can(authz.HoldHuddles)
	p.Back, p.Scripts = back.Encode(), []string{"board.js"}
	p.Narrowed = ask.Only != followup.Only{}
	b, err := d.Cases.Board(r.Context(), p.Visit.Who, staff, ask)
	if err != nil {
		return nil, err
	}
	causes, err := d.Cases.Causes(r.Context())
	if err != nil {
		return nil, err
	}
	p.narrow(ask.Only, b.Teams, causes)
	p.bulk(staff, causes)
	p.Mine, p.One, p.Empty = b.Mine, b.One, q.Get("after") == ""
	names := shell.StaffNames(staff)
	d.filter(p, q, b, names)
	for _, c := range b.Columns {
		p.Columns = append(p.Columns, p.column(c, q, b.About, b.Words, names))
		p.Empty = p.Empty && len(c.Cases) == 0
	}
	p.join(b.Columns)
	p.tabs(q, ask.State)
	for _, name := range []string{"owner", "state"} {
		if q.Has(name) {
			p.Fields = append(p.Fields, shell.Option{Value: name, Label: q.Get(name)})
		}
	}
	return p, nil
}

// narrow lists by what a board can be narrowed.
func (p *boardPage) narrow(only followup.Only, teams []string, causes loop.Causes) {
	add := func(name, chosen string, all []shell.Option) {
		if len(all) < 2 && chosen == "" {
			return
		}
		options := []shell.Option{{Label: p.Lang.T("case.narrow_any"), On: chosen == ""}}
		for _, o := range all {
			o.On = o.Value == chosen
			options = append(options, o)
		}
		p.Narrow = append(p.Narrow, narrow{name, p.Lang.T("case.narrow." + name), options})
	}
	var of []shell.Option
	for _, t := range teams {
		of = append(of, shell.Option{Value: t, Label: t})
	}
	add("team", only.Team, of)
	of = nil
	for _, l := range []loop.Level{loop.LevelOwner, loop.LevelManager, loop.LevelAdministrator, loop.LevelHanded} {
		of = append(of, shell.Option{Value: string(l), Label: p.Lang.T("case.level_is." + string(l))})
	}
	add("level", string(only.Level), of)
	of = nil
	for _, k := range loop.Kinds {
		of = append(of, shell.Option{Value: string(k), Label: p.Lang.T("case.kind." + string(k))})
	}
	add("kind", string(only.Kind), of)
	of = nil
	for _, k := range causes {
		of = append(of, shell.Option{Value: string(k.ID), Label: followup.CauseName(p.Lang, causes, k.ID)})
	}
	add("cause", string(only.Cause), of)
}

// bulk fills in what can be done to several cases at once.
func (p *boardPage) bulk(staff []survey.Staff, causes loop.Causes) {
	if p.MayWork = p.Can(authz.WorkCases); !p.MayWork {
		return
	}
	for _, v := range causes.Offered() {
		p.Causes = append(p.Causes, shell.Option{Value: string(v), Label: followup.CauseName(p.Lang, causes, v)})
	}
	for _, v := range loop.Outcomes {
		p.Outcomes = append(p.Outcomes, shell.Option{Value: string(v), Label: p.Lang.T("case.outcome." + string(v))})
	}
	for _, m := range staff {
		if followup.MayOwn(m) && len(p.Colleagues) < ownersListed {
			p.Colleagues = append(p.Colleagues, shell.Option{Value: m.ID, Label: shell.StaffName(shell.StaffNames([]survey.Staff{m}), m.ID)})
		}
	}
	slices.SortFunc(p.Colleagues, func(a, b shell.Option) int { return strings.Compare(a.Label, b.Label) })
}

// ownerIn is an owner as the filter's values are: one of the staff concealed.
func (d *Pages) ownerIn(owner string) string {
	if owner == "" || owner == followup.AllOwners {
		return owner
	}
	return d.Handle(owner)
}

// filter lists whose cases can be chosen. In q, from which addresses are made, the owner is concealed then.
func (d *Pages) filter(p *boardPage, q url.Values, b followup.Board, names map[string]string) {
	if b.Mine {
		q.Del("owner")
		return
	}
	if q.Has("owner") {
		q.Set("owner", d.ownerIn(b.Owner))
	}
	all := b.Owner == followup.AllOwners
	p.Filter = append(p.Filter, shell.Option{Value: followup.AllOwners, Label: p.Lang.T("case.filter_all"), On: all})
	for _, o := range b.Listed {
		label := shell.OwnerName(p.Lang, names, o)
		if strings.EqualFold(o, p.Staff.ID) && o != "" {
			label = p.Lang.T("case.filter_mine")
		}
		p.Filter = append(p.Filter, shell.Option{Value: d.ownerIn(o), Label: label, On: o == b.Owner})
	}
	if p.Search = len(b.Owners) > len(b.Listed); p.Search && all {
		p.Omitted = p.Lang.T("case.owners_omitted", lang.Values{"Count": len(b.Listed), "All": len(b.Owners)})
	}
	if !all && !slices.Contains(b.Listed, b.Owner) {
		p.Filter = append(p.Filter, shell.Option{Value: d.ownerIn(b.Owner), Label: shell.OwnerName(p.Lang, names, b.Owner), On: true})
	}
}

func (p *boardPage) column(c followup.Column, q url.Values, about followup.About, words map[string]string, names map[string]string) boardColumn {
	col := boardColumn{ID: "state-" + string(c.State), State: string(c.State), Title: p.Lang.T("case.state." + string(c.State)), None: len(c.Cases) == 0}
	// What is listed whole is counted by itself; the figures are a moment behind.
	col.exact = c.Count > len(c.Cases) && (c.Next != "" || p.One)
	if col.exact {
		col.Count = p.Lang.Number(int64(c.Count))
	} else if col.Count = p.Lang.Number(int64(len(c.Cases))); c.Next != "" {
		col.Count += "+"
	}
	if c.Next != "" {
		next := url.Values{"state": {string(c.State)}}
		for _, name := range []string{"owner", "team", "level", "kind", "cause"} {
			if q.Get(name) != "" || name == "owner" && q.Has(name) {
				next.Set(name, q.Get(name))
			}
		}
		if p.One {
			next.Set("after", c.Next)
			p.Next = "/cases?" + next.Encode()
		} else {
			col.More = "/cases?" + next.Encode()
		}
	}
	owner := func(one loop.Case) string {
		if p.Mine {
			return ""
		}
		return shell.OwnerName(p.Lang, names, one.Owner)
	}
	if c.State != loop.Resolved && c.State != loop.Unreachable {
		col.Cards = shell.CardsOf(p.Frame, c.Cases, about, p.now, owner)
		col.say(words)
		return col
	}
	for _, one := range c.Cases {
		card := shell.CardOf(p.Frame, one, about, p.now)
		card.Owner = owner(one)
		col.Cards = append(col.Cards, card)
	}
	col.say(words)
	return col
}

// wordsShown is how many characters of what a respondent wrote a card shows.
const wordsShown = 140

// say puts on each card what the respondent wrote.
func (c *boardColumn) say(words map[string]string) {
	for i := range c.Cards {
		text := []rune(strings.Join(strings.Fields(words[c.Cards[i].ID]), " "))
		if len(text) > wordsShown {
			text = append(text[:wordsShown-1], '…')
		}
		c.Cards[i].Words = string(text)
	}
}

// join shows the open cases of one contact as one card, in the first column where there is one of them.
func (p *boardPage) join(columns []followup.Column) {
	var open []*[]shell.CaseCard
	for i, c := range columns {
		if c.State != loop.Resolved && c.State != loop.Unreachable {
			open = append(open, &p.Columns[i].Cards)
		}
	}
	shell.JoinCards(open...)
	for i := range p.Columns {
		col := &p.Columns[i]
		if col.None = len(col.Cards) == 0; columns[i].Next == "" && !col.exact {
			col.Count = p.Lang.Number(int64(len(col.Cards)))
		}
	}
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
	p.Tabs = []shell.Tab{{Href: at(""), Label: p.Lang.T("case.board"), Here: !p.One}}
	for _, s := range loop.States {
		p.Tabs = append(p.Tabs, shell.Tab{Href: at(string(s)), Label: p.Lang.T("case.state." + string(s)), Here: p.One && s == chosen})
	}
}
