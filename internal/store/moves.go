package store

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

// MoveAddress gives a contact another address, or its first, or none: whose the two addresses are from now on, and why nobody
// writes to it. What stopped the old address stays with the old address; a wish (survey.SuppressionReason.Wish) goes along with the person, a
// bounce does not; what stopped the new address before stops the contact. save, if any, writes the contact in the same
// transaction (SaveContact's, with the version was).
//
// At a contact's stop stands why nobody writes to it, at its present address. So a contact that gives up the address that its id
// is made of needs another place for what stopped that address: formerStopKey. Every other address has the place beside the
// contact that it would make, which is nobody.
//
// wish is what goes along: the new address must be stopped in the other audiences, too (Suppress). Problems: address_taken, with the Contact that
// has the new address. apperr.ErrChanged: the contact has changed meanwhile. Doing it again changes nothing.
func (s *Store) MoveAddress(ctx context.Context, m survey.AddressMove, save *survey.ContactSave) (wish survey.SuppressionReason, err error) {
	for try := 0; ; try++ {
		before, err := s.beforeMove(ctx, m)
		if err != nil {
			return "", err
		}
		if before.done && save == nil {
			return before.stop.wish(), nil
		}
		actions, wish := s.move(m, before)
		if save != nil {
			saved, err := s.saveContact(ctx, save.Contact, save.Was, save.Whose, save.Gone)
			if err != nil {
				return "", err
			}
			actions = append(saved, actions...)
		}
		if len(actions) == 0 {
			return wish, nil
		}
		failed, err := s.transactReasons(ctx, "move an address", actions)
		if errors.Is(err, apperr.ErrChanged) && try < 3 && (save == nil || !failed[0]) {
			continue // it was stopped at the same moment
		}
		if err != nil {
			return "", err
		}
		return wish, s.stoppedMeanwhile(ctx, m)
	}
}

type addressesBefore struct {
	stop  stop // of the contact
	truth stop // what of it stands at stopKey
	own   stop // of the new address
	done  bool // the new address is the contact's already
}

func (s *Store) beforeMove(ctx context.Context, m survey.AddressMove) (b addressesBefore, err error) {
	mail := func(id survey.ContactID) key {
		return identifierKey(m.Audience, survey.Identifier{Kind: survey.ByMail, Hash: id})
	}
	ask := []key{
		stopKey(m.Audience, m.Contact), suppressionKey(m.Audience, m.Contact), mail(m.Contact),
		formerStopKey(m.Audience, m.Contact), oldFormerStopKey(m.Audience, m.Contact),
	}
	if m.To != "" && m.To != m.Contact {
		ask = append(ask, mail(m.To), contactKey(m.Audience, m.To), stopKey(m.Audience, m.To), suppressionKey(m.Audience, m.To))
	}
	items, err := s.batchGet(ctx, ask, true, "")
	if err != nil {
		return b, err
	}
	at := make(map[key]item, len(items))
	for _, it := range items {
		at[keyOf(it)] = it
	}
	b.truth = stop(at[stopKey(m.Audience, m.Contact)])
	b.stop = b.truth.or(stop(at[suppressionKey(m.Audience, m.Contact)]))
	switch m.To {
	case "":
	case m.Contact:
		whose, given := at[mail(m.Contact)]
		if given && text(whose, "contact") != string(m.Contact) {
			return b, addressTaken(survey.ContactID(text(whose, "contact")))
		}
		b.own, b.done = stop(at[formerStopKey(m.Audience, m.Contact)]).or(stop(at[oldFormerStopKey(m.Audience, m.Contact)])), !given
	default:
		whose := survey.ContactID(text(at[mail(m.To)], "contact"))
		if whose == "" && at[contactKey(m.Audience, m.To)] != nil {
			whose = m.To
		}
		if whose != "" && whose != m.Contact {
			return b, addressTaken(whose)
		}
		b.own, b.done = stop(at[stopKey(m.Audience, m.To)]).or(stop(at[suppressionKey(m.Audience, m.To)])), whose != ""
	}
	return b, nil
}

func addressTaken(whose survey.ContactID) error {
	return apperr.New(apperr.Conflict, "address_taken", "email", "Contact", string(whose))
}

// move is what is written for it besides the contact.
func (s *Store) move(m survey.AddressMove, b addressesBefore) (actions []types.TransactWriteItem, wish survey.SuppressionReason) {
	put := func(it item, condition string, values item) {
		p := &types.Put{TableName: &s.table, Item: it}
		if condition != "" {
			p.ConditionExpression, p.ExpressionAttributeValues = &condition, values
		}
		actions = append(actions, types.TransactWriteItem{Put: p})
	}
	drop := func(k key) {
		actions = append(actions, types.TransactWriteItem{Delete: &types.Delete{TableName: &s.table, Key: k.item()}})
	}
	mail := func(id survey.ContactID) survey.Identifier {
		return survey.Identifier{Kind: survey.ByMail, Hash: id}
	}
	mine := survey.Identified{Contact: m.Contact}
	switch m.From {
	case "", m.To:
	case m.Contact:
		put(identifierItem(m.Audience, mail(m.From), mine), "", nil)
		if b.stop != nil {
			put(b.stop.at(formerStopKey(m.Audience, m.Contact)), "", nil)
		}
	default:
		drop(identifierKey(m.Audience, mail(m.From)))
	}
	switch m.To {
	case "", m.From:
	case m.Contact:
		drop(identifierKey(m.Audience, mail(m.To)))
		drop(formerStopKey(m.Audience, m.Contact))
		drop(oldFormerStopKey(m.Audience, m.Contact))
	default:
		put(identifierItem(m.Audience, mail(m.To), mine), "attribute_not_exists(pk) OR contact = :whose", item{":whose": str(string(m.Contact))})
	}
	if m.From == m.To {
		return actions, ""
	}
	stays := b.own
	if wish = b.stop.wish(); wish != "" && b.own.reason() != survey.Complained {
		stays = b.stop
	}
	k := stopKey(m.Audience, m.Contact)
	condition, values := b.truth.unchanged()
	switch {
	case stays != nil:
		put(stays.at(k), condition, values)
		put(stays.at(suppressionKey(m.Audience, m.Contact)), "", nil)
	case b.stop != nil:
		actions = append(actions, types.TransactWriteItem{Delete: &types.Delete{TableName: &s.table, Key: k.item(), ConditionExpression: &condition, ExpressionAttributeValues: values}})
		drop(suppressionKey(m.Audience, m.Contact))
	default:
		actions = append(actions, types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{TableName: &s.table, Key: k.item(), ConditionExpression: &condition}})
	}
	return actions, wish
}

// stoppedMeanwhile looks whether the new address was stopped while nobody knew yet whose it is.
func (s *Store) stoppedMeanwhile(ctx context.Context, m survey.AddressMove) error {
	if m.To == "" || m.To == m.Contact || m.From == m.To {
		return nil
	}
	truth, beside, err := s.stopsOf(ctx, m.Audience, m.To)
	if t := truth.or(beside); err == nil && t != nil {
		err = s.putStop(ctx, m.Audience, m.Contact, t)
	}
	return err
}
