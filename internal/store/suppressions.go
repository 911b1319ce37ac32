package store

import (
	"context"
	"errors"
	"maps"
	"time"

	"golang.org/x/sync/errgroup"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

// Suppress stops an address in every audience: ids maps each audience to the address's contact id there. The first
// reason stays, except that a complaint outweighs the others.
func (s *Store) Suppress(ctx context.Context, ids map[survey.Audience]survey.ContactID, reason survey.SuppressionReason, now time.Time) error {
	return s.SuppressFor(ctx, ids, reason, "", now)
}

// SuppressFor is Suppress that also keeps what was seen.
func (s *Store) SuppressFor(ctx context.Context, ids map[survey.Audience]survey.ContactID, reason survey.SuppressionReason, cause survey.SuppressionCause, now time.Time) error {
	whose, err := s.mailContacts(ctx, ids)
	for err == nil {
		for a, id := range ids {
			for _, k := range stopKeys(a, id, whose[a]) {
				if err := s.putStop(ctx, k, reason, cause, now); err != nil {
					return err
				}
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

// stopKeys are where it stands that an address is stopped: beside the contact of the same id, and beside the one whose the
// address is now; of an address that its contact has given up beside neither.
func stopKeys(a survey.Audience, mail, whose survey.ContactID) []key {
	switch whose {
	case "":
		return []key{suppressionKey(a, mail)}
	case mail:
		return []key{formerStopKey(a, mail)}
	}
	return []key{suppressionKey(a, mail), suppressionKey(a, whose)}
}

func (s *Store) putStop(ctx context.Context, k key, reason survey.SuppressionReason, cause survey.SuppressionCause, now time.Time) error {
	it := k.item()
	it["reason"], it["since"] = str(string(reason)), at(now)
	set(it, "cause", string(cause))
	condition := "attribute_not_exists(pk)"
	var values item
	if reason == survey.Complained {
		condition, values = "attribute_not_exists(pk) OR reason <> :r", item{":r": str(string(reason))}
	}
	if err := s.put(ctx, it, condition, values); err != nil && !errors.Is(err, apperr.ErrChanged) {
		return err
	}
	return nil
}

// StopContact stops one contact, whatever its address is; the rule of reasons is that of Suppress.
func (s *Store) StopContact(ctx context.Context, a survey.Audience, id survey.ContactID, reason survey.SuppressionReason, now time.Time) error {
	return s.putStop(ctx, suppressionKey(a, id), reason, "", now)
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
