package main

import "context"

// loadSample fills a new workspace through the site's API, as a person with the token would.
func loadSample(ctx context.Context, site, token string) error {
	return nil
}
