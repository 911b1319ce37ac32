package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"

	"onetap/internal/apperr"
	"onetap/internal/loop"
	"onetap/internal/seal"
	"onetap/internal/survey"
)

func caseItem(c loop.Case) item {
	it := personKey(c.Campaign, "CASE", c.Contact).item()
	it["gsi1pk"] = str(ownerPK(c.Owner, shard(c.Contact)))
	it["gsi1sk"] = str(ownerSK(string(shelfOf(c)), c.Next(), c.ID()))
	it["events"], it["is"], it["version"] = str(loop.Pack(c.History)), str(loop.PackCase(c)), num(c.Version)
	return it
}

// owed is where cases lie that are over, but something is promised: the owner is to see them.
const owed loop.State = "owed"

// shelfOf is where a case lies among its owner's.
func shelfOf(c loop.Case) loop.State {
	if c.Over() && c.Owes() {
		return owed
	}
	return c.State
}

// shelves are where the cases of a state lie.
func shelves(s loop.State) []loop.State {
	if s == loop.Resolved {
		return []loop.State{s, owed}
	}
	return []loop.State{s}
}

func caseOf(it item) (loop.Case, error) {
	if packed := text(it, "is"); packed != "" {
		c, err := loop.UnpackCase(packed)
		if err == nil {
			c.History, err = loop.Unpack(text(it, "events"))
		}
		if err != nil {
			return c, fmt.Errorf("stored case: %w", err)
		}
		campaign, _, _ := strings.Cut(strings.TrimPrefix(text(it, "pk"), "CAMPAIGN#"), "#")
		c.Campaign, c.Contact = survey.CampaignID(campaign), survey.ContactID(strings.TrimPrefix(text(it, "sk"), "CASE#"))
		c.Version = int(number64(it, "version"))
		return c, nil
	}
	return oldCaseOf(it)
}

// oldCaseOf reads a case as versions before its events were kept whole have stored it.
func oldCaseOf(it item) (loop.Case, error) {
	var stored struct {
		loop.Case
		Cause loop.Cause `json:"cause"` // older cases have one
	}
	if err := fromJSON(it, "case", &stored); err != nil {
		return loop.Case{}, err
	}
	c := stored.Case
	if stored.Cause != "" && len(c.Causes) == 0 {
		c.Causes = []loop.Cause{stored.Cause}
	}
	c.Outcome, c.Version = c.Outcome.Now(), int(number64(it, "version"))
	return c.Learn(), nil
}

// CreateCase stores a new case with version 1 and what is due of it; ErrChanged means that the contact has a case in
// this campaign already.
func (s *Store) CreateCase(ctx context.Context, c loop.Case) (loop.Case, error) {
	c.Version = 1
	put := types.Put{TableName: &s.table, Item: caseItem(c), ConditionExpression: aws.String("attribute_not_exists(pk)")}
	return c, s.putCase(ctx, "open case", put, loop.Case{}, c, nil, nil)
}

// SaveCase writes a case if it still has the version that was read, moves what is due of it, and returns it with the
// next version; otherwise ErrChanged. was is the case as it was read.
func (s *Store) SaveCase(ctx context.Context, was, c loop.Case) (loop.Case, error) {
	return s.SaveCaseAnd(ctx, was, c, nil)
}

// SaveCaseAnd is SaveCase together with notes: all are written or none. Of a history that has grown long the earlier part goes to a page
// of its own in the same write.
func (s *Store) SaveCaseAnd(ctx context.Context, was, c loop.Case, notes []loop.Note) (loop.Case, error) {
	c.Version = was.Version + 1
	after, page := c.Turn()
	put := types.Put{
		TableName: &s.table, Item: caseItem(after), ConditionExpression: aws.String("version = :was"),
		ExpressionAttributeValues: item{":was": num(was.Version)},
	}
	return after, s.putCase(ctx, "save case", put, was, after, notes, page)
}

