package contacts

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/celltext"
	"onetap/internal/sheet"
	"onetap/internal/survey"
)

// MaxParts is how many parts an upload may have: 5 MB each, more contacts than there are people.
const MaxParts = 10_000

// Corrections are what a person knows better of a list than its reader, and what is to become of it.
type Corrections struct {
	Columns  map[string]Field // by heading, where the guess is wrong: see CheckMap
	Encoding string           // as programs call it; "": recognise it
	// Owners says who of the staff is meant by a name that several have: id by name; "": none of them.
	Owners map[string]string
	// Confirmed says that contacts may lose an owner, a team or a phone.
	Confirmed bool
	// Look says that the list is only looked at: nothing of it is written.
	Look bool
	// Whole says that the list names everybody of its audience: whoever it does not name counts as gone. Only of uploads.
	Whole bool
	Sent  Sent
}

// Sent says who sent a list, for the history.
type Sent struct {
	By    string `json:"by,omitempty"`    // a staff member's id, or the name of a program's token
	Token bool   `json:"token,omitempty"` // By is a token's name
	File  string `json:"file,omitempty"`  // what the list is called
}

// SentBy says that somebody sent a list of that name.
func SentBy(who authz.Who, file string) Sent {
	if who.Token != "" {
		return Sent{By: who.Token, Token: true, File: celltext.Cut(file, 100)}
	}
	return Sent{By: who.Staff.ID, File: celltext.Cut(file, 100)}
}

// Part is what became of one part of an upload.
type Part struct {
	Number int
	Outcome
}

// PartNumber reads the number of a part. Problem: part_number.
func PartNumber(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > MaxParts {
		return 0, apperr.New(apperr.Invalid, "part_number", "part", "Limit", MaxParts)
	}
	return n, nil
}

// Begin stores the beginning of an upload. Problems: those of CheckMap and sheet.SaidEncoding.
func (l *Lists) Begin(ctx context.Context, a survey.Audience, said Corrections) (survey.Upload, error) {
	p, err := l.newProgress(ctx, a, said)
	if err != nil {
		return survey.Upload{}, err
	}
	state, err := json.Marshal(p)
	if err != nil {
		return survey.Upload{}, fmt.Errorf("upload: %w", err)
	}
	return l.Store.CreateUpload(ctx, survey.Upload{ID: newUploadID(), Audience: a, Created: l.Now().UTC(), Next: 1, State: state})
}

func newUploadID() string { return strings.ToLower(rand.Text()[:16]) }

// newProgress is where the reading of a list begins.
func (l *Lists) newProgress(ctx context.Context, a survey.Audience, said Corrections) (*progress, error) {
	if err := CheckMap(said.Columns); err != nil {
		return nil, err
	}
	reader := NewImport(a)
	reader.Map, reader.Owners = said.Columns, askedKeys(said.Owners)
	var err error
	if reader.Said, err = sheet.SaidEncoding(said.Encoding); err != nil {
		return nil, err
	}
	if reader.Known, err = l.Store.Dimensions(ctx, a); err != nil {
		return nil, err
	}
	if reader.Memory, err = l.Store.ColumnMemory(ctx, a); err != nil {
		return nil, err
	}
	staff, err := l.Store.Staff(ctx)
	if err != nil {
		return nil, err
	}
	return &progress{Reader: *reader, Look: said.Look, Confirmed: said.Confirmed, Whole: said.Whole, Sent: said.Sent, staff: survey.NewDirectory(staff)}, nil
}

// Take takes part n of an upload. Parts come in order; one that was taken already is answered as it was the first time, if
// its bytes are the same. Problems: part_empty, part_expected, part_differs, part_unfinished (send it again), import_finished,
// import_undone, those of foresee and those of Import.Feed.
func (l *Lists) Take(ctx context.Context, u survey.Upload, n int, body []byte) (Part, error) {
	if len(body) == 0 {
		return Part{}, apperr.New(apperr.Invalid, "part_empty", "")
	}
	digest := sha256.Sum256(body)
	switch {
	case n < u.Next:
		return l.again(ctx, u, n, digest[:])
	case u.Finished:
		return Part{}, apperr.New(apperr.Conflict, "import_finished", "import")
	case n > u.Next:
		return Part{}, apperr.New(apperr.Conflict, "part_expected", "part", "Part", u.Next)
	}
	return l.takePart(ctx, u, body, digest[:], false)
}

