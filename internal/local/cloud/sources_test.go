package cloud

import (
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"
)

// Schedules tick soon after the start, and then each time the laptop's minute is over.
func TestSchedules(t *testing.T) {
	t.Parallel()
	l := newLab(t, fnResource("F", `Events:
  Rate: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 minute)}}
  Cron: {Type: Schedule, Properties: {Schedule: 'cron(* * * * ? *)'}}
  Own: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(2 minutes), Input: '{"own":"input"}'}}
  Off: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 minute), Input: '{"off":1}', State: DISABLED}}`),
		func(c *Config) { c.Minute = 100 * time.Millisecond })
	count := func(part string) int { return strings.Count(strings.Join(l.notes(), "\n"), part) }
	begin := time.Now()
	l.eventually("six scheduled minutes", func() bool { return count("FRate") >= 6 })
	if took := time.Since(begin); took < 400*time.Millisecond {
		t.Errorf("six ticks of 100 ms after %v", took)
	}
	if own := count(`{"own":"input"}`); own < 2 || own > 5 {
		t.Errorf("%d ticks every two minutes beside six every minute", own)
	}
	if count("FCron") < 3 {
		t.Errorf("%d ticks of the cron schedule", count("FCron"))
	}
	if count(`{"off":1}`) > 0 {
		t.Error("a schedule that is off ticks")
	}
	for _, test := range []struct{ part, want string }{
		{"FRate", `"detail":"{}","detail-type":"Scheduled Event"`},
		{"FRate", `"source":"aws.scheduler"`},
		{"FRate", `"arn:aws:scheduler:us-east-1:000000000000:schedule/default/FRate"`},
		{"FCron", `"detail":{},"detail-type":"Scheduled Event"`},
		{"FCron", `"source":"aws.events"`},
		{"FCron", `"arn:aws:events:us-east-1:000000000000:rule/FCron"`},
	} {
		for _, line := range l.notes() {
			if strings.Contains(line, test.part) && !strings.Contains(line, test.want) {
				t.Errorf("%s has no %s", line, test.want)
			}
		}
	}
}

func TestRules(t *testing.T) {
	t.Parallel()
	l := newLab(t, fnResource("F", `Events:
  Bounce: {Type: EventBridgeRule, Properties: {Pattern: {source: [aws.ses], detail-type: [Email Bounced]}}}
  Any: {Type: EventBridgeRule, Properties: {Pattern: {source: [{prefix: aws.}], detail: {n: [{numeric: ['>', 1]}]}}, Input: '{"fixed":true}'}}
  Off: {Type: EventBridgeRule, Properties: {Pattern: {source: [aws.ses]}, State: DISABLED}}`))
	l.Publish(json.RawMessage(`{"source":"aws.ses","detail-type":"Email Bounced","detail":{"n":1}}`))
	l.Publish(json.RawMessage(`{"source":"aws.ses","detail-type":"Email Delivered","detail":{"n":1}}`))
	l.settle()
	if notes := l.notes(); len(notes) != 1 || notes[0] != `{"event":{"source":"aws.ses","detail-type":"Email Bounced","detail":{"n":1}}}` {
		t.Errorf("notes %v", notes)
	}
	if status, _, _ := l.post("/_local/events", nil, `{"source":"aws.s3","detail":{"n":2}}`); status != 202 {
		t.Errorf("status %d", status)
	}
	l.settle()
	if notes := l.notes(); len(notes) != 2 || notes[1] != `{"event":{"fixed":true}}` {
		t.Errorf("notes %v", notes)
	}
	if r := l.Meter().Report(time.Now()); r.Events != 2 {
		t.Errorf("metered %d", r.Events)
	}
}

func TestLocalPages(t *testing.T) {
	t.Parallel()
	l := newLab(t, fnResource("F", "MemorySize: 512"))
	l.call("F", map[string]any{"do": "sleep", "n": 20})
	get := func(path string) string {
		r, err := l.endpoint.Client().Get(l.endpoint.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		var b strings.Builder
		if _, err := io.Copy(&b, r.Body); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	var report Report
	if err := json.Unmarshal([]byte(get("/_local/meter")), &report); err != nil {
		t.Fatal(err)
	}
	u := report.Of("F")
	if u.Requests != 1 || u.Memory != 512 || u.GBSeconds < 0.010 || u.GBSeconds != u.Seconds/2 {
		t.Errorf("usage %+v", u)
	}
	var table strings.Builder
	if err := report.Print(&table); err != nil || !strings.Contains(table.String(), "F         1") {
		t.Errorf("table %v\n%s", err, table.String())
	}
	l.post("/_local/meter/reset", nil, "")
	if u := l.Meter().Report(time.Now()).Of("F"); u.Requests != 0 || u.Memory != 512 {
		t.Errorf("after a reset %+v", u)
	}
	if status, _, body := l.post("/_local/settle?within=5s", nil, ""); status != 200 || body != `{"settled":true}` {
		t.Errorf("settle: %d %s", status, body)
	}
	l.functions["F"].async.enqueue([]byte(`{"do":"sleep","n":2000}`))
	if status, _, body := l.post("/_local/settle?within=20ms", nil, ""); status != 504 || !strings.Contains(body, "still busy: 1 events wait for F") {
		t.Errorf("settle while busy: %d %s", status, body)
	}
	if got := get("/_local/queues/Letters"); got != `{"messages":[],"queue":"onetap-Letters"}` {
		t.Errorf("queue %s", got)
	}
	if got := get("/_local/queues"); got != `{"queues":[{"id":"Letters","name":"onetap-Letters","messages":0}]}` {
		t.Errorf("queues %s", got)
	}
	if get("/") != localHelp || get("/_local/") != localHelp {
		t.Error("the endpoint does not say what it is")
	}
	if status, _, _ := l.post("/unknown", map[string]string{"X-Amz-Target": "Kinesis_20131202.PutRecord"}, "{}"); status != 404 {
		t.Errorf("another service: %d", status)
	}
}
