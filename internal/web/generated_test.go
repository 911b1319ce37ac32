package web

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestGeneratedPagesAreFresh runs the generator of tools.mod over every .templ file of the project and compares with the
// _templ.go files that are committed. It writes nothing, and needs no network once the generator is in the module cache.
func TestGeneratedPagesAreFresh(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds the generator")
	}
	const top = "../.." // the generated code names its .templ file from there
	err := filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
		if source, ok := strings.CutSuffix(path, "_templ.go"); ok && err == nil {
			// What is asked for with os.Stat is also what makes go test forget an earlier result.
			if _, err := os.Stat(path); err != nil {
				return err
			}
			if _, err := os.Stat(source + ".templ"); err != nil {
				t.Errorf("%s is generated, but of no .templ file: delete it", path)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	templ := func(args ...string) ([]byte, error) {
		c := exec.Command("go", append([]string{"tool", "-modfile=tools.mod", "templ"}, args...)...)
		c.Dir = top
		return c.CombinedOutput()
	}
	if out, err := templ("version"); err != nil {
		t.Skipf("NOT CHECKED, the generated pages may be stale: the generator does not start here (%v)\n%s", err, out)
	}
	if out, err := templ("generate", "-check", "-keep-orphaned-files"); err != nil {
		t.Errorf("a .templ file and its _templ.go differ; make generate: %v\n%s", err, out)
	}
}
