package followup

import (
	"context"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/loop"
	"onetap/internal/survey"
	"onetap/internal/text"
)

// AllOwners asks for the cases of all owners whose cases one may see. The owner "" stands for cases that have none.
const AllOwners = "*"

const (
	// ColumnShown is how many cases of a state the board of all states shows.
	ColumnShown = 15
	// columnPage is how many cases a page of one state holds.
	columnPage = 50
	// MaxOwners is how many owners' cases are looked up at once: that costs a query for each and state.
	MaxOwners = 200
)

// Owners lists whose cases who may see: themselves first, then, where they may, "" (cases without an owner) and those of the
// staff who work on cases, then the others.
func Owners(who authz.Who, staff []survey.Staff) []string {
	owners := []string{who.Staff.ID}
	if who.Staff.Role == survey.RoleOwner {
		return owners
	}
	if who.All() {
		owners = append(owners, "")
	}
	reports := authz.Reports(staff, who.Staff.ID)
	staff = slices.Clone(staff)
	slices.SortFunc(staff, func(a, b survey.Staff) int {
		if MayOwn(a) != MayOwn(b) {
			if MayOwn(a) {
				return -1
			}
			return 1
		}
		return strings.Compare(a.ID, b.ID)
	})
	for _, m := range staff {
		if !strings.EqualFold(m.ID, who.Staff.ID) && who.Sees(m.ID, m.Team, reports) {
			owners = append(owners, m.ID)
		}
	}
	return owners
}

// Find looks for somebody of the staff whose cases who may see: by id, address or name, else whoever is the only one that package
// text finds. ok is false where there is nobody, and where several are meant: then there is no owner.
func Find(who authz.Who, staff []survey.Staff, name string) (owner string, several, ok bool) {
	owners := Owners(who, staff)
	if m, ok := survey.NewDirectory(staff).Find(name); ok {
		return m.ID, false, slices.Contains(owners, m.ID)
	}
	wanted := text.NewQuery(name)
	for _, m := range staff {
		switch {
		case wanted.Empty() || !slices.Contains(owners, m.ID) || !wanted.Match(m.Name, m.Email, m.ID, m.Phone):
		case ok:
			return "", true, false
		default:
			owner, ok = m.ID, true
		}
	}
	return owner, false, ok
}

// BoardQuery says which cases a board is to show.
type BoardQuery struct {
	Owner string     // AllOwners, or one owner
	State loop.State // one state by itself, page by page; any other value: all states, the beginning of each
	After string     // of one state: where the page before ended (Column.Next); "": from the beginning
	Only  Only
}

// Only narrows a board to some cases; what is empty narrows nothing.
type Only struct {
	Team  string
	Cause loop.Cause
	Level loop.Level
	Kind  loop.Kind
}

func (o Only) all() bool { return o == Only{} }

func (o Only) fits(c loop.Case) bool {
	return (o.Team == "" || strings.EqualFold(o.Team, c.Team)) && (o.Level == "" || o.Level == c.Level) && (o.Kind == "" || o.Kind == c.Is()) &&
		(o.Cause == "" || slices.Contains(c.Causes, o.Cause))
}

// counts reports whether a cell of figures is one of those that are shown.
func (o Only) counts(c loop.Cell) bool {
	return c.Cause == o.Cause && (o.Team == "" || strings.EqualFold(o.Team, c.Team)) && (o.Level == "" || o.Level == c.Level) && (o.Kind == "" || o.Kind == c.Kind)
}

// Board is the cases of those whom somebody answers for.
type Board struct {
	Mine   bool     // one may see only one's own; the query's owner was not looked at
	Owners []string // whose cases one may see
	Listed []string // the first MaxOwners of them: what AllOwners stands for
	Owner  string   // AllOwners, or the owner that was asked for, as the staff list writes it
	One    bool     // one state by itself
	About
	Columns []Column
	Teams   []string          // of cases that are there, in order
	Words   map[string]string // what the respondents wrote, by case
}

// Column is the cases of one state: the nearest deadlines first, of resolved cases the latest.
type Column struct {
	State loop.State
	Cases []loop.Case
	Count int    // how many there are in all, by the figures, which may be behind by some seconds; 0: not known
	Next  string // where the next page begins; "" where no cases follow
}

// Board reads the cases that who may see. staff is the whole staff. Problems: not_yours, cursor_wrong.
func (c *Cases) Board(ctx context.Context, who authz.Who, staff []survey.Staff, q BoardQuery) (Board, error) {
	b := Board{Owners: Owners(who, staff), Owner: AllOwners, One: slices.Contains(loop.States, q.State)}
	b.Listed = b.Owners[:min(len(b.Owners), MaxOwners)]
	asked := b.Listed
	if b.Mine = len(b.Owners) == 1; !b.Mine && q.Owner != AllOwners {
		i := slices.IndexFunc(b.Owners, func(o string) bool { return strings.EqualFold(o, q.Owner) })
		if i < 0 {
			return b, apperr.New(apperr.Forbidden, "not_yours", "owner")
		}
		b.Owner = b.Owners[i]
		asked = []string{b.Owner}
	}
	states, limit, after := loop.States, ColumnShown, ""
	if b.One {
		states, limit, after = []loop.State{q.State}, columnPage, q.After
	}
	desks, err := c.desks(ctx, asked)
	if err != nil {
		return b, err
	}
	b.Teams = teamsOf(figuresOf(desks))
	if b.Columns, err = c.boardColumns(ctx, asked, states, after, limit, q.Only, desks); err != nil {
		return b, err
	}
	var all []loop.Case
	for _, column := range b.Columns {
		all = append(all, column.Cases...)
	}
	if b.About, err = c.about(ctx, all); err != nil {
		return b, err
	}
	b.Words, err = c.Store.CaseWords(ctx, all)
	return b, err
}

