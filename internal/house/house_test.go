// Package house holds the house to its plan: which package may import which, in one table.
//
// Arrows point down only. Doors turn HTTP and events into calls of use cases; use cases decide; the domain is pure;
// adapters speak to AWS or make bytes. ARCHITECTURE.md draws the same.
package house

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Sets of packages that the table names together. A pattern is a path below onetap/ in which * stands for one name and
// a last /** for whatever is below.
var (
	domain = []string{"internal/ballot", "internal/blocks", "internal/calendar", "internal/calendar/holidays", "internal/money", "internal/nps", "internal/stats", "internal/survey", "internal/loop", "internal/waves"}
	// pure makes bytes and answers questions, and speaks to nobody.
	pure = []string{
		"internal/apperr", "internal/authz", "internal/celltext", "internal/keys", "internal/lang", "internal/logs", "internal/mail", "internal/names",
		"internal/report", "internal/seal", "internal/sheet", "internal/insight/themes", "internal/text", "internal/theme", "internal/theme/logo", "internal/tmpl", "internal/wording",
	}
	useCases = []string{"internal/accounts", "internal/auth", "internal/contacts", "internal/counting", "internal/delivery", "internal/exports", "internal/firststeps", "internal/followup", "internal/history", "internal/insight", "internal/mailing", "internal/opening", "internal/org", "internal/resealing", "internal/restoring", "internal/rights", "internal/searching"}
	// outer speaks HTTP, or to AWS, or to an issuer of identities.
	outer = []string{"internal/awsenv", "internal/chart", "internal/door", "internal/kms", "internal/oidc", "internal/s3", "internal/ses", "internal/store", "internal/web"}
	inner = slices.Concat(useCases, domain, pure)
)

type rule struct {
	packages string
	may      []string // nil: nothing of this module
}

// table says what each package may import of the others; of the first pattern that fits it. A package that none fits is
// refused: where it belongs is decided here first.
var table = []rule{
	// Wiring.
	{"functions/*", slices.Concat([]string{"internal/console", "internal/api", "internal/public", "internal/handlers/*"}, inner, outer)},
	{"cmd/laptop", []string{"internal/**"}},

	// Doors. Areas of the console know the shell and nothing of each other.
	{"internal/console", slices.Concat([]string{"internal/console/*", "internal/api"}, inner, outer)},
	{"internal/console/consoletest", []string{"internal/**"}},
	{"internal/console/shell", slices.Concat(inner, outer)},
	{"internal/console/*", slices.Concat([]string{"internal/console/shell"}, inner, outer)},
	{"internal/api", slices.Concat(inner, outer)},
	{"internal/public", slices.Concat(inner, outer)},
	{"internal/handlers/sheets", []string{"internal/apperr", "internal/sheet", "internal/workbook"}}, // the only one that opens strangers' archives
	{"internal/handlers/report", slices.Concat([]string{"internal/lang/desk"}, inner, outer)},        // headings, as the desk's pages have them
	{"internal/handlers/*", slices.Concat(inner, outer)},

	// Use cases. They ask for what they need by interfaces of their own.
	{"internal/accounts", slices.Concat(domain, pure)},
	{"internal/auth", slices.Concat(domain, pure)},
	{"internal/contacts", slices.Concat(domain, pure, []string{"internal/searching"})},
	{"internal/counting", slices.Concat(domain, pure)},
	{"internal/delivery", slices.Concat(domain, pure, []string{"internal/followup"})},
	{"internal/exports", slices.Concat(domain, pure, []string{"internal/contacts", "internal/followup", "internal/insight"})},
	{"internal/firststeps", slices.Concat(domain, pure)},
	{"internal/followup", slices.Concat(domain, pure, []string{"internal/insight"})},
	{"internal/history", slices.Concat(domain, pure, []string{"internal/contacts"})},
	{"internal/insight", slices.Concat(domain, pure, []string{"internal/accounts"})},
	{"internal/mailing", slices.Concat(domain, pure, []string{"internal/insight"})},
	{"internal/opening", slices.Concat(domain, pure)},
	{"internal/org", slices.Concat(domain, pure, []string{"internal/contacts", "internal/auth"})},
	{"internal/resealing", domain},
	{"internal/restoring", slices.Concat(domain, pure)},
	{"internal/rights", slices.Concat(domain, pure)},
	{"internal/searching", slices.Concat(domain, pure)},

	// Domain.
	{"internal/nps", nil},
	{"internal/stats", []string{"internal/nps"}},
	{"internal/waves", []string{"internal/insight/themes", "internal/nps", "internal/stats", "internal/survey"}},
	{"internal/insight/themes", []string{"internal/text"}},
	{"internal/blocks", nil},
	{"internal/calendar", []string{"internal/apperr"}},
	{"internal/calendar/holidays", []string{"internal/calendar"}},
	{"internal/money", nil},
	{"internal/ballot", []string{"internal/blocks"}},
	{"internal/survey", []string{"internal/nps", "internal/money", "internal/apperr", "internal/names", "internal/celltext"}},
	{"internal/loop", []string{"internal/calendar", "internal/money", "internal/nps", "internal/survey", "internal/apperr"}},

	// Adapters.
	{"internal/apperr", nil},
	{"internal/names", nil},
	{"internal/report", []string{"internal/sheet"}}, // which text a table takes for a formula
	{"internal/celltext", []string{"internal/apperr", "internal/names"}},
	{"internal/logs", nil},
	{"internal/text", nil},
	{"internal/theme", nil},
	{"internal/tmpl", nil},
	{"internal/theme/logo", []string{"internal/theme", "internal/apperr"}},
	{"internal/sheet", []string{"internal/apperr"}},
	{"internal/seal", []string{"internal/apperr"}},
	{"internal/workbook/workbooktest", nil},
	{"internal/workbook", []string{"internal/apperr", "internal/sheet"}},
	{"internal/lang", []string{"internal/apperr"}},
	{"internal/lang/desk", []string{"internal/lang"}},
	{"internal/authz", []string{"internal/survey"}},
	{"internal/keys", []string{"internal/ballot", "internal/survey"}},
	{"internal/wording", []string{"internal/survey", "internal/lang", "internal/apperr"}},
	{"internal/mail", slices.Concat(domain, pure)},
	{"internal/awsenv", nil},
	{"internal/chart", pure},
	{"internal/store", slices.Concat(domain, pure, []string{"internal/awsenv"})},
	{"internal/s3", []string{"internal/awsenv"}},
	{"internal/ses", slices.Concat(domain, pure, []string{"internal/awsenv"})},
	{"internal/kms", []string{"internal/awsenv", "internal/seal"}},    // whose interface it serves
	{"internal/oidc", slices.Concat(pure, []string{"internal/auth"})}, // whose interface it serves
	{"internal/web", pure},
	{"internal/door", slices.Concat(inner, []string{"internal/lang/desk", "internal/web", "internal/store", "internal/oidc"})},

	// The laptop. Four rooms of it know nothing of Onetap.
	{"internal/local/dynamo", []string{"internal/local/guard"}},
	{"internal/local/ses", []string{"internal/local/guard"}},
	{"internal/local/faults", []string{"internal/local/cloud"}},
	{"internal/local/cloud", []string{"internal/local/guard", "internal/local/cloud/**"}},
	{"internal/local/cloud/*", []string{"internal/local/cloud/*"}},
	{"internal/local/guard", nil},
	{"internal/local", slices.Concat([]string{"internal/local/**", "internal/lang/desk"}, inner)},
	{"internal/local/**", slices.Concat([]string{"internal/lang/desk", "internal/local", "internal/local/**", "internal/store", "internal/awsenv", "internal/kms", "internal/seal/sealtest", "internal/ses"}, inner)},
	{"internal/replay", []string{"internal/awsenv"}},

	// What only tests use.
	{"internal/browsertest", []string{"internal/local/localtest"}},
	{"samples", nil},
	{"internal/house", nil},
	{"internal/**", nil},
}

