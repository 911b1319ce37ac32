package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// program and function are the laptop and the function that its tests run, built once.
var program, function string

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "laptop")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	program, function = filepath.Join(folder, "laptop"), filepath.Join(folder, "bootstrap")
	for binary, source := range map[string]string{program: ".", function: "../../internal/local/cloud/testdata/fn"} {
		if out, err := exec.Command("go", "build", "-o", binary, source).CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "build %s: %v\n%s", source, err, out)
			os.Exit(1)
		}
	}
	code := m.Run()
	os.RemoveAll(folder)
	os.Exit(code)
}

// laptop prepares `laptop run` with a small template, free ports and a folder of its own.
func laptop(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	folder := t.TempDir()
	if err := os.MkdirAll(filepath.Join(folder, "functions", "f"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(function, filepath.Join(folder, "functions", "f", "bootstrap")); err != nil {
		t.Fatal(err)
	}
	template := `Transform: AWS::Serverless-2016-10-31
Resources:
  Api: {Type: AWS::Serverless::HttpApi}
  F:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: provided.al2023
      Timeout: 60
      Events: {Page: {Type: HttpApi, Properties: {ApiId: !Ref Api, Path: '/{proxy+}', Method: ANY}}}
`
	path := filepath.Join(folder, "template.yaml")
	if err := os.WriteFile(path, []byte(template), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute) // a laptop that does not end fails the test
	t.Cleanup(cancel)
	c := exec.CommandContext(ctx, program, append([]string{"run", "-empty", "-template", path, "-functions", filepath.Join(folder, "functions")}, args...)...)
	c.Env = append(os.Environ(), "ONETAP_START=127.0.0.1:0", "ONETAP_SITE=127.0.0.1:0", "ONETAP_LINKS=127.0.0.1:0", "ONETAP_INBOX=127.0.0.1:0", "ONETAP_AWS=127.0.0.1:0", "ONETAP_DATA="+filepath.Join(folder, "data"))
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return c
}

var siteLine = regexp.MustCompile(`site +(http://\S+)`)

// Ctrl-C ends the laptop and every function, also one that is at work, and the counts are shown when asked for.
func TestRunUntilCtrlC(t *testing.T) {
	t.Parallel()
	c := laptop(t, "-meter")
	var errs bytes.Buffer
	c.Stderr = &errs
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	defer c.Process.Kill()
	lines, words := bufio.NewScanner(out), ""
	for lines.Scan() && lines.Text() != "ready" {
		words += lines.Text() + "\n"
	}
	t.Logf("ready after %v", time.Since(begin))
	if took := time.Since(begin); took > 3*time.Second {
		t.Errorf("ready after %v", took)
	}
	site := found(t, siteLine, addresses(t, words))
	if answer, err := http.Get(site + "/x"); err != nil || answer.StatusCode != 200 {
		t.Errorf("the site answers %v, %v", answer, err)
	}
	go http.Get(site + "/x?answer=sleep") // at work when the end comes
	time.Sleep(100 * time.Millisecond)
	children := childrenOf(c.Process.Pid)

	begin = time.Now()
	if err := syscall.Kill(-c.Process.Pid, syscall.SIGINT); err != nil { // as a terminal does it
		t.Fatal(err)
	}
	rest := ""
	for lines.Scan() {
		rest += lines.Text() + "\n"
	}
	if err := c.Wait(); err != nil {
		t.Errorf("it ended with %v\n%s", err, errs.String())
	}
	if took := time.Since(begin); took > 4*time.Second {
		t.Errorf("it took %v to end", took)
	}
	if !strings.Contains(rest, "shutting down") || !strings.Contains(rest, "HTTP API requests") {
		t.Errorf("its last words: %s", rest)
	}
	for _, pid := range children {
		if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) {
			t.Errorf("process %d outlives the laptop: %v", pid, err)
		}
	}
	if len(children) == 0 && exists("/proc/self/task") {
		t.Error("the laptop had no functions running")
	}
}

func exists(path string) bool { _, err := os.Stat(path); return err == nil }

// childrenOf lists the processes that a process has started, where the system tells.
func childrenOf(pid int) []int {
	var list []int
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, task := range tasks {
		data, _ := os.ReadFile(task)
		for text := range strings.FieldsSeq(string(data)) {
			if child, err := strconv.Atoi(text); err == nil {
				list = append(list, child)
			}
		}
	}
	return list
}

// What cannot work is said in one clear line, with exit code 1.
func TestRunRefuses(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { taken.Close() })
	tests := []struct {
		name, env string
		args      []string
		want      string
	}{
		{"taken port", "ONETAP_SITE=" + taken.Addr().String(), nil, "laptop: the site cannot have " + taken.Addr().String() + ": another program uses it; end that one, or set ONETAP_SITE to another address\n"},
		{"minute", "ONETAP_MINUTE=soon", nil, "laptop: ONETAP_MINUTE=\"soon\" is no duration such as 60s or 500ms\n"},
		{"rate", "ONETAP_SES_RATE=fast", nil, "laptop: ONETAP_SES_RATE=\"fast\" is no number of recipients a second (0: no limit)\n"},
		{"quota", "ONETAP_SES_QUOTA=1.5", nil, "laptop: ONETAP_SES_QUOTA=\"1.5\" is no number of recipients a day (0: no limit)\n"},
		{"sample", "ONETAP_SAMPLE=large", nil, "laptop: ONETAP_SAMPLE=\"large\": \"empty\" begins without the sample workspace, and without the variable it is loaded\n"},
		{"parameter", "", []string{"-set", "Color=red"}, "laptop: template.yaml:1: there is no parameter Color\n"},
		{"word", "", []string{"hello"}, "laptop: \"hello\" is no option\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := laptop(t, test.args...)
			c.Env = append(c.Env, test.env)
			var errs bytes.Buffer
			c.Stdout, c.Stderr = io.Discard, &errs
			err := c.Run()
			var exit *exec.ExitError
			if !errors.As(err, &exit) || exit.ExitCode() != 1 || errs.String() != test.want {
				t.Errorf("%v\n%s\nwant\n%s", err, errs.String(), test.want)
			}
		})
	}
}
