package history

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/celltext"
	"onetap/internal/contacts"
	"onetap/internal/lang"
	"onetap/internal/survey"
)

const (
	slice = 256 << 10 // bytes that are worked on at once, so that memory does not grow with a part
	// MaxListed is how many refusals one answer lists.
	MaxListed = 1000
	// maxCampaigns is how many campaigns one import may make answers of: of 25 years, each month's.
	maxCampaigns = 300
)

// Said is what a person says of a list.
type Said struct {
	Audience survey.Audience
	Into     string // "column", "month", "quarter", "name:<text>"; "": by the column of campaigns if there is one, else by month
	JSON     bool   // it is Delighted's listing, not a table
	Columns  map[string]Field
	Encoding string // as programs call it; "": recognise it
	Dates    Order  // of dates with slashes; "": as the list shows
	Scale    bool   // the scores are on 0–10, though none is over five
	Create   bool   // contacts that are not known are made
	Look     bool   // nothing is written
	Language lang.Language
	Sent     contacts.Sent
}

// Outcome is what became of a list, or of one part of it. It is kept as JSON with the part.
type Outcome struct {
	Number    int                `json:"-"`
	New       int                `json:"new"`
	Unchanged int                `json:"unchanged"`
	Refused   int                `json:"refused"`
	Refusals  []contacts.Refusal `json:"refusals,omitempty"` // at most MaxListed
	Finished  bool               `json:"finished,omitempty"`
	Total     Total              `json:"total"` // of everything so far
}

// Total is what has become of a list so far.
type Total struct {
	New       int         `json:"new"`
	Unchanged int         `json:"unchanged"`
	Refused   int         `json:"refused"`
	Nobodys   int         `json:"nobodys"`  // answers without a contact
	Contacts  int         `json:"contacts"` // made
	Erased    int         `json:"erased"`   // answers of people who were erased on request: they are left out
	Campaigns []InWave    `json:"campaigns,omitempty"`
	Columns   []Column    `json:"columns,omitempty"`
	From      string      `json:"from,omitempty"`
	First     time.Time   `json:"first,omitzero"`
	Last      time.Time   `json:"last,omitzero"`
	Scores    map[int]int `json:"scores,omitempty"`
}

// InWave is how many of a list's answers are in a campaign, whether the list brought them or they were there.
type InWave struct {
	ID      survey.CampaignID `json:"id"`
	Name    string            `json:"name"`
	Answers int               `json:"answers"`
}

// progress is how far a list is read: what an upload keeps between its parts, as JSON.
type progress struct {
	Kind     string        `json:"kind"` // "history": other uploads have other states
	List     List          `json:"list"`
	Into     string        `json:"into"`
	Create   bool          `json:"create,omitempty"`
	Look     bool          `json:"look,omitempty"`
	Language lang.Language `json:"language,omitempty"`
	Sent     contacts.Sent `json:"sent,omitzero"`
	Total    Total         `json:"total"`
	// Dimensions are what the answers can be looked at by; nil until the first are there.
	Dimensions []string `json:"dimensions,omitempty"`

	audience survey.Audience
	id       string
	begun    time.Time
	part     int
	begin    func() error // before the first answer is written
	staff    *survey.StaffDirectory
	known    survey.Dimensions
	blocked  map[string]survey.ErasedBlock
	marks    bool // answers were taken back lately
	waves    *waves
	alike    alike
	met      map[survey.ContactID]bool // origins of this part
}

func stateOf(u survey.Upload) (*progress, error) {
	p := &progress{}
	if err := json.Unmarshal(u.State, p); err != nil {
		return nil, fmt.Errorf("stored import of history: %w", err)
	}
	if p.Kind != string(survey.UploadOfHistory) {
		return nil, apperr.New(apperr.Unknown, "import_unknown", "import")
	}
	p.audience, p.id, p.begun, p.part = u.Audience, u.ID, u.Created.Truncate(time.Millisecond), u.Next
	return p, nil
}

