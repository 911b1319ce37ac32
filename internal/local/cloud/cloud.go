// Package cloud is the laptop's Lambda and what calls it: HTTP API, schedules, EventBridge rules, table streams and the
// Invoke API, all driven by template.yaml and running the same binaries that go to AWS.
//
// A function is a child process that speaks Lambda's Runtime API. Processes are started when they are needed, handle
// one event at a time, are reused, and are killed when over the template's timeout or memory. Failures, retries,
// batches and dead letters follow AWS; the Faults of a Config add the bad days.
package cloud

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"onetap/internal/local/cloud/kms"
	"onetap/internal/local/cloud/s3"
	"onetap/internal/local/cloud/template"
)

// Config says what to run and where.
type Config struct {
	Template  *template.Template
	Functions string // folder of the binaries: <folder>/<function's Folder>/bootstrap
	Data      string // folder for logs, positions in streams, waiting events and dead letters
	Endpoint  string // URL of the AWS endpoint, which serves Cloud.Endpoint

	DynamoDB http.Handler // X-Amz-Target DynamoDB_… and DynamoDBStreams_…
	Mail     http.Handler // SES: /v2/email/…
	Streams  Streams      // needed when the template has stream events
	// StreamARN is the ARN of a table's stream as DescribeTable gives it.
	StreamARN func(table string) string

	// Minute is how long a scheduled minute, and the minute before an asynchronous retry, lasts here. 0: a minute.
	Minute time.Duration
	// Processes is how many processes of one function may run at once where the template reserves no number. 0: 4.
	Processes int
	// Idle is after what time without events a process is stopped. 0: five minutes.
	Idle    time.Duration
	Faults  Faults
	Verbose io.Writer        // what functions log is also written here; may be nil
	Notices io.Writer        // gets a line for each dead letter; may be nil
	Now     func() time.Time // nil: time.Now
}

// Cloud runs the functions of one template.
type Cloud struct {
	cfg       Config
	now       func() time.Time
	functions map[string]*function // by logical id
	byName    map[string]*function
	routes    []route
	mappings  []*mapping
	queues    map[string]*Queue // by logical id
	kms       *kms.Server       // nil where the template has no keys
	keys      http.Handler      // kms, counted
	files     *s3.Server        // nil where the template has no buckets
	positions *positions
	logs      *logs
	buses     buses
	meter     *Meter

	gatewayLimit, initLimit time.Duration // AWS's, shorter in tests

	mu        sync.Mutex
	processes map[string]*process // by session token

	starts  chan func()   // run on one locked thread, see startOnOneThread
	ended   chan struct{} // closed when the last process has ended, which ends that thread
	quit    chan struct{}
	once    sync.Once
	workers sync.WaitGroup
}

