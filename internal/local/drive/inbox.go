package drive

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Letter is a message in the inbox.
type Letter struct {
	ID      string            `json:"id"`
	Time    time.Time         `json:"time"`
	From    string            `json:"from"`
	To      []string          `json:"to"`
	ReplyTo []string          `json:"replyTo"`
	Subject string            `json:"subject"`
	Kind    string            `json:"kind"`
	Outcome string            `json:"outcome"`
	Tags    map[string]string `json:"tags"`
	Headers map[string]string `json:"headers"`
	Text    string            `json:"text"`
	HTML    string            `json:"html"`
	Links   []string          `json:"links"`
}

// Cases are the ids of the cases that an alert is about: one, or several that went together.
func (l Letter) Cases() []string {
	var all []string
	for name, value := range l.Tags {
		if name == "case" || name == "cases" || strings.HasPrefix(name, "cases_") {
			all = append(all, strings.Split(value, "_")...)
		}
	}
	return all
}

// Letters reads every letter that was sent, also those that bounced, page by page, oldest first.
func (c *Company) Letters(ctx context.Context) ([]Letter, error) { return c.LettersAfter(ctx, "") }

// Envelopes is Letters without what is written in them: their texts and links are empty. Of many letters it is much faster.
func (c *Company) Envelopes(ctx context.Context) ([]Letter, error) {
	return c.read(ctx, "", url.Values{"brief": {"1"}})
}

// LettersAfter reads what came after the letter with that id.
func (c *Company) LettersAfter(ctx context.Context, after string) ([]Letter, error) {
	return c.read(ctx, after, url.Values{})
}

func (c *Company) read(ctx context.Context, after string, q url.Values) ([]Letter, error) {
	const page = 500
	var all []Letter
	q.Set("limit", strconv.Itoa(page))
	q.Set("outcome", "all")
	for {
		if after != "" {
			q.Set("after", after)
		}
		got, err := c.ask(ctx, q)
		if err != nil {
			return nil, err
		}
		all = append(all, got...)
		if len(got) < page {
			return all, nil
		}
		after = got[len(got)-1].ID
	}
}

// newest reads at most so many letters that reached somebody, the newest first.
func (c *Company) newest(ctx context.Context, limit int) ([]Letter, error) {
	return c.ask(ctx, url.Values{"limit": {strconv.Itoa(limit)}, "order": {"newest"}})
}

func (c *Company) ask(ctx context.Context, q url.Values) ([]Letter, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.Inbox+"/messages.json?"+q.Encode(), nil)
	if err != nil {
		return nil, err
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return nil, fmt.Errorf("read the inbox: %w", err)
	}
	defer answer.Body.Close()
	var got []Letter
	if err := json.NewDecoder(answer.Body).Decode(&got); err != nil {
		return nil, fmt.Errorf("read the inbox: %w", err)
	}
	return got, nil
}
