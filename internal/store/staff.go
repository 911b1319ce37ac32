package store

import (
	"context"
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"

	"onetap/internal/apperr"
	"onetap/internal/seal"
	"onetap/internal/survey"
)

// PutStaff writes staff members whole, by id, past all rules: for tools and tests. What people ask for is ChangeStaff's.
func (s *Store) PutStaff(ctx context.Context, staff []survey.Staff) error {
	items := make([]item, len(staff))
	for i, m := range staff {
		var err error
		if items[i], err = s.staffItem(ctx, m); err != nil {
			return err
		}
	}
	return s.batchPut(ctx, items)
}

// staffItem has all of somebody sealed but the id, which is the key.
func (s *Store) staffItem(ctx context.Context, m survey.Staff) (item, error) {
	it := staffKey(m.ID).item()
	return it, s.sealJSON(ctx, it, seal.Staff, "staff", m)
}

func (s *Store) staffOf(ctx context.Context, it item) (m survey.Staff, err error) {
	err = s.openJSON(ctx, it, seal.Staff, "staff", &m)
	return m, err
}

// staffAtOnce is how many staff members one transaction writes: it takes 100 items, one of which is the list's version.
const staffAtOnce = 99

// ChangeStaff writes the staff members that decide makes of everybody there is, whole, by id. Of two who change the staff at
// once the later decides by what the earlier has written: rules about all of them, such as one address each, hold. So
// decide may be asked several times, and of more than staffAtOnce finds a part of what it wanted done. What it refuses is
// returned; ErrChanged is for who is overtaken again and again.
func (s *Store) ChangeStaff(ctx context.Context, decide func(stored []survey.Staff) ([]survey.Staff, error)) error {
	return overtaken(ctx, func() (again bool, err error) { return s.changeStaff(ctx, decide) })
}

// overtaken tries what somebody else may be faster at, some times; ErrChanged is what is left of it then.
func overtaken(ctx context.Context, once func() (again bool, err error)) error {
	for try := 0; ; try++ {
		if err := backoff(ctx, try); err != nil {
			return err
		}
		again, err := once()
		if !again || try >= 8 {
			return err
		}
	}
}

// staffList reads everybody, with the version of the list that is moved on by whoever changes it, and the keys that are taken.
func (s *Store) staffList(ctx context.Context) (version int64, stored []survey.Staff, taken map[key]bool, err error) {
	list, err := s.get(ctx, staffListKey) // before the staff: what is written after it is noticed
	if err != nil {
		return 0, nil, nil, err
	}
	stored, taken, err = s.staff(ctx, true)
	return number64(list, "version"), stored, taken, err
}

// moveStaffList is the action that moves the list on from a version.
func (s *Store) moveStaffList(version int64) types.TransactWriteItem {
	next := staffListKey.item()
	next["version"] = num(version + 1)
	moved := types.Put{TableName: &s.table, Item: next, ConditionExpression: aws.String("attribute_not_exists(pk)")}
	if version > 0 {
		moved.ConditionExpression, moved.ExpressionAttributeValues = aws.String("version = :was"), item{":was": num(version)}
	}
	return types.TransactWriteItem{Put: &moved}
}

// changeStaff is one try of ChangeStaff; again says that somebody else was faster.
func (s *Store) changeStaff(ctx context.Context, decide func([]survey.Staff) ([]survey.Staff, error)) (again bool, err error) {
	version, stored, taken, err := s.staffList(ctx)
	if err != nil {
		return false, err
	}
	write, err := decide(stored)
	if err != nil {
		return false, err
	}
	for some := range slices.Chunk(write, staffAtOnce) {
		actions := []types.TransactWriteItem{s.moveStaffList(version)}
		for _, m := range some {
			it, err := s.staffItem(ctx, m)
			if err != nil {
				return false, err
			}
			condition := "attribute_not_exists(pk)"
			if taken[keyOf(it)] {
				condition = "attribute_exists(pk)" // nobody comes back who was removed meanwhile
			}
			actions = append(actions, types.TransactWriteItem{Put: &types.Put{TableName: &s.table, Item: it, ConditionExpression: &condition}})
		}
		if err := s.transact(ctx, "change staff", actions); err != nil {
			return errors.Is(err, apperr.ErrChanged), err
		}
		version++
	}
	return false, nil
}

// Staff lists everybody of the staff. Companies have hundreds of them, not millions: four queries, side by side. Whoever's item does
// not open is left out, and can be uploaded again.
func (s *Store) Staff(ctx context.Context) ([]survey.Staff, error) {
	all, _, err := s.staff(ctx, false)
	return all, err
}

func (s *Store) staff(ctx context.Context, consistent bool) (all []survey.Staff, taken map[key]bool, err error) {
	shards, keys := make([][]survey.Staff, staffShards), make([][]key, staffShards)
	g, ctx := errgroup.WithContext(ctx)
	for n := range shards {
		g.Go(func() error {
			return s.queryItems(ctx, "STAFF#"+two(n), "", consistent, func(it item) (bool, error) {
				keys[n] = append(keys[n], keyOf(it))
				m, err := s.staffOf(ctx, it)
				if s.unreadable(ctx, err) {
					return true, nil
				}
				shards[n] = append(shards[n], m)
				return true, err
			})
		})
	}
	if err := g.Wait(); err != nil {
		return nil, nil, err
	}
	taken = map[key]bool{}
	for _, k := range slices.Concat(keys...) {
		taken[k] = true
	}
	return slices.Concat(shards...), taken, nil
}

// RemoveStaff takes somebody off the staff list and ends their sessions; their cases keep their id. Again is no error. may
// refuses by what is stored then, as in ChangeStaff, so that the last two administrators do not remove each other; nil: past all
// rules, for tests.
func (s *Store) RemoveStaff(ctx context.Context, id string, may func(stored []survey.Staff) error) error {
	err := overtaken(ctx, func() (again bool, err error) {
		version, stored, _, err := s.staffList(ctx)
		if err == nil && may != nil {
			err = may(stored)
		}
		if err != nil {
			return false, err
		}
		err = s.transact(ctx, "remove staff", []types.TransactWriteItem{
			s.moveStaffList(version),
			{Delete: &types.Delete{TableName: &s.table, Key: staffKey(id).item()}},
		})
		return errors.Is(err, apperr.ErrChanged), err
	})
	if err != nil {
		return err
	}
	return s.EndSessions(ctx, id)
}

// StaffMember reads one of the staff; ok is false when nobody has that id.
func (s *Store) StaffMember(ctx context.Context, id string) (m survey.Staff, ok bool, err error) {
	it, err := s.get(ctx, staffKey(id))
	if err != nil || it == nil {
		return m, false, err
	}
	m, err = s.staffOf(ctx, it)
	if s.unreadable(ctx, err) {
		return m, false, nil
	}
	return m, true, err
}
