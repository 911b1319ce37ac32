package console_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
)

// TestConversations plays the scripts of testdata: what is said to the API and what it answers. A script is read from
// top to bottom:
//
//	# a comment
//	! now 2026-11-20T09:00:00Z     sets the clock; see directive for the others
//	> POST /api/v1/campaigns       a request; "> Name: value" lines are headers, the lines below are the body
//	< 201                          the status that must come; the lines below are the part of the JSON that must be there
//
// In the expected JSON "*" stands for anything, and "$name" keeps a text, a number or null under a name; where the name
// is known already the value must be the same. $name is put into requests too. An answer of 400 and above must leave
// the table exactly as it was.
func TestConversations(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no conversations", err)
	}
	for _, f := range files {
		t.Run(strings.TrimSuffix(filepath.Base(f), ".txt"), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			c := &consoletest.Conversation{World: consoletest.New(t, dynamo.Options{}), T: t, File: f, Names: map[string]any{}}
			c.Play(string(text))
		})
	}
}
