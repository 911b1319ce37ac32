package store

import (
	"context"
	"errors"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

// Dimensions reads what is known of the columns of an audience; empty where nothing is.
func (s *Store) Dimensions(ctx context.Context, a survey.Audience) (survey.Dimensions, error) {
	known, _, err := s.segments(ctx, a)
	return known, err
}

func (s *Store) segments(ctx context.Context, a survey.Audience) (known survey.Dimensions, version int, err error) {
	known = survey.Dimensions{}
	it, err := s.get(ctx, segmentsKey(a))
	if err != nil || it == nil {
		return known, 0, err
	}
	return known, int(number64(it, "version")), fromJSON(it, "segments", &known)
}

// SayDimensions adds what was said of columns to what is known of them: see survey.Segments.Merge. Two who say something of
// different columns at once are both heard. It returns what is known then.
func (s *Store) SayDimensions(ctx context.Context, a survey.Audience, said survey.Dimensions) (survey.Dimensions, error) {
	for try := 0; ; try++ {
		if err := backoff(ctx, try); err != nil {
			return nil, err
		}
		known, version, err := s.segments(ctx, a)
		if err != nil || !known.Merge(said) {
			return known, err
		}
		it := segmentsKey(a).item()
		it["segments"], it["version"] = asJSON(known), num(version+1)
		condition, values := "attribute_not_exists(pk)", item(nil)
		if version > 0 {
			condition, values = "version = :was", item{":was": num(version)}
		}
		if err = s.put(ctx, it, condition, values); !errors.Is(err, apperr.ErrChanged) {
			return known, err
		}
	}
}
