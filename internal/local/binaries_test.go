package local_test

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"testing"
	"time"

	"onetap/internal/local/localtest"
)

// TestBinariesAreSmall builds the packages for AWS and holds their sizes: Lambda unpacks and starts a large one later.
//
// The design allows 14 MB; all were under 10.1 when this was written. What makes one jump by megabytes is nearly always a
// call of reflect's Method or MethodByName (html/template has one), with which the linker keeps every exported method
// that is in reach, those of the AWS clients among them: go build -ldflags=-dumpdep shows it.
func TestBinariesAreSmall(t *testing.T) {
	if testing.Short() {
		t.Skip("links seven binaries")
	}
	t.Parallel()
	const most, mostOfRespond = 12_000_000, 9_000_000 // bytes
	top := filepath.Dir(localtest.Template(t))
	folder := filepath.Join(top, ".local", "arm64") // kept: what has not changed is not linked again
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	build := exec.Command("go", "build", "-tags", "lambda.norpc", "-trimpath", "-ldflags", "-s -w", "-o", folder+"/", "./functions/...")
	build.Dir = top
	build.Env = append(os.Environ(), "GOOS=linux", "GOARCH=arm64", "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	mains, err := filepath.Glob(filepath.Join(top, "functions", "*", "main.go"))
	if err != nil || len(mains) < 7 {
		t.Fatal(mains, err)
	}
	for _, main := range mains {
		name := filepath.Base(filepath.Dir(main))
		info, err := os.Stat(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		limit := int64(most)
		if name == "respond" {
			limit = mostOfRespond
		}
		t.Logf("%-10s %5.2f MB of %d", name, float64(info.Size())/1e6, limit/1e6)
		if info.Size() > limit {
			t.Errorf("%s has %d bytes, its budget is %d", name, info.Size(), limit)
		}
	}
}

// TestInitOfRespond says where the start of the function that people wait for goes. It fails on no clock; the figure to
// look at is 15 ms.
func TestInitOfRespond(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the functions")
	}
	run := exec.Command(filepath.Join(localtest.Functions(t), "respond", "bootstrap"))
	run.Env = []string{"GODEBUG=inittrace=1"} // without TABLE it ends when all packages are initialised
	began := time.Now()
	out, err := run.CombinedOutput()
	took := time.Since(began)
	if err == nil {
		t.Fatal("respond runs without a table")
	}
	type part struct {
		name string
		ms   float64
	}
	var parts []part
	sum := 0.0
	for _, m := range regexp.MustCompile(`(?m)^init (\S+) @\S+ ms, (\S+) ms clock`).FindAllSubmatch(out, -1) {
		ms, err := strconv.ParseFloat(string(m[2]), 64)
		if err != nil {
			t.Fatal(err)
		}
		sum += ms
		parts = append(parts, part{string(m[1]), ms})
	}
	if len(parts) == 0 {
		t.Fatalf("no trace:\n%s", out)
	}
	slices.SortFunc(parts, func(a, b part) int { return cmp.Compare(b.ms, a.ms) })
	slowest := ""
	for _, p := range parts[:min(6, len(parts))] {
		slowest += fmt.Sprintf(" %s %.2f,", p.name, p.ms)
	}
	t.Logf("%.1f ms from exec to the refusal, %.2f ms of it in %d packages' init:%s …", took.Seconds()*1000, sum, len(parts), slowest)
}
