package console

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/contacts"
	"onetap/internal/sheet"
	"onetap/internal/store"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// maxParts is the most parts of one import: 5 MB each, more contacts than there are people.
const maxParts = 10_000

// createImport begins an upload in parts.
func (d *Desk) createImport(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Audience string                    `json:"audience"`
		Columns  map[string]contacts.Field `json:"columns"`  // by heading, where the guess is wrong
		Encoding string                    `json:"encoding"` // "": recognise it
	}
	if err := web.Decode(r, &in, maxJSON); err != nil {
		return err
	}
	im, err := d.newImport(r.Context(), in.Audience, in.Columns, in.Encoding)
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/api/v1/imports/"+im.ID)
	return d.tellImport(w, im, http.StatusCreated, r)
}

// newImport stores the beginning of an import. columns correct what is guessed of them, encoding what is recognised.
func (d *Desk) newImport(ctx context.Context, to string, columns map[string]contacts.Field, encoding string) (store.Import, error) {
	a, err := audience(to)
	if err != nil {
		return store.Import{}, err
	}
	if err := contacts.CheckMap(columns); err != nil {
		return store.Import{}, err
	}
	reader := contacts.NewImport(a)
	reader.Map = columns
	if reader.Told, err = sheet.Told(encoding); err != nil {
		return store.Import{}, err
	}
	if reader.Known, err = d.store.Dimensions(ctx, a); err != nil {
		return store.Import{}, err
	}
	state, err := json.Marshal(upload{Reader: *reader})
	if err != nil {
		return store.Import{}, fmt.Errorf("import: %w", err)
	}
	return d.store.CreateImport(ctx, store.Import{ID: strings.ToLower(rand.Text()[:16]), Audience: a, Created: d.now().UTC(), Next: 1, State: state})
}

// importView is how far an import is.
type importView struct {
	ID       string          `json:"id"`
	Audience survey.Audience `json:"audience"`
	Created  time.Time       `json:"created"`
	Next     int             `json:"next"` // the part that is expected
	Finished bool            `json:"finished"`
	Total    total           `json:"total"`
	Report   report          `json:"report"` // of everything so far
}

// total counts everything so far.
type total struct {
	New       int `json:"new"`
	Changed   int `json:"changed"`
	Unchanged int `json:"unchanged"`
	Refused   int `json:"refused"`
}

func (d *Desk) showImport(w http.ResponseWriter, r *http.Request) error {
	if err := parameters(r); err != nil {
		return err
	}
	im, err := d.importOf(r)
	if err != nil {
		return err
	}
	return d.tellImport(w, im, http.StatusOK, r)
}

func (d *Desk) tellImport(w http.ResponseWriter, im store.Import, status int, r *http.Request) error {
	var u upload
	if err := json.Unmarshal(im.State, &u); err != nil {
		return fmt.Errorf("stored import: %w", err)
	}
	said := outcome{Total: u.Total, Quality: u.Quality, Columns: u.Reader.Columns, Encoding: u.Reader.Encoding, Separator: u.Reader.Separator}.tell(web.Language(r))
	web.JSON(w, status, importView{im.ID, im.Audience, im.Created, im.Next, im.Finished, totalOf(u.Total, u.Quality), said.Report})
	return nil
}

func totalOf(u store.Upserted, q contacts.Quality) total {
	return total{u.New, u.Changed, u.Unchanged, q.Refused}
}

func (d *Desk) importOf(r *http.Request) (store.Import, error) {
	return d.store.Import(r.Context(), r.PathValue("import"))
}

// putPart takes one part. Parts come in order; one that was taken already is answered as it was the first time.
func (d *Desk) putPart(w http.ResponseWriter, r *http.Request) error {
	n, err := strconv.Atoi(r.PathValue("part"))
	if err != nil || n < 1 || n > maxParts {
		return apperr.New(apperr.Invalid, "part_number", "part", "Limit", maxParts)
	}
	im, err := d.importOf(r)
	if err != nil {
		return err
	}
	body, err := list(r)
	if err != nil {
		return err
	}
	if len(body) == 0 {
		return apperr.New(apperr.Invalid, "part_empty", "")
	}
	digest := sha256.Sum256(body)
	if n < im.Next {
		return d.again(w, r, im, n, digest[:])
	}
	if im.Finished {
		return apperr.New(apperr.Conflict, "import_finished", "import")
	}
	if n > im.Next {
		return apperr.New(apperr.Conflict, "part_expected", "part", "Part", im.Next)
	}
	return d.takePart(w, r, im, body, digest[:], false)
}

