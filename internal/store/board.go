package store

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"golang.org/x/sync/errgroup"

	"onetap/internal/apperr"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

// boardInFlight is how many owners are asked at once.
const boardInFlight = 16

// maxPassed is how many cases are looked at for a board of some.
const maxPassed = 2000

// Board lists the cases of several owners in one state that fit (nil: all): the earliest deadline first, of those that are over the latest. An
// owner "" stands for those that are nobody's. After the case named by after (its Place; "" for the beginning), up to limit of them; next is
// after what to go on where others may follow, else "". Owners of whom it is known that theirs come later are not asked; the others with a query each,
// sixteen for nobody; from replicas that may be behind by a moment. Problem: cursor_wrong.
func (s *Store) Board(ctx context.Context, asked []loop.Asked, state loop.State, after string, limit int, fits func(loop.Case) bool) (cs []loop.Case, next string, err error) {
	if after != "" && !placed(after) {
		return nil, "", apperr.New(apperr.Invalid, "cursor_wrong", "after")
	}
	m := merge{limit: limit, last: latestFirst(state)}
	for _, a := range asked {
		for _, pk := range ownerPKs(a.Owner) {
			for _, shelf := range shelves(state) {
				m.rows = append(m.rows, &row{pk: pk, shelf: shelf, at: m.begin(a.First[shelf], after)})
			}
		}
	}
	for _, r := range m.rows {
		r.few = min(limit+1, 2+2*limit/len(m.rows))
	}
	for m.looked < maxPassed {
		which := m.wanting()
		if len(which) == 0 {
			break
		}
		g, gctx := errgroup.WithContext(ctx)
		for _, r := range which {
			g.Go(func() (err error) {
				from := r.at
				if !r.begun {
					from = after
				}
				r.found, err = s.column(gctx, r.pk, r.shelf, from, r.few, !m.last)
				return err
			})
		}
		if err := g.Wait(); err != nil {
			return nil, "", err
		}
		for _, r := range which {
			m.take(r, fits)
		}
	}
	cs, next = m.result()
	return cs, next, nil
}

// merge puts the cases of many partitions in order, and reads of each no more than it takes.
type merge struct {
	rows   []*row
	limit  int
	last   bool // the latest first
	looked int
	fit    []loop.Case // what has been read and fits, in order
}

// row is one partition.
type row struct {
	pk    string
	shelf loop.State
	at    string // everything until here has been read, or there is nothing until here; a Place, or "": not known
	few   int    // how many cases the next query asks for
	begun bool
	done  bool
	found []loop.Case
}

// begin is from where on there is something in a partition, if that is known.
func (m *merge) begin(first time.Time, after string) string {
	if first.IsZero() {
		return ""
	}
	nobody := "_00000000-0000000000000000" // sorts before every id
	if m.last {
		nobody = "_zzzzzzzz-zzzzzzzzzzzzzzzz"
	}
	at := stamp(first) + nobody
	if after != "" && m.order(at, after) < 0 {
		return after
	}
	return at
}

func (m *merge) order(a, b string) int {
	if m.last {
		a, b = b, a
	}
	return cmp.Compare(a, b)
}

// wanting are the partitions that may still have what belongs among the first, those that begin earliest; some at a time.
func (m *merge) wanting() (which []*row) {
	for _, r := range m.rows {
		if !r.done && (r.at == "" || len(m.fit) <= m.limit || m.order(r.at, m.fit[m.limit].Place()) < 0) {
			which = append(which, r)
		}
	}
	slices.SortStableFunc(which, func(a, b *row) int {
		if a.at == "" || b.at == "" {
			return cmp.Compare(min(1, len(a.at)), min(1, len(b.at)))
		}
		return m.order(a.at, b.at)
	})
	return which[:min(len(which), boardInFlight)]
}

// take takes what a partition has given.
func (m *merge) take(r *row, fits func(loop.Case) bool) {
	m.looked += len(r.found)
	if r.begun, r.done = true, len(r.found) < r.few; len(r.found) > 0 {
		r.at = r.found[len(r.found)-1].Place()
	}
	for _, c := range r.found {
		if fits == nil || fits(c) {
			m.fit = append(m.fit, c)
		}
	}
	r.found, r.few = nil, min(4*r.few, 200)
	slices.SortFunc(m.fit, func(a, b loop.Case) int { return m.order(a.Place(), b.Place()) })
}

// result is what belongs together: where not everything was looked at, what comes before the first that was not.
func (m *merge) result() (cs []loop.Case, next string) {
	cs = m.fit
	for _, r := range m.rows {
		if !r.done && (next == "" || m.order(r.at, next) < 0) {
			next = r.at
		}
	}
	if next != "" {
		n, _ := slices.BinarySearchFunc(cs, next, func(c loop.Case, at string) int { return m.order(c.Place(), at) })
		for n < len(cs) && cs[n].Place() == next {
			n++
		}
		cs = cs[:n]
	}
	if len(cs) > m.limit {
		cs = cs[:m.limit]
		next = cs[m.limit-1].Place()
	}
	return cs, next
}

