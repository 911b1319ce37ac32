package cloud

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"onetap/internal/local/cloud/template"
)

// builtFunction is the binary of testdata/fn, built once.
var builtFunction string

func TestMain(m *testing.M) {
	if os.Getenv("LAPTOP_FOLDER") != "" {
		liveUntilKilled() // see process_linux_test.go
	}
	folder, err := os.MkdirTemp("", "fn")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	builtFunction = filepath.Join(folder, "bootstrap")
	build := exec.Command("go", "build", "-tags", "lambda.norpc", "-o", builtFunction, "./testdata/fn")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build testdata/fn: %v\n%s", err, out)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(folder)
	os.Exit(code)
}

// lab is a cloud with the functions of a small template, an endpoint, and a stream that the test writes.
type lab struct {
	t *testing.T
	*Cloud
	cfg      Config
	stream   *memoryStream
	endpoint *httptest.Server
	out      string // file in which the function notes what it got
}

// lines joins the lines of a template's function, indented below Properties.
func fnResource(id, properties string) string {
	if !strings.Contains(properties, "Policies:") {
		properties = strings.TrimRight(properties, "\n") + "\nPolicies: [{ Statement: [{ Effect: Allow, Action: '*', Resource: '*' }] }]\n"
	}
	return "  " + id + ":\n    Type: AWS::Serverless::Function\n    Properties:\n" + indented(properties, 6)
}

func indented(text string, n int) string {
	var b strings.Builder
	for line := range strings.SplitSeq(strings.Trim(text, "\n"), "\n") {
		b.WriteString(strings.Repeat(" ", n) + line + "\n")
	}
	return b.String()
}

// options of a lab: what a test changes of the Config.
type option func(*Config)

// newLab starts a cloud whose functions are given as resources of the template. Every function is testdata/fn.
func newLab(t *testing.T, resources string, options ...option) *lab {
	t.Helper()
	l := prepareLab(t, t.TempDir(), resources, options...)
	l.begin()
	return l
}

// prepareLab makes everything but the cloud, in a folder that may have been used before.
func prepareLab(t *testing.T, folder, resources string, options ...option) *lab {
	t.Helper()
	l := &lab{t: t, stream: &memoryStream{changed: make(chan struct{})}, out: filepath.Join(folder, "out")}
	source := `Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Runtime: provided.al2023
    Handler: bootstrap
    Timeout: 10
    Environment:
      Variables:
        OUT: ` + l.out + `
Resources:
  T:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      StreamSpecification: {StreamViewType: NEW_AND_OLD_IMAGES}
  Letters:
    Type: AWS::SQS::Queue
` + resources
	tmpl, err := template.Parse("template.yaml", []byte(source), template.Inputs{Stack: "onetap"})
	if err != nil {
		t.Fatal(err)
	}
	functions := filepath.Join(folder, "functions")
	for _, f := range tmpl.Functions {
		os.MkdirAll(filepath.Join(functions, f.Folder), 0o700)
		if err := os.Symlink(builtFunction, filepath.Join(functions, f.Folder, "bootstrap")); err != nil && !os.IsExist(err) {
			t.Fatal(err)
		}
	}
	l.endpoint = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { l.Cloud.Endpoint().ServeHTTP(w, r) }))
	t.Cleanup(l.endpoint.Close)
	l.cfg = Config{
		Template: tmpl, Functions: functions, Data: filepath.Join(folder, "data"), Endpoint: l.endpoint.URL,
		Streams: l.stream, StreamARN: func(table string) string {
			return "arn:aws:dynamodb:us-east-1:000000000000:table/" + table + "/stream/1"
		},
		DynamoDB: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			fmt.Fprintf(w, "did %s", body)
		}),
	}
	for _, o := range options {
		o(&l.cfg)
	}
	return l
}

// begin starts the cloud, and ends it with the test.
func (l *lab) begin() {
	l.t.Helper()
	c, err := Start(l.cfg)
	if err != nil {
		l.t.Fatal(err)
	}
	l.Cloud = c
	l.t.Cleanup(func() {
		if err := c.Close(); err != nil {
			l.t.Error(err)
		}
	})
}

