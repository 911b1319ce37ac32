package contacts

import (
	"context"
	"strings"

	"onetap/internal/authz"
	"onetap/internal/searching"
	"onetap/internal/survey"
	"onetap/internal/text"
)

// Index finds contacts that may have what is looked for, without looking at the others: *searching.Index.
type Index interface {
	// Find finds up to limit contacts of an audience behind a place who have what is needed (text.Query.Needs); ok is false where the
	// audience has no index yet.
	Find(ctx context.Context, a survey.Audience, needs [][][]text.Range, after survey.Cursor, limit int) (found searching.Found, ok bool, err error)
}

// Among says among whom words were looked for.
type Among struct {
	All    bool // by the index, and so among all contacts of the audience
	Lately bool // many contacts are changing just now, and those of the last minutes may be missing
}

const (
	// readAtOnce is how many contacts are read at once of those whom the index finds: little more than a page shows.
	readAtOnce = 60
	// lookedByWords bounds how many of them one request reads, where few of them fit what else is asked for.
	lookedByWords = 1200
)

// needs is what somebody must have who fits words and whom this one may see.
func (l *Lists) needs(ctx context.Context, who authz.Who, words string) ([][][]text.Range, error) {
	needs := text.NewQuery(words).Needs()
	if len(needs) == 0 || who.All() {
		return needs, nil
	}
	reports, err := l.reports(ctx, who)
	if err != nil {
		return nil, err
	}
	sees := [][]text.Range{searching.OfOwner(who.Staff.ID)}
	if who.Staff.Role == survey.RoleManager && strings.TrimSpace(who.Staff.Team) != "" {
		sees = append(sees, searching.OfTeam(who.Staff.Team))
	}
	for _, m := range reports {
		sees = append(sees, searching.OfOwner(m.ID))
	}
	return append(needs, sees), nil
}

// among calls each for those whom the index finds, from a place on, in the order of a walk, until each returns false or it has read most of
// them; next is where to go on, nil at the end. It does nothing, and All is false, where there is no index, or no word.
func (l *Lists) among(ctx context.Context, a survey.Audience, needs [][][]text.Range, from survey.Cursor, most int,
	each func(survey.Contact, survey.SuppressionReason) bool,
) (in Among, next *survey.Cursor, err error) {
	if l.Index == nil || len(needs) == 0 {
		return in, nil, nil
	}
	for looked := 0; ; {
		found, ok, err := l.Index.Find(ctx, a, needs, from, readAtOnce)
		if err != nil || !ok {
			return Among{}, nil, err
		}
		in = Among{All: true, Lately: in.Lately || found.Partly}
		people, stopped, err := l.Store.ContactsAndStops(ctx, a, found.Contacts)
		if err != nil {
			return in, nil, err
		}
		for i, id := range found.Contacts {
			looked++
			if c, there := people[id]; there && !each(c, stopped[id]) {
				if i < len(found.Contacts)-1 {
					found.Next = &survey.Cursor{Shard: id.Shard(), After: id, End: from.End}
				}
				return in, found.Next, nil
			}
		}
		if found.Next == nil || looked >= most {
			return in, found.Next, nil
		}
		from = *found.Next
	}
}
