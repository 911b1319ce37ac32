package cloud

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

func TestInvoke(t *testing.T) {
	t.Parallel()
	l := newLab(t, fnResource("F", "Timeout: 1")+fnResource("Long", "Timeout: 30"))

	if answer, failed := l.call("F", map[string]any{"do": "echo", "text": "häuser"}); failed || answer != `{"do":"echo","text":"häuser"}` {
		t.Errorf("echo: %s, failed %v", answer, failed)
	}
	var first, second int
	l.must(&first, "F", map[string]any{"do": "pid"})
	l.must(&second, "F", map[string]any{"do": "pid"})
	if first != second {
		t.Errorf("processes %d and %d for two events one after another", first, second)
	}

	failures := []struct {
		name  string
		order map[string]any
		want  []string
	}{
		{"error", map[string]any{"do": "error", "text": "no such thing"}, []string{`"errorType":"errorString"`, "no such thing"}},
		{"panic", map[string]any{"do": "panic", "text": "at the disco"}, []string{"at the disco"}},
		{"exit", map[string]any{"do": "exit", "n": 3}, []string{"Runtime.ExitError", "exit status 3"}},
		{"exit without a reason", map[string]any{"do": "exit"}, []string{"Runtime.ExitError", "without providing a reason"}},
		{"timeout", map[string]any{"do": "sleep", "n": 5000}, []string{"Sandbox.Timedout", "Task timed out after 1.00 seconds"}},
	}
	for _, test := range failures {
		answer, failed := l.call("F", test.order)
		for _, want := range test.want {
			if !failed || !strings.Contains(answer, want) {
				t.Errorf("%s: failed %v with %.300s, want %s", test.name, failed, answer, want)
			}
		}
		var pid int
		l.must(&pid, "F", map[string]any{"do": "pid"}) // whatever happened, the next event finds a process
	}

	if answer, failed := l.call("Long", map[string]any{"do": "big", "n": 7 << 20}); !failed || !strings.Contains(answer, "Function.ResponseSizeTooLarge") || !strings.Contains(answer, "6291556 bytes") {
		t.Errorf("an answer of 7 MB: failed %v with %.300s", failed, answer)
	}
	var big string
	l.must(&big, "Long", map[string]any{"do": "big", "n": 6 << 20})
	if len(big) != 6<<20 {
		t.Errorf("an answer of 6 MB came as %d bytes", len(big))
	}
	tooLarge := []byte(`"` + strings.Repeat("x", 7<<20) + `"`)
	if r := l.functions["F"].invoke(context.Background(), tooLarge); !errors.Is(r.err, errTooLarge) {
		t.Errorf("an event of 7 MB: %v", r.err)
	}
}

func TestMemoryLimit(t *testing.T) {
	t.Parallel()
	if _, ok := residentBytes(os.Getpid()); !ok {
		t.Skip("this system does not tell what a process holds; the limit is kept on Linux only")
	}
	l := newLab(t, fnResource("F", "MemorySize: 128"))
	answer, failed := l.call("F", map[string]any{"do": "hog", "n": 200})
	if !failed || !strings.Contains(answer, "Runtime.OutOfMemory") {
		t.Errorf("200 MB in a function of 128: failed %v with %s", failed, answer)
	}
	if peak := l.Meter().Report(time.Now()).Of("F").PeakMB; peak < 128 {
		t.Errorf("peak memory %v MB", peak)
	}
}

func TestInitFailures(t *testing.T) {
	t.Parallel()
	l := newLab(t, fnResource("Exits", "Environment: {Variables: {INIT: exit}}")+fnResource("Hangs", "Environment: {Variables: {INIT: hang}}"))
	if answer, failed := l.call("Exits", map[string]any{"do": "pid"}); !failed || !strings.Contains(answer, "exit status 7") {
		t.Errorf("failed %v with %s", failed, answer)
	}
	l.initLimit = 100 * time.Millisecond
	if answer, failed := l.call("Hangs", map[string]any{"do": "pid"}); !failed || !strings.Contains(answer, "Sandbox.Timedout") {
		t.Errorf("failed %v with %s", failed, answer)
	}
}

