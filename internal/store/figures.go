package store

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"golang.org/x/sync/errgroup"

	"onetap/internal/apperr"
	"onetap/internal/loop"
)

// CaseChangeOf reads a stream record; ok is false for one that is of no case.
func CaseChangeOf(r events.DynamoDBEventRecord) (c loop.CaseChange, ok bool, err error) {
	if !strings.HasPrefix(streamText(r.Change.Keys, "sk"), "CASE#") {
		return c, false, nil
	}
	c.Record = r.Change.SequenceNumber
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

// seenFor is how long it is remembered which records are in figures, and maxSeen of how many: a batch comes again within minutes, if at
// all. The night's recount sees to what comes later.
const seenFor, maxSeen = 15 * time.Minute, 1500

// seen is when which records were counted, by their minute.
type seen map[int64][]string

func recordName(record string) string {
	sum := sha256.Sum256([]byte(record))
	return base64.RawURLEncoding.EncodeToString(sum[:6])
}

func (s seen) has(name string) bool {
	for _, names := range s {
		for _, n := range names {
			if n == name {
				return true
			}
		}
	}
	return false
}

// forget drops what is too old, and the oldest of too many.
func (s seen) forget(now time.Time) {
	for {
		oldest, all := int64(0), 0
		for minute, names := range s {
			all += len(names)
			if oldest == 0 || minute < oldest {
				oldest = minute
			}
		}
		if all == 0 || len(s) == 1 || oldest > now.Add(-seenFor).Unix()/60 && all <= maxSeen {
			return
		}
		delete(s, oldest)
	}
}

// storedFigures is an item of figures.
type storedFigures struct {
	figures loop.Figures
	seen    seen
	version int64
}

func (s *Store) readFigures(ctx context.Context, of loop.FiguresOf) (f storedFigures, err error) {
	it, err := s.get(ctx, figuresKey(of))
	if err != nil {
		return f, err
	}
	return figuresOf(it)
}

func figuresOf(it item) (f storedFigures, err error) {
	f = storedFigures{loop.Figures{}, seen{}, number64(it, "version")}
	if err = fromJSON(it, "figures", &f.figures); err == nil {
		err = fromJSON(it, "seen", &f.seen)
	}
	return f, err
}

func (s *Store) writeFigures(ctx context.Context, of loop.FiguresOf, f storedFigures) error {
	it := figuresKey(of).item()
	it["figures"], it["version"] = asJSON(f.figures), num(f.version+1)
	if len(f.seen) > 0 {
		it["seen"] = asJSON(f.seen)
	}
	if f.version == 0 {
		return s.put(ctx, it, "attribute_not_exists(pk)", nil)
	}
	return s.put(ctx, it, "version = :was", item{":was": num(f.version)})
}

// figureTries is how often figures are read again that somebody else writes at the same time.
const figureTries = 20

// AddCaseFigures adds what records of the stream say to one owner's figures; a record that is in them already adds nothing.
func (s *Store) AddCaseFigures(ctx context.Context, of loop.FiguresOf, by map[string]loop.Figures, now time.Time) error {
	for try := range figureTries {
		if err := backoff(ctx, try); err != nil {
			return err
		}
		f, err := s.readFigures(ctx, of)
		if err != nil {
			return err
		}
		changed := false
		minute := now.Unix() / 60
		for record, delta := range by {
			name := recordName(record)
			if f.seen.has(name) {
				continue
			}
			changed = true
			f.figures.Add(delta, 1)
			f.seen[minute] = append(f.seen[minute], name)
		}
		if !changed {
			return nil
		}
		f.seen.forget(now)
		if err := s.writeFigures(ctx, of, f); !errors.Is(err, apperr.ErrChanged) {
			return err
		}
	}
	return fmt.Errorf("figures of cases changed %d times while they were added to", figureTries)
}

// CaseFigures reads the figures of one owner's board; none where it has no cases. It may be behind by a moment.
func (s *Store) CaseFigures(ctx context.Context, owner string) (loop.Figures, error) {
	out, err := s.db.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.table, Key: figuresKey(loop.FiguresOf{Owner: owner}).item(), ConsistentRead: aws.Bool(false)})
	if err != nil {
		return nil, s.failed("figures of cases", err)
	}
	f, err := figuresOf(out.Item)
	return f.figures, err
}

// AllCaseFigures reads all owners' figures, of the board or of a week, by owner. They may be behind by a moment unless they are to be
// consistent.
func (s *Store) AllCaseFigures(ctx context.Context, week string, consistent bool) (map[string]loop.Figures, error) {
	shards := make([]map[string]loop.Figures, figureShards)
	g, ctx := errgroup.WithContext(ctx)
	for n := range shards {
		g.Go(func() error {
			shards[n] = map[string]loop.Figures{}
			return s.queryItems(ctx, figuresPK(week, n), "", consistent, func(it item) (bool, error) {
				f, err := figuresOf(it)
				if len(f.figures) > 0 {
					shards[n][unpart(text(it, "sk")[1:])] = f.figures
				}
				return true, err
			})
		})
	}
	err := g.Wait()
	all := map[string]loop.Figures{}
	for _, some := range shards {
		for owner, f := range some {
			all[owner] = f
		}
	}
	return all, err
}

// CaseWeeks reads the figures of weeks, by week and owner in small letters: of all owners, or of those that are given, which is cheaper for a few.
// They may be behind by a moment.
func (s *Store) CaseWeeks(ctx context.Context, weeks, owners []string) (map[string]map[string]loop.Figures, error) {
	found := make([]map[string]loop.Figures, len(weeks))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(boardInFlight)
	for i, week := range weeks {
		g.Go(func() (err error) {
			if owners == nil {
				found[i], err = s.AllCaseFigures(ctx, week, false)
				return err
			}
			keys := make([]key, len(owners))
			for n, o := range owners {
				keys[n] = figuresKey(loop.FiguresOf{Owner: strings.ToLower(o), Week: week})
			}
			items, err := s.batchGet(ctx, keys, false, "")
			found[i] = map[string]loop.Figures{}
			for _, it := range items {
				f, bad := figuresOf(it)
				err = errors.Join(err, bad)
				found[i][unpart(text(it, "sk")[1:])] = f.figures
			}
			return err
		})
	}
	err := g.Wait()
	all := map[string]map[string]loop.Figures{}
	for i, week := range weeks {
		all[week] = found[i]
	}
	return all, err
}

// PutCaseFigures writes the figures of one owner as a recount found them, if they still are as it read them; otherwise ErrChanged.
func (s *Store) PutCaseFigures(ctx context.Context, of loop.FiguresOf, was, now loop.Figures) error {
	f, err := s.readFigures(ctx, of)
	if err != nil {
		return err
	}
	if !f.figures.Equal(was) {
		return apperr.ErrChanged
	}
	f.figures = now
	return s.writeFigures(ctx, of, f)
}

// MarshalJSON writes minutes as text, each with its records in one.
func (s seen) MarshalJSON() ([]byte, error) {
	all := map[string]string{}
	for minute, names := range s {
		all[strconv.FormatInt(minute, 36)] = strings.Join(names, "")
	}
	return json.Marshal(all)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (s *seen) UnmarshalJSON(b []byte) error {
	var all map[string]string
	if err := json.Unmarshal(b, &all); err != nil {
		return err
	}
	*s = seen{}
	for text, names := range all {
		minute, err := strconv.ParseInt(text, 36, 64)
		if err != nil {
			return err
		}
		for ; len(names) >= 8; names = names[8:] {
			(*s)[minute] = append((*s)[minute], names[:8])
		}
	}
	return nil
}