// finishImport says that no more parts follow; the last line may have waited for that.
func (d *Desk) finishImport(w http.ResponseWriter, r *http.Request) error {
	im, err := d.importOf(r)
	if err != nil {
		return err
	}
	if im.Next == 1 {
		return apperr.New(apperr.Conflict, "import_nothing_sent", "import")
	}
	if im.Finished {
		return d.again(w, r, im, im.Next-1, finishDigest)
	}
	return d.takePart(w, r, im, nil, finishDigest, true)
}

// finishDigest stands for the end of a list where a part's digest would.
var finishDigest = []byte("finish")

// again answers for a part that was taken already.
func (d *Desk) again(w http.ResponseWriter, r *http.Request, im store.Import, n int, digest []byte) error {
	p, ok, err := d.store.ImportPart(r.Context(), im.ID, n)
	if err != nil {
		return err
	}
	if !ok {
		return fmt.Errorf("part %d of an import is taken and not there", n)
	}
	if !bytes.Equal(p.Digest, digest) {
		if im.Finished && n == im.Next-1 {
			return apperr.New(apperr.Conflict, "import_finished", "import")
		}
		return apperr.New(apperr.Conflict, "part_differs", "part", "Part", n)
	}
	return tellPart(w, r, im.ID, n, p.Answer)
}

// takePart takes the part that is expected and tells what became of it.
func (d *Desk) takePart(w http.ResponseWriter, r *http.Request, im store.Import, body, digest []byte, last bool) error {
	answer, err := d.takeNext(r.Context(), im, body, digest, last)
	if errors.Is(err, apperr.ErrChanged) { // the same part came twice at once, and the other was faster
		n := im.Next
		if im, err = d.store.Import(r.Context(), im.ID); err != nil {
			return err
		}
		return d.again(w, r, im, n, digest)
	}
	if err != nil {
		return err
	}
	return tellPart(w, r, im.ID, im.Next, answer)
}

// takeNext reads and writes the part that is expected, and then records it: only then does it count. ErrChanged means
// that somebody else has recorded it meanwhile.
func (d *Desk) takeNext(ctx context.Context, im store.Import, body, digest []byte, last bool) (json.RawMessage, error) {
	u, err := d.resumeUpload(ctx, im)
	if err != nil {
		return nil, err
	}
	out, err := d.take(ctx, u, body, last)
	if outOfTime(err) {
		return nil, &apperr.Error{Kind: apperr.Conflict, Code: "part_unfinished", Where: "part", Cause: err}
	}
	if err != nil {
		return nil, err
	}
	out.Finished = last
	answer, err := out.fit()
	if err != nil {
		return nil, err
	}
	if im.State, err = json.Marshal(u); err != nil {
		return nil, fmt.Errorf("import: %w", err)
	}
	im.Finished = last
	_, err = d.store.TakePart(ctx, im, store.Part{Digest: digest, Answer: answer}, u.seen.order)
	return answer, err
}

// resumeUpload puts together what the parts so far came to.
func (d *Desk) resumeUpload(ctx context.Context, im store.Import) (*upload, error) {
	u := &upload{by: im.ID + "#" + strconv.Itoa(im.Next)}
	if err := json.Unmarshal(im.State, u); err != nil {
		return nil, fmt.Errorf("stored import: %w", err)
	}
	before, err := d.store.SeenContacts(ctx, im)
	if err != nil {
		return nil, err
	}
	u.seen.load(before)
	staff, err := d.store.Staff(ctx)
	if err != nil {
		return nil, err
	}
	u.staff = survey.NewDirectory(staff)
	return u, nil
}

func tellPart(w http.ResponseWriter, r *http.Request, id string, n int, answer json.RawMessage) error {
	var out outcome
	if err := json.Unmarshal(answer, &out); err != nil {
		return fmt.Errorf("stored answer of an import: %w", err)
	}
	web.JSON(w, http.StatusOK, struct {
		Import   string `json:"import"`
		Part     int    `json:"part"`
		Finished bool   `json:"finished"`
		told
		Total total `json:"total"`
	}{id, n, out.Finished, out.tell(web.Language(r)), totalOf(out.Total, out.Quality)})
	return nil
}