// fewOwners is of how many owners each is asked for cases, whatever their figures say.
const fewOwners = 16

// desks are what is known of owners' cases, by owner in small letters.
func (c *Cases) desks(ctx context.Context, owners []string) (map[string]loop.Desk, error) {
	if len(owners) == 1 {
		one, err := c.Store.CaseDesk(ctx, strings.ToLower(owners[0]))
		return map[string]loop.Desk{strings.ToLower(owners[0]): one}, err
	}
	all, err := c.Store.CaseDesks(ctx, false)
	mine := map[string]loop.Desk{}
	for _, o := range owners {
		if d, ok := all[strings.ToLower(o)]; ok {
			mine[strings.ToLower(o)] = d
		}
	}
	return mine, err
}

// figures are those of owners, by owner in small letters.
func (c *Cases) figures(ctx context.Context, owners []string) (map[string]loop.Figures, error) {
	desks, err := c.desks(ctx, owners)
	return figuresOf(desks), err
}

func figuresOf(desks map[string]loop.Desk) map[string]loop.Figures {
	all := map[string]loop.Figures{}
	for o, d := range desks {
		all[o] = d.Figures
	}
	return all
}

func teamsOf(figures map[string]loop.Figures) (teams []string) {
	for _, f := range figures {
		f.Cells(func(cell loop.Cell, n int) {
			if n > 0 && cell.Team != "" && !slices.Contains(teams, cell.Team) {
				teams = append(teams, cell.Team)
			}
		})
	}
	slices.Sort(teams)
	return teams
}

// boardColumns reads the states side by side, and counts them. Of many owners only those are asked who have cases of a state.
func (c *Cases) boardColumns(ctx context.Context, owners []string, states []loop.State, after string, limit int, only Only, desks map[string]loop.Desk) ([]Column, error) {
	asked, counts := make([][]loop.Asked, len(states)), make([]int, len(states))
	for _, o := range owners {
		desk, of := desks[strings.ToLower(o)], make([]int, len(states))
		desk.Figures.Cells(func(cell loop.Cell, n int) {
			if i := slices.Index(states, cell.State); i >= 0 && only.counts(cell) {
				of[i] += n
			}
		})
		for i, n := range of {
			counts[i] += n
			if len(owners) <= fewOwners {
				asked[i] = append(asked[i], loop.Asked{Owner: o})
			} else if n > 0 {
				asked[i] = append(asked[i], loop.Asked{Owner: o, First: desk.First})
			}
		}
	}
	var fits func(loop.Case) bool
	if !only.all() {
		fits = only.fits
	}
	columns := make([]Column, len(states))
	g, ctx := errgroup.WithContext(ctx)
	for i, s := range states {
		columns[i] = Column{State: s, Count: counts[i]}
		g.Go(func() (err error) {
			columns[i].Cases, columns[i].Next, err = c.Store.Board(ctx, asked[i], s, after, limit, fits)
			return err
		})
	}
	return columns, g.Wait()
}

// columns reads the beginning of states, of all kinds of cases.
func (c *Cases) columns(ctx context.Context, owners []string, states []loop.State, limit int) (_ []Column, err error) {
	var desks map[string]loop.Desk // of few owners not needed
	if len(owners) > fewOwners {
		if desks, err = c.desks(ctx, owners); err != nil {
			return nil, err
		}
	}
	return c.boardColumns(ctx, owners, states, "", limit, Only{}, desks)
}

// About is whom and what cases are about. Contacts and campaigns that are gone are zero.
type About struct {
	People    map[survey.ContactID]survey.Contact
	Campaigns map[survey.CampaignID]survey.Campaign // as they stand now
}

// AboutOf is whom and what some cases are about, for who may see these.
func (c *Cases) AboutOf(ctx context.Context, cs []loop.Case) (About, error) { return c.about(ctx, cs) }

func (c *Cases) about(ctx context.Context, cs []loop.Case) (About, error) {
	ids, campaigns := map[survey.Audience][]survey.ContactID{}, map[survey.CampaignID]survey.Campaign{}
	for _, one := range cs {
		if !slices.Contains(ids[one.Audience], one.Contact) {
			ids[one.Audience] = append(ids[one.Audience], one.Contact)
		}
		campaigns[one.Campaign] = survey.Campaign{}
	}
	people := map[survey.ContactID]survey.Contact{}
	for a, some := range ids {
		found, err := c.Store.Contacts(ctx, a, some)
		if err != nil {
			return About{}, err
		}
		for id, p := range found {
			people[id] = p
		}
	}
	for id := range campaigns {
		found, err := c.Store.Campaign(ctx, id)
		if err != nil && !apperr.Is(err, "campaign_unknown") {
			return About{}, err
		}
		campaigns[id] = found.At(c.Now())
	}
	return About{people, campaigns}, nil
}
