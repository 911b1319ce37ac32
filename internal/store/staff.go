package store

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"golang.org/x/sync/errgroup"

	"onetap/internal/survey"
)

// PutStaff writes staff members whole, by id.
func (s *Store) PutStaff(ctx context.Context, staff []survey.Staff) error {
	items := make([]item, len(staff))
	for i, m := range staff {
		items[i] = staffKey(m.ID).item()
		items[i]["staff"] = asJSON(m)
	}
	return s.batchPut(ctx, items)
}

// Staff lists everybody of the staff. Companies have hundreds of them, not millions: four queries, side by side.
func (s *Store) Staff(ctx context.Context) ([]survey.Staff, error) {
	shards := make([][]survey.Staff, staffShards)
	g, ctx := errgroup.WithContext(ctx)
	for n := range shards {
		g.Go(func() error {
			return s.query(ctx, "STAFF#"+two(n), "", false, func(it item) (bool, error) {
				var m survey.Staff
				err := fromJSON(it, "staff", &m)
				shards[n] = append(shards[n], m)
				return true, err
			})
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return slices.Concat(shards...), nil
}

// RemoveStaff takes somebody off the staff list and ends their sessions; their cases keep their id. Again is no error.
func (s *Store) RemoveStaff(ctx context.Context, id string) error {
	_, err := s.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &s.table, Key: staffKey(id).item()})
	if err := s.failed("remove staff", err); err != nil {
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
	return m, true, fromJSON(it, "staff", &m)
}

// SaveStaff writes a staff member if they still are as they were read (nil: the id is nobody's); otherwise ErrChanged.
func (s *Store) SaveStaff(ctx context.Context, was *survey.Staff, m survey.Staff) error {
	it := staffKey(m.ID).item()
	it["staff"] = asJSON(m)
	if was == nil {
		return s.put(ctx, it, "attribute_not_exists(pk)", nil)
	}
	return s.put(ctx, it, "staff = :was", item{":was": asJSON(*was)})
}