// quiet packages, and all that they import, know neither HTTP nor AWS.
var quiet = inner

// A package imports what the table lets it, tests aside.
func TestImportsPointDown(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		at := slices.IndexFunc(table, func(r rule) bool { return fits(r.packages, p.path) })
		if at < 0 {
			t.Errorf("%s stands nowhere in the table", p.path)
			continue
		}
		for _, i := range p.Imports {
			i, ours := strings.CutPrefix(i, module)
			if ours && i != p.path && !strings.HasSuffix(p.path, "test") && !fitsAny(table[at].may, i) {
				t.Errorf("%s imports %s, which the table does not let it", p.path, i)
			}
		}
	}
}

// No use case, nothing of the domain and no pure adapter reaches HTTP or AWS, by whatever way.
func TestInnerRoomsAreQuiet(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		if !fitsAny(quiet, p.path) {
			continue
		}
		for _, d := range p.Deps {
			if d == "net/http" || strings.HasPrefix(d, "github.com/aws/") {
				t.Errorf("%s reaches %s", p.path, d)
			}
		}
		if p.path == "internal/nps" && slices.ContainsFunc(p.Imports, func(i string) bool { return strings.Contains(i, ".") || strings.HasPrefix(i, module) }) {
			t.Errorf("nps imports %v: it is arithmetic, and the standard library does for it", p.Imports)
		}
	}
}

// A function's folder is wiring: one file of 60 lines or fewer.
func TestFunctionsAreWiring(t *testing.T) {
	t.Parallel()
	found := 0
	for _, p := range packages(t) {
		if !fits("functions/*", p.path) {
			continue
		}
		found++
		if !slices.Equal(p.GoFiles, []string{"main.go"}) || len(p.TestGoFiles)+len(p.XTestGoFiles)+len(p.EmbedFiles) > 0 {
			t.Errorf("%s holds %v %v %v %v, want main.go alone", p.path, p.GoFiles, p.TestGoFiles, p.XTestGoFiles, p.EmbedFiles)
		}
		source, err := os.ReadFile(filepath.Join("..", "..", p.path, "main.go"))
		if err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(source, []byte("\n")); n > 60 {
			t.Errorf("%s/main.go has %d lines, want 60 or fewer", p.path, n)
		}
	}
	if found < 7 {
		t.Errorf("%d functions found", found)
	}
}

const module = "onetap/"

// pkg is a package of the module as the go command lists it.
type pkg struct {
	path       string // below the module
	ImportPath string

	Imports, Deps, GoFiles, TestGoFiles, XTestGoFiles, EmbedFiles []string
}

var list = sync.OnceValues(func() (all []pkg, err error) {
	c := exec.Command("go", "list", "-json=ImportPath,Imports,Deps,GoFiles,TestGoFiles,XTestGoFiles,EmbedFiles", "./...")
	c.Dir, c.Stderr = filepath.Join("..", ".."), os.Stderr
	out, err := c.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		p.path = strings.TrimPrefix(p.ImportPath, module)
		all = append(all, p)
	}
})

func packages(t *testing.T) []pkg {
	t.Helper()
	all, err := list()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func fitsAny(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return fits(p, name) })
}

func fits(pattern, name string) bool {
	if above, all := strings.CutSuffix(pattern, "/**"); all {
		return strings.HasPrefix(name, above+"/")
	}
	ok, err := path.Match(pattern, name)
	return err == nil && ok
}
