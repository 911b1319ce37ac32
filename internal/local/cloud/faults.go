package cloud

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"time"

	"onetap/internal/local/cloud/s3"
)

// Faults are the bad days that a test or a person asks for. A nil func means that all goes well. They are called from
// many goroutines at once.
type Faults struct {
	// Call is asked before each AWS call of a function's process.
	Call func(Call) CallFault
	// Batch is asked before a batch of stream records is given to a function.
	Batch func(Batch) BatchFault
	// Event is asked when an asynchronous event is accepted: how often more than once it comes. Lambda promises once at least.
	Event func(function string) (repeat int)
	// Time is asked before each invocation: how long it may take. It is told to the function as its deadline, and the
	// function is killed when over it. 0: as long as the template says.
	Time func(function string) time.Duration
	// Clock is asked when a process is started: by how much its wall clock is wrong. It takes effect in binaries built
	// with the overlay of internal/local/clocks; others have no way to be told a wrong time. Deadlines are given in the
	// process's own time, as Lambda's runtime, which shares the function's clock, does.
	Clock func(function string) time.Duration
}

// Call is one AWS call of a function.
type Call struct {
	Function  string // logical id
	RequestID string // of the invocation that makes the call; "" between invocations
	N         int    // the how-manyth call of the invocation it is, from 1
	Service   string // DynamoDB, DynamoDBStreams, SES, Lambda, SQS, KMS, S3
	Operation string // PutItem, SendBulkEmail, Invoke …
}

// CallFault is what happens to a call. Several may be combined; the first three end the function's connection.
type CallFault struct {
	KillBefore bool          // SIGKILL of the process, and the call is not made
	KillAfter  bool          // the call is made, then SIGKILL before the reply
	LoseReply  bool          // the call is made, and the connection breaks before the reply
	Delay      time.Duration // before the call is made
	Freeze     time.Duration // the call is made, and the whole process stands still so long before it goes on
	Refuse     *Refusal      // the call is not made and answered so
}

// Refusal is an error of a service: a throttle, a conflict. With Kind "" it is the service's throttling error.
type Refusal struct {
	Status  int
	Kind    string // as the service names it, for example ProvisionedThroughputExceededException
	Message string
	More    map[string]any // further fields of the error, as CancellationReasons of a transaction
}

// throttles are the services' own words for "slow down".
var throttles = map[string]Refusal{
	"DynamoDB":    {Status: http.StatusBadRequest, Kind: "ProvisionedThroughputExceededException", Message: "The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API."},
	"SES":         {Status: http.StatusTooManyRequests, Kind: "TooManyRequestsException", Message: "Maximum sending rate exceeded."},
	"Lambda":      {Status: http.StatusTooManyRequests, Kind: "TooManyRequestsException", Message: "Rate Exceeded."},
	"S3":          {Status: http.StatusServiceUnavailable, Kind: "SlowDown", Message: "Please reduce your request rate."},
	"EventBridge": {Status: http.StatusBadRequest, Kind: "ThrottlingException", Message: "Rate exceeded"},
	"KMS":         {Status: http.StatusBadRequest, Kind: "ThrottlingException", Message: "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls."},
}

// Batch is a batch of stream records that a function is about to get.
type Batch struct {
	Function string   // logical id
	Event    string   // name of the event in the template
	Records  []Record // not to be changed
	Attempt  int      // from 1
}

// BatchFault is what happens to a batch.
type BatchFault struct {
	Delay  time.Duration // before the function is called
	Split  int           // deliver the first n records first and the rest as a batch of its own
	Repeat int           // after a success, deliver the same batch so many times more
	Lose   bool          // the function is called, and its answer counts as a failure
	Fail   bool          // the function is not called, and the batch counts as failed
	// Shuffle mixes records of different keys as DynamoDB may; those of one key keep their order. 0: not at all.
	Shuffle uint64
}

// withFaults serves a function's AWS call as Faults.Call says; what callers from outside do is served as it is.
// body is the request's; nil where it was not read.
func (c *Cloud) withFaults(w http.ResponseWriter, r *http.Request, service, operation string, body []byte, serve func(http.ResponseWriter)) {
	c.mu.Lock()
	p := c.processes[r.Header.Get("X-Amz-Security-Token")]
	c.mu.Unlock()
	if p == nil {
		serve(w)
		return
	}
	c.meter.call(p.fn.ID)
	if !c.permitted(w, r, p.fn, service, operation, body) {
		return
	}
	if c.cfg.Faults.Call == nil {
		serve(w)
		return
	}
	call := Call{Function: p.fn.ID, Service: service, Operation: operation}
	p.mu.Lock()
	if p.current != nil {
		call.RequestID, call.N = p.current.id, int(p.current.calls.Add(1))
	}
	p.mu.Unlock()
	f := c.cfg.Faults.Call(call)
	if f.Delay > 0 {
		select {
		case <-time.After(f.Delay):
		case <-r.Context().Done():
		case <-c.quit:
		}
	}
	switch {
	case f.KillBefore:
		p.kill()
		<-p.exited
		panic(http.ErrAbortHandler)
	case f.Refuse != nil:
		refuse(w, service, *f.Refuse)
	case f.Freeze > 0:
		p.freeze(f.Freeze)
		serve(w)
	case f.KillAfter || f.LoseReply:
		serve(&discard{header: http.Header{}})
		if f.KillAfter {
			p.kill()
			<-p.exited
		}
		panic(http.ErrAbortHandler)
	default:
		serve(w)
	}
}

func refuse(w http.ResponseWriter, service string, f Refusal) {
	if f.Kind == "" {
		f = throttles[service]
	}
	if service == "S3" {
		s3.Fail(w, &s3.Error{Status: f.Status, Code: strings.TrimSuffix(f.Kind, "Exception"), Message: f.Message})
		return
	}
	kind := f.Kind
	if service == "KMS" {
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	}
	if service == "DynamoDB" {
		kind = "com.amazonaws.dynamodb.v20120810#" + f.Kind
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	}
	if f.More == nil {
		awsError(w, f.Status, kind, f.Message)
		return
	}
	body := map[string]any{"__type": kind, "message": f.Message, "Message": f.Message}
	maps.Copy(body, f.More)
	w.Header().Set("X-Amzn-Errortype", f.Kind)
	writeJSON(w, f.Status, body)
}

// discard takes a reply that nobody will get.
type discard struct{ header http.Header }

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(b []byte) (int, error) { return len(b), nil }
func (d *discard) WriteHeader(int)             {}

// errFault is how a batch that was made to fail is logged.
func errFault(what string) outcome {
	return failure("Laptop.Fault", fmt.Sprintf("the laptop was asked to %s this batch", what))
}
