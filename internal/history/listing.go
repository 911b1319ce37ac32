package history

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/celltext"
	"onetap/internal/sheet"
	"onetap/internal/survey"
)

// listing reads the answers of Delighted's GET /v1/survey_responses.json: an array of objects, pages of it one behind the other, or an object a
// line. encoding/json's Decoder cannot be left in the middle of a value and gone on with in another process, and parts are cut anywhere: so the
// objects are parted here, and each is decoded by itself.
type listing struct {
	Carry []byte `json:"carry,omitempty"` // of an object that is not whole yet
	Count int    `json:"count"`           // objects so far: what a line is of a list
	// Audience is whose answers are read of an export of a workspace, whose other lines are passed over (docs/export.md).
	Audience survey.Audience `json:"audience,omitempty"`
	Ours     bool            `json:"ours,omitempty"` // it is such an export
	// Dimensions are what the export's campaigns of that audience can be looked at by.
	Dimensions []string `json:"dimensions,omitempty"`
}

// response is an answer as Delighted lists it. A person is an id, or, with expand=person, an object.
type response struct {
	ID         flexible            `json:"id"`
	Kind       string              `json:"survey_type"`
	Score      *float64            `json:"score"`
	Comment    string              `json:"comment"`
	Created    flexible            `json:"created_at"`
	Person     json.RawMessage     `json:"person"`
	Properties map[string]flexible `json:"person_properties"`
	Tags       []json.RawMessage   `json:"tags"`

	// What lines of an export of a workspace have besides.
	Line     string          `json:"kind"` // "answer", or what is passed over; "": no such line
	Audience survey.Audience `json:"audience"`
	Verified bool            `json:"verified"`
	Wave     flexible        `json:"campaign"`
	Wish     flexible        `json:"wish"`
	Language flexible        `json:"language"`
	Owner    flexible        `json:"owner"`
	Team     flexible        `json:"team"`
	Looked   []string        `json:"parts"` // of a campaign, as it is stored
}

// passed reports whether a line of an export is none of the answers that are read: of another kind or audience, or in no figure.
func (r response) passed(a survey.Audience) bool {
	return r.Line != "" && (r.Line != "answer" || r.Audience != a || !r.Verified)
}

// flexible is a text that may be written as a number.
type flexible string

// UnmarshalJSON takes a text, a number, true, false or null; "" of anything else.
func (f *flexible) UnmarshalJSON(b []byte) error {
	var text string
	switch {
	case json.Unmarshal(b, &text) == nil:
		*f = flexible(text)
	case b[0] != '{' && b[0] != '[':
		*f = flexible(b)
	}
	return nil
}

// IsListing reports whether a file is such a list, by how it begins.
func IsListing(file []byte) bool {
	file = bytes.TrimLeft(bytes.TrimPrefix(file, []byte("\uFEFF")), " \t\r\n")
	return len(file) > 0 && (file[0] == '[' || file[0] == '{')
}

// feed takes the next part. Problem: history_json.
func (l *listing) feed(part []byte, last bool, each func(raw)) error {
	data := append(bytes.Clone(l.Carry), part...)
	if l.Count == 0 && len(l.Carry) == 0 {
		data = bytes.TrimPrefix(data, []byte("\uFEFF"))
	}
	for {
		data = bytes.TrimLeft(data, " \t\r\n,[]")
		if len(data) == 0 {
			break
		}
		if data[0] != '{' {
			return apperr.New(apperr.Invalid, "history_json", "")
		}
		size := objectSize(data)
		if size == 0 {
			if last || len(data) > sheet.MaxRow {
				return apperr.New(apperr.Invalid, "history_json", "")
			}
			break
		}
		l.Count++
		var r response
		if err := json.Unmarshal(data[:size], &r); err != nil {
			return &apperr.Error{Kind: apperr.Invalid, Code: "history_json", Cause: err}
		}
		l.Ours = l.Ours || r.Line != ""
		if r.Line == "campaign" && r.Audience == l.Audience {
			l.look(r.Looked)
		}
		if !r.passed(l.Audience) {
			each(r.raw(l.Count))
		}
		data = data[size:]
	}
	l.Carry = bytes.Clone(data)
	return nil
}

// look notes what a campaign can be looked at by.
func (l *listing) look(dimensions []string) {
	for _, d := range dimensions {
		if d != "" && !slices.Contains(l.Dimensions, d) {
			l.Dimensions = append(slices.Clone(l.Dimensions), d)
		}
	}
}

// objectSize is where the object that data begins with ends; 0: beyond it.
func objectSize(data []byte) int {
	depth, quoted := 0, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{':
			depth++
		case c == '}':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return 0
}

func (r response) raw(n int) raw {
	out := raw{line: n, lines: 1, date: string(r.Created), why: r.Comment, origin: string(r.ID), kind: r.Kind}
	if r.Line != "" { // an export's answers are on 0–10, whatever they are
		out.kind = "nps"
	}
	if r.Line != "" {
		out.wave, out.wish, out.language, out.owner, out.team = celltext.Clean(string(r.Wave)), string(r.Wish), string(r.Language), string(r.Owner), celltext.Clean(string(r.Team))
	}
	if r.Score != nil {
		out.score = strconv.FormatFloat(*r.Score, 'f', -1, 64)
	}
	var person struct{ Email, Name string }
	if json.Unmarshal(r.Person, &person) == nil {
		out.email, out.name = person.Email, celltext.Clean(person.Name)
	}
	for heading, value := range r.Properties {
		text := celltext.Clean(string(value))
		heading = celltext.Cut(celltext.Clean(heading), 100)
		f := guess([]string{heading}, nil)[0].Field
		switch f {
		case FieldDate, FieldScore, FieldWhy, FieldWish, FieldOrigin, FieldKind, FieldIgnored, FieldFirst, FieldLast, FieldName:
			f = FieldAttribute
		}
		out.set(f, heading, text)
	}
	var tags []string
	for _, t := range r.Tags {
		var name string
		var object struct{ Name string }
		if json.Unmarshal(t, &name) != nil && json.Unmarshal(t, &object) == nil {
			name = object.Name
		}
		if name = celltext.Clean(name); name != "" {
			tags = append(tags, name)
		}
	}
	out.set(FieldAttribute, "Tags", strings.Join(tags, ", "))
	return out
}
