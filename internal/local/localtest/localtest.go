// Package localtest gives tests of the whole laptop what it runs: the template and the functions' binaries.
package localtest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// Template returns the path of the project's template.yaml.
func Template(t testing.TB) string {
	t.Helper()
	return filepath.Join(root(t), "template.yaml")
}

// Functions builds the functions for this machine as `make local` does, where that has not been done since they changed,
// and returns their folder. Test programs that run at the same time take turns.
func Functions(t testing.TB) string {
	t.Helper()
	top := root(t)
	local := filepath.Join(top, ".local")
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
	if err := build(top, local); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(local, "functions")
}

func build(top, local string) error {
	c := exec.Command("go", "build", "-tags", "lambda.norpc", "-trimpath", "-ldflags", "-s -w", "-o", filepath.Join(local, "bin")+"/", "./functions/...")
	c.Dir = top
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("build the functions: %w\n%s", err, out)
	}
	folders, err := filepath.Glob(filepath.Join(top, "functions", "*", "main.go"))
	if err != nil {
		return err
	}
	for _, f := range folders {
		name := filepath.Base(filepath.Dir(f))
		if err := link(filepath.Join(local, "bin", name), filepath.Join(local, "functions", name)); err != nil {
			return err
		}
	}
	return nil
}

// link puts a binary into a function's folder; one that is there already, and may be running, is replaced in one step.
func link(binary, folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	bootstrap := filepath.Join(folder, "bootstrap")
	built, err := os.Stat(binary)
	if err != nil {
		return err
	}
	if there, err := os.Stat(bootstrap); err == nil && os.SameFile(built, there) {
		return nil
	}
	next := filepath.Join(folder, "bootstrap.next")
	if err := errors.Join(remove(next), os.Link(binary, next)); err != nil {
		return err
	}
	return os.Rename(next, bootstrap)
}

func remove(path string) error {
	if err := os.Remove(path); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// root is the folder of go.mod, above the package that is tested.
func root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("there is no go.mod above the test")
		}
		dir = up
	}
}