func TestEnvironmentAndContext(t *testing.T) {
	t.Parallel()
	l := newLab(t, fnResource("GreetFunction", "FunctionName: greet\nMemorySize: 256\nLoggingConfig: {LogFormat: JSON}\nEnvironment: {Variables: {WORD: hello}}"))
	var list []string
	l.must(&list, "GreetFunction", map[string]any{"do": "env"})
	env := map[string]string{}
	for _, line := range list {
		name, value, _ := strings.Cut(line, "=")
		env[name] = value
	}
	want := map[string]string{
		"WORD": "hello", "OUT": l.out, "AWS_LAMBDA_FUNCTION_NAME": "greet", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
		"AWS_LAMBDA_FUNCTION_VERSION": "$LATEST", "AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_REGION": "us-east-1",
		"AWS_ACCESS_KEY_ID": "GreetFunction", "AWS_ENDPOINT_URL": l.endpoint.URL, "TZ": ":UTC", "_HANDLER": "bootstrap",
	}
	for name, value := range want {
		if env[name] != value {
			t.Errorf("%s=%q, want %q", name, env[name], value)
		}
	}
	if _, leaked := env["HOME"]; leaked {
		t.Error("the laptop's own environment leaks into functions")
	}
	var c struct {
		ARN, ID, Trace string
		Left           int
	}
	l.must(&c, "GreetFunction", map[string]any{"do": "context"})
	if c.ARN != "arn:aws:lambda:us-east-1:000000000000:function:greet" || len(c.ID) != 36 || c.Left < 9000 || c.Left > 10000 || !strings.HasPrefix(c.Trace, "Root=1-") {
		t.Errorf("context %+v", c)
	}
}

// Events beyond the number of processes wait for their turn; a reserved number goes before the laptop's.
func TestProcesses(t *testing.T) {
	t.Parallel()
	l := newLab(t, fnResource("Two", "")+fnResource("One", "ReservedConcurrentExecutions: 1"), func(c *Config) { c.Processes = 2 })
	pids := func(id string) map[string]bool {
		var mu sync.Mutex
		var wg sync.WaitGroup
		seen := map[string]bool{}
		for range 6 {
			wg.Go(func() {
				pid, _ := l.call(id, map[string]any{"do": "sleep", "n": 50})
				mu.Lock()
				seen[pid] = true
				mu.Unlock()
			})
		}
		wg.Wait()
		return seen
	}
	if n := len(pids("Two")); n != 2 {
		t.Errorf("6 events at once ran in %d processes, want 2", n)
	}
	if n := len(pids("One")); n != 1 {
		t.Errorf("6 events at once ran in %d processes, want the reserved 1", n)
	}
}

func TestIdleProcessesEnd(t *testing.T) {
	t.Parallel()
	l := newLab(t, fnResource("F", ""), func(c *Config) { c.Idle = 10 * time.Millisecond })
	var pid int
	l.must(&pid, "F", map[string]any{"do": "pid"})
	l.eventually("the idle process to end", func() bool { return gone(pid) })
	l.must(&pid, "F", map[string]any{"do": "pid"})
}

// gone says whether a process has ended.
func gone(pid int) bool {
	data, err := os.ReadFile("/proc/" + jsonNumber(pid) + "/stat")
	if err == nil && strings.Contains(string(data), ") Z ") {
		return true // dead; only its parent, which is not ours to wait for, has not asked for it
	}
	return errors.Is(syscall.Kill(pid, 0), syscall.ESRCH)
}

func jsonNumber(n int) string { b, _ := json.Marshal(n); return string(b) }