// Start checks that every function's binary is there and begins to work: streams are read, schedules tick, and what was
// waiting when the last run ended is taken up again. The endpoint of cfg must answer before functions are called.
func Start(cfg Config) (*Cloud, error) {
	if cfg.Minute <= 0 {
		cfg.Minute = time.Minute
	}
	if cfg.Processes <= 0 {
		cfg.Processes = 4
	}
	if cfg.Idle <= 0 {
		cfg.Idle = 5 * time.Minute
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	c := &Cloud{
		cfg: cfg, now: cfg.Now,
		functions: map[string]*function{}, byName: map[string]*function{}, queues: map[string]*Queue{},
		meter: newMeter(cfg.Now()), processes: map[string]*process{},
		starts: make(chan func()), ended: make(chan struct{}), quit: make(chan struct{}),
		gatewayLimit: gatewayLimit, initLimit: initLimit,
	}
	if err := c.prepare(); err != nil {
		return nil, err
	}
	go c.startOnOneThread()
	c.work(c.watch)
	for _, f := range c.functions {
		f.async.start()
	}
	for _, m := range c.mappings {
		m.start()
	}
	c.startSchedules()
	return c, nil
}

// prepare builds everything and starts nothing.
func (c *Cloud) prepare() error {
	var err error
	if c.logs, err = openLogs(filepath.Join(c.cfg.Data, "logs"), c.cfg.Verbose); err != nil {
		return err
	}
	for _, q := range c.cfg.Template.Queues {
		if c.queues[q.ID], err = openQueue(filepath.Join(c.cfg.Data, "queues", q.Name), q, c.now); err != nil {
			return err
		}
	}
	if err := c.openKeys(); err != nil {
		return err
	}
	if err := c.openFiles(); err != nil {
		return err
	}
	if c.positions, err = openPositions(filepath.Join(c.cfg.Data, "streams.json")); err != nil {
		return err
	}
	for _, t := range c.cfg.Template.Functions {
		f, err := c.newFunction(t)
		if err != nil {
			return err
		}
		c.functions[t.ID], c.byName[t.Name] = f, f
		c.meter.add(t)
	}
	for _, t := range c.cfg.Template.Functions {
		f := c.functions[t.ID]
		for _, r := range t.Routes {
			c.routes = append(c.routes, newRoute(f, r))
		}
		for _, s := range t.Streams {
			if s.Disabled {
				continue
			}
			m, err := c.newMapping(f, s)
			if err != nil {
				return err
			}
			c.mappings = append(c.mappings, m)
		}
	}
	sortRoutes(c.routes)
	return c.loadWaiting()
}

// openKeys opens KMS with the template's keys.
func (c *Cloud) openKeys() (err error) {
	if len(c.cfg.Template.Keys) == 0 {
		return nil
	}
	o := kms.Options{File: filepath.Join(c.cfg.Data, "keys.json"), Now: c.now}
	for _, k := range c.cfg.Template.Keys {
		o.Keys = append(o.Keys, kms.Key{ID: k.KeyID, ARN: k.ARN, Aliases: k.Aliases, Description: k.Description, Disabled: k.Disabled, Rotation: k.Rotation})
	}
	if c.kms, err = kms.Open(o); err != nil {
		return err
	}
	c.keys = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.meter.keys(callerOf(r))
		c.kms.ServeHTTP(w, r)
	})
	return nil
}

// secret is with what every function signs its calls.
const secret = "laptop"

// openFiles opens S3 with the template's buckets.
func (c *Cloud) openFiles() (err error) {
	if len(c.cfg.Template.Buckets) == 0 {
		return nil
	}
	o := s3.Options{Folder: filepath.Join(c.cfg.Data, "s3"), Secret: secret, Now: c.now}
	for _, b := range c.cfg.Template.Buckets {
		o.Buckets = append(o.Buckets, s3.Bucket{Name: b.Name, Expire: b.Expire, Abort: b.Abort})
	}
	if c.files, err = s3.Open(o); err != nil {
		return err
	}
	return c.files.Sweep()
}

// callerOf is who signed a call: the access key id, which of a function is its logical id.
func callerOf(r *http.Request) string {
	_, after, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	caller, _, _ := strings.Cut(after, "/")
	return caller
}

// work runs f until the cloud is closed.
func (c *Cloud) work(f func()) {
	c.workers.Add(1)
	go func() {
		defer c.workers.Done()
		f()
	}()
}

// startOnOneThread starts processes, all of them on one thread that lives as long as the cloud: Linux kills a child with
// the thread that made it (see procAttr), and Go's other threads come and go.
func (c *Cloud) startOnOneThread() {
	runtime.LockOSThread()
	for {
		select {
		case f := <-c.starts:
			f()
		case <-c.ended:
			return
		}
	}
}

// watch stops idle processes and kills those that hold more memory than the template gives them.
func (c *Cloud) watch() {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-c.quit:
			return
		case <-tick.C:
			for _, p := range c.running() {
				p.checkMemory()
			}
			for _, f := range c.functions {
				f.stopIdle(c.cfg.Idle)
			}
		}
	}
}

func (c *Cloud) running() []*process {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := make([]*process, 0, len(c.processes))
	for _, p := range c.processes {
		list = append(list, p)
	}
	return list
}

