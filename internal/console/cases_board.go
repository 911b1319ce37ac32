package console

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/lang"
	"onetap/internal/loop"
	"onetap/internal/store"
	"onetap/internal/survey"
)

const (
	columnShown = 15  // cases of a state on the board
	columnPage  = 50  // of a state by itself
	ownersAsked = 200 // owners whose cases are looked up at once: a query for each and state
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
	Omitted string // that not allOwners's cases are here
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
	Score                                      scoreTold
	Over                                       bool
}

// caseBoard shows the cases of those whom this one answers for: every state with its nearest deadlines, or one state
// page by page.
func (d *Desk) caseBoard(w http.ResponseWriter, r *http.Request) error {
	return d.showBoard(w, r, "", "")
}

// findCases looks for somebody of the staff whom the filter does not list. A name is in no address, so it is posted.
func (d *Desk) findCases(w http.ResponseWriter, r *http.Request) error {
	staff, err := d.store.Staff(r.Context())
	if err != nil {
		return err
	}
	text := strings.TrimSpace(r.FormValue("who"))
	v := visitOf(r)
	m, ok := survey.NewDirectory(staff).Find(text)
	if !ok || !slices.Contains(ownersOf(v, staff), m.ID) {
		return d.showBoard(w, r, text, "case.find_nobody")
	}
	http.Redirect(w, r, "/cases?owner="+d.handle(m.ID), http.StatusSeeOther)
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
	owners, err := d.choose(p, q, ownersOf(p.visit, staff), staff)
	if err != nil {
		return err
	}
	state := loop.State(q.Get("state"))
	states, limit := loop.States, columnShown
	if p.One = slices.Contains(loop.States, state); p.One {
		states, limit = []loop.State{state}, columnPage
	}
	columns, more, err := d.columns(r.Context(), owners, states, q.Get("after"), limit)
	if err != nil {
		return err
	}
	all := slices.Concat(columns...)
	people, campaigns, err := d.namesOf(r.Context(), all)
	if err != nil {
		return err
	}
	names := staffNames(staff)
	for i, s := range states {
		p.Columns = append(p.Columns, p.column(s, columns[i], more[i], q, people, campaigns, names))
	}
	p.Empty = len(all) == 0 && q.Get("after") == ""
	p.tabs(q, state)
	return d.show(w, http.StatusOK, "cases.html", p)
}

// ownersOf lists whose cases somebody may see, themselves first, then who may have cases by their role; "" stands for
// nobody's.
func ownersOf(v visit, staff []survey.Staff) []string {
	owners := []string{v.Staff.ID}
	if v.Staff.Role == survey.RoleOwner {
		return owners
	}
	if v.All() {
		owners = append(owners, "")
	}
	reports := authz.Reports(staff, v.Staff.ID)
	staff = slices.Clone(staff)
	slices.SortFunc(staff, func(a, b survey.Staff) int {
		if d := workRank(a) - workRank(b); d != 0 {
			return d
		}
		return strings.Compare(a.ID, b.ID)
	})
	for _, m := range staff {
		if !strings.EqualFold(m.ID, v.Staff.ID) && v.Sees(m.ID, m.Team, reports) {
			owners = append(owners, m.ID)
		}
	}
	return owners
}

func workRank(m survey.Staff) int {
	if authz.Can(m.Role, authz.WorkCases) {
		return 0
	}
	return 1
}

// allOwners is the filter's value for no filter: "" stands for those that are nobody's.
const allOwners = "*"

// ownerIn is an owner as the filter's values are: one of the staff concealed.
func (d *Desk) ownerIn(owner string) string {
	if owner == "" || owner == allOwners {
		return owner
	}
	return d.handle(owner)
}

