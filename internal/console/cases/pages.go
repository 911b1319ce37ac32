// Package cases is the pages of cases: the board, and one case with what can be done about it.
package cases

import "onetap/internal/console/shell"

// Pages answers them.
type Pages struct{ *shell.Shell }
