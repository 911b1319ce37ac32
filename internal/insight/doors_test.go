package insight

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Pages and the API read answers and figures by this package only: they call none of the table's methods that read them.
// The figures of a mailing, of letters, are no answers.
func TestDoorsReadNoAnswers(t *testing.T) {
	t.Parallel()
	reads := regexp.MustCompile(`\.(Tallies|TalliesOf|WalkResponses|FindResponses|ResponsesPage|CountDimensions|SavedDimensionCount|PastOf)\(.*`)
	for _, door := range []string{"../console", "../api"} {
		err := filepath.WalkDir(door, func(path string, e fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			for _, call := range reads.FindAllString(string(text), -1) {
				if !strings.Contains(call, "survey.KindMailing") {
					t.Errorf("%s reads answers by itself: %s", path, call)
				}
			}
			return err
		})
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
}
