package door

import (
	"net/http"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/contacts"
	"onetap/internal/history"
	"onetap/internal/web"
)

// HistorySaid is what a request's parameters say of a list of answers: audience, into, encoding, dates, scale, create, look, file, and column, which may
// come several times, as <heading>:<field>. Problems: parameter_unknown, audience_unknown, history_column, and those of YesOrNo.
func (d *Desk) HistorySaid(r *http.Request) (said history.Said, err error) {
	if err := KnownParameters(r, "audience", "into", "encoding", "dates", "scale", "create", "look", "file", "column"); err != nil {
		return said, err
	}
	q := r.URL.Query()
	if said.Audience, err = Audience(q.Get("audience")); err != nil {
		return said, err
	}
	if said.Encoding, err = EncodingOf(r); err != nil {
		return said, err
	}
	said.Into, said.Dates, said.Language = q.Get("into"), history.Order(q.Get("dates")), web.Language(r)
	said.JSON = MediaType(r) == "application/json"
	said.Sent = contacts.SentBy(VisitOf(r).Who, q.Get("file"))
	switch q.Get("scale") {
	case "":
	case "0-10":
		said.Scale = true
	default:
		return said, apperr.New(apperr.Invalid, "history_scale_unknown", "scale")
	}
	if said.Create, err = YesOrNo(r, "create"); err != nil {
		return said, err
	}
	if said.Look, err = YesOrNo(r, "look"); err != nil {
		return said, err
	}
	for _, c := range q["column"] {
		at := strings.LastIndexByte(c, ':')
		if at < 0 {
			return said, apperr.New(apperr.Invalid, "history_column", "column")
		}
		if said.Columns == nil {
			said.Columns = map[string]history.Field{}
		}
		said.Columns[c[:at]] = history.Field(c[at+1:])
	}
	return said, nil
}
