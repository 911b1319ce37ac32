package public

import (
	"encoding/json"
	"os"
	"testing"
)

// scannerVisit is one entry of the corpus (internal/local replays it against the whole laptop too): what was requested, and by whom such visits are known.
type scannerVisit struct {
	Name   string `json:"name"`
	Source string `json:"source"`
	Steps  []struct {
		Method  string            `json:"method"`
		Path    string            `json:"path"`
		Headers map[string]string `json:"headers"`
		Body    string            `json:"body"`
		After   string            `json:"after"` // since delivery; for the reader
	} `json:"steps"`
	Acted string `json:"acted"` // what a person did by it, if one did: the answer that is stored then, or "unsubscribed"
}

func TestScannersNeverVote(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/scanners.json")
	if err != nil {
		t.Fatal(err)
	}
	var corpus []scannerVisit
	if err := json.Unmarshal(data, &corpus); err != nil {
		t.Fatal(err)
	}
	for _, v := range corpus {
		t.Run(v.Name, func(t *testing.T) {
			s := newStage(t)
			for _, step := range v.Steps {
				var headers []string
				for n, h := range step.Headers {
					headers = append(headers, n+": "+h)
				}
				if w := s.do(step.Method, step.Path, step.Body, headers...); w.Code >= 500 {
					t.Errorf("%s %s: %d", step.Method, step.Path, w.Code)
				}
			}
			r := s.responses[s.id]
			switch {
			case v.Acted == "unsubscribed":
				if !s.unsubscribed[s.id] || s.state() != "nothing" {
					t.Errorf("unsubscribed %v and %s, want unsubscribed and nothing", s.unsubscribed[s.id], s.state())
				}
			case v.Acted != "":
				if s.state() != v.Acted {
					t.Errorf("stored is %s, want what the person did: %s", s.state(), v.Acted)
				}
			case r.Verified:
				t.Errorf("a vote: %s", s.state())
			case s.unsubscribed[s.id]:
				t.Error("unsubscribed")
			}
		})
	}
}