// Close ends the processes of functions and what those have started, also in the middle of an event.
func TestCloseEndsEverything(t *testing.T) {
	t.Parallel()
	l := newLab(t, fnResource("F", ""))
	var family []int
	l.must(&family, "F", map[string]any{"do": "child"})
	answer := make(chan result, 1)
	go func() {
		answer <- l.functions["F"].invoke(context.Background(), []byte(`{"do":"sleep","n":60000}`))
	}()
	l.eventually("the second event to run", func() bool { return l.functions["F"].active.Load() == 1 })
	begin := time.Now()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("closing took %v", took)
	}
	for _, pid := range family {
		l.eventually(fmt.Sprintf("process %d of %v to end", pid, family), func() bool { return gone(pid) })
	}
	if r := <-answer; !r.failed && r.err == nil {
		t.Errorf("the event that was running succeeded: %s", r.payload)
	}
	if r := l.functions["F"].invoke(context.Background(), []byte(`{}`)); !errors.Is(r.err, errClosed) {
		t.Errorf("an event after the end: %v", r.err)
	}
}

func TestLogs(t *testing.T) {
	t.Parallel()
	var shown lockedBuffer
	l := newLab(t, fnResource("FooFunction", "")+fnResource("BarFunction", ""), func(c *Config) { c.Verbose = &shown })
	l.call("FooFunction", map[string]any{"do": "log", "text": "plain words"})
	l.call("BarFunction", map[string]any{"do": "error", "text": "it broke"})
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	text := ""
	for _, name := range []string{"foo.log", "bar.log"} {
		data, err := os.ReadFile(filepath.Join(l.cfg.Data, "logs", name))
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.SplitSeq(strings.TrimSpace(string(data)), "\n") {
			if !json.Valid([]byte(line)) {
				t.Errorf("%s: %s is no JSON", name, line)
			}
		}
		text += string(data)
	}
	for _, want := range []string{
		`"stream":"stdout","line":"plain words"`, `"stream":"stderr","line":{"level":"INFO","msg":"in JSON"}`,
		`"type":"platform.report","status":"success"`, `"status":"error"`, `"error":"errorString: it broke"`, `"requestId":"`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the log has no %s:\n%s", want, text)
		}
	}
	if !strings.Contains(shown.String(), "foo: plain words") {
		t.Errorf("shown: %s", shown.String())
	}
	u := l.Meter().Report(time.Now()).Of("FooFunction")
	if want := int64(len("plain words") + len(`{"level":"INFO","msg":"in JSON"}`) + 2*26); u.LogBytes != want {
		t.Errorf("%d log bytes, want %d", u.LogBytes, want)
	}
	if u.Requests != 1 || u.Errors != 0 || u.ColdStarts != 1 || u.InitMs <= 0 || u.GBSeconds <= 0 {
		t.Errorf("usage %+v", u)
	}
	if u := l.Meter().Report(time.Now()).Of("BarFunction"); u.Errors != 1 {
		t.Errorf("usage %+v", u)
	}
}

type lockedBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func TestMissingBinary(t *testing.T) {
	t.Parallel()
	l := prepareLab(t, t.TempDir(), fnResource("FooFunction", ""))
	if err := os.Remove(filepath.Join(l.cfg.Functions, "foo", "bootstrap")); err != nil {
		t.Fatal(err)
	}
	_, err := Start(l.cfg)
	want := "the binary of FooFunction is missing: " + filepath.Join(l.cfg.Functions, "foo", "bootstrap")
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// A process that is busy while the processes are replaced ends with its event: else it would keep what it was started with.
func TestRecycleOfTheBusy(t *testing.T) {
	t.Parallel()
	l := newLab(t, fnResource("F", "Timeout: 30"))
	var before, after int
	l.must(&before, "F", map[string]any{"do": "pid"})
	busy := make(chan struct{})
	go func() {
		defer close(busy)
		l.call("F", map[string]any{"do": "sleep", "n": 500})
	}()
	f := l.functions["F"]
	for taken := false; !taken; time.Sleep(time.Millisecond) {
		f.mu.Lock()
		taken = len(f.idle) == 0
		f.mu.Unlock()
	}
	l.Recycle()
	<-busy
	if l.must(&after, "F", map[string]any{"do": "pid"}); before == after {
		t.Errorf("process %d goes on", before)
	}
}
