package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"onetap/internal/local/drive"
)

// measureTap measures what a respondent's tap sets off, one tap after another, with a pause of up to 100 ms before each:
// the campaign's NPS as the API tells it, and the owner's email.
func measureTap(ctx context.Context, l *lab) ([]Figure, error) {
	n := l.cfg.Sizes.Taps
	s, id, links, err := l.surveyed(ctx, "people", 2*n)
	if err != nil {
		return nil, err
	}
	defer l.clean("people")
	defer s.Close()
	r := rand.New(rand.NewPCG(l.cfg.Seed, 4))
	pause := func() { time.Sleep(time.Duration(r.Int64N(int64(100 * time.Millisecond)))) }

	l.say("%d taps until the NPS has changed", n)
	var changed []time.Duration
	for i, who := range links[:n] {
		pause()
		took, err := s.tapToScore(ctx, id, who, i)
		if err != nil {
			return nil, err
		}
		changed = append(changed, took)
	}
	figures := []Figure{spread("tap: until the API tells another NPS", atMost(2000), "taps", "p99", changed)}

	l.say("%d taps with a comment until the owner has an email", n)
	if err := s.settle(ctx); err != nil {
		return figures, err
	}
	last, err := s.letters(ctx, "", true, func(drive.Letter) error { return nil })
	if err != nil {
		return figures, err
	}
	var told []time.Duration
	for i, who := range links[n:] {
		pause()
		var took time.Duration
		if took, last, err = s.tapToAlert(ctx, who, r.IntN(7), i, last); err != nil {
			return figures, err
		}
		told = append(told, took)
	}
	figures = append(figures, spread("tap: words of a detractor until the owner's email is in the inbox", atMost(3000), "taps", "p99", told))
	return figures, s.settle(ctx)
}

// tapToScore taps and asks the API until the NPS is another one. Scores go 8, 10, 8, 10 …, so that each answer changes it.
func (s *stage) tapToScore(ctx context.Context, id string, who drive.SurveyLinks, i int) (time.Duration, error) {
	type results struct {
		Whole struct {
			NPS     *float64
			Answers int
		}
	}
	began := time.Now()
	if err := tap(ctx, who, 8+2*(i%2), fmt.Sprintf("tap-%d", i)); err != nil {
		return 0, err
	}
	var took time.Duration
	var after results
	err := until(ctx, func() (bool, error) {
		after = results{}
		err := s.Call(ctx, "GET", "/campaigns/"+id+"/results", nil, &after)
		took = time.Since(began)
		return after.Whole.Answers > i, err
	})
	if err == nil && (after.Whole.NPS == nil || after.Whole.Answers != i+1) {
		err = fmt.Errorf("after %d answers the API tells %d", i+1, after.Whole.Answers)
	}
	return took, err
}

// tapToAlert taps a detractor's score, posts words after it as the page does, and looks into the inbox until the owner has
// been written to. Time is counted from the words; last is the letter before.
func (s *stage) tapToAlert(ctx context.Context, who drive.SurveyLinks, score, i int, last string) (time.Duration, string, error) {
	if err := tap(ctx, who, score, fmt.Sprintf("alert-%d", i)); err != nil {
		return 0, last, err
	}
	began := time.Now()
	why := fmt.Sprintf("Invented reason %d.", i)
	if err := say(ctx, who, score, why, fmt.Sprintf("alert-%dw", i)); err != nil {
		return 0, last, err
	}
	var took time.Duration
	found := 0
	err := until(ctx, func() (bool, error) {
		next, err := s.letters(ctx, last, true, func(m drive.Letter) error {
			if found++; m.Kind != "alert" {
				return fmt.Errorf("a letter of kind %q came instead of an alert", m.Kind)
			}
			return nil
		})
		took, last = time.Since(began), next
		return found > 0, err
	})
	if err == nil && found != 1 {
		err = errors.New("more than one letter came for one detractor")
	}
	return took, last, err
}
