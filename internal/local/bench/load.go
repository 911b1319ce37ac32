package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"onetap/internal/local/drive"
)

// visitors is the browser of everybody: connections are kept open, as browsers do.
var visitors = &http.Client{
	Timeout:       time.Minute,
	Transport:     &http.Transport{MaxIdleConnsPerHost: 256, IdleConnTimeout: time.Minute},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// openLoop calls f n times at fixed moments, rate of them a second, whether those before have ended or not. What it
// returns is measured from the moment at which each was due, so that a stall counts for everybody whom it kept waiting
// (no coordinated omission). A request that was given up, by the gateway after its 30 s or by us, has taken that long;
// overdue says how many those are. Any other failure is an error.
func openLoop(rate float64, n int, f func(i int) error) (took []time.Duration, overdue int, err error) {
	took = make([]time.Duration, n)
	failed := make([]error, n)
	var wg sync.WaitGroup
	begin := time.Now().Add(10 * time.Millisecond)
	for i := range n {
		due := begin.Add(time.Duration(float64(i) / rate * float64(time.Second)))
		time.Sleep(time.Until(due))
		wg.Go(func() {
			failed[i] = f(i)
			took[i] = time.Since(due)
		})
	}
	wg.Wait()
	for _, e := range failed {
		if errors.Is(e, errOverdue) {
			overdue++
		} else if err == nil {
			err = e
		}
	}
	return took, overdue, err
}

// errOverdue: nobody answered in time.
var errOverdue = errors.New("no answer in time")

// open gets a page and throws it away.
func open(ctx context.Context, address string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	return visit(r)
}

// tap posts a score as the page's script does after a gesture; digest is the form's own random text.
func tap(ctx context.Context, links drive.SurveyLinks, score int, digest string) error {
	return post(ctx, links.Scores[score], url.Values{"score": {strconv.Itoa(score)}, "gesture": {"gesture"}, "digest": {digest}})
}

// say posts the words after a score.
func say(ctx context.Context, links drive.SurveyLinks, score int, why, digest string) error {
	return post(ctx, links.Scores[score], url.Values{"why": {why}, "wish": {""}, "gesture": {"button"}, "digest": {digest}})
}

func post(ctx context.Context, address string, form url.Values) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", "application/json")
	return visit(r)
}

func visit(r *http.Request) error {
	answer, err := visitors.Do(r)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) {
			if err = u.Err; u.Timeout() { // without the address: it is a respondent's link
				err = errOverdue
			}
		}
		return fmt.Errorf("%s a page: %w", r.Method, err)
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		return fmt.Errorf("%s a page: %w", r.Method, err)
	}
	if answer.StatusCode == http.StatusServiceUnavailable {
		return fmt.Errorf("%s a page: %w", r.Method, errOverdue)
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s a page: status %d", r.Method, answer.StatusCode)
	}
	return nil
}
