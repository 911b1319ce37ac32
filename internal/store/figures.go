package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"golang.org/x/sync/errgroup"

	"onetap/internal/apperr"
	"onetap/internal/loop"
)

// An owner's figures are one item: of the board, and of weeks what is not yet in these weeks' own items. So what happens to a case is counted
// in one write. What has come together for weeks moves on when the item has grown to a kilobyte, which is what a write unit holds: the item puts it
// apart under a number, the week's item takes it in with that number, and the owner's next write forgets it. A reader looks at the owner's item
// first, and passes by what the week's item has by its number.

// CaseChangeOf reads a stream record; ok is false for one that is of no case.
func CaseChangeOf(r events.DynamoDBEventRecord) (c loop.CaseChange, ok bool, err error) {
	if !strings.HasPrefix(streamText(r.Change.Keys, "sk"), "CASE#") {
		return c, false, nil
	}
	c.Record, c.Made = r.Change.SequenceNumber, r.Change.ApproximateCreationDateTime.Time
	read := func(image map[string]events.DynamoDBAttributeValue) (*loop.Case, error) {
		if len(image) == 0 {
			return nil, nil
		}
		it, err := streamItem(image)
		if err != nil {
			return nil, err
		}
		one, err := caseOf(it)
		return &one, err
	}
	if c.Before, err = read(r.Change.OldImage); err == nil {
		c.Now, err = read(r.Change.NewImage)
	}
	return c, err == nil, err
}

// figureTries is how often figures are read again that somebody else writes at the same time.
const figureTries = 20

// AddCaseFigures adds what records of the stream say to one owner's figures; a record that is in them already, also because a recount has seen
// what it tells of, adds nothing.
func (s *Store) AddCaseFigures(ctx context.Context, owner string, changes []loop.OwnerChange, now time.Time) error {
	for try := range figureTries {
		if err := backoff(ctx, try); err != nil {
			return err
		}
		f, err := s.deskOf(ctx, owner)
		if err != nil {
			return err
		}
		var fresh []loop.OwnerChange
		for _, change := range changes {
			if name := recordName(change.Record); !f.Seen.has(name) && (len(change.Figures) > 0 || f.Ends.lower(change)) {
				fresh = append(fresh, change)
				f.Seen.add(name, now)
			}
		}
		if len(fresh) == 0 {
			return nil
		}
		if err := s.arrive(ctx, owner, f); err != nil {
			return err
		}
		f.Going = nil
		before := f.Board.States()
		for _, change := range fresh {
			f.add(change)
		}
		if err := s.follow(ctx, owner, &f, before, fresh, now); err != nil {
			return err
		}
		f.Seen.forget(now)
		f.Recounted.forget(now)
		if err := s.writeDesk(ctx, owner, f); !errors.Is(err, apperr.ErrChanged) {
			return err
		}
	}
	return fmt.Errorf("figures of cases changed %d times while they were added to", figureTries)
}

// arrive takes what an owner's item has put apart into the items of its weeks. Again changes nothing.
func (s *Store) arrive(ctx context.Context, owner string, f desk) error {
	for week, going := range f.Going {
		of := loop.FiguresOf{Owner: owner, Week: week}
		for try := 0; ; try++ {
			if err := backoff(ctx, try); err != nil {
				return err
			}
			w, err := s.weekOf(ctx, of)
			if err != nil {
				return err
			}
			if w.move >= f.Move {
				break
			}
			w.figures.Add(going, 1)
			w.move = f.Move
			if err := s.writeWeek(ctx, of, w); err == nil {
				break
			} else if !errors.Is(err, apperr.ErrChanged) || try == figureTries {
				return err
			}
		}
	}
	return nil
}

// CaseDesk reads what is known of one owner's cases. It may be behind by a moment.
func (s *Store) CaseDesk(ctx context.Context, owner string) (loop.Desk, error) {
	out, err := s.db.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.table, Key: figuresKey(loop.FiguresOf{Owner: owner}).item(), ConsistentRead: aws.Bool(false)})
	if err != nil {
		return loop.Desk{}, s.failed("figures of cases", err)
	}
	f, err := boardFrom(out.Item)
	return f.known(), err
}

// CaseDesks reads what is known of all owners' cases, by owner in small letters. It may be behind by a moment unless it is to be consistent.
func (s *Store) CaseDesks(ctx context.Context, consistent bool) (map[string]loop.Desk, error) {
	all := map[string]loop.Desk{}
	err := s.figureItems(ctx, "", nil, consistent, func(owner string, it item) error {
		f, err := boardFrom(it)
		all[owner] = f.known()
		return err
	})
	return all, err
}

