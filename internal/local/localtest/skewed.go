package localtest

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// Skewed builds the functions with a clock that the laptop can set wrong (internal/local/clocks), as `make skewed` does,
// and returns their folder.
func Skewed(t testing.TB) string {
	t.Helper()
	top := root(t)
	local := filepath.Join(top, ".local", "skewed")
	if err := os.MkdirAll(filepath.Join(local, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	lock, err := os.OpenFile(filepath.Join(local, "build.lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close() // and with it the lock
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	overlay := exec.Command("sh", filepath.Join(top, "internal", "local", "clocks", "overlay.sh"), filepath.Join(local, "clocks"))
	if out, err := overlay.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	c := exec.Command("go", "build", "-tags", "lambda.norpc", "-trimpath", "-ldflags", "-s -w", "-overlay", filepath.Join(local, "clocks", "overlay.json"),
		"-o", filepath.Join(local, "bin")+"/", "./functions/...")
	c.Dir = top
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("build the functions with a clock of their own: %v\n%s", err, out)
	}
	folders, err := filepath.Glob(filepath.Join(top, "functions", "*", "main.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range folders {
		name := filepath.Base(filepath.Dir(f))
		if err := link(filepath.Join(local, "bin", name), filepath.Join(local, name)); err != nil {
			t.Fatal(err)
		}
	}
	return local
}
