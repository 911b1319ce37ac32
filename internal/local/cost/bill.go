package cost

import (
	"fmt"
	"slices"

	"onetap/internal/local/cloud"
)

// Prices in dollars, US East (N. Virginia), without the free tiers: design facts, and aws.amazon.com/<service>/pricing.
const (
	lambdaRequest  = 0.20e-6
	lambdaGBSecond = 0.0000133334 // arm64
	writeUnit      = 0.625e-6
	readUnit       = 0.125e-6
	httpRequest    = 1.00e-6 // of at most 512 KB
	logByte        = 0.50 / (1 << 30)
	published      = 1.00 / 1e6    // custom events of EventBridge, 64 KB each
	keyRequest     = 0.03 / 10_000 // of KMS; its keys are a fixed price
	fileWrite      = 0.005 / 1000  // of S3: parts, beginnings and ends of files; three days of a gigabyte are 0.0023
	fileRead       = 0.0004 / 1000
	message        = 0.10e-3 // à la carte; 0.16e-3 with Essentials
	essentials     = 0.16e-3
	gigabyteOut    = 0.09 // after the first 100 GB of a month, which are free
	// Events that AWS services send to EventBridge are free of charge, and so are Lambda's reads of a stream. The first 14
	// million invocations of EventBridge Scheduler in a month are free; four a minute and one in five are 181,440.
)

// Line is one line of the bill.
type Line struct {
	Of       string  // function or service
	What     string  // unit
	Run      float64 // as counted in the run
	Quantity float64 // for Scale invitations
	Dollars  float64
	Budget   float64 // quantity that the design implies; 0: it says nothing
}

// sent are the functions whose work is alerts; what they cost stands apart.
var alerting = []string{"NotifyFunction", "ClockFunction"}

// Lines are the bill of some phases: for each function and service, and each thing that AWS counts.
func (r Result) Lines(phases ...string) []Line {
	var lines []Line
	for _, name := range phases {
		p := r.Phase(name)
		for _, l := range linesOf(p.Used) {
			l.Quantity, l.Dollars = l.Run*p.Weight, l.Dollars*p.Weight
			i := slices.IndexFunc(lines, func(have Line) bool { return have.Of == l.Of && have.What == l.What })
			if i < 0 {
				lines = append(lines, l)
				continue
			}
			lines[i].Run += l.Run
			lines[i].Quantity += l.Quantity
			lines[i].Dollars += l.Dollars
		}
	}
	return lines
}

func linesOf(u cloud.Report) (lines []Line) {
	add := func(of, what string, n, price float64) {
		if n != 0 {
			lines = append(lines, Line{Of: of, What: what, Run: n, Dollars: n * price})
		}
	}
	for _, f := range u.Functions {
		add(f.Function, Requests, float64(f.Requests), lambdaRequest)
		add(f.Function, GBSeconds, f.GBSeconds, lambdaGBSecond)
		add(f.Function, WriteUnits, f.WriteUnits, writeUnit)
		add(f.Function, ReadUnits, f.ReadUnits, readUnit)
		add(f.Function, LogBytes, float64(f.LogBytes), logByte)
		add(f.Function, Messages, float64(f.Messages), message)
		add(f.Function, KeyRequests, float64(f.KMS), keyRequest)
		add(f.Function, FileWrites, float64(f.FileWrites), fileWrite)
		add(f.Function, FileReads, float64(f.FileReads), fileRead)
	}
	add(gateway, HTTPRequests, float64(u.HTTPUnits), httpRequest)
	add(gateway, BytesOut, float64(u.HTTPBytes), 0)
	add("Function URL", HTTPRequests, float64(u.URL), 0)
	add("Function URL", BytesOut, float64(u.URLBytes), 0)
	add("EventBridge", Events, float64(u.Events), 0)
	add("NotifyFunction", Published, float64(u.Published), published) // nobody else may
	add("Scheduler", Invocations, float64(u.Schedules), 0)
	add("Streams", Batches, float64(u.Batches), 0)
	return lines
}

// What is counted.
const (
	Requests     = "requests"
	GBSeconds    = "GB-seconds"
	WriteUnits   = "write units"
	ReadUnits    = "read units"
	LogBytes     = "log bytes"
	Messages     = "emails"
	KeyRequests  = "KMS requests"
	FileWrites   = "S3 writes"
	FileReads    = "S3 reads"
	HTTPRequests = "HTTP requests"
	BytesOut     = "bytes out"
	Events       = "events"
	Published    = "events published"
	Invocations  = "invocations"
	Batches      = "batches"

	gateway = "HTTP API"
)

// Totals are what a million invitations cost, in dollars.
type Totals struct {
	System float64 // everything but e-mails and alerts
	Alerts float64 // cases and letters to owners, their e-mails included
	Email  float64 // the invitations' price at SES
}

func (t Totals) String() string {
	return fmt.Sprintf("cost: per_million_without_email=%.2f alerts=%.2f email=%.2f", t.System, t.Alerts, t.Email)
}

// measured are the phases of a campaign as it ran; with the answers one by one instead of together it is Worst.
var (
	measured = []string{Upload, Sending, Waiting, Scanning, Burst, Alerting}
	Worst    = []string{Upload, Sending, Waiting, Scanning, Trickle, Alerting}
)

// Totals adds up phases.
func (r Result) Totals(phases ...string) (t Totals) {
	for _, l := range r.Lines(phases...) {
		switch {
		case slices.Contains(alerting, l.Of):
			t.Alerts += l.Dollars
		case l.What == Messages:
			t.Email += l.Dollars
		default:
			t.System += l.Dollars
		}
	}
	return t
}