// Finish says that no more parts follow; the last line may have waited for that. Problems: import_nothing_sent,
// part_unfinished, and those of Import.Feed.
func (l *Lists) Finish(ctx context.Context, u survey.Upload) (Part, error) {
	switch {
	case u.Next == 1:
		return Part{}, apperr.New(apperr.Conflict, "import_nothing_sent", "import")
	case u.Finished:
		return l.again(ctx, u, u.Next-1, finishDigest)
	}
	return l.takePart(ctx, u, nil, finishDigest, true)
}

// TakeWhole takes a whole list as an upload of one part.
func (l *Lists) TakeWhole(ctx context.Context, a survey.Audience, said Corrections, body []byte) (survey.Upload, error) {
	u, err := l.Begin(ctx, a, said)
	if err != nil {
		return u, err
	}
	_, err = l.takeNext(ctx, u, body, finishDigest, true)
	return u, err
}

// TakeAtOnce takes a whole list of which nothing is kept but the contacts and, where it changes any, a line of the history:
// whoever sent it has the answer and may send it again. Problems: list_unfinished, those of foresee and those of Import.Feed.
func (l *Lists) TakeAtOnce(ctx context.Context, a survey.Audience, said Corrections, body []byte) (Outcome, error) {
	p, err := l.newProgress(ctx, a, said)
	if err != nil {
		return Outcome{}, err
	}
	line := l.lineOf(ctx, p, newUploadID(), 1)
	out, err := l.take(ctx, p, body, true)
	if outOfTime(err) {
		return out, &apperr.Error{Kind: apperr.Conflict, Code: "list_unfinished", Cause: err}
	}
	if err == nil && !p.Look {
		err = l.Store.Returned(ctx, a, p.seen.all())
	}
	if err != nil || !line.begun {
		return out, err
	}
	if _, err = l.Store.SaveUploadRecord(ctx, *line.after(p, true)); errors.Is(err, apperr.ErrChanged) {
		err = undone()
	}
	return out, err
}

// Preview reads the beginning of a list, or all of it, as an upload would: see the function Preview. staff is everybody.
func (l *Lists) Preview(ctx context.Context, a survey.Audience, sample []byte, whole bool, said Corrections, staff []survey.Staff) (Look, error) {
	known, err := l.Store.Dimensions(ctx, a)
	if err != nil {
		return Look{}, err
	}
	memory, err := l.Store.ColumnMemory(ctx, a)
	if err != nil {
		return Look{}, err
	}
	return Preview(a, sample, whole, said, known, memory, survey.NewDirectory(staff))
}

// Refused reads the first refused rows of an upload, at most limit of them.
func (l *Lists) Refused(ctx context.Context, u survey.Upload, limit int) ([]Refusal, error) {
	var all []Refusal
	err := l.Store.UploadAnswers(ctx, u.ID, func(answer json.RawMessage) (bool, error) {
		out, err := storedOutcome(answer)
		all = append(all, out.Refusals[:min(len(out.Refusals), limit-len(all))]...)
		return len(all) < limit, err
	})
	return all, err
}

// Merged reads the first rows of an upload that were joined with earlier ones, at most limit of them.
func (l *Lists) Merged(ctx context.Context, u survey.Upload, limit int) ([]Merge, error) {
	var all []Merge
	err := l.Store.UploadAnswers(ctx, u.ID, func(answer json.RawMessage) (bool, error) {
		out, err := storedOutcome(answer)
		all = append(all, out.Merges[:min(len(out.Merges), limit-len(all))]...)
		return len(all) < limit, err
	})
	return all, err
}

// finishDigest stands for the end of a list where a part's digest would.
var finishDigest = []byte("finish")

// again answers for a part that was taken already.
func (l *Lists) again(ctx context.Context, u survey.Upload, n int, digest []byte) (Part, error) {
	p, ok, err := l.Store.UploadPart(ctx, u.ID, n)
	if err != nil {
		return Part{}, err
	}
	if !ok {
		return Part{}, fmt.Errorf("part %d of an upload is taken and not there", n)
	}
	if !bytes.Equal(p.Digest, digest) {
		if u.Finished && n == u.Next-1 {
			return Part{}, apperr.New(apperr.Conflict, "import_finished", "import")
		}
		return Part{}, apperr.New(apperr.Conflict, "part_differs", "part", "Part", n)
	}
	out, err := storedOutcome(p.Answer)
	return Part{n, out}, err
}

