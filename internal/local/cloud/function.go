package cloud

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"onetap/internal/local/cloud/template"
)

// function is a function of the template with its processes.
type function struct {
	*template.Function
	cloud  *Cloud
	folder string
	binary string
	slots  chan struct{} // one for each process that may run at once
	active atomic.Int64  // invocations under way or waiting for a slot
	async  *asyncQueue

	recycled atomic.Int64 // how often its processes were to be replaced

	mu   sync.Mutex
	idle []*process // the most recently used last
}

func (c *Cloud) newFunction(t *template.Function) (*function, error) {
	folder, err := filepath.Abs(filepath.Join(c.cfg.Functions, t.Folder))
	if err != nil {
		return nil, err
	}
	f := &function{Function: t, cloud: c, folder: folder, binary: filepath.Join(folder, "bootstrap")}
	info, err := os.Stat(f.binary)
	if err != nil || info.IsDir() || info.Mode()&0o111 == 0 {
		return nil, fmt.Errorf("the binary of %s is missing: %s", t.ID, filepath.Join(c.cfg.Functions, t.Folder, "bootstrap"))
	}
	limit := c.cfg.Processes
	if t.Reserved != nil {
		limit = *t.Reserved
	}
	f.slots = make(chan struct{}, limit)
	f.async = newAsyncQueue(f)
	return f, nil
}

// environment is the template's variables, then Lambda's own, and what leads the SDK to the laptop.
func (f *function) environment(p *process, runtimeAPI string) []string {
	region := f.cloud.cfg.Template.Region
	own := map[string]string{
		"AWS_LAMBDA_RUNTIME_API":          runtimeAPI,
		"AWS_LAMBDA_FUNCTION_NAME":        f.Name,
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": strconv.Itoa(f.Memory),
		"AWS_LAMBDA_FUNCTION_VERSION":     "$LATEST",
		"AWS_LAMBDA_INITIALIZATION_TYPE":  "on-demand",
		"AWS_LAMBDA_LOG_GROUP_NAME":       f.LogGroup,
		"AWS_LAMBDA_LOG_STREAM_NAME":      f.cloud.now().UTC().Format("2006/01/02/[$LATEST]") + p.token[len("laptop/"):],
		"AWS_LAMBDA_LOG_FORMAT":           map[bool]string{true: "JSON", false: "Text"}[f.JSONLogs],
		"AWS_REGION":                      region,
		"AWS_DEFAULT_REGION":              region,
		"AWS_ACCESS_KEY_ID":               f.ID,
		"AWS_SECRET_ACCESS_KEY":           secret,
		"AWS_SESSION_TOKEN":               p.token,
		"AWS_ENDPOINT_URL":                f.cloud.cfg.Endpoint,
		"_HANDLER":                        f.Handler,
		"LAMBDA_TASK_ROOT":                f.folder,
		"LAMBDA_RUNTIME_DIR":              f.folder,
		"LANG":                            "en_US.UTF-8",
		"TZ":                              ":UTC",
		"PATH":                            "/usr/local/bin:/usr/bin:/bin",
	}
	if p.clock != 0 {
		own["LAPTOP_CLOCK_OFFSET"] = strconv.Itoa(int(p.clock / time.Second))
	}
	env := make([]string, 0, len(f.Env)+len(own))
	for name, value := range f.Env {
		if _, reserved := own[name]; !reserved {
			env = append(env, name+"="+value)
		}
	}
	for name, value := range own {
		env = append(env, name+"="+value)
	}
	slices.Sort(env)
	return env
}

// Environment gives what a process of the function is started with, for one who starts the binary by hand and gives it
// a Runtime API of his own. The binary is "" where there is no such function.
func (c *Cloud) Environment(id, runtimeAPI string) (binary string, env []string) {
	f := c.functions[id]
	if f == nil {
		return "", nil
	}
	return f.binary, f.environment(&process{token: "laptop/" + newID()}, runtimeAPI)
}

