// Package finding is the page that searches everything: contacts, cases, campaigns and comments.
package finding

import (
	"onetap/internal/authz"
	"onetap/internal/console/shell"
	"onetap/internal/door"
)

// Pages answers the requests for these pages. It is safe for concurrent use.
type Pages struct{ *shell.Shell }

// Routes lists the pages. What is looked for is posted, so that it is in no address.
func (d *Pages) Routes() []door.Route {
	return []door.Route{
		door.On("GET /search", authz.Anyone, d.searchPage, ""),
		door.On("POST /search", authz.Anyone, d.search, door.Unaudited),
	}
}
