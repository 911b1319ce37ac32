package cloud

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"onetap/internal/local/guard"
)

// Lambda's limits for a payload in either direction and for the time a function may take to get ready.
const (
	maxPayload = 6291556 // bytes: 6 MB and what Lambda allows on top, as its errors say
	initLimit  = 10 * time.Second
)

// process is one execution environment: a child with a Runtime API of its own.
type process struct {
	fn     *function
	token  string // its AWS_SESSION_TOKEN, by which the AWS endpoint knows it
	cmd    *exec.Cmd
	api    *http.Server
	next   chan *invocation
	ready  chan struct{} // closed when it first asks for an event
	exited chan struct{} // closed when the child has ended

	recycled int64         // how often its function's processes had been replaced when it was started
	clock    time.Duration // by how much its wall clock is wrong
	started  time.Time
	initTime time.Duration // from start to ready
	lastUsed time.Time     // guarded by fn.mu
	peak     atomic.Int64  // bytes held in memory at most, as far as was seen
	killed   atomic.Bool   // by us: its end is near

	mu      sync.Mutex
	current *invocation
	failed  []byte // what /init/error said
	reason  string // why the laptop killed it; "" if it did not
}

// invocation is one event on its way through a process.
type invocation struct {
	id       string
	payload  []byte
	deadline time.Time
	done     chan outcome // takes the first outcome and no other
	calls    atomic.Int64 // AWS calls so far
	tail     []byte       // the end of what it logged; guarded by the process's mu
}

// tailBytes is how much of its log an invocation gives to a caller that asks for it.
const tailBytes = 4 << 10

func (i *invocation) finish(o outcome) {
	select {
	case i.done <- o:
	default:
	}
}

// outcome is what a function answered, or how it failed.
type outcome struct {
	payload []byte
	failed  bool // payload is Lambda's error object
}

// failure makes Lambda's error object.
func failure(kind, message string) outcome {
	payload, _ := json.Marshal(map[string]string{"errorType": kind, "errorMessage": message})
	return outcome{payload, true}
}

// newProcess starts a child and does not wait for it to get ready.
func (f *function) newProcess() (*process, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("runtime API of %s: %w", f.ID, err)
	}
	p := &process{
		fn: f, token: "laptop/" + newID(), started: time.Now(), recycled: f.recycled.Load(),
		next: make(chan *invocation), ready: make(chan struct{}), exited: make(chan struct{}),
	}
	if f.cloud.cfg.Faults.Clock != nil {
		p.clock = f.cloud.cfg.Faults.Clock(f.ID).Truncate(time.Second)
	}
	p.api = guard.Own(p.runtimeAPI())
	p.cmd = exec.Command(f.binary)
	p.cmd.Dir = f.folder
	p.cmd.Env = f.environment(p, listener.Addr().String())
	p.cmd.SysProcAttr = procAttr()
	p.cmd.WaitDelay = time.Second // a grandchild that keeps the output open does not hold us
	stdout, stderr := &lineWriter{p: p, stream: "stdout"}, &lineWriter{p: p, stream: "stderr"}
	p.cmd.Stdout, p.cmd.Stderr = stdout, stderr

	started := make(chan error, 1)
	select {
	case f.cloud.starts <- func() { started <- p.cmd.Start() }:
		err = <-started
	case <-f.cloud.quit:
		err = errClosed
	}
	if err != nil {
		listener.Close()
		return nil, fmt.Errorf("start %s: %w", f.ID, err)
	}
	f.cloud.mu.Lock()
	f.cloud.processes[p.token] = p
	f.cloud.mu.Unlock()
	if f.cloud.closed() {
		p.kill() // Stop may have gone through the list already
	}
	go p.api.Serve(listener)
	go func() {
		p.cmd.Wait()
		// A function that crashed may have left children; on Lambda they end with their sandbox.
		syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
		stdout.flush()
		stderr.flush()
		p.api.Close()
		f.cloud.mu.Lock()
		delete(f.cloud.processes, p.token)
		f.cloud.mu.Unlock()
		close(p.exited)
	}()
	return p, nil
}

// runtimeAPI is what docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html describes.
func (p *process) runtimeAPI() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", p.handleNext)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/response", p.handleResponse)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/error", p.handleError)
	mux.HandleFunc("POST /2018-06-01/runtime/init/error", p.handleInitError)
	return mux
}

func (p *process) handleNext(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	select {
	case <-p.ready:
	default:
		p.initTime = time.Since(p.started)
		close(p.ready)
	}
	p.mu.Unlock()
	var inv *invocation
	select {
	case inv = <-p.next:
	case <-r.Context().Done():
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(inv.payload)))
	h.Set("Lambda-Runtime-Aws-Request-Id", inv.id)
	h.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(inv.deadline.UnixMilli(), 10))
	h.Set("Lambda-Runtime-Invoked-Function-Arn", p.fn.ARN)
	h.Set("Lambda-Runtime-Trace-Id", traceID(inv.id))
	w.Write(inv.payload)
}

// traceID makes an X-Ray header of the request id, not sampled.
func traceID(id string) string {
	hex := strings.ReplaceAll(id, "-", "")
	return "Root=1-" + hex[:8] + "-" + hex[8:32] + ";Parent=" + hex[:16] + ";Sampled=0"
}

// answering gives the invocation that a request to the Runtime API answers; nil after an error was written.
func (p *process) answering(w http.ResponseWriter, r *http.Request) *invocation {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.current == nil || p.current.id != r.PathValue("id") {
		runtimeStatus(w, http.StatusBadRequest, "InvalidRequestID", "Invalid request ID")
		return nil
	}
	return p.current
}