// result is one invocation as its caller sees it.
type result struct {
	outcome
	requestID string
	tail      []byte // the end of what it logged
	err       error  // it did not run: see errTooLarge, errClosed, the caller's context
}

var errTooLarge = errors.New("the event is larger than Lambda's 6 MB")

// invoke runs the function once and waits for the outcome. Beyond the number of processes it waits for its turn, until
// ctx ends; once it has its turn it runs to its end whatever happens to ctx, as on Lambda.
func (f *function) invoke(ctx context.Context, payload []byte) result {
	id := newID()
	if len(payload) > maxPayload {
		return result{requestID: id, err: errTooLarge}
	}
	if f.cloud.closed() {
		return result{requestID: id, err: errClosed}
	}
	f.active.Add(1)
	defer f.active.Add(-1)
	select {
	case f.slots <- struct{}{}:
		defer func() { <-f.slots }()
	case <-ctx.Done():
		return result{requestID: id, err: ctx.Err()}
	case <-f.cloud.quit:
		return result{requestID: id, err: errClosed}
	}
	return f.invokeNow(id, payload)
}

// invokeNow runs the function in a process of its own choice; the caller holds a slot.
func (f *function) invokeNow(id string, payload []byte) result {
	for {
		p, fresh, err := f.acquire()
		if err != nil {
			return result{requestID: id, err: err}
		}
		var init time.Duration
		if fresh {
			o, ok := p.waitReady(id)
			if !ok {
				f.report(p, id, time.Since(p.started), 0, o)
				return result{outcome: o, requestID: id}
			}
			init = p.initTime
		}
		inv := &invocation{id: id, payload: payload, done: make(chan outcome, 1)}
		begin := time.Now()
		o, taken := p.run(inv, f.limit())
		if !taken && !fresh {
			continue // it had ended between two events
		}
		f.report(p, id, init, time.Since(begin), o)
		f.put(p)
		p.mu.Lock()
		defer p.mu.Unlock()
		return result{outcome: o, requestID: id, tail: inv.tail}
	}
}

// limit is how long the next invocation may take.
func (f *function) limit() time.Duration {
	if ask := f.cloud.cfg.Faults.Time; ask != nil {
		if d := ask(f.ID); d > 0 {
			return min(d, f.Timeout)
		}
	}
	return f.Timeout
}

// acquire gives an idle process, or starts one.
func (f *function) acquire() (p *process, fresh bool, err error) {
	f.mu.Lock()
	for len(f.idle) > 0 && p == nil {
		last := len(f.idle) - 1
		p, f.idle = f.idle[last], f.idle[:last]
		if !p.usable() {
			p = nil
		}
	}
	f.mu.Unlock()
	if p != nil {
		return p, false, nil
	}
	p, err = f.newProcess()
	return p, true, err
}

func (f *function) put(p *process) {
	if !p.usable() {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	// Under the lock, so that Stop, which empties the list after it has closed the cloud, misses nobody.
	if f.cloud.closed() || p.recycled != f.recycled.Load() {
		p.kill()
		return
	}
	p.lastUsed = time.Now()
	f.idle = append(f.idle, p)
}

// stopIdle ends processes that had nothing to do for the given time.
func (f *function) stopIdle(limit time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	keep := f.idle[:0]
	for _, p := range f.idle {
		if time.Since(p.lastUsed) >= limit {
			p.kill()
		} else {
			keep = append(keep, p)
		}
	}
	clear(f.idle[len(keep):])
	f.idle = keep
}

// report counts an invocation and notes it in the function's log, as Lambda's platform.report does.
func (f *function) report(p *process, id string, init, run time.Duration, o outcome) {
	// Reading it costs as much as a short invocation; what grows in many of those, the watch sees.
	if init > 0 || run >= 10*time.Millisecond {
		p.checkMemory()
	}
	billed := (init + run + time.Millisecond - 1).Truncate(time.Millisecond) // init is billed since 2025-08
	f.cloud.meter.invocation(f.ID, billed, init, p.peak.Load(), o.failed)
	f.cloud.logs.report(f, id, init, run, billed, p.peak.Load(), o)
}
