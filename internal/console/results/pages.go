// Package results is the pages of results: by audience, of a campaign, by segment, answers, comparisons.
package results

import "onetap/internal/console/shell"

// Pages answers them.
type Pages struct{ *shell.Shell }