// putCase writes a case. The hint of what becomes due is written before it, so that no death between the two loses an alert: whoever finds
// it looks at the case first, and a hint of which the case knows nothing is forgotten only when its writer has long ended
// (DoubtDue). What is no longer due may be deleted later for the same reason.
func (s *Store) putCase(ctx context.Context, doing string, put types.Put, was, c loop.Case, notes []loop.Note, page []loop.Event) error {
	old, wasDue := loop.DueOf(was)
	now, isDue := loop.DueOf(c)
	entry, listed := loop.EntryOf(c)
	before, wasListed := loop.EntryOf(was)
	if listed && (!wasListed || before != entry) {
		if err := s.put(ctx, entryItem(entry), "", nil); err != nil {
			return err
		}
	}
	actions := []types.TransactWriteItem{{Put: &put}}
	if page != nil {
		it := eventsKey(c.Campaign, c.Contact, c.Pages).item()
		it["events"] = str(loop.Pack(page))
		actions = append(actions, types.TransactWriteItem{Put: &types.Put{TableName: &s.table, Item: it}})
	}
	for _, n := range notes {
		it := noteKey(c.Campaign, c.Contact, n.N).item()
		if err := s.sealJSON(ctx, it, seal.Notes, "note", n); err != nil {
			return err
		}
		actions = append(actions, types.TransactWriteItem{Put: &types.Put{TableName: &s.table, Item: it}})
	}
	if isDue && (!wasDue || old != now) {
		if err := s.put(ctx, dueKeyOf(now).item(), "", nil); err != nil {
			return err
		}
	}
	var err error
	if len(actions) > 1 {
		err = s.transact(ctx, doing, actions)
	} else {
		_, err = s.db.PutItem(ctx, &dynamodb.PutItemInput{
			TableName: put.TableName, Item: put.Item,
			ConditionExpression: put.ConditionExpression, ExpressionAttributeValues: put.ExpressionAttributeValues,
		})
		err = s.failed(doing, err)
	}
	if err == nil && wasDue && (!isDue || old != now) {
		_ = s.DropDue(ctx, old) // the clock drops it if this fails
	}
	if last := was.Deadline.UTC().Truncate(time.Millisecond); err == nil && listed && !was.Deadline.IsZero() && last != entry.Deadline {
		_ = s.DropAgenda(ctx, was) // of a case there is one entry, which an erasure finds; what is left over is passed by: the case is looked at first
	}
	return err
}

// Events lists everything that happened to a case, the first thing first.
func (s *Store) Events(ctx context.Context, c loop.Case) (all []loop.Event, err error) {
	if c.Pages == 0 {
		return c.History, nil
	}
	pages := 0
	err = s.queryItems(ctx, peoplePK(c.Campaign, shard(c.Contact)), eventsPrefix(c.Contact), true, func(it item) (bool, error) {
		page, err := loop.Unpack(text(it, "events"))
		all = append(all, page...)
		pages++
		return pages < c.Pages, err
	})
	return c.Happened(all), err
}

// DropCase deletes a case that never became one, with what is due of it, if it still has the version that was read;
// otherwise ErrChanged. One that is gone already is no error.
func (s *Store) DropCase(ctx context.Context, c loop.Case) error {
	_, err := s.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: &s.table, Key: personKey(c.Campaign, "CASE", c.Contact).item(),
		ConditionExpression: aws.String("attribute_not_exists(pk) OR version = :was"), ExpressionAttributeValues: item{":was": num(c.Version)},
	})
	if err = s.failed("drop case", err); err != nil {
		return err
	}
	if due, ok := loop.DueOf(c); ok {
		_ = s.DropDue(ctx, due) // the clock drops it if this fails
	}
	_ = s.DropAgenda(ctx, c) // what is left over is passed by
	return nil
}

// Case reads a case; ok is false when there is none.
func (s *Store) Case(ctx context.Context, campaign survey.CampaignID, contact survey.ContactID) (c loop.Case, ok bool, err error) {
	it, err := s.get(ctx, personKey(campaign, "CASE", contact))
	if err != nil || it == nil {
		return c, false, err
	}
	c, err = caseOf(it)
	return c, true, err
}

// CaseByID reads a case by its name, or a problem of kind Unknown.
func (s *Store) CaseByID(ctx context.Context, id string) (loop.Case, error) {
	campaign, contact, ok := loop.ParseID(id)
	var c loop.Case
	var err error
	if ok {
		c, ok, err = s.Case(ctx, campaign, contact)
	}
	if err == nil && !ok {
		err = apperr.New(apperr.Unknown, "case_unknown", "case")
	}
	return c, err
}

