package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"onetap/internal/local/drive"
)

// maxPart is the most bytes of a list that the API takes at once.
const maxPart = 5 << 20

// maxWait is how long anything is waited for before a measurement is given up; a slow result is no failure, a missing
// one is.
const maxWait = 15 * time.Minute

// people uploads the staff and n customers.
func (s *stage) people(ctx context.Context, n int, seed uint64) error {
	if err := s.Upload(ctx, "POST", "/staff", "text/csv", staffList(), nil); err != nil {
		return err
	}
	return s.upload(ctx, customerLists(n, maxPart, seed), n)
}

// upload sends a list in parts and checks that all of it was new.
func (s *stage) upload(ctx context.Context, parts [][]byte, rows int) error {
	var im struct {
		ID    string
		Total struct{ New, Changed, Unchanged, Refused int }
	}
	if err := s.Call(ctx, "POST", "/imports", map[string]string{"audience": "customers"}, &im); err != nil {
		return err
	}
	for i, part := range parts {
		if err := s.Upload(ctx, "PUT", "/imports/"+im.ID+"/parts/"+strconv.Itoa(i+1), "text/csv", part, nil); err != nil {
			return err
		}
	}
	if err := s.Call(ctx, "POST", "/imports/"+im.ID+"/finish", nil, &im); err != nil {
		return err
	}
	if im.Total.New != rows || im.Total.Refused > 0 {
		return fmt.Errorf("of %d rows %d are new and %d refused", rows, im.Total.New, im.Total.Refused)
	}
	return nil
}

type ledger struct{ Audience, Invited, Waiting, Sent, Failed, Uncertain int }

// campaign makes a campaign and launches it; with a team, for that team's customers alone.
func (s *stage) campaign(ctx context.Context, team string) (id string, err error) {
	var c struct{ ID string }
	wanted := map[string]any{
		"name": "Measured", "audience": "customers", "company": "Example Shop", "language": "en", "quiet_days": 0,
		"closes_at": time.Now().AddDate(0, 0, 14).UTC().Format(time.RFC3339),
	}
	if team != "" {
		wanted["filter"] = map[string][]string{"teams": {team}}
	}
	err = s.Call(ctx, "POST", "/campaigns", wanted, &c)
	if err != nil {
		return "", err
	}
	return c.ID, s.Call(ctx, "POST", "/campaigns/"+c.ID+"/launch", nil, nil)
}

// sent waits until a campaign has written to n people and nothing is on its way.
func (s *stage) sent(ctx context.Context, id string, n int) error {
	var c struct {
		State  string
		Ledger *ledger
	}
	err := drive.Until(ctx, maxWait, "the campaign to be sent", func() (bool, error) {
		err := s.Call(ctx, "GET", "/campaigns/"+id, nil, &c)
		return c.State == "open", err
	})
	if err != nil {
		return err
	}
	if err := s.settle(ctx); err != nil {
		return err
	}
	return drive.Until(ctx, maxWait, "the ledger", func() (bool, error) {
		if err := s.Call(ctx, "GET", "/campaigns/"+id, nil, &c); err != nil {
			return false, err
		}
		if c.Ledger == nil || c.Ledger.Sent != n {
			return false, fmt.Errorf("the ledger says %+v, want %d sent", c.Ledger, n)
		}
		return true, nil
	})
}

func (s *stage) settle(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, maxWait)
	defer cancel()
	return s.Settle(ctx)
}

// letters calls each for every message after the given id, and returns the last one's id. Brief ones have no bodies.
func (s *stage) letters(ctx context.Context, after string, brief bool, each func(drive.Letter) error) (last string, err error) {
	limit := 200
	if brief {
		limit = 5000
	}
	for {
		q := url.Values{"outcome": {"all"}, "limit": {strconv.Itoa(limit)}}
		if after != "" {
			q.Set("after", after)
		}
		if brief {
			q.Set("brief", "1")
		}
		page, err := s.page(ctx, q)
		if err != nil {
			return after, err
		}
		for _, m := range page {
			after = m.ID
			if err := each(m); err != nil {
				return after, err
			}
		}
		if len(page) < limit {
			return after, nil
		}
	}
}

func (s *stage) page(ctx context.Context, q url.Values) ([]drive.Letter, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.Company.Inbox+"/messages.json?"+q.Encode(), nil)
	if err != nil {
		return nil, err
	}
	answer, err := visitors.Do(r)
	if err != nil {
		return nil, fmt.Errorf("read the inbox: %w", err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the inbox answers %d", answer.StatusCode)
	}
	var list []drive.Letter
	err = json.NewDecoder(answer.Body).Decode(&list)
	return list, err
}

// links returns the survey links of everybody who was written to.
func (s *stage) links(ctx context.Context) ([]drive.SurveyLinks, error) {
	var all []drive.SurveyLinks
	_, err := s.letters(ctx, "", false, func(m drive.Letter) error {
		if m.Kind != "survey" {
			return nil
		}
		links, ok := m.Survey()
		if !ok {
			return errors.New("a letter lacks a link")
		}
		all = append(all, links)
		return nil
	})
	return all, err
}

// surveyed is a stage with n people who all have a letter, and their links. SES knows no limit there.
func (l *lab) surveyed(ctx context.Context, name string, n int) (s *stage, id string, links []drive.SurveyLinks, err error) {
	if s, err = l.start(ctx, name, nil); err != nil {
		return nil, "", nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	if err = s.people(ctx, n, l.cfg.Seed); err != nil {
		return
	}
	if id, err = s.campaign(ctx, ""); err != nil {
		return
	}
	if err = s.sent(ctx, id, n); err != nil {
		return
	}
	links, err = s.links(ctx)
	if err == nil && len(links) != n {
		err = fmt.Errorf("%d letters for %d people", len(links), n)
	}
	return
}
