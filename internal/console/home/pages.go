// Package home is the first page that somebody of the staff sees.
package home

import (
	"onetap/internal/authz"
	"onetap/internal/console/shell"
	"onetap/internal/door"
)

// Pages answers the request for it. It is safe for concurrent use.
type Pages struct{ *shell.Shell }

// Routes lists the page and what is posted from it.
func (d *Pages) Routes() []door.Route {
	return []door.Route{
		door.On("GET /{$}", authz.Anyone, d.home, ""),
		door.On("POST /first-steps", authz.WriteCampaign, d.putFirstAway, "first-steps.put-away"),
	}
}
