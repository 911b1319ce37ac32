package cloud

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// maxKept is how many events of the template's buses are remembered.
const maxKept = 50_000

// BusEvent is an event that a function has put on a bus of the template.
type BusEvent struct {
	Bus, Source, Type string
	At                time.Time // as whoever put it says
	Detail            json.RawMessage
}

// buses remembers what was put on them; nobody listens there.
type buses struct {
	mu   sync.Mutex
	kept []BusEvent
}

// BusEvents lists what was put on the template's buses since the laptop started, the latest last.
func (c *Cloud) BusEvents() []BusEvent {
	c.buses.mu.Lock()
	defer c.buses.mu.Unlock()
	return slices.Clone(c.buses.kept)
}

type putEntry struct {
	EventBusName, Source, DetailType, Detail string
	Time                                     float64
}

// busOf is the name in a bus's name or ARN.
func busOf(s string) string {
	if _, name, ok := strings.Cut(s, ":event-bus/"); ok {
		return name
	}
	return s
}

// serveEvents is EventBridge's PutEvents.
func (c *Cloud) serveEvents(w http.ResponseWriter, operation string, body []byte) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	if operation != "PutEvents" {
		awsError(w, http.StatusBadRequest, "UnknownOperationException", "the laptop knows PutEvents of EventBridge, and nothing else")
		return
	}
	var call struct{ Entries []putEntry }
	if err := json.Unmarshal(body, &call); err != nil || len(call.Entries) == 0 || len(call.Entries) > 10 {
		awsError(w, http.StatusBadRequest, "ValidationException", fmt.Sprintf("1 to 10 entries are needed; there are %d (%v)", len(call.Entries), err))
		return
	}
	type answer struct {
		EventId, ErrorCode, ErrorMessage string `json:",omitempty"`
	}
	answers, failed := make([]answer, len(call.Entries)), 0
	var taken []BusEvent
	for i, e := range call.Entries {
		var detail map[string]json.RawMessage
		switch {
		case !slices.ContainsFunc(c.cfg.Template.Buses, func(name string) bool { return name == busOf(e.EventBusName) }):
			answers[i] = answer{ErrorCode: "ResourceNotFoundException", ErrorMessage: "no such event bus"}
		case e.Source == "" || e.DetailType == "":
			answers[i] = answer{ErrorCode: "InvalidArgument", ErrorMessage: "Parameter Source or DetailType is not valid. Reason: it is a required argument."}
		case json.Unmarshal([]byte(e.Detail), &detail) != nil:
			answers[i] = answer{ErrorCode: "MalformedDetail", ErrorMessage: "Detail is malformed."}
		default:
			answers[i] = answer{EventId: fmt.Sprintf("laptop-%d-%d", c.now().UnixNano(), i)}
			one := BusEvent{Bus: busOf(e.EventBusName), Source: e.Source, Type: e.DetailType, At: c.now(), Detail: json.RawMessage(e.Detail)}
			if e.Time > 0 {
				one.At = time.UnixMilli(int64(e.Time * 1000))
			}
			taken = append(taken, one)
			continue
		}
		failed++
	}
	c.buses.mu.Lock()
	c.buses.kept = append(c.buses.kept, taken...)
	c.buses.kept = c.buses.kept[max(0, len(c.buses.kept)-maxKept):]
	c.buses.mu.Unlock()
	c.meter.count(func(r *Report) *int64 { return &r.Published }, int64(len(taken)))
	writeJSON(w, http.StatusOK, map[string]any{"FailedEntryCount": failed, "Entries": answers})
}

// eventNeeds is the permission to put events on each bus of a call.
func eventNeeds(f *function, operation string, body []byte) (all []need) {
	var call struct{ Entries []putEntry }
	_ = json.Unmarshal(body, &call)
	for _, e := range call.Entries {
		n := need{action: "events:" + operation, resources: []string{f.resource("events", "event-bus/"+busOf(e.EventBusName))}}
		if !slices.ContainsFunc(all, func(o need) bool { return o.resources[0] == n.resources[0] }) {
			all = append(all, n)
		}
	}
	return all
}