// choose reads the filter, and lists what can be chosen. In q, from which addresses are made, the owner is concealed then.
func (d *Desk) choose(p *boardPage, q url.Values, owners []string, staff []survey.Staff) ([]string, error) {
	if p.Mine = len(owners) == 1; p.Mine {
		q.Del("owner")
		return owners, nil
	}
	chosen := allOwners
	if q.Has("owner") {
		chosen = d.staffIn(q.Get("owner"))
		if i := slices.IndexFunc(owners, func(o string) bool { return strings.EqualFold(o, chosen) }); i >= 0 {
			chosen = owners[i]
		} else if chosen != allOwners {
			return nil, apperr.New(apperr.Forbidden, "not_yours", "owner")
		}
		q.Set("owner", d.ownerIn(chosen))
	}
	some := owners[:min(len(owners), ownersAsked)]
	names := staffNames(staff)
	p.Filter = append(p.Filter, option{allOwners, p.lang.T("case.filter_all"), chosen == allOwners})
	for _, o := range some {
		label := ownerName(p.lang, names, o)
		if strings.EqualFold(o, p.Staff.ID) && o != "" {
			label = p.lang.T("case.filter_mine")
		}
		p.Filter = append(p.Filter, option{d.ownerIn(o), label, o == chosen})
	}
	if p.Search = len(owners) > len(some); p.Search && chosen == allOwners {
		p.Omitted = p.lang.T("case.owners_omitted", lang.Values{"Count": len(some), "All": len(owners)})
	}
	if chosen == allOwners {
		return some, nil
	}
	if !slices.Contains(some, chosen) {
		p.Filter = append(p.Filter, option{d.ownerIn(chosen), ownerName(p.lang, names, chosen), true})
	}
	return []string{chosen}, nil
}

func (d *Desk) columns(ctx context.Context, owners []string, states []loop.State, after string, limit int) ([][]loop.Case, []bool, error) {
	if len(states) > 1 {
		after = ""
	}
	columns, more := make([][]loop.Case, len(states)), make([]bool, len(states))
	g, ctx := errgroup.WithContext(ctx)
	for i, s := range states {
		g.Go(func() (err error) {
			columns[i], more[i], err = d.store.Board(ctx, owners, s, after, limit)
			return err
		})
	}
	return columns, more, g.Wait()
}

// namesOf reads who the cases are about, and their campaigns.
func (d *Desk) namesOf(ctx context.Context, cs []loop.Case) (map[survey.ContactID]survey.Contact, map[survey.CampaignID]survey.Campaign, error) {
	ids, campaigns := map[survey.Audience][]survey.ContactID{}, map[survey.CampaignID]survey.Campaign{}
	for _, c := range cs {
		if !slices.Contains(ids[c.Audience], c.Contact) {
			ids[c.Audience] = append(ids[c.Audience], c.Contact)
		}
		campaigns[c.Campaign] = survey.Campaign{}
	}
	people := map[survey.ContactID]survey.Contact{}
	for a, some := range ids {
		found, err := d.store.Contacts(ctx, a, some)
		if err != nil {
			return nil, nil, err
		}
		for id, c := range found {
			people[id] = c
		}
	}
	for id := range campaigns {
		c, err := d.store.Campaign(ctx, id)
		if err != nil && !apperr.Is(err, "campaign_unknown") {
			return nil, nil, err
		}
		campaigns[id] = c.At(d.now())
	}
	return people, campaigns, nil
}

func (p *boardPage) column(s loop.State, cs []loop.Case, more bool, q url.Values, people map[survey.ContactID]survey.Contact, campaigns map[survey.CampaignID]survey.Campaign, names map[string]string) boardColumn {
	col := boardColumn{ID: "state-" + string(s), Title: p.lang.T("case.state." + string(s)), None: len(cs) == 0}
	col.Count = p.lang.Number(int64(len(cs)))
	if more {
		col.Count += "+"
		next := url.Values{"state": {string(s)}}
		if q.Has("owner") {
			next.Set("owner", q.Get("owner"))
		}
		if p.One {
			next.Set("after", store.Place(cs[len(cs)-1]))
			p.Next = "/cases?" + next.Encode()
		} else {
			col.More = "/cases?" + next.Encode()
		}
	}

	for _, c := range cs {
		card := caseCard{Href: "/cases/" + c.ID(), Who: contactName(p.lang, people[c.Contact]), Campaign: campaigns[c.Campaign].Name,
			Score: scoreOf(p.lang, c.Latest), Deadline: p.lang.Moment(c.Deadline.In(p.Zone))}
		if !p.Mine {
			card.Owner = ownerName(p.lang, names, c.Owner)
		}
		if s != loop.Resolved {
			card.Left, card.Over = timeLeft(p.lang, p.now, c.Deadline)
		}
		col.Cards = append(col.Cards, card)
	}
	return col
}

// contactName is how a contact is called; of one that is gone, that.
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