// Begin stores the beginning of an import. Problems: audience_unknown, history_employees, history_into, history_field, history_field_twice,
// history_dates.
func (im *Imports) Begin(ctx context.Context, said Said) (survey.Upload, error) {
	switch {
	case !said.Audience.Valid():
		return survey.Upload{}, apperr.New(apperr.Invalid, "audience_unknown", "audience")
	case said.Audience.Anonymous(): // whoever held the list would know whose each answer is
		return survey.Upload{}, apperr.New(apperr.Conflict, "history_employees", "audience")
	case said.Dates != "" && said.Dates != DayFirst && said.Dates != MonthFirst:
		return survey.Upload{}, apperr.New(apperr.Invalid, "history_dates", "dates")
	}
	if name, named := strings.CutPrefix(said.Into, "name:"); named {
		if name = celltext.Cut(celltext.Clean(name), maxWave); name == "" {
			return survey.Upload{}, apperr.New(apperr.Invalid, "history_into", "into")
		}
		said.Into = "name:" + name
	} else if !slices.Contains([]string{"", "column", "month", "quarter"}, said.Into) {
		return survey.Upload{}, apperr.New(apperr.Invalid, "history_into", "into")
	}
	if err := checkColumns(said.Columns); err != nil {
		return survey.Upload{}, err
	}
	set, err := im.Store.Settings(ctx)
	if err != nil {
		return survey.Upload{}, err
	}
	p := progress{
		Kind: string(survey.UploadOfHistory), Into: said.Into, Create: said.Create, Look: said.Look, Language: said.Language, Sent: said.Sent,
		List: List{Said: said.Columns, Order: said.Dates, Scale: said.Scale, Zone: set.Zone},
	}
	p.List.CSV.Said = said.Encoding
	if p.List.Memory.Last, err = im.Store.ColumnMemory(ctx, historyLists); err != nil {
		return survey.Upload{}, err
	}
	if said.JSON {
		p.List.JSON, p.List.From = &listing{Audience: said.Audience}, "Delighted"
	}
	state, err := json.Marshal(p)
	if err != nil {
		return survey.Upload{}, fmt.Errorf("import of history: %w", err)
	}
	u := survey.Upload{ID: strings.ToLower(rand.Text()[:16]), Audience: said.Audience, Created: im.Now().UTC(), Next: 1, State: state}
	return im.Store.CreateUpload(ctx, u)
}

// TakeWhole takes a whole list. The problems are those of Begin and Take.
func (im *Imports) TakeWhole(ctx context.Context, said Said, body []byte) (survey.Upload, Outcome, error) {
	u, err := im.Begin(ctx, said)
	if err != nil {
		return u, Outcome{}, err
	}
	out, err := im.takePart(ctx, u, body, finishDigest, true)
	return u, out, err
}

// Take takes part n of an import. Parts come in order; one that was taken already is answered as it was the first time, if its bytes are the
// same. Problems: import_unknown, part_empty, part_expected, part_differs, part_unfinished (send it again), import_finished, import_undone, those of
// the list, and history_campaigns (it would make too many).
func (im *Imports) Take(ctx context.Context, u survey.Upload, n int, body []byte) (Outcome, error) {
	if len(body) == 0 {
		return Outcome{}, apperr.New(apperr.Invalid, "part_empty", "")
	}
	digest := sha256.Sum256(body)
	switch {
	case n < u.Next:
		return im.again(ctx, u, n, digest[:])
	case u.Finished:
		return Outcome{}, apperr.New(apperr.Conflict, "import_finished", "import")
	case n > u.Next:
		return Outcome{}, apperr.New(apperr.Conflict, "part_expected", "part", "Part", u.Next)
	}
	return im.takePart(ctx, u, body, digest[:], false)
}

// Finish says that no more parts follow. Problems: import_nothing_sent, and those of Take.
func (im *Imports) Finish(ctx context.Context, u survey.Upload) (Outcome, error) {
	switch {
	case u.Next == 1:
		return Outcome{}, apperr.New(apperr.Conflict, "import_nothing_sent", "import")
	case u.Finished:
		return im.again(ctx, u, u.Next-1, finishDigest)
	}
	return im.takePart(ctx, u, nil, finishDigest, true)
}

// Import reads an import with what has become of it so far. Problem: import_unknown.
func (im *Imports) Import(ctx context.Context, id string) (survey.Upload, Total, error) {
	u, err := im.Store.Upload(ctx, id)
	if err != nil {
		return u, Total{}, err
	}
	p, err := stateOf(u)
	if err != nil {
		return u, Total{}, err
	}
	return u, p.Total, nil
}

// Refused reads the first refused rows of an import, at most limit of them.
func (im *Imports) Refused(ctx context.Context, u survey.Upload, limit int) (all []contacts.Refusal, err error) {
	err = im.Store.UploadAnswers(ctx, u.ID, func(answer json.RawMessage) (bool, error) {
		var out Outcome
		err := json.Unmarshal(answer, &out)
		all = append(all, out.Refusals[:min(len(out.Refusals), limit-len(all))]...)
		return len(all) < limit, err
	})
	return all, err
}

// Headings are those of an import's list, and what parts its cells; none of JSON.
func (im *Imports) Headings(u survey.Upload) (headings []string, separator string, err error) {
	p, err := stateOf(u)
	if err != nil {
		return nil, "", err
	}
	for _, c := range p.List.Columns {
		headings = append(headings, c.Heading)
	}
	return headings, p.List.CSV.Separator, nil
}

// finishDigest stands for the end of a list where a part's digest would.
var finishDigest = []byte("finish")

// again answers for a part that was taken already.
func (im *Imports) again(ctx context.Context, u survey.Upload, n int, digest []byte) (out Outcome, err error) {
	p, ok, err := im.Store.UploadPart(ctx, u.ID, n)
	switch {
	case err != nil:
		return out, err
	case !ok:
		return out, fmt.Errorf("part %d of an import is taken and not there", n)
	case !bytes.Equal(p.Digest, digest) && u.Finished && n == u.Next-1:
		return out, apperr.New(apperr.Conflict, "import_finished", "import")
	case !bytes.Equal(p.Digest, digest):
		return out, apperr.New(apperr.Conflict, "part_differs", "part", "Part", n)
	}
	if err := json.Unmarshal(p.Answer, &out); err != nil {
		return out, fmt.Errorf("stored answer of an import: %w", err)
	}
	out.Number = n
	return out, nil
}

