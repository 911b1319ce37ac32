package main

import (
	"context"
	"fmt"
	"io/fs"
	"time"

	"onetap/internal/local/drive"
)

// loadSample fills a new workspace through the site's API, as a person with the token would: staff, 300 invented
// customers, and a campaign that is ready to be launched.
func loadSample(ctx context.Context, c *drive.Company, samples fs.FS) error {
	staff, err := fs.ReadFile(samples, "staff.csv")
	if err != nil {
		return err
	}
	if err := c.Upload(ctx, "POST", "/staff", "text/csv; charset=utf-8", staff, nil); err != nil {
		return err
	}
	for _, name := range []string{"customers-ru.csv", "customers-en.csv"} {
		list, err := fs.ReadFile(samples, name)
		if err != nil {
			return err
		}
		if err := c.Upload(ctx, "POST", "/contacts?audience=customers", "application/octet-stream", list, nil); err != nil {
			return err
		}
	}
	return c.Call(ctx, "POST", "/campaigns", map[string]any{
		"name": "First wave", "audience": "customers", "company": "Северный ветер", "language": "ru", "quiet_days": 30, "remind_days": 7,
		"closes_at": time.Now().AddDate(0, 0, 21).UTC().Truncate(time.Hour).Format(time.RFC3339),
	}, nil)
}

// ready is a campaign that can be launched, for the words of the start.
func ready(ctx context.Context, c *drive.Company) (id, name string, err error) {
	var list struct {
		Campaigns []struct{ ID, Name, State string }
	}
	if err := c.Call(ctx, "GET", "/campaigns?limit=50", nil, &list); err != nil {
		return "", "", fmt.Errorf("ask the site for its campaigns: %w", err)
	}
	for _, k := range list.Campaigns {
		if k.State == "draft" {
			return k.ID, k.Name, nil
		}
	}
	return "", "", nil
}
