// Package api is the desk as JSON, under /api/v1/: what docs/api.md describes, line for line. It asks the same use cases as
// the console, and says the same.
package api

import "onetap/internal/door"

// API answers the calls of programs.
type API struct{ *door.Desk }
