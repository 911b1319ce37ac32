package console_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onetap/internal/console/consoletest"
	"onetap/internal/lang"
)

// docs/api.md has a section for each route, and none for what is not there.
func TestDocumentedRoutes(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	var documented, there []string
	for _, m := range regexp.MustCompile(`(?m)^### ((?:GET|POST|PUT|PATCH|DELETE) /\S+)$`).FindAllStringSubmatch(string(text), -1) {
		documented = append(documented, m[1])
	}
	for _, rt := range consoletest.APIRoutes(consoletest.Bare()) {
		there = append(there, rt.Pattern)
	}
	slices.Sort(documented)
	slices.Sort(there)
	if diff := cmp.Diff(there, documented); diff != "" {
		t.Errorf("routes (-) and docs/api.md (+) differ:\n%s", diff)
	}
	for _, m := range regexp.MustCompile("`([a-z]+(?:_[a-z]+)+)` \\(4\\d\\d").FindAllStringSubmatch(string(text), -1) {
		if !lang.Language("en").Has("problem." + m[1]) {
			t.Errorf("docs/api.md names a code that there is not: %s", m[1])
		}
	}
}

// Every code that is written in the API's sources has words in both languages, with the same values.
func TestEveryRefusalHasWords(t *testing.T) {
	t.Parallel()
	var sources []string
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && path == "../local" {
			return fs.SkipDir
		}
		if err == nil && strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
			sources = append(sources, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	quoted := regexp.MustCompile(`(?:apperr\.New\(apperr\.\w+, |Code: |invalid\()"([a-z_]+)"`)
	stated := regexp.MustCompile(`(?:Draft|Scheduled|Planning|Sending|Paused|Open|Cancelled|Closed): "([a-z_]+)"`)
	codes := map[string]string{}
	for _, name := range sources {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range append(quoted.FindAllStringSubmatch(string(text), -1), stated.FindAllStringSubmatch(string(text), -1)...) {
			codes[m[1]] = name
		}
	}
	if len(codes) < 150 {
		t.Fatalf("only %d codes found", len(codes))
	}
	for code, name := range codes {
		for _, l := range lang.All() {
			if !l.Has("problem."+code) && !l.Has("row."+code) {
				t.Errorf("%s of %s has no words in %s", code, name, l)
			}
		}
	}
}