// AllCaseFigures reads all owners' figures, of the board or of a week, by owner. They may be behind by a moment unless they are to be
// consistent.
func (s *Store) AllCaseFigures(ctx context.Context, week string, consistent bool) (map[string]loop.Figures, error) {
	if week != "" {
		desks, err := s.desks(ctx, nil, consistent)
		if err != nil {
			return nil, err
		}
		return s.ofWeek(ctx, week, nil, desks, consistent)
	}
	desks, err := s.CaseDesks(ctx, consistent)
	all := map[string]loop.Figures{}
	for owner, d := range desks {
		if len(d.Figures) > 0 {
			all[owner] = d.Figures
		}
	}
	return all, err
}

// CaseWeeks reads the figures of weeks, by week and owner in small letters: of all owners, or of those that are given, which is cheaper for a few.
// They may be behind by a moment.
func (s *Store) CaseWeeks(ctx context.Context, weeks, owners []string) (map[string]map[string]loop.Figures, error) {
	all := map[string]map[string]loop.Figures{}
	if len(weeks) == 0 {
		return all, nil
	}
	desks, err := s.desks(ctx, owners, false)
	if err != nil {
		return nil, err
	}
	found := make([]map[string]loop.Figures, len(weeks))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(boardInFlight)
	for i, week := range weeks {
		g.Go(func() (err error) {
			found[i], err = s.ofWeek(ctx, week, owners, desks, false)
			return err
		})
	}
	err = g.Wait()
	for i, week := range weeks {
		all[week] = found[i]
	}
	return all, err
}

// ofWeek reads the figures of a week: what its own items have, and what owners' items, read before, have of it besides.
func (s *Store) ofWeek(ctx context.Context, week string, owners []string, desks map[string]desk, consistent bool) (map[string]loop.Figures, error) {
	all, moves := map[string]loop.Figures{}, map[string]int64{}
	err := s.figureItems(ctx, week, owners, consistent, func(owner string, it item) error {
		w, err := weekFrom(it)
		all[owner], moves[owner] = w.figures, w.move
		return err
	})
	if err != nil {
		return nil, err
	}
	for owner, f := range desks {
		more := f.of(week, moves[owner])
		if all[owner] == nil && len(more) > 0 {
			all[owner] = loop.Figures{}
		}
		all[owner].Add(more, 1)
	}
	maps.DeleteFunc(all, func(_ string, f loop.Figures) bool { return len(f) == 0 })
	return all, nil
}

// desks reads owners' items: all of them (nil), or some.
func (s *Store) desks(ctx context.Context, owners []string, consistent bool) (map[string]desk, error) {
	all := map[string]desk{}
	err := s.figureItems(ctx, "", owners, consistent, func(owner string, it item) (err error) {
		all[owner], err = deskFrom(it)
		return err
	})
	return all, err
}

// figureItems calls each for the items of owners, all (nil) or some: their own (week ""), or those of a week. One call at a time.
func (s *Store) figureItems(ctx context.Context, week string, owners []string, consistent bool, each func(owner string, it item) error) error {
	var found []item
	if owners == nil {
		shards := make([][]item, figureShards)
		g, ctx := errgroup.WithContext(ctx)
		for n := range shards {
			g.Go(func() error {
				return s.queryItems(ctx, figuresPK(week, n), "", consistent, func(it item) (bool, error) {
					shards[n] = append(shards[n], it)
					return true, nil
				})
			})
		}
		if err := g.Wait(); err != nil {
			return err
		}
		found = slices.Concat(shards...)
	} else {
		keys := make([]key, len(owners))
		for n, o := range owners {
			keys[n] = figuresKey(loop.FiguresOf{Owner: strings.ToLower(o), Week: week})
		}
		var err error
		if found, err = s.batchGet(ctx, keys, consistent, ""); err != nil {
			return err
		}
	}
	for _, it := range found {
		if err := each(unpart(text(it, "sk")[1:]), it); err != nil {
			return err
		}
	}
	return nil
}

// PutCaseFigures writes the figures of one owner as a recount found them, if they still are as it read them; otherwise ErrChanged. All records of the
// stream that were made before a moment, seen, are in them; those that come later than the recount add nothing (AddCaseFigures).
func (s *Store) PutCaseFigures(ctx context.Context, of loop.FiguresOf, was, now loop.Figures, seen time.Time) error {
	f, err := s.deskOf(ctx, of.Owner)
	if err != nil {
		return err
	}
	if err := s.arrive(ctx, of.Owner, f); err != nil {
		return err
	}
	f.Going = nil
	is := f.Board
	if of.Week != "" {
		w, err := s.weekOf(ctx, of)
		if err != nil {
			return err
		}
		is = loop.Figures{}
		is.Add(w.figures, 1)
		is.Add(f.of(of.Week, w.move), 1)
	}
	if !is.Equal(was) {
		return apperr.ErrChanged
	}
	missing := loop.Figures{}
	missing.Add(now, 1)
	missing.Add(was, -1)
	f.add(loop.OwnerChange{Figures: map[string]loop.Figures{of.Week: missing}})
	if f.Recounted == nil {
		f.Recounted = recounted{}
	}
	f.Recounted[of.Week] = seen.Unix()
	return s.writeDesk(ctx, of.Owner, f)
}
