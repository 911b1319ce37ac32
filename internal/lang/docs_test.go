package lang

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// forEngineers are the pages of docs that nobody reads who uses Onetap, with the reason.
var forEngineers = map[string]string{
	"terms.md":      "quotes the wrong words",
	"faults.md":     "what was broken on purpose in which line of code",
	"benchmarks.md": "written by make bench, of what the code calls it",
}

// rightHere are phrases in which a word is right that docs/terms.md has another for.
var rightHere = map[string][]string{
	"runbook.md": {
		"dead letter", "dead letters", "dead-letter", // the field's word for messages that nobody could take
		"Delete the letter", "runs every letter once more", // of the dead ones
		"copy them into tickets", // of other systems
	},
	"README.md": {"dead letters"},
	"api.md": { // letters of the alphabet
		"letters' case", "in the middle of a letter", "by its letters", "in any letter", "letters beyond ASCII", "of a letter (then", "in any letters",
	},
}

var (
	fenced = regexp.MustCompile("(?s)```.*?```")
	coded  = regexp.MustCompile("`[^`\n]*`")
	linked = regexp.MustCompile(`\]\([^)]*\)`)
)

// prose is a page of docs without what is code in it, addresses, and phrases that are right there.
func prose(text string, right []string) string {
	for _, r := range []*regexp.Regexp{fenced, coded, linked} {
		text = r.ReplaceAllString(text, " ")
	}
	for _, phrase := range right {
		text = regexp.MustCompile(`(?i)`+strings.ReplaceAll(regexp.QuoteMeta(phrase), " ", `\s+`)+`\b`).ReplaceAllString(text, " ")
	}
	return text
}

// What users read beside the pages, README.md and docs, uses the words of docs/terms.md, too.
func TestDocsUseTheTerms(t *testing.T) {
	t.Parallel()
	forbidden, _ := terms(t)
	files, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(files) < 5 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, file := range append(files, "../../README.md") {
		name := filepath.Base(file)
		if forEngineers[name] != "" {
			continue
		}
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, phrase := range rightHere[name] {
			if said := regexp.MustCompile(`(?i)` + strings.ReplaceAll(regexp.QuoteMeta(phrase), " ", `\s+`)); !said.Match(b) {
				t.Errorf("%s does not say %q any longer", name, phrase)
			}
		}
		for line := range strings.Lines(prose(string(b), rightHere[name])) {
			for w, found := range forbidden["en"] {
				if at := found.FindString(line); at != "" {
					t.Errorf("%s says %q (%s), which docs/terms.md has another word for: %s", name, strings.TrimSpace(at), w, strings.TrimSpace(line))
				}
			}
		}
	}
	for name := range forEngineers {
		if !slices.Contains(files, "../../docs/"+name) {
			t.Errorf("there is no docs/%s", name)
		}
	}
	for text, want := range map[string]bool{"The letter goes out": true, "A dead letter waits": false, "The field `letter` is": false, "Nobody is asked": true} {
		got := false
		for _, found := range forbidden["en"] {
			got = got || found.MatchString(prose(text, rightHere["runbook.md"]))
		}
		if got != want {
			t.Errorf("%q is refused: %v", text, got)
		}
	}
}