// CaseWords reads what the respondents of some cases wrote, why and wish, by case; those who wrote nothing, or whose words cannot be read,
// are left out. It may be behind by a moment.
func (s *Store) CaseWords(ctx context.Context, cs []loop.Case) (map[string]string, error) {
	keys := make([]key, len(cs))
	for i, c := range cs {
		keys[i] = personKey(c.Campaign, "RESPONSE", c.Contact)
	}
	items, err := s.batchGet(ctx, keys, false, "")
	if err != nil {
		return nil, fmt.Errorf("words of cases: %w", err)
	}
	found := make([]string, len(items))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(boardInFlight)
	for i, it := range items {
		g.Go(func() error {
			r, err := s.response(ctx, it)
			found[i] = strings.TrimSpace(r.Why + " " + r.Wish)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	words := map[string]string{}
	for i, it := range items {
		if found[i] != "" {
			r := responseOf(it)
			words[loop.Case{Campaign: r.Campaign, Contact: r.Contact}.ID()] = found[i]
		}
	}
	return words, nil
}

// Notes lists the notes of a case, the first one first. One that does not open comes without its words (loop.Note.Unreadable).
func (s *Store) Notes(ctx context.Context, c loop.Case) (all []loop.Note, err error) {
	if c.Notes == 0 {
		return nil, nil
	}
	err = s.queryItems(ctx, peoplePK(c.Campaign, shard(c.Contact)), notePrefix(c.Contact), true, func(it item) (bool, error) {
		var n loop.Note
		err := s.openJSON(ctx, it, seal.Notes, "note", &n)
		if s.unreadable(ctx, err) {
			n, err = loop.Note{N: len(all) + 1, At: c.Opened, Unreadable: true}, nil
			if len(all) > 0 {
				n.At = all[len(all)-1].At
			}
		}
		all = append(all, n)
		return true, err
	})
	return all, err
}

// Cases lists all cases of a campaign in no order.
func (s *Store) Cases(ctx context.Context, campaign survey.CampaignID) ([]loop.Case, error) {
	return s.casesOf(ctx, func(ctx context.Context, shard int, each func(item) (bool, error)) error {
		return s.queryItems(ctx, peoplePK(campaign, shard), "CASE#", true, each)
	})
}

// CasesOfOwner lists the cases of a staff member ("": of the administrator without a staff id) in one state, the one
// with the earliest deadline first; at most limit.
func (s *Store) CasesOfOwner(ctx context.Context, owner string, state loop.State, limit int) ([]loop.Case, error) {
	if owner == "" {
		all, err := s.casesOf(ctx, func(ctx context.Context, shard int, each func(item) (bool, error)) error {
			return s.ownerQuery(ctx, ownerPK("", shard), state, limit, each)
		})
		slices.SortFunc(all, func(a, b loop.Case) int { return cmp.Compare(a.Place(), b.Place()) })
		return all[:min(limit, len(all))], err
	}
	var all []loop.Case
	err := s.ownerQuery(ctx, ownerPK(owner, 0), state, limit, func(it item) (bool, error) {
		c, err := caseOf(it)
		all = append(all, c)
		return len(all) < limit, err
	})
	return all, err
}

func (s *Store) ownerQuery(ctx context.Context, pk string, state loop.State, limit int, each func(item) (bool, error)) error {
	found := 0
	return s.pages(ctx, &dynamodb.QueryInput{
		TableName: &s.table, IndexName: aws.String("gsi1"), Limit: aws.Int32(int32(min(limit, 500))),
		KeyConditionExpression:    aws.String("gsi1pk = :pk AND begins_with(gsi1sk, :sk)"),
		ExpressionAttributeValues: item{":pk": str(pk), ":sk": str(string(state) + "#")},
	},
		func(it item) (bool, error) {
			more, err := each(it)
			found++
			return more && found < limit, err
		})
}

// casesOf asks every shard and puts the answers together.
func (s *Store) casesOf(ctx context.Context, ask func(ctx context.Context, shard int, each func(item) (bool, error)) error) ([]loop.Case, error) {
	var shards [survey.ContactShards][]loop.Case
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(4)
	for n := range shards {
		g.Go(func() error {
			return ask(ctx, n, func(it item) (bool, error) {
				c, err := caseOf(it)
				shards[n] = append(shards[n], c)
				return true, err
			})
		})
	}
	err := g.Wait()
	var all []loop.Case
	for _, cs := range shards {
		all = append(all, cs...)
	}
	return all, err
}
