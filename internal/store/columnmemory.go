package store

import (
	"context"
	"errors"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

// ColumnMemory reads how people have put right the columns of an audience's lists; empty where nobody has.
func (s *Store) ColumnMemory(ctx context.Context, a survey.Audience) (survey.ColumnMemory, error) {
	memory, _, err := s.columnMemory(ctx, a)
	return memory, err
}

func (s *Store) columnMemory(ctx context.Context, a survey.Audience) (memory survey.ColumnMemory, version int, err error) {
	memory = survey.ColumnMemory{}
	it, err := s.get(ctx, columnMemoryKey(a))
	if err != nil || it == nil {
		return memory, 0, err
	}
	return memory, int(number64(it, "version")), fromJSON(it, "said", &memory)
}

// ChangeColumnMemory lets change work on what is remembered, and keeps it where change says that it did. Two who change it at once
// are both heard: change may be called again.
func (s *Store) ChangeColumnMemory(ctx context.Context, a survey.Audience, change func(survey.ColumnMemory) bool) error {
	for try := 0; ; try++ {
		if err := backoff(ctx, try); err != nil {
			return err
		}
		memory, version, err := s.columnMemory(ctx, a)
		if err != nil || !change(memory) {
			return err
		}
		it := columnMemoryKey(a).item()
		it["said"], it["version"] = asJSON(memory), num(version+1)
		condition, values := "attribute_not_exists(pk)", item(nil)
		if version > 0 {
			condition, values = "version = :was", item{":was": num(version)}
		}
		if err = s.put(ctx, it, condition, values); !errors.Is(err, apperr.ErrChanged) {
			return err
		}
	}
}
