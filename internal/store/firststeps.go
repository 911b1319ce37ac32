package store

import (
	"context"

	"onetap/internal/survey"
)

// FirstSteps reads what is kept of how the workspace has begun; the zero value (version 0) before anything is.
func (s *Store) FirstSteps(ctx context.Context) (survey.FirstSteps, error) {
	var f survey.FirstSteps
	it, err := s.get(ctx, firstStepsKey)
	if err != nil || it == nil {
		return f, err
	}
	err = fromJSON(it, "steps", &f)
	f.Version = int(number64(it, "version"))
	return f, err
}

// PutFirstSteps writes it if it still has the version that was read (0: nothing is kept), otherwise ErrChanged.
func (s *Store) PutFirstSteps(ctx context.Context, f survey.FirstSteps) error {
	it := firstStepsKey.item()
	it["steps"], it["version"] = asJSON(f), num(f.Version+1)
	if f.Version == 0 {
		return s.put(ctx, it, "attribute_not_exists(pk)", nil)
	}
	return s.put(ctx, it, "version = :was", item{":was": num(f.Version)})
}