// Meter counts what the functions used.
func (c *Cloud) Meter() *Meter { return c.meter }

// Queue finds a queue by its logical id; nil where the template has none.
func (c *Cloud) Queue(id string) *Queue { return c.queues[id] }

// Queues lists the queues in the order of the template.
func (c *Cloud) Queues() []*Queue {
	var list []*Queue
	for _, q := range c.cfg.Template.Queues {
		list = append(list, c.queues[q.ID])
	}
	return list
}

// Settle waits until nothing is on its way: no function runs, no asynchronous event waits for its turn or its retry, and
// every stream is read to its end. Schedules go on and may start something right after.
func (c *Cloud) Settle(ctx context.Context) error {
	for quiet := 0; ; {
		busy := c.busy()
		if busy == "" {
			// An invocation that just ended may have written what a stream has not shown yet: be sure twice.
			if quiet++; quiet == 2 {
				return nil
			}
		} else {
			quiet = 0
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("still busy: %s: %w", busy, ctx.Err())
		case <-c.quit:
			return errClosed
		case <-time.After(time.Millisecond):
		}
	}
}

// busy names something that is on its way; "" when there is nothing.
func (c *Cloud) busy() string {
	for id, f := range c.functions {
		if n := f.async.waiting(); n > 0 {
			return fmt.Sprintf("%d events wait for %s", n, id)
		}
		if f.active.Load() > 0 {
			return id + " runs"
		}
	}
	for _, m := range c.mappings {
		if !m.idle() {
			return "the stream of " + m.name
		}
	}
	return ""
}

var errClosed = errors.New("the laptop is shutting down")

func (c *Cloud) closed() bool {
	select {
	case <-c.quit:
		return true
	default:
		return false
	}
}

// graces that Stop gives running invocations: first to end by themselves, then after SIGTERM.
const (
	graceQuiet = 300 * time.Millisecond
	graceTerm  = 1200 * time.Millisecond
)

// Stop ends every process. Invocations get a moment to end; SIGTERM tells those that listen for it that no more is
// coming. Events that come after it are kept by Close.
func (c *Cloud) Stop() {
	c.once.Do(func() {
		close(c.quit)
		for _, f := range c.functions {
			f.stopIdle(0)
		}
		if !c.waitForProcesses(graceQuiet) {
			for _, p := range c.running() {
				p.terminate()
			}
			c.waitForProcesses(graceTerm)
		}
		c.Kill()
		c.workers.Wait()
		c.waitForProcesses(graceTerm)
		close(c.ended)
	})
}

// Close stops and keeps what was waiting, for the next Start in the same folder.
func (c *Cloud) Close() error {
	c.Stop()
	return errors.Join(c.saveWaiting(), c.positions.save(), c.logs.close())
}

// Kill ends every process at once.
func (c *Cloud) Kill() {
	for _, p := range c.running() {
		p.kill()
	}
}

// KillFunction ends every process of one function at once, in the middle of whatever it does, and says how many there were.
func (c *Cloud) KillFunction(id string) int {
	n := 0
	for _, p := range c.running() {
		if p.fn.ID == id {
			p.kill()
			n++
		}
	}
	return n
}

// Recycle ends the processes that have nothing to do, and those that are busy as soon as they have done it; the next events start
// fresh ones.
func (c *Cloud) Recycle() {
	for _, f := range c.functions {
		f.recycled.Add(1)
		f.stopIdle(0)
	}
}

func (c *Cloud) waitForProcesses(limit time.Duration) bool {
	for end := time.Now().Add(limit); ; {
		if len(c.running()) == 0 {
			return true
		}
		if time.Now().After(end) {
			return false
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// newID makes a request id in the shape of Lambda's.
func newID() string {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	s := hex.EncodeToString(b[:])
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}

// writeFile replaces a file in one step by v as JSON.
func writeFile(path string, v any) error {
	var data bytes.Buffer
	encoder := json.NewEncoder(&data)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(path+".new", data.Bytes(), 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}
