package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"onetap/internal/apperr"
	"onetap/internal/loop"
)

// Weekly reads how far the letters about a week are; zero before the first.
func (s *Store) Weekly(ctx context.Context) (w loop.Weekly, err error) {
	it, err := s.get(ctx, weeklyKey)
	if err != nil || it == nil {
		return w, err
	}
	return loop.Weekly{Week: text(it, "week"), Next: instant(it, "next"), Done: truth(it, "done"), Version: int(number64(it, "version"))}, nil
}

// SaveWeekly writes it if it has the version that was read, and returns it with the next one; otherwise ErrChanged.
func (s *Store) SaveWeekly(ctx context.Context, w loop.Weekly) (loop.Weekly, error) {
	was := w.Version
	w.Version++
	it := weeklyKey.item()
	it["week"], it["next"], it["done"], it["version"] = str(w.Week), at(w.Next), &types.AttributeValueMemberBOOL{Value: w.Done}, num(w.Version)
	if was == 0 {
		return w, s.put(ctx, it, "attribute_not_exists(pk)", nil)
	}
	return w, s.put(ctx, it, "version = :was", item{":was": num(was)})
}

// PlanWeek keeps who is told of a week, and returns what is kept: an earlier plan of the same week stays.
func (s *Store) PlanWeek(ctx context.Context, w loop.Weekly, letters []loop.WeekLetter, now time.Time) ([]loop.WeekLetter, error) {
	it := weekPlanKey(w).item()
	it["letters"], it["ttl"] = asJSON(letters), num(now.Add(letterLife).Unix())
	err := s.put(ctx, it, "attribute_not_exists(pk)", nil)
	if !errors.Is(err, apperr.ErrChanged) {
		return letters, err
	}
	kept, ok, err := s.WeekPlan(ctx, w)
	if err == nil && !ok {
		err = fmt.Errorf("the plan of %s is there and is not", w.Week)
	}
	return kept, err
}

// WeekPlan reads who is told of a week; ok is false where that is not decided.
func (s *Store) WeekPlan(ctx context.Context, w loop.Weekly) (letters []loop.WeekLetter, ok bool, err error) {
	it, err := s.get(ctx, weekPlanKey(w))
	if err != nil || it == nil {
		return nil, false, err
	}
	return letters, true, fromJSON(it, "letters", &letters)
}
