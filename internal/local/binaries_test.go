package local_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"onetap/internal/local/bench"
	"onetap/internal/local/localtest"
)

// TestBinariesAreSmall builds the packages for AWS and holds their sizes: Lambda unpacks and starts a large one later.
//
// All but desk, which has the pages, were under 10.1 MB when this was written. Desk had 13.9, and a limit of 14, before search
// by word forms, signing in by code, undoing uploads, second reminders, devices, filters and the first steps came, and 16 before it made
// key pairs for employees' campaigns (crypto/hpke, 0.2 MB) and exported and erased one person's data, 16.7 before it opened what is
// sealed and said for how long it is kept, 16.9 before employees were asked on paper alone (groups, cards, the API's), 17.0 before it brought in answers from elsewhere (the use case 0.13 MB, its pages 0.13). 17.4 before accounts, downloads and continuous surveys. 18.3 before
// deadlines in working time, owners' links, rules on how often people are asked, the tree of accounts, and a board that counts, narrows and works on several cases: 19.2.
// 19.4 before written procedures, executives' calls, telling customers what was done, how the loop runs, and huddles (20.12), 20.51 with the inbox and recommendations, 20.71 with workspaces read back and the silent added up, 20.97 with waves and themes (40 KB of it the dictionary), 21.50 with the dictionary’s editor, the pages of single themes and what else of insight came with them, 21.63 with touchpoints: it may have 21.7 now; respond, which seals what people write and has the page /privacy, has 9.44 (9.37 before it asked about touchpoints, 9.31 before it offered links to hand on, 9.24 before it asked for a quote and whether what was done is right; 9.63 while it carried the words of the desk, too), and may have no more. No library of megabytes (which is why workbooks are read by a function of their own). What
// makes one jump by megabytes is nearly always a call of reflect's Method or MethodByName (html/template has one), with which
// the linker keeps every exported method that is in reach, those of the AWS clients among them: go build -ldflags=-dumpdep
// shows it. templ makes about 350 bytes of machine code of an expression: what many pages share is a component that is not
// inlined (console/parts.templ).
func TestBinariesAreSmall(t *testing.T) {
	if testing.Short() {
		t.Skip("links ten binaries")
	}
	t.Parallel()
	const most, mostOfDesk, mostOfRespond = 12_000_000, 21_700_000, 9_440_000 // bytes
	folder, top := crossBuilt(t, "arm64", "-s -w"), filepath.Dir(localtest.Template(t))
	mains, err := filepath.Glob(filepath.Join(top, "functions", "*", "main.go"))
	if err != nil || len(mains) < 10 {
		t.Fatal(mains, err)
	}
	for _, main := range mains {
		name := filepath.Base(filepath.Dir(main))
		info, err := os.Stat(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		limit := int64(most)
		switch name {
		case "respond":
			limit = mostOfRespond
		case "desk":
			limit = mostOfDesk
		}
		t.Logf("%-10s %5.2f MB of %d", name, float64(info.Size())/1e6, limit/1e6)
		if info.Size() > limit {
			t.Errorf("%s has %d bytes, its budget is %d", name, info.Size(), limit)
		}
	}
}

// crossBuilt builds the functions as they go to AWS, with the linker's flags, and returns their folder.
func crossBuilt(t *testing.T, name, flags string) string {
	t.Helper()
	top := filepath.Dir(localtest.Template(t))
	folder := filepath.Join(top, ".local", name) // kept: what has not changed is not linked again
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	build := exec.Command("go", "build", "-tags", "lambda.norpc", "-trimpath", "-ldflags", flags, "-o", folder+"/", "./functions/...")
	build.Dir = top
	build.Env = append(os.Environ(), "GOOS=linux", "GOARCH=arm64", "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return folder
}

// TestInitOfRespond says where the start of the function that people wait for goes; the figure to look at is 15 ms, which
// make bench measures. What fails here is not a clock but the number of packages.
func TestInitOfRespond(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the functions")
	}
	init, err := bench.InitOf(filepath.Join(localtest.Functions(t), "respond", "bootstrap"))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%v in %d packages' init, in ms: %s …", init.Took, len(init.Packages), init.Slowest(8))
	// Neither a clock nor the machine is in it: packages that are initialised at all, of which the AWS clients bring most.
	const most = 140
	if n := len(init.Packages); n > most {
		t.Errorf("%d packages are initialised, the budget is %d", n, most)
	}
}
