// Package contacts is the pages of contacts: the list, one contact, uploads, what columns are for.
package contacts

import "onetap/internal/console/shell"

// Pages answers them.
type Pages struct{ *shell.Shell }