// call runs a function with an order and gives its answer, or the error object when it failed.
func (l *lab) call(id string, order map[string]any) (answer string, failed bool) {
	l.t.Helper()
	payload, _ := json.Marshal(order)
	r := l.functions[id].invoke(context.Background(), payload)
	if r.err != nil {
		l.t.Fatal(r.err)
	}
	return string(r.payload), r.failed
}

// must is call for an order that has to succeed; the answer goes into v.
func (l *lab) must(v any, id string, order map[string]any) {
	l.t.Helper()
	answer, failed := l.call(id, order)
	if failed {
		l.t.Fatalf("%v failed: %s", order, answer)
	}
	if err := json.Unmarshal([]byte(answer), v); err != nil {
		l.t.Fatalf("%v answered %s: %v", order, answer, err)
	}
}

// notes are the lines that functions wrote.
func (l *lab) notes() []string {
	data, err := os.ReadFile(l.out)
	if err != nil {
		return nil
	}
	return strings.Split(strings.TrimSpace(string(data)), "\n")
}

// eventually waits until the condition holds.
func (l *lab) eventually(what string, ok func() bool) {
	l.t.Helper()
	for end := time.Now().Add(20 * time.Second); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			l.t.Fatalf("waited 20 s for %s; the functions noted\n%s", what, strings.Join(l.notes(), "\n"))
		}
	}
}

// settle waits until nothing is on its way.
func (l *lab) settle() {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := l.Settle(ctx); err != nil {
		l.t.Fatalf("%v; the functions noted\n%s", err, strings.Join(l.notes(), "\n"))
	}
}

// letters are the bodies in the dead-letter queue.
func (l *lab) letters() []string {
	l.t.Helper()
	list, err := l.Queue("Letters").Messages()
	if err != nil {
		l.t.Fatal(err)
	}
	var out []string
	for _, m := range list {
		var b bytes.Buffer
		if err := json.Compact(&b, m.Body); err != nil {
			l.t.Fatal(err)
		}
		out = append(out, b.String())
	}
	return out
}

// post sends to the endpoint and gives status, headers and body.
func (l *lab) post(path string, header map[string]string, body string) (int, http.Header, string) {
	l.t.Helper()
	r, err := http.NewRequest(http.MethodPost, l.endpoint.URL+path, strings.NewReader(body))
	if err != nil {
		l.t.Fatal(err)
	}
	for name, value := range header {
		r.Header.Set(name, value)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		l.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		l.t.Fatal(err)
	}
	return answer.StatusCode, answer.Header, string(text)
}

// memoryStream is a stream of shards that a test fills.
type memoryStream struct {
	mu      sync.Mutex
	shards  [1][]Record
	changed chan struct{}
	at      time.Time // of the records that are put; zero: now
}

func (s *memoryStream) StreamShards(string) ([]string, error) { return []string{"shard-0"}, nil }

func (s *memoryStream) ReadStream(_, shard, after string, limit int) ([]Record, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Record
	for _, r := range s.shards[0] {
		if r.SequenceNumber > after && len(out) < limit {
			out = append(out, r)
		}
	}
	return out, nil
}

func (s *memoryStream) StreamChanged(string) <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.changed
}

// put adds records in one go, each for the key of its name; "a!poison" carries the attribute act=poison.
func (s *memoryStream) put(names ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range names {
		key, act, _ := strings.Cut(name, "!")
		n := len(s.shards[0]) + 1
		at := s.at
		if at.IsZero() {
			at = time.Now()
		}
		s.shards[0] = append(s.shards[0], Record{
			EventID: fmt.Sprintf("event-%d", n), EventName: "INSERT", SequenceNumber: fmt.Sprintf("1%020d", n), Created: at,
			ViewType: "NEW_AND_OLD_IMAGES", SizeBytes: 10,
			Keys:     json.RawMessage(fmt.Sprintf(`{"pk":{"S":%q}}`, key)),
			NewImage: json.RawMessage(fmt.Sprintf(`{"pk":{"S":%q},"act":{"S":%q}}`, key, act)),
		})
	}
	close(s.changed)
	s.changed = make(chan struct{})
}
