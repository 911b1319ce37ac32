// Package campaigns is the pages of campaigns: the list, the draft step by step, the check before launch, the live page.
package campaigns

import "onetap/internal/console/shell"

// Pages answers them.
type Pages struct{ *shell.Shell }
