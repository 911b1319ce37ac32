package cloud

import (
	"fmt"
	"io"
	"slices"
	"sync"
	"text/tabwriter"
	"time"

	"onetap/internal/local/cloud/template"
)

// Usage is what one function used, in the units that AWS bills.
type Usage struct {
	Function   string  `json:"function"`
	Memory     int     `json:"memoryMB"`
	Requests   int64   `json:"requests"`
	Errors     int64   `json:"errors"`
	ColdStarts int64   `json:"coldStarts"`
	GBSeconds  float64 `json:"gbSeconds"` // configured memory × time rounded up to the millisecond, init included
	Seconds    float64 `json:"seconds"`
	InitMs     float64 `json:"initMs"`       // sum of the cold starts
	PeakMB     float64 `json:"peakMemoryMB"` // the most that one process was seen to hold
	LogBytes   int64   `json:"logBytes"`     // as CloudWatch counts: 26 bytes a line on top
	DynamoDB   int64   `json:"dynamodbRequests"`
	ReadUnits  float64 `json:"readUnits"`
	WriteUnits float64 `json:"writeUnits"`
	Messages   int64   `json:"messages"` // recipients that SES took, in so many mailCalls
	MailCalls  int64   `json:"mailCalls"`
	KMS        int64   `json:"kmsRequests"`
	FileWrites int64   `json:"s3Writes"` // calls that write: parts, beginnings and ends of files
	FileReads  int64   `json:"s3Reads"`
	Calls      int64   `json:"awsCalls"`
}

// Report is what a run used. Functions come in the order of the template; callers from outside follow them.
type Report struct {
	Since      time.Time `json:"since"`
	Until      time.Time `json:"until"`
	Functions  []Usage   `json:"functions"`
	HTTP       int64     `json:"httpApiRequests"`
	HTTPUnits  int64     `json:"httpApiUnits"`        // what is billed: 512 KB each, counted by request and answer
	HTTPBytes  int64     `json:"httpApiBytes"`        // of the answers' bodies
	URL        int64     `json:"functionUrlRequests"` // which have no price of their own
	URLBytes   int64     `json:"functionUrlBytes"`    // of the answers' bodies
	Schedules  int64     `json:"scheduledInvocations"`
	Events     int64     `json:"ruleInvocations"`
	Published  int64     `json:"eventsPublished"` // on buses of the template
	Batches    int64     `json:"streamBatches"`
	DeadLetter int64     `json:"deadLetters"`
}

// Meter adds up what functions use. It is safe for concurrent use.
type Meter struct {
	mu    sync.Mutex
	order []string
	usage map[string]*Usage
	total Report
}

func newMeter(now time.Time) *Meter {
	return &Meter{usage: map[string]*Usage{}, total: Report{Since: now}}
}

func (m *Meter) add(t *template.Function) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.of(t.ID).Memory = t.Memory
}

// of gives the usage of a caller; m.mu is held.
func (m *Meter) of(caller string) *Usage {
	u := m.usage[caller]
	if u == nil {
		u = &Usage{Function: caller}
		m.usage[caller] = u
		m.order = append(m.order, caller)
	}
	return u
}

func (m *Meter) invocation(id string, billed, init time.Duration, peak int64, failed bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	u := m.of(id)
	u.Requests++
	u.Seconds += billed.Seconds()
	u.GBSeconds += billed.Seconds() * float64(u.Memory) / 1024
	if init > 0 {
		u.ColdStarts++
		u.InitMs += milliseconds(init)
	}
	if failed {
		u.Errors++
	}
	u.PeakMB = max(u.PeakMB, float64(peak)/(1<<20))
}

func (m *Meter) log(id string, bytes int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.of(id).LogBytes += int64(bytes) + 26
}

func (m *Meter) call(caller string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.of(caller).Calls++
}

// DynamoDB counts one request of a caller (an access key id) to the table engine.
func (m *Meter) DynamoDB(caller string, readUnits, writeUnits float64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	u := m.of(caller)
	u.DynamoDB++
	u.ReadUnits += readUnits
	u.WriteUnits += writeUnits
}

// Mail counts recipients that SES took from a caller in one call; calls that send nothing do not count.
func (m *Meter) Mail(caller string, recipients int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if recipients > 0 {
		m.of(caller).Messages += int64(recipients)
		m.of(caller).MailCalls++
	}
}

// keys counts one request of a caller to KMS, which bills those that it refuses, too.
func (m *Meter) keys(caller string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.of(caller).KMS++
}

// file counts one request to S3, at what it is billed as.
func (m *Meter) file(caller, operation string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch operation {
	case "GetObject":
		m.of(caller).FileReads++
	case "AbortMultipartUpload": // free of charge
	default:
		m.of(caller).FileWrites++
	}
}

func (m *Meter) count(field func(*Report) *int64, n int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	*field(&m.total) += n
}

// Report gives a copy of the counts so far.
func (m *Meter) Report(now time.Time) Report {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.total
	r.Until = now
	for _, id := range m.order {
		r.Functions = append(r.Functions, *m.usage[id])
	}
	return r
}

// Reset starts to count anew, so that a measurement holds nothing of what was before.
func (m *Meter) Reset(now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for id, u := range m.usage {
		m.usage[id] = &Usage{Function: u.Function, Memory: u.Memory}
	}
	m.total = Report{Since: now}
}

// Of gives one function's usage; zero where it has none.
func (r Report) Of(id string) Usage {
	if i := slices.IndexFunc(r.Functions, func(u Usage) bool { return u.Function == id }); i >= 0 {
		return r.Functions[i]
	}
	return Usage{Function: id}
}

// Print writes the report as a table.
func (r Report) Print(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "function\trequests\terrors\tcold\tseconds\tGB-s\tpeak MB\tread units\twrite units\temails\tKMS\tlog KB\t")
	for _, u := range r.Functions {
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%.2f\t%.3f\t%.0f\t%.1f\t%.1f\t%d\t%d\t%.1f\t\n", u.Function, u.Requests, u.Errors, u.ColdStarts,
			u.Seconds, u.GBSeconds, u.PeakMB, u.ReadUnits, u.WriteUnits, u.Messages, u.KMS, float64(u.LogBytes)/1024)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "HTTP API requests %d, at function URLs %d, scheduled %d, from rules %d, stream batches %d, dead letters %d, in %s\n",
		r.HTTP, r.URL, r.Schedules, r.Events, r.Batches, r.DeadLetter, r.Until.Sub(r.Since).Round(time.Second))
	return err
}
