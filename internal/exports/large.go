package exports

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/report"
	"onetap/internal/survey"
)

// Files keeps large files in parts, privately and for days.
type Files interface {
	// Begin begins a file and returns the name of what is being put together.
	Begin(ctx context.Context, key, mediaType, fileName string) (upload string, err error)
	// Put writes the n-th part, from 1, in place of any before, and returns its tag. All but the last have PartSize or more.
	Put(ctx context.Context, key, upload string, n int, part []byte) (tag string, err error)
	// Finish joins the parts. Done already is no error.
	Finish(ctx context.Context, key, upload string, tags []string) error
	// Abort forgets what is being put together. Forgotten already is no error.
	Abort(ctx context.Context, key, upload string) error
	// Address is where whoever has it gets the file for so long.
	Address(ctx context.Context, key string, life time.Duration) (string, error)
}

const (
	// partSize is from how many bytes on a part is written: S3 takes none of less than 5 MB but the last.
	partSize = 6 << 20
	// AddressLife is how long an address of a file is good for.
	AddressLife = 5 * time.Minute
	// reserve is how long before its end a run puts its work down: a page of rows and a part take less.
	reserve = 20 * time.Second
	// lease is for how long a run has an export for itself without saying so again.
	lease = 2 * time.Minute
	// mostOpen is how many large files one may have made at once.
	mostOpen = 5
)

// Event is what the function is called with that writes large files.
type Event struct {
	Export string `json:"export"`
}

// Waker has that function go on with an export by a call that does not wait.
func Waker(call func(context.Context, []byte) error) func(context.Context, string) error {
	if call == nil {
		return nil
	}
	return func(ctx context.Context, id string) error { return call(ctx, asJSON(Event{id})) }
}

// objectKey is where an export's file lies.
func objectKey(x survey.Export) string { return "exports/" + x.ID + "/" + x.File }

// asker is who an export was begun by, as they are now: whoever has lost a role since gets no file that it took. Problem: not_allowed.
func (e *Exports) asker(ctx context.Context, x survey.Export) (authz.Who, error) {
	if x.Token {
		return authz.Who{Token: x.Who, Staff: survey.Staff{Role: x.Role}}, nil
	}
	staff, err := e.Store.Staff(ctx)
	for _, m := range staff {
		if strings.EqualFold(m.ID, x.Who) {
			return authz.Who{Staff: m}, nil
		}
	}
	if err == nil {
		err = apperr.New(apperr.Forbidden, "not_allowed", "")
	}
	return authz.Who{}, err
}

// Begin has a large file written. One that is asked for again while it is being written is the same one. Problem: export_many.
func (e *Exports) Begin(ctx context.Context, who authz.Who, ask Ask) (survey.Export, error) {
	if _, err := e.open(ctx, who, ask); err != nil {
		return survey.Export{}, err
	}
	all, err := e.Mine(ctx, who)
	if err != nil {
		return survey.Export{}, err
	}
	said, open := asJSON(ask), 0
	for _, x := range all {
		if !x.Open() {
			continue
		}
		if string(x.Ask) == string(said) {
			return x, nil
		}
		open++
	}
	if open >= mostOpen {
		return survey.Export{}, apperr.New(apperr.TooMany, "export_many", "", "Limit", mostOpen)
	}
	settings, err := e.Store.Settings(ctx)
	if err != nil {
		return survey.Export{}, err
	}
	x := survey.Export{
		ID: e.NewID(), Who: who.Staff.ID, Ask: said, Kind: string(ask.Kind), File: e.fileName(ask, settings.Clock()), State: survey.ExportWriting, Created: e.Now().UTC(),
	}
	if who.Token != "" {
		x.Who, x.Token, x.Role = who.Token, true, who.Staff.Role
	}
	if x, err = e.Store.CreateExport(ctx, x); err != nil {
		return x, err
	}
	return x, e.wake(ctx, x.ID)
}

func (e *Exports) wake(ctx context.Context, id string) error {
	if e.Wake == nil {
		return nil
	}
	return e.Wake(ctx, id)
}

// Mine lists one's own large files, the latest first.
func (e *Exports) Mine(ctx context.Context, who authz.Who) ([]survey.Export, error) {
	if who.Token != "" {
		return e.Store.ExportsOf(ctx, who.Token, true)
	}
	return e.Store.ExportsOf(ctx, who.Staff.ID, false)
}

// Show reads one of one's own, and has it gone on with where whoever wrote it has died. Problem: export_unknown, of others' too.
func (e *Exports) Show(ctx context.Context, who authz.Who, id string) (survey.Export, error) {
	x, err := e.Store.Export(ctx, id)
	if err != nil {
		return x, err
	}
	if x.Token != (who.Token != "") || x.Token && x.Who != who.Token || !x.Token && !strings.EqualFold(x.Who, who.Staff.ID) || e.Now().After(x.Until()) {
		return survey.Export{}, apperr.New(apperr.Unknown, "export_unknown", "export")
	}
	if x.Waits(e.Now()) && e.Now().Sub(x.Created) > reserve { // a young one is on its way
		return x, e.wake(ctx, x.ID)
	}
	return x, nil
}

// Address is where a file that is ready can be had for AddressLife, by whoever has the address. Problems: those of Show, export_not_ready, and
// not_allowed to who may not see such things any more.
func (e *Exports) Address(ctx context.Context, who authz.Who, id string) (string, error) {
	x, err := e.Show(ctx, who, id)
	if err != nil {
		return "", err
	}
	var ask Ask
	if err := json.Unmarshal(x.Ask, &ask); err != nil {
		return "", fmt.Errorf("export: %w", err)
	}
	if err := ask.check(who); err != nil {
		return "", err
	}
	if x.State != survey.ExportReady {
		return "", apperr.New(apperr.Conflict, "export_not_ready", "export")
	}
	return e.Files.Address(ctx, objectKey(x), AddressLife)
}