func (p *process) handleResponse(w http.ResponseWriter, r *http.Request) {
	inv := p.answering(w, r)
	if inv == nil {
		return
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxPayload+1))
	if err != nil {
		return // the process died while it answered; its exit says so
	}
	if len(body) > maxPayload {
		io.Copy(io.Discard, r.Body)
		inv.finish(failure("Function.ResponseSizeTooLarge",
			fmt.Sprintf("Response payload size exceeded maximum allowed payload size (%d bytes).", maxPayload)))
		runtimeStatus(w, http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "Response payload size exceeded the limit")
		return
	}
	inv.finish(outcome{payload: body})
	runtimeStatus(w, http.StatusAccepted, "", "OK")
}

func (p *process) handleError(w http.ResponseWriter, r *http.Request) {
	inv := p.answering(w, r)
	if inv == nil {
		return
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxPayload))
	if err != nil {
		return
	}
	inv.finish(outcome{body, true})
	runtimeStatus(w, http.StatusAccepted, "", "OK")
}

func (p *process) handleInitError(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(io.LimitReader(r.Body, maxPayload))
	p.mu.Lock()
	p.failed = body
	p.mu.Unlock()
	runtimeStatus(w, http.StatusAccepted, "", "OK")
}

func runtimeStatus(w http.ResponseWriter, status int, kind, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if kind == "" {
		fmt.Fprintf(w, `{"status":%q}`, message)
		return
	}
	fmt.Fprintf(w, `{"errorType":%q,"errorMessage":%q}`, kind, message)
}

// waitReady waits until the process asks for its first event, or says how it failed before.
func (p *process) waitReady(id string) (outcome, bool) {
	limit := time.NewTimer(p.fn.cloud.initLimit)
	defer limit.Stop()
	select {
	case <-p.ready:
		return outcome{}, true
	case <-p.exited:
		return p.exitOutcome(id), false
	case <-limit.C:
		p.kill()
		return failure("Sandbox.Timedout", fmt.Sprintf("RequestId: %s Error: Task timed out after %.2f seconds", id, p.fn.cloud.initLimit.Seconds())), false
	}
}

// run hands the event to the ready process and waits for its outcome. After a timeout the process is dead. Taken is false
// where the process ended before it took the event: another may take it.
func (p *process) run(inv *invocation, timeout time.Duration) (o outcome, taken bool) {
	inv.deadline = time.Now().Add(timeout + p.clock)
	p.mu.Lock()
	p.current = inv
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		p.current = nil
		p.mu.Unlock()
	}()
	limit := time.NewTimer(timeout)
	defer limit.Stop()
	timedOut := func() outcome {
		p.kill()
		return failure("Sandbox.Timedout", fmt.Sprintf("RequestId: %s Error: Task timed out after %.2f seconds", inv.id, timeout.Seconds()))
	}
	select {
	case p.next <- inv:
	case <-p.exited:
		return p.exitOutcome(inv.id), false
	case <-limit.C:
		return timedOut(), true
	}
	select {
	case o := <-inv.done:
		return o, true
	case <-p.exited:
		select {
		case o := <-inv.done: // it answered and ended
			return o, true
		default:
			return p.exitOutcome(inv.id), true
		}
	case <-limit.C:
		return timedOut(), true
	}
}

// exitOutcome says how a process ended, in Lambda's words.
func (p *process) exitOutcome(id string) outcome {
	p.mu.Lock()
	failed, reason := p.failed, p.reason
	p.mu.Unlock()
	switch {
	case failed != nil:
		return outcome{failed, true}
	case reason != "":
		return failure("Runtime.OutOfMemory", fmt.Sprintf("RequestId: %s Error: %s", id, reason))
	case p.cmd.ProcessState.Success():
		return failure("Runtime.ExitError", fmt.Sprintf("RequestId: %s Error: Runtime exited without providing a reason", id))
	default:
		return failure("Runtime.ExitError", fmt.Sprintf("RequestId: %s Error: Runtime exited with error: %s", id, p.cmd.ProcessState))
	}
}

// usable says that the process lives and nobody has ended it.
func (p *process) usable() bool { return !p.killed.Load() && p.alive() }

func (p *process) alive() bool {
	select {
	case <-p.exited:
		return false
	default:
		return true
	}
}

// kill ends the process and everything it started.
func (p *process) kill() {
	p.killed.Store(true)
	p.signal(syscall.SIGKILL)
}

// freeze stops the process for a while: it neither works nor answers, and does not know it afterwards.
func (p *process) freeze(d time.Duration) {
	p.signal(syscall.SIGSTOP)
	for end := time.Now().Add(time.Second); p.alive() && !stopped(p.cmd.Process.Pid) && time.Now().Before(end); {
		time.Sleep(200 * time.Microsecond)
	}
	time.AfterFunc(d, func() { p.signal(syscall.SIGCONT) })
}

// terminate asks the process to end; a Go function that does not listen for SIGTERM ends at once.
func (p *process) terminate() { p.signal(syscall.SIGTERM) }

func (p *process) signal(s syscall.Signal) {
	if p.alive() {
		if err := syscall.Kill(-p.cmd.Process.Pid, s); errors.Is(err, syscall.ESRCH) {
			p.cmd.Process.Signal(s)
		}
	}
}

func (p *process) checkMemory() {
	held, ok := residentBytes(p.cmd.Process.Pid)
	if !ok {
		return
	}
	for {
		peak := p.peak.Load()
		if held <= peak || p.peak.CompareAndSwap(peak, held) {
			break
		}
	}
	if held > int64(p.fn.Memory)<<20 {
		p.mu.Lock()
		p.reason = "Runtime exited with error: signal: killed"
		p.mu.Unlock()
		p.kill()
	}
}
