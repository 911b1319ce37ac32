package followup

import (
	"context"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/loop"
)

// MaxBulk is how many cases can be worked on at once.
const MaxBulk = 100

// BulkResult is what became of work on one of several cases.
type BulkResult struct {
	ID   string
	Case loop.Case     // zero where it may not be seen
	Was  *apperr.Error // why nothing was done; nil: it was
}

// DoAll does the same work on several cases, one after the other, and says of each whether it was done. Problems of all of them: bulk_none,
// bulk_many; what keeps one from being done is said of it alone.
func (c *Cases) DoAll(ctx context.Context, who authz.Who, ids []string, in Work) ([]BulkResult, error) {
	switch {
	case len(ids) == 0:
		return nil, apperr.New(apperr.Invalid, "bulk_none", "case")
	case len(ids) > MaxBulk:
		return nil, apperr.New(apperr.Invalid, "bulk_many", "case", "Limit", MaxBulk)
	}
	in.Version, in.Also = 0, nil
	results := make([]BulkResult, 0, len(ids))
	for _, id := range ids {
		done, err := c.Do(ctx, who, id, in)
		refusal := apperr.As(err)
		if err != nil && refusal == nil {
			return results, err
		}
		results = append(results, BulkResult{id, done.Case, refusal})
	}
	return results, nil
}
