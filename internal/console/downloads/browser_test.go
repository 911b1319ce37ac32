package downloads_test

import (
	"os"
	"path/filepath"
	"testing"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
)

// The administrator takes the workspace out and reads a file back; what is wrong with it is said. The page is sound in both widths and languages.
func TestBrowserWorkspace(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		language string
		width    int64
	}{{"ru", 390}, {"en", 1280}} {
		t.Run(c.language, func(t *testing.T) {
			t.Parallel()
			w := consoletest.New(t, dynamo.Options{})
			w.Staffed()
			b := w.Tab("administrator", c.width, c.language)
			b.Go("/downloads")
			b.Sound("downloads")
			file := filepath.Join(t.TempDir(), "workspace.jsonl")
			if err := os.WriteFile(file, []byte(`{"kind":"staff","id":"anna","name":"Anna","email":"anna@example.com","role":"owner"}`+"\n"+`{"kind":"audit"}`+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			b.File("#workspace", file)
			b.ClickTo(`form[action="/downloads/workspace/restore"] button`, `dl.facts`)
			b.Sound("restored")
			consoletest.Shoot(b, "workspace-"+c.language)
		})
	}
}
