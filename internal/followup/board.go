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
	figures, err := c.figures(ctx, asked)
	if err != nil {
		return b, err
	}
	b.Teams = teamsOf(figures)
	if b.Columns, err = c.boardColumns(ctx, asked, states, after, limit, q.Only, figures); err != nil {
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

// figures are those of owners, by owner in small letters.
func (c *Cases) figures(ctx context.Context, owners []string) (map[string]loop.Figures, error) {
	if len(owners) == 1 {
		one, err := c.Store.CaseFigures(ctx, strings.ToLower(owners[0]))
		return map[string]loop.Figures{strings.ToLower(owners[0]): one}, err
	}
	all, err := c.Store.AllCaseFigures(ctx, "", false)
	mine := map[string]loop.Figures{}
	for _, o := range owners {
		if f, ok := all[strings.ToLower(o)]; ok {
			mine[strings.ToLower(o)] = f
		}
	}
	return mine, err
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
func (c *Cases) boardColumns(ctx context.Context, owners []string, states []loop.State, after string, limit int, only Only, figures map[string]loop.Figures) ([]Column, error) {
	columns := make([]Column, len(states))
	g, ctx := errgroup.WithContext(ctx)
	for i, s := range states {
		asked, count := []string(nil), 0
		for _, o := range owners {
			n := 0
			figures[strings.ToLower(o)].Cells(func(cell loop.Cell, k int) {
				if cell.State == s && only.counts(cell) {
					n += k
				}
			})
			if count += n; n > 0 || len(owners) <= fewOwners {
				asked = append(asked, o)
			}
		}
		g.Go(func() (err error) {
			columns[i], err = c.column(ctx, asked, s, after, limit, only)
			columns[i].Count = count
			return err
		})
	}
	return columns, g.Wait()
}

// maxPassed is how many cases are looked at for a column of some.
const maxPassed = 2000

// column reads the cases of a state that are wanted.
func (c *Cases) column(ctx context.Context, owners []string, s loop.State, after string, limit int, only Only) (Column, error) {
	column := Column{State: s}
	read := limit
	if !only.all() {
		read = 200
	}
	for looked := 0; len(owners) > 0; {
		found, more, err := c.Store.Board(ctx, owners, s, after, read)
		if err != nil {
			return column, err
		}
		for _, one := range found {
			if only.fits(one) {
				if len(column.Cases) == limit {
					column.Next = column.Cases[limit-1].Place()
					return column, nil
				}
				column.Cases = append(column.Cases, one)
			}
		}
		if looked += len(found); !more {
			return column, nil
		}
		after = found[len(found)-1].Place()
		if len(column.Cases) == limit || looked >= maxPassed {
			if column.Next = after; len(column.Cases) == limit {
				column.Next = column.Cases[limit-1].Place()
			}
			return column, nil
		}
	}
	return column, nil
}

// columns reads the states side by side.
func (c *Cases) columns(ctx context.Context, owners []string, states []loop.State, after string, limit int) ([]Column, error) {
	columns := make([]Column, len(states))
	g, ctx := errgroup.WithContext(ctx)
	for i, s := range states {
		g.Go(func() error {
			found, more, err := c.Store.Board(ctx, owners, s, after, limit)
			columns[i] = Column{State: s, Cases: found}
			if more {
				columns[i].Next = found[len(found)-1].Place()
			}
			return err
		})
	}
	return columns, g.Wait()
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