// takePart reads and writes the part that is expected, and then records it: only then does it count. Where the same part came twice at once and the
// other was faster, the answer is the other's.
func (im *Imports) takePart(ctx context.Context, u survey.Upload, body, digest []byte, last bool) (Outcome, error) {
	n := u.Next
	out, err := im.takeNext(ctx, u, body, digest, last)
	if errors.Is(err, apperr.ErrChanged) {
		if u, err = im.Store.Upload(ctx, u.ID); err != nil {
			return out, err
		}
		if u.Next == n {
			return out, apperr.New(apperr.Conflict, "import_undone", "import")
		}
		return im.again(ctx, u, n, digest)
	}
	out.Number = n
	return out, err
}

func (im *Imports) takeNext(ctx context.Context, u survey.Upload, body, digest []byte, last bool) (out Outcome, err error) {
	p, line, err := im.resume(ctx, u)
	if err != nil {
		return out, err
	}
	if out, err = im.take(ctx, p, body, last); err != nil {
		if errors.Is(err, context.DeadlineExceeded) {
			err = &apperr.Error{Kind: apperr.Conflict, Code: "part_unfinished", Where: "part", Cause: err}
		}
		return out, err
	}
	out.Finished, out.Total = last, p.Total
	answer, err := im.fit(&out)
	if err != nil {
		return out, err
	}
	if u.State, err = json.Marshal(p); err != nil {
		return out, fmt.Errorf("import of history: %w", err)
	}
	if u.Finished = last; last && !p.Look {
		if err := im.learn(ctx, p.List.Memory); err != nil {
			return out, err
		}
	}
	_, err = im.Store.TakePart(ctx, u, survey.UploadPart{Digest: digest, Answer: answer}, p.alike.met(), line.after(p, last, im.Now().UTC()))
	return out, err
}

// fit leaves out refusals until an outcome can be stored, and returns it as JSON.
func (im *Imports) fit(o *Outcome) (json.RawMessage, error) {
	for {
		b, err := json.Marshal(o)
		if err != nil {
			return nil, fmt.Errorf("outcome: %w", err)
		}
		fits, err := im.Store.AnswerFits(b)
		if err != nil || fits || len(o.Refusals) == 0 {
			return b, err
		}
		o.Refusals = o.Refusals[:len(o.Refusals)/2]
	}
}

// lately is for how long the markers of answers stay that were taken back, and a day more.
const lately = 3 * 24 * time.Hour

// resume puts together what the parts so far came to, with the import's line of the history.
func (im *Imports) resume(ctx context.Context, u survey.Upload) (*progress, *line, error) {
	p, err := stateOf(u)
	if err != nil {
		return nil, nil, err
	}
	before, err := im.Store.SeenContacts(ctx, u)
	if err != nil {
		return nil, nil, err
	}
	p.alike.load(before)
	p.met = map[survey.ContactID]bool{}
	staff, err := im.Store.Staff(ctx)
	if err != nil {
		return nil, nil, err
	}
	p.staff = survey.NewDirectory(staff)
	if p.known, err = im.Store.Dimensions(ctx, u.Audience); err != nil {
		return nil, nil, err
	}
	if p.blocked, err = im.Store.Blocked(ctx); err != nil {
		return nil, nil, err
	}
	others, _, err := im.Store.UploadRecords(ctx, survey.UploadOfHistory, "", 500, im.Now())
	if err != nil {
		return nil, nil, err
	}
	p.marks = slices.ContainsFunc(others, func(r survey.UploadRecord) bool {
		return r.State == survey.UploadUndoing || r.State == survey.UploadUndone && im.Now().Sub(r.Undo.Ended) < lately
	})
	if p.waves, err = im.wavesOf(ctx, p); err != nil {
		return nil, nil, err
	}
	line, err := im.lineOf(ctx, p, u)
	return p, line, err
}

// take reads a part in slices, and writes each.
func (im *Imports) take(ctx context.Context, p *progress, part []byte, last bool) (out Outcome, err error) {
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-contacts.Spare))
		defer cancel()
	}
	for {
		n := min(len(part), slice)
		answers, refused, err := p.List.feed(part[:n], last && n == len(part), p.staff, im.Now())
		if err != nil {
			return out, err
		}
		part = part[n:]
		out.Refused += len(refused)
		out.Refusals = append(out.Refusals, refused[:min(len(refused), MaxListed-len(out.Refusals))]...)
		if err := im.place(ctx, p, answers, &out); err != nil {
			return out, err
		}
		if len(part) == 0 {
			break
		}
	}
	t := &p.Total
	t.New, t.Unchanged, t.Refused = t.New+out.New, t.Unchanged+out.Unchanged, t.Refused+out.Refused
	t.Columns, t.From = p.List.Columns, p.List.From
	if last && t.New+t.Unchanged+t.Refused+t.Erased == 0 {
		return out, apperr.New(apperr.Invalid, "csv_no_rows", "")
	}
	return out, nil
}
