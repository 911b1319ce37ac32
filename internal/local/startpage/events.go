package startpage

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"

	"onetap/internal/lang"
)

// shownEvents is how many events the page shows.
const shownEvents = 100

// eventsPage is what was put on the event bus.
type eventsPage struct {
	Lang   lang.Language
	Others []lang.Language
	Say    map[string]string
	Events []shownEvent
}

// Name is a language in its own words.
func (eventsPage) Name(l lang.Language) string { return l.T("format.language") }

type shownEvent struct{ At, Type, Source, Detail string }

func (p *Pages) showEvents(w http.ResponseWriter, r *http.Request) {
	l := LanguageOf(r)
	data := eventsPage{Lang: l, Say: map[string]string{}}
	for _, other := range lang.All() {
		if other != l {
			data.Others = append(data.Others, other)
		}
	}
	for _, id := range []string{"events", "events_lead", "events_none", "events_back", "languages"} {
		data.Say[id] = l.T("start." + id)
	}
	if p.Events != nil {
		for _, e := range slices.Backward(p.Events()) {
			if len(data.Events) == shownEvents {
				break
			}
			var detail bytes.Buffer
			_ = json.Indent(&detail, e.Detail, "", "  ") // it was looked at when it was put there
			data.Events = append(data.Events, shownEvent{At: e.At.UTC().Format("2006-01-02 15:04:05Z"), Type: e.Type, Source: e.Source, Detail: detail.String()})
		}
	}
	p.render(w, r, "events.html", data)
}
