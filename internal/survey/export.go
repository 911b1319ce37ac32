package survey

import (
	"encoding/json"
	"time"
)

// ExportState is how far a download is.
type ExportState string

const (
	ExportWriting ExportState = "writing"
	ExportReady   ExportState = "ready"
	ExportFailed  ExportState = "failed" // Problem says why
)

// ExportLife is how long a file that was made for a download is kept, and what is known of it. The template's bucket forgets it by itself
// after as many days.
const ExportLife = 3 * 24 * time.Hour

// Export is a download that is too large to be made while somebody waits. It is written in parts, after each of which another run can go on.
type Export struct {
	ID      string
	Who     string // a staff member's id, or a token's name
	Token   bool
	Role    Role            // of a token; a person has whatever role they have when it is written
	Ask     json.RawMessage // what it is of
	Kind    string          // of the same, to be listed by
	File    string          // its name, for whoever saves it
	State   ExportState
	Problem string // code
	Rows    int    // written so far
	Bytes   int64  // …
	Place   string // where the next rows begin
	Encoder json.RawMessage
	Upload  string   // the store of files' name for what is being put together; "": nothing yet
	Tags    []string // of its parts
	Whole   bool     // all parts are written
	Created time.Time
	Busy    time.Time // until then a run has it for itself
	Ended   time.Time // ready or failed
	Version int
}

// Until is when the file and what is known of it are gone.
func (e Export) Until() time.Time { return e.Created.Add(ExportLife) }

// Open reports whether rows are still to be written.
func (e Export) Open() bool { return e.State == ExportWriting }

// Waits reports whether nobody is at work on it, or whoever was has died.
func (e Export) Waits(now time.Time) bool { return e.Open() && !now.Before(e.Busy) }

// Claim returns the export as a run takes it for itself.
func (e Export) Claim(until time.Time) Export {
	e.Busy = until
	return e
}

// Fail returns it ended without a file.
func (e Export) Fail(code string, now time.Time) Export {
	e.State, e.Problem, e.Ended, e.Busy = ExportFailed, code, now, time.Time{}
	return e
}

// Finish returns it with its file.
func (e Export) Finish(now time.Time) Export {
	e.State, e.Ended, e.Busy, e.Place, e.Encoder, e.Tags = ExportReady, now, time.Time{}, "", nil, nil
	return e
}
