package cloud

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onetap/internal/local/cloud/template"
)

// fixture reads one of the project's sample events, events/<name>.json.
func fixture(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "..", "events", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func projectTemplate(t *testing.T) *template.Template {
	t.Helper()
	tmpl, err := template.Read(filepath.Join("..", "..", "..", "template.yaml"), template.Inputs{
		Stack:    "onetap",
		Defaults: map[string]string{"Sender": "nps@example.com", "AdminEmail": "admin@example.com", "ApiToken": strings.Repeat("x", 40)},
		Secret:   func(string, template.SecretSpec) (string, error) { return strings.Repeat("k", 64), nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return tmpl
}

// Each sample event is one that the template leads to a function: by route, filter, rule or schedule.
func TestSampleEventsFitTheTemplate(t *testing.T) {
	t.Parallel()
	tmpl := projectTemplate(t)
	var list []route
	var stream, rules []*template.Function
	schedules := map[string]bool{}
	for _, f := range tmpl.Functions {
		for _, r := range f.Routes {
			list = append(list, newRoute(&function{Function: f}, r))
		}
		if len(f.Streams) > 0 {
			stream = append(stream, f)
		}
		if len(f.Rules) > 0 {
			rules = append(rules, f)
		}
		for _, s := range f.Schedules {
			schedules[s.Name] = true
		}
	}
	sortRoutes(list)
	for name, want := range map[string]string{
		"http-get": "respond", "http-head": "respond", "http-post": "respond", "http-unsubscribe": "respond",
		"http-api-get": "desk", "http-api-post": "desk",
	} {
		var e httpEvent
		if err := json.Unmarshal(fixture(t, name), &e); err != nil {
			t.Fatal(err)
		}
		found, parameters := findRoute(list, e.RequestContext.HTTP.Method, e.RawPath)
		if found == nil || found.fn.Folder != want || found.key() != e.RouteKey || !maps.Equal(parameters, e.PathParameters) {
			t.Errorf("%s leads to %+v with %v", name, found, parameters)
		}
	}
	for _, name := range []string{"url-get", "url-post"} {
		var e httpEvent
		if err := json.Unmarshal(fixture(t, name), &e); err != nil {
			t.Fatal(err)
		}
		if f := tmpl.Functions[0]; f.Folder != "respond" || !f.URL || e.RouteKey != "$default" {
			t.Errorf("%s leads to %s", name, f.Folder)
		}
	}
	wanted := map[string]int{}
	for _, r := range streamFixture(t) {
		for _, f := range stream {
			if matches(f.Streams[0].Filters, r) {
				wanted[f.Folder]++
			}
		}
	}
	if wanted["recompute"] != 4 || wanted["notify"] != 2 { // notify hears of passives, too: a company may follow them up
		t.Errorf("of the stream's four records these want so many: %v", wanted)
	}
	for _, name := range []string{"ses-bounce", "ses-complaint", "ses-delivery"} {
		if len(rules) != 1 || !rules[0].Rules[0].Pattern.Match(fixture(t, name)) {
			t.Errorf("%s fits no rule", name)
		}
	}
	var e struct{ Resources []string }
	if err := json.Unmarshal(fixture(t, "schedule"), &e); err != nil {
		t.Fatal(err)
	}
	if !schedules[e.Resources[0][strings.LastIndex(e.Resources[0], "/")+1:]] {
		t.Errorf("schedule of %v, the template has %v", e.Resources, schedules)
	}
}

// streamFixture reads the records of events/stream.json.
func streamFixture(t *testing.T) []Record {
	t.Helper()
	var batch struct {
		Records []struct {
			EventID, EventName string
			Dynamodb           struct {
				SequenceNumber, StreamViewType string
				SizeBytes                      int
				Keys, NewImage, OldImage       json.RawMessage
			}
		}
	}
	if err := json.Unmarshal(fixture(t, "stream"), &batch); err != nil {
		t.Fatal(err)
	}
	var out []Record
	for _, r := range batch.Records {
		out = append(out, Record{
			EventID: r.EventID, EventName: r.EventName, SequenceNumber: r.Dynamodb.SequenceNumber, ViewType: r.Dynamodb.StreamViewType,
			SizeBytes: r.Dynamodb.SizeBytes, Keys: r.Dynamodb.Keys, NewImage: r.Dynamodb.NewImage, OldImage: r.Dynamodb.OldImage,
		})
	}
	return out
}

// What the laptop gives a function has the fields of the sample, no more and no fewer.
func TestLaptopMakesEventsLikeTheSamples(t *testing.T) {
	t.Parallel()
	_, server := site(t)
	_, own := address(t)
	for name, request := range map[string]func() (*http.Response, error){
		"http-post": func() (*http.Response, error) {
			return http.Post(server.URL+"/r/x", "application/x-www-form-urlencoded", strings.NewReader("score=2"))
		},
		"http-get": func() (*http.Response, error) { return http.Get(server.URL + "/r/x") },
		"url-post": func() (*http.Response, error) {
			return http.Post(own.URL+"/r/x", "application/x-www-form-urlencoded", strings.NewReader("score=2"))
		},
		"url-get": func() (*http.Response, error) { return http.Get(own.URL + "/r/x") },
	} {
		answer, err := request()
		if err != nil {
			t.Fatal(err)
		}
		made, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(shape(t, fixture(t, name)), shape(t, made)); d != "" {
			t.Errorf("%s (-sample +laptop):\n%s", name, d)
		}
	}
	l := newLab(t, fnResource("F", "Events: {S: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 minute)}}}"))
	made := l.scheduledEvent(l.functions["F"], l.functions["F"].Schedules[0])
	if d := cmp.Diff(shape(t, fixture(t, "schedule")), shape(t, made)); d != "" {
		t.Errorf("schedule (-sample +laptop):\n%s", d)
	}
	m := &mapping{arn: "arn:aws:dynamodb:x", fn: l.functions["F"]}
	if d := cmp.Diff(shape(t, fixture(t, "stream")), shape(t, m.event(streamFixture(t)))); d != "" {
		t.Errorf("stream (-sample +laptop):\n%s", d)
	}
}

// shape lists the paths of all fields of an event with the kind of their values. Headers and path parameters differ from
// request to request, and only their being there counts.
func shape(t *testing.T, event []byte) []string {
	t.Helper()
	var v any
	if err := json.Unmarshal(event, &v); err != nil {
		t.Fatalf("%v in %s", err, event)
	}
	seen := map[string]bool{}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case map[string]any:
			if path == ".headers" || path == ".pathParameters" {
				seen[path] = true
				return
			}
			for name, inner := range v {
				walk(path+"."+name, inner)
			}
		case []any:
			for _, inner := range v {
				walk(path+"[]", inner)
			}
		case string:
			seen[path+" text"] = true
		case float64:
			seen[path+" number"] = true
		case bool:
			seen[path+" yes or no"] = true
		default:
			seen[path+" nothing"] = true
		}
	}
	walk("", v)
	return slices.Sorted(maps.Keys(seen))
}
