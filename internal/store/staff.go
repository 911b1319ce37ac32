package store

import (
	"context"

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

// Staff lists everybody of the staff. Companies have hundreds of them, not millions: four queries.
func (s *Store) Staff(ctx context.Context) ([]survey.Staff, error) {
	var all []survey.Staff
	for n := range staffShards {
		err := s.query(ctx, "STAFF#"+two(n), "", false, func(it item) (bool, error) {
			var m survey.Staff
			err := fromJSON(it, "staff", &m)
			all = append(all, m)
			return true, err
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}
