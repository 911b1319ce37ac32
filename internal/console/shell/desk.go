package shell

import "onetap/internal/door"

// Shell is what the areas of the console stand in. It is safe for concurrent use.
type Shell struct {
	*door.Desk
	looks looks // the company's, for pages of people who are not signed in
}