// takePart takes the part that is expected. Where the same part came twice at once and the other was faster, the answer is the
// other's.
func (l *Lists) takePart(ctx context.Context, u survey.Upload, body, digest []byte, last bool) (Part, error) {
	n := u.Next
	out, err := l.takeNext(ctx, u, body, digest, last)
	if errors.Is(err, apperr.ErrChanged) {
		if u, err = l.Store.Upload(ctx, u.ID); err != nil {
			return Part{}, err
		}
		if u.Next == n { // nobody was faster: it is being undone
			return Part{}, undone()
		}
		return l.again(ctx, u, n, digest)
	}
	return Part{n, out}, err
}

// takeNext reads and writes the part that is expected, and then records it: only then does it count. apperr.ErrChanged means
// that somebody else has recorded it meanwhile.
func (l *Lists) takeNext(ctx context.Context, u survey.Upload, body, digest []byte, last bool) (Outcome, error) {
	p, err := l.resume(ctx, u)
	if err != nil {
		return Outcome{}, err
	}
	line := l.lineOf(ctx, p, u.ID, u.Next)
	if err := line.resume(ctx); err != nil {
		return Outcome{}, err
	}
	out, err := l.take(ctx, p, body, last)
	if outOfTime(err) {
		return out, &apperr.Error{Kind: apperr.Conflict, Code: "part_unfinished", Where: "part", Cause: err}
	}
	if err != nil {
		return out, err
	}
	out.Finished = last
	answer, err := l.fit(&out)
	if err != nil {
		return out, err
	}
	if u.State, err = json.Marshal(p); err != nil {
		return out, fmt.Errorf("upload: %w", err)
	}
	if u.Finished = last; last && !p.Look {
		if err := l.gone(ctx, u, p); err != nil {
			return out, err
		}
	}
	_, err = l.Store.TakePart(ctx, u, survey.UploadPart{Digest: digest, Answer: answer}, p.seen.order, line.after(p, last))
	return out, err
}

// gone says at the end of a list that whom it names is gone no more, and, of a whole one, that the audience is to be compared with it. It
// may be said again: until the end of the list is recorded nothing is compared.
func (l *Lists) gone(ctx context.Context, u survey.Upload, p *progress) error {
	if err := l.Store.Returned(ctx, u.Audience, p.seen.all()); err != nil {
		return fmt.Errorf("who is back: %w", err)
	}
	if !p.Whole {
		return nil
	}
	_, err := l.Store.SaveWholeList(ctx, survey.WholeList{Upload: u.ID, Audience: u.Audience, Sent: u.Created})
	if errors.Is(err, apperr.ErrChanged) { // by an earlier try
		err = nil
	}
	return err
}

// resume puts together what the parts so far came to.
func (l *Lists) resume(ctx context.Context, u survey.Upload) (*progress, error) {
	p := &progress{}
	if err := json.Unmarshal(u.State, p); err != nil {
		return nil, fmt.Errorf("stored upload: %w", err)
	}
	before, err := l.Store.SeenContacts(ctx, u)
	if err != nil {
		return nil, err
	}
	p.seen.load(before)
	staff, err := l.Store.Staff(ctx)
	if err != nil {
		return nil, err
	}
	p.staff = survey.NewDirectory(staff)
	return p, nil
}

// fit leaves out details of an outcome until it can be stored, and returns it as JSON.
func (l *Lists) fit(o *Outcome) (json.RawMessage, error) {
	for {
		b, err := json.Marshal(o)
		if err != nil {
			return nil, fmt.Errorf("outcome: %w", err)
		}
		fits, err := l.Store.AnswerFits(b)
		if err != nil || fits || len(o.Refusals)+len(o.Warnings)+len(o.Merges) == 0 {
			return b, err
		}
		o.Refusals, o.Warnings, o.Merges = o.Refusals[:len(o.Refusals)/2], o.Warnings[:len(o.Warnings)/2], o.Merges[:len(o.Merges)/2]
	}
}
