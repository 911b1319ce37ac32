package store

import (
	"context"
	"errors"
	"maps"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

// A stop is two items of the same content: stopKey is the truth, which sending looks at, and beside the contact lies what planning
// meets (suppressionKey). Whoever may write among contacts writes both together. The respondent's page may not: it writes the truth,
// and leaves the rest to the sender (survey.StopPerson). Suppressions from before there were stops lie beside the contact alone; they
// hold as they are, and the walk that seals again gives them their stop (settleStops).

// Suppress stops an address in every audience: ids maps each audience to the address's contact id there. The first
// reason stays, except that a complaint outweighs the others.
func (s *Store) Suppress(ctx context.Context, ids map[survey.Audience]survey.ContactID, reason survey.SuppressionReason, now time.Time) error {
	return s.SuppressFor(ctx, ids, reason, "", now)
}

// SuppressFor is Suppress that also keeps what was seen.
func (s *Store) SuppressFor(ctx context.Context, ids map[survey.Audience]survey.ContactID, reason survey.SuppressionReason, cause survey.SuppressionCause, now time.Time) error {
	return s.suppress(ctx, ids, stopItem(reason, cause, now), s.putStop)
}

// suppress stops an address with put, which writes one stop.
func (s *Store) suppress(ctx context.Context, ids map[survey.Audience]survey.ContactID, t stop, put func(context.Context, survey.Audience, survey.ContactID, stop) error) error {
	whose, err := s.mailContacts(ctx, ids)
	for err == nil {
		for a, id := range ids {
			if err := s.stopAddress(ctx, a, id, whose[a], t, put); err != nil {
				return err
			}
		}
		was := whose
		if whose, err = s.mailContacts(ctx, ids); maps.Equal(was, whose) {
			break // nobody got or gave up the address meanwhile, or they have seen that it is stopped: see MoveAddress
		}
	}
	return err
}

// mailContacts reads whose addresses are that came later or were given up; of the others the id is the contact's.
func (s *Store) mailContacts(ctx context.Context, ids map[survey.Audience]survey.ContactID) (map[survey.Audience]survey.ContactID, error) {
	keys := make([]key, 0, len(ids))
	of := make(map[key]survey.Audience, len(ids))
	for a, id := range ids {
		k := identifierKey(a, survey.Identifier{Kind: survey.ByMail, Hash: id})
		keys, of[k] = append(keys, k), a
	}
	items, err := s.batchGet(ctx, keys, true, "")
	whose := map[survey.Audience]survey.ContactID{}
	for _, it := range items {
		whose[of[keyOf(it)]] = survey.ContactID(text(it, "contact"))
	}
	return whose, err
}

// stopAddress writes where it stands that an address is stopped: at the contact of the same id, and at the one whose the address is
// now; of an address that its contact has given up at neither.
func (s *Store) stopAddress(ctx context.Context, a survey.Audience, mail, whose survey.ContactID, t stop, put func(context.Context, survey.Audience, survey.ContactID, stop) error) error {
	if whose == mail {
		return s.putTruth(ctx, formerStopKey(a, mail), t)
	}
	err := put(ctx, a, mail, t)
	if err == nil && whose != "" {
		err = put(ctx, a, whose, t)
	}
	return err
}

// putTruth writes a stop and nothing beside a contact.
func (s *Store) putTruth(ctx context.Context, k key, t stop) error {
	condition := "attribute_not_exists(pk)"
	var values item
	if reason := item(t)["reason"]; text(item(t), "reason") == string(survey.Complained) {
		condition, values = "attribute_not_exists(pk) OR reason <> :r", item{":r": reason}
	}
	if err := s.put(ctx, t.at(k), condition, values); err != nil && !errors.Is(err, apperr.ErrChanged) {
		return err
	}
	return nil
}

// putStop writes a stop and what lies beside the contact, if it is there. Who is stopped already is so by the reason that outweighs.
func (s *Store) putStop(ctx context.Context, a survey.Audience, id survey.ContactID, t stop) error {
	for try := 0; ; try++ {
		truth, beside, err := s.stopsOf(ctx, a, id)
		if err != nil {
			return err
		}
		now := t
		if was := truth.or(beside); was != nil && !t.outweighs(was) {
			now = was
		}
		if truth.same(now) && beside.same(now) {
			return nil
		}
		condition, values := truth.unchanged()
		err = s.transact(ctx, "stop", []types.TransactWriteItem{
			{Put: &types.Put{TableName: &s.table, Item: now.at(stopKey(a, id)), ConditionExpression: &condition, ExpressionAttributeValues: values}},
			{Put: &types.Put{TableName: &s.table, Item: now.at(suppressionKey(a, id))}},
		})
		if !errors.Is(err, apperr.ErrChanged) || try > 8 {
			return err
		}
	}
}

// stopsOf reads a stop, and what lies beside the contact; nil where there is none.
func (s *Store) stopsOf(ctx context.Context, a survey.Audience, id survey.ContactID) (truth, beside stop, err error) {
	items, err := s.batchGet(ctx, []key{stopKey(a, id), suppressionKey(a, id)}, true, "")
	for _, it := range items {
		if keyOf(it) == stopKey(a, id) {
			truth = stop(it)
		} else {
			beside = stop(it)
		}
	}
	return truth, beside, err
}

// StopContact stops one contact, whatever its address is; the rule of reasons is that of Suppress.
func (s *Store) StopContact(ctx context.Context, a survey.Audience, id survey.ContactID, reason survey.SuppressionReason, now time.Time) error {
	return s.putStop(ctx, a, id, stopItem(reason, "", now))
}

// Suppression reads why and since when nobody writes to a contact; ok is false where one may.
func (s *Store) Suppression(ctx context.Context, a survey.Audience, id survey.ContactID) (v survey.Suppression, ok bool, err error) {
	truth, beside, err := s.stopsOf(ctx, a, id)
	it := item(truth.or(beside))
	if err != nil || it == nil {
		return v, false, err
	}
	return survey.Suppression{Contact: id, Reason: survey.SuppressionReason(text(it, "reason")), Cause: survey.SuppressionCause(text(it, "cause")), Since: instant(it, "since")}, true, nil
}

// settleStops writes the stops of suppressions from before there were any, among some items of contacts; n is how many. Whoever stops
// somebody, or gives them another address, at the same moment is first.
func (s *Store) settleStops(ctx context.Context, items []item) (n int, err error) {
	beside := map[key]item{} // by the stop's key
	var keys []key
	for _, it := range items {
		id, ok := strings.CutSuffix(keyOf(it).sk, "!")
		if a, _, is := strings.Cut(strings.TrimPrefix(keyOf(it).pk, "CONTACTS#"), "#"); ok && is && it["reason"] != nil {
			k := stopKey(survey.Audience(a), survey.ContactID(id))
			keys, beside[k] = append(keys, k), it
		}
	}
	stops, err := s.batchGet(ctx, keys, true, "pk, sk")
	for _, it := range stops {
		delete(beside, keyOf(it))
	}
	for k, it := range beside {
		if err != nil {
			break
		}
		t := stop(it)
		condition, values := t.unchanged()
		err = s.transact(ctx, "settle a stop", []types.TransactWriteItem{
			{Put: &types.Put{TableName: &s.table, Item: t.at(k), ConditionExpression: aws.String("attribute_not_exists(pk)")}},
			{Put: &types.Put{TableName: &s.table, Item: t.at(keyOf(it)), ConditionExpression: &condition, ExpressionAttributeValues: values}},
		})
		if err == nil {
			n++
		} else if errors.Is(err, apperr.ErrChanged) {
			err = nil
		}
	}
	return n, err
}

// SuppressAll stops many addresses for the same reason; each map holds one address's ids. Who is stopped already costs half a
// read unit.
func (s *Store) SuppressAll(ctx context.Context, addresses []map[survey.Audience]survey.ContactID, reason survey.SuppressionReason, now time.Time) error {
	var keys []key
	for _, ids := range addresses {
		for a, id := range ids {
			keys = append(keys, suppressionKey(a, id))
		}
	}
	known, err := s.batchGet(ctx, keys, false, "pk, sk")
	if err != nil {
		return err
	}
	stopped := make(map[key]bool, len(known))
	for _, it := range known {
		stopped[keyOf(it)] = true
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(contactsInFlight)
	for _, ids := range addresses {
		open := maps.Clone(ids)
		maps.DeleteFunc(open, func(a survey.Audience, id survey.ContactID) bool { return stopped[suppressionKey(a, id)] })
		if len(open) > 0 {
			g.Go(func() error { return s.Suppress(ctx, open, reason, now) })
		}
	}
	return g.Wait()
}

// stop is what an item of a suppression says, nil where there is none.
type stop item

func stopItem(reason survey.SuppressionReason, cause survey.SuppressionCause, now time.Time) stop {
	it := item{"reason": str(string(reason)), "since": at(now)}
	set(it, "cause", string(cause))
	return stop(it)
}

// at is the same suppression in another place.
func (t stop) at(k key) item {
	it := k.item()
	for _, name := range []string{"reason", "since", "cause"} {
		set(it, name, text(item(t), name))
	}
	return it
}

func (t stop) or(other stop) stop {
	if t != nil {
		return t
	}
	return other
}

func (t stop) reason() survey.SuppressionReason {
	return survey.SuppressionReason(text(item(t), "reason"))
}

// outweighs reports whether a new stop replaces one that is there: a complaint does, of what else the first stays.
func (t stop) outweighs(was stop) bool {
	return t.reason() == survey.Complained && was.reason() != survey.Complained
}

func (t stop) same(other stop) bool {
	for _, name := range []string{"reason", "since", "cause"} {
		if t == nil || text(item(t), name) != text(item(other), name) {
			return false
		}
	}
	return true
}

// unchanged is the condition that the item is as it was read.
func (t stop) unchanged() (condition string, values item) {
	if t == nil {
		return "attribute_not_exists(pk)", nil
	}
	return "reason = :was", item{":was": item(t)["reason"]}
}

// wish is the reason if it is one that goes along with the person.
func (t stop) wish() survey.SuppressionReason {
	if r := t.reason(); r.Wish() {
		return r
	}
	return ""
}
