package main

import (
	"context"
	"io/fs"
	"time"

	"onetap/internal/local/drive"
)

// loadSample fills a new workspace through the site's API, as a person with the token would: staff, 300 invented
// customers with an address and a few without, and two campaigns that are ready to be launched: one for those who are
// written to in Russian, one for those in
// English, each named in its language. Neither asks whom the other asks, and neither keeps a quiet period.
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
	for _, draft := range []struct{ name, company, language string }{{"First survey", "North Wind", "en"}, {"Первый опрос", "Северный ветер", "ru"}} {
		err := c.Call(ctx, "POST", "/campaigns", map[string]any{
			"name": draft.name, "audience": "customers", "company": draft.company, "language": draft.language,
			"filter": map[string]any{"languages": []string{draft.language}}, "quiet_days": 0, "remind_days": 7,
			"closes_at": time.Now().AddDate(0, 0, 21).UTC().Truncate(time.Hour).Format(time.RFC3339),
		}, nil)
		if err != nil {
			return err
		}
	}
	return nil
}
