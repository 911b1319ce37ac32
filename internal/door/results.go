package door

import (
	"math"
)

// Rounded keeps four decimals: more is noise of the machine's arithmetic. Nil where there is no figure.
func Rounded(v float64, ok bool) *float64 {
	if !ok {
		return nil
	}
	v = math.Round(v*1e4) / 1e4
	return &v
}