// Went is what a run has left.
type Went struct {
	Again bool      // it is to be gone on with
	Busy  time.Time // another run seems to be at work on it, and says so again before then if it lives; zero: none
}

// GoOn writes an export until a time. Somebody else at work on it is no error. What an error ends can be gone on with from the last part that was
// written.
func (e *Exports) GoOn(ctx context.Context, id string, until time.Time) (w Went, err error) {
	x, err := e.Store.Export(ctx, id)
	if err != nil || !x.Open() {
		return w, err
	}
	if !x.Waits(e.Now()) {
		return Went{Busy: x.Busy}, nil
	}
	x, err = e.Store.SaveExport(ctx, x.Claim(e.Now().Add(lease)))
	if errors.Is(err, apperr.ErrChanged) {
		return w, nil
	}
	if err != nil {
		return w, err
	}
	again, err := e.write(ctx, x, until)
	switch problem := apperr.As(err); {
	case errors.Is(err, apperr.ErrChanged): // another run has taken it
		return w, nil
	case problem != nil: // of the one who asked: it will not pass
		return w, e.giveUp(ctx, id, problem.Code)
	}
	return Went{Again: again}, err
}

// giveUp ends an export without a file.
func (e *Exports) giveUp(ctx context.Context, id, code string) error {
	x, err := e.Store.Export(ctx, id)
	if err != nil || !x.Open() {
		return err
	}
	if x.Upload != "" {
		if err := e.Files.Abort(ctx, objectKey(x), x.Upload); err != nil {
			return err
		}
	}
	_, err = e.Store.SaveExport(ctx, x.Fail(code, e.Now().UTC()))
	return err
}

// write writes part after part. After each the state says how far it is, so that nothing is written twice and nothing left out.
func (e *Exports) write(ctx context.Context, x survey.Export, until time.Time) (again bool, err error) {
	if x.Whole {
		return false, e.finish(ctx, x)
	}
	who, err := e.asker(ctx, x)
	if err != nil {
		return false, err
	}
	var ask Ask
	if err := json.Unmarshal(x.Ask, &ask); err != nil {
		return false, fmt.Errorf("export: %w", err)
	}
	s, err := e.open(ctx, who, ask)
	if err != nil {
		return false, err
	}
	var state report.State
	if len(x.Encoder) > 0 {
		if err := json.Unmarshal(x.Encoder, &state); err != nil {
			return false, fmt.Errorf("export: %w", err)
		}
	}
	encoder, err := report.NewEncoder(base{e: e, ask: ask, l: ask.Language}.table(s.columns()), state)
	if err != nil {
		return false, err
	}
	if x.Upload == "" {
		if x.Upload, err = e.Files.Begin(ctx, objectKey(x), ask.Format.MediaType(), x.File); err != nil {
			return false, err
		}
		if x, err = e.Store.SaveExport(ctx, x); err != nil {
			return false, err
		}
	}
	return e.parts(ctx, x, s, encoder, until)
}

func (e *Exports) parts(ctx context.Context, x survey.Export, s source, encoder report.Encoder, until time.Time) (again bool, err error) {
	after, n := x.Place, 0
	for {
		if e.Now().After(x.Busy.Add(-lease / 2)) { // rows that fit may be rare
			if x, err = e.Store.SaveExport(ctx, x.Claim(e.Now().Add(lease))); err != nil {
				return false, err
			}
		}
		rows, next, err := s.page(ctx, after)
		if err != nil {
			return false, err
		}
		if err := encoder.Add(rows); err != nil {
			return false, err
		}
		after, n = next, n+len(rows)
		last := next == ""
		if last {
			if err := encoder.End(); err != nil {
				return false, err
			}
		}
		if !last && encoder.Size() < partSize {
			if e.Now().After(until) { // less than a part: the next run writes these rows anew
				return true, e.putDown(ctx, x)
			}
			continue
		}
		x.Whole = last
		if x, err = e.part(ctx, x, encoder, after, n); err != nil {
			return false, err
		}
		n = 0
		if last {
			return false, e.finish(ctx, x)
		}
		if !e.Now().Before(until.Add(-reserve)) {
			return true, e.putDown(ctx, x)
		}
	}
}

// part writes what the encoder has as the next part.
func (e *Exports) part(ctx context.Context, x survey.Export, encoder report.Encoder, after string, rows int) (survey.Export, error) {
	piece, err := encoder.Piece()
	if err != nil {
		return x, err
	}
	tag, err := e.Files.Put(ctx, objectKey(x), x.Upload, len(x.Tags)+1, piece)
	if err != nil {
		return x, err
	}
	state := encoder.State()
	x.Tags, x.Place, x.Encoder, x.Rows, x.Bytes, x.Busy = append(x.Tags, tag), after, asJSON(state), x.Rows+rows, state.Bytes, e.Now().Add(lease)
	return e.Store.SaveExport(ctx, x)
}

// putDown lets the next run have it at once.
func (e *Exports) putDown(ctx context.Context, x survey.Export) error {
	_, err := e.Store.SaveExport(ctx, x.Claim(time.Time{}))
	return err
}

func (e *Exports) finish(ctx context.Context, x survey.Export) error {
	if err := e.Files.Finish(ctx, objectKey(x), x.Upload, x.Tags); err != nil {
		return err
	}
	_, err := e.Store.SaveExport(ctx, x.Finish(e.Now().UTC()))
	return err
}
