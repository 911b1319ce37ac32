package cloud

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"onetap/internal/local/cloud/template"
)

// liveUntilKilled is a laptop of its own, run by TestLaptopKilled in another process: it runs one function, says what its
// process is, and waits.
func liveUntilKilled() {
	tmpl, err := template.Parse("t", []byte("Transform: AWS::Serverless-2016-10-31\nResources:\n"+fnResource("F", "Runtime: provided.al2023\nTimeout: 600")), template.Inputs{})
	if err != nil {
		panic(err)
	}
	c, err := Start(Config{Template: tmpl, Functions: os.Getenv("LAPTOP_FOLDER"), Data: os.Getenv("LAPTOP_FOLDER"), Endpoint: "http://127.0.0.1:1"})
	if err != nil {
		panic(err)
	}
	fmt.Println(string(c.functions["F"].invoke(context.Background(), []byte(`{"do":"pid"}`)).payload))
	c.functions["F"].invoke(context.Background(), []byte(`{"do":"sleep","n":600000}`))
}

// A laptop that is killed with SIGKILL, in the middle of an event, leaves no function behind.
func TestLaptopKilled(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	if err := os.MkdirAll(folder+"/f", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(builtFunction, folder+"/f/bootstrap"); err != nil {
		t.Fatal(err)
	}
	laptop := exec.Command(os.Args[0])
	laptop.Env = append(os.Environ(), "LAPTOP_FOLDER="+folder)
	laptop.Stderr = os.Stderr
	out, err := laptop.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := laptop.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	if gone(pid) {
		t.Fatal("the function's process is gone before the laptop is")
	}
	if err := laptop.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	laptop.Wait()
	(&lab{t: t}).eventually("the function's process to end with the laptop", func() bool { return gone(pid) })
}