// ownerPKs are the partitions of an owner's cases.
func ownerPKs(owner string) []string {
	if owner != "" {
		return []string{ownerPK(owner, 0)}
	}
	pks := make([]string, survey.ContactShards)
	for n := range pks {
		pks[n] = ownerPK("", n)
	}
	return pks
}

// Latest lists the open cases of an owner that were opened last, up to limit of each partition, in no order. It may be behind by a
// moment.
func (s *Store) Latest(ctx context.Context, owner string, limit int) ([]loop.Case, error) {
	pks := ownerPKs(owner)
	found := make([][]loop.Case, len(pks))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(boardInFlight)
	for i, pk := range pks {
		g.Go(func() (err error) {
			found[i], err = s.column(ctx, pk, loop.Open, "", limit, false)
			return err
		})
	}
	err := g.Wait()
	return slices.Concat(found...), err
}

// Between lists owners' cases in one state that are to be turned to from one time until before another, in that order; up to limit
// of each owner. It may be behind by a moment.
func (s *Store) Between(ctx context.Context, owners []string, state loop.State, from, to time.Time, limit int) ([]loop.Case, error) {
	var mu sync.Mutex
	var all []loop.Case
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(boardInFlight)
	for _, o := range owners {
		for _, pk := range ownerPKs(o) {
			g.Go(func() error {
				cs, err := s.casesFrom(ctx, pk, ownerSK(string(state), from, ""), ownerSK(string(state), to, ""), limit, true)
				mu.Lock()
				defer mu.Unlock()
				all = append(all, cs...)
				return err
			})
		}
	}
	err := g.Wait()
	slices.SortFunc(all, func(a, b loop.Case) int { return cmp.Compare(a.Place(), b.Place()) })
	return all, err
}

// Owing lists an owner's cases whose respondent was spoken to, and in which something is promised until a time of which nobody has said whether
// it was done: the earliest first, up to limit. It may be behind by a moment.
func (s *Store) Owing(ctx context.Context, owner string, until time.Time, limit int) (all []loop.Case, err error) {
	for _, pk := range ownerPKs(owner) {
		for _, shelf := range []loop.State{loop.Contacted, owed} {
			cs, err := s.casesFrom(ctx, pk, string(shelf)+"#", ownerSK(string(shelf), until, ""), maxOwing, true)
			if err != nil {
				return nil, err
			}
			all = append(all, slices.DeleteFunc(cs, func(c loop.Case) bool { return !c.Owes() })...)
		}
	}
	slices.SortFunc(all, func(a, b loop.Case) int { return cmp.Compare(a.Place(), b.Place()) })
	return all[:min(limit, len(all))], nil
}

// maxOwing is how many cases of a shelf are looked through for what is promised.
const maxOwing = 100

func placed(after string) bool {
	at, id, ok := strings.Cut(after, "_")
	_, _, named := loop.ParseID(id)
	return ok && named && len(at) == len("2006-01-02T15:04:05.000Z")
}

// column reads up to limit cases of one partition, forward or from the end.
func (s *Store) column(ctx context.Context, pk string, state loop.State, after string, limit int, forward bool) ([]loop.Case, error) {
	from, to := string(state)+"#", string(state)+"$" // "$" follows "#"
	if after != "" {
		limit++ // that very case comes again
		place := string(state) + "#" + strings.Replace(after, "_", "#", 1)
		if forward {
			from = place
		} else {
			to = place
		}
	}
	cs, err := s.casesFrom(ctx, pk, from, to, limit, forward)
	return slices.DeleteFunc(cs, func(c loop.Case) bool { return c.Place() == after }), err
}

// casesFrom reads up to limit cases of one partition whose keys are between two.
func (s *Store) casesFrom(ctx context.Context, pk, from, to string, limit int, forward bool) ([]loop.Case, error) {
	out, err := s.db.Query(ctx, &dynamodb.QueryInput{
		TableName: &s.table, IndexName: aws.String("gsi1"), Limit: aws.Int32(int32(limit)),
		ScanIndexForward:          &forward,
		KeyConditionExpression:    aws.String("gsi1pk = :pk AND gsi1sk BETWEEN :from AND :to"),
		ExpressionAttributeValues: item{":pk": str(pk), ":from": str(from), ":to": str(to)},
	})
	if err != nil {
		return nil, s.failed("board", err)
	}
	var cs []loop.Case
	for _, it := range out.Items {
		c, err := caseOf(it)
		if err != nil {
			return nil, err
		}
		cs = append(cs, c)
	}
	return cs, nil
}
