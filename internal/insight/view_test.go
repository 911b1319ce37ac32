package insight

import "testing"

// The minima are what docs/privacy.md promises.
func TestMinima(t *testing.T) {
	t.Parallel()
	if LeastFigures != 5 || LeastWords != 10 {
		t.Errorf("figures of %d and words of %d are shown; docs/privacy.md says 5 and 10", LeastFigures, LeastWords)
	}
}
