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

// Board lists the cases of several owners in one state: the earliest deadline first, of those that are over the latest. An
// owner "" stands for those that are nobody's. After the case named by after (its Place; "" for the beginning), up to
// limit of them; more says that others follow. One query for each owner, sixteen for nobody; from replicas that may be
// behind by a moment. Problem: cursor_wrong.
func (s *Store) Board(ctx context.Context, owners []string, state loop.State, after string, limit int) (cs []loop.Case, more bool, err error) {
	if after != "" && !placed(after) {
		return nil, false, apperr.New(apperr.Invalid, "cursor_wrong", "after")
	}
	latestFirst := state == loop.Resolved || state == loop.Unreachable
	var pks []string
	for _, o := range owners {
		pks = append(pks, ownerPKs(o)...)
	}
	on := shelves(state)
	found := make([][]loop.Case, len(pks)*len(on))
	read := func(which []int, most int) error {
		g, ctx := errgroup.WithContext(ctx)
		g.SetLimit(boardInFlight)
		for _, i := range which {
			g.Go(func() (err error) {
				found[i], err = s.column(ctx, pks[i/len(on)], on[i%len(on)], after, most, !latestFirst)
				return err
			})
		}
		return g.Wait()
	}
	order := func(a, b loop.Case) int {
		if latestFirst {
			a, b = b, a
		}
		return cmp.Compare(a.Place(), b.Place())
	}
	// Of many partitions each first gives a few. Those of which all are among the first may have more that are.
	few := min(limit+1, 2+2*limit/max(1, len(found)))
	which := make([]int, len(found))
	for i := range which {
		which[i] = i
	}
	if err := read(which, few); err != nil {
		return nil, false, err
	}
	all := slices.Concat(found...)
	slices.SortFunc(all, order)
	if few < limit+1 {
		which = slices.DeleteFunc(which, func(i int) bool {
			n := len(found[i])
			return n < few || len(all) > limit && order(found[i][n-1], all[limit]) > 0
		})
		if err := read(which, limit+1); err != nil {
			return nil, false, err
		}
		all = slices.Concat(found...)
		slices.SortFunc(all, order)
	}
	return all[:min(limit, len(all))], len(all) > limit, nil
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
