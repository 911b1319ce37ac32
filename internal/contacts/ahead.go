package contacts

import (
	"context"
	"fmt"
	"maps"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

// maxLosers is how many of those who lose something are named.
const maxLosers = 10

// Ahead is what a list would do, or what it has done, besides its counts.
type Ahead struct {
	Losers []Loser `json:"losers,omitempty"` // the first who lose something; only of a list that is looked at
	Asks   []Ask   `json:"asks,omitempty"`
}

// Loser is a row whose contact would lose something.
type Loser struct {
	Line    int              `json:"line"`
	Contact survey.ContactID `json:"contact"`
	Lost    survey.Losses    `json:"lost"`
}

// LookAt says what a whole list would do, and writes nothing. Problems: those of CheckMap and Import.Feed.
func (l *Lists) LookAt(ctx context.Context, a survey.Audience, said Corrections, body []byte) (Outcome, error) {
	said.Look = true
	p, err := l.newProgress(ctx, a, said)
	if err != nil {
		return Outcome{}, err
	}
	return l.take(ctx, p, body, true)
}

// foresee refuses a part that would take something from contacts without anybody having said yes to it, or that names people of
// whom nobody can tell who is meant, before any of it is written. Problems: import_loses, owner_ambiguous.
func (l *Lists) foresee(ctx context.Context, p *progress, part []byte, last bool) error {
	if p.Confirmed && !p.staff.AnyNamesakes() {
		return nil
	}
	dry := *p
	dry.Look, dry.Ahead, dry.Quality = true, Ahead{}, Quality{}
	dry.seen.now, dry.seen.order = maps.Clone(p.seen.now), nil
	out, err := l.read(ctx, &dry, part, last)
	switch {
	case err != nil:
		return err
	case len(out.Ahead.Asks) > 0:
		return askProblem(out.Ahead.Asks)
	case out.Lost.Any() && !p.Confirmed:
		return apperr.New(apperr.Conflict, "import_loses", "confirm_losses", "Owner", out.Lost.Owner, "Team", out.Lost.Team, "Phone", out.Lost.Phone)
	}
	return nil
}

// compare says what the contacts of some rows would come to.
func (l *Lists) compare(ctx context.Context, rows []Row, ahead *Ahead) (u survey.Upserted, err error) {
	all, err := l.Store.CompareContacts(ctx, contactsOf(rows))
	if err != nil {
		return u, fmt.Errorf("compare contacts: %w", err)
	}
	for i, c := range all {
		switch {
		case c.Fresh:
			u.New++
			continue
		case c.Same:
			u.Unchanged++
			continue
		}
		u.Changed++
		lost := c.Was.LostTo(rows[i].Contact)
		u.Lost = u.Lost.Plus(lost)
		if lost.Any() && len(ahead.Losers) < maxLosers {
			ahead.Losers = append(ahead.Losers, Loser{rows[i].Line, rows[i].Contact.ID, lost})
		}
	}
	return u, nil
}
