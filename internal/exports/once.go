package exports

import (
	"context"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/report"
	"onetap/internal/survey"
)

// What is made while somebody waits. Lambda takes 6 MB as an answer, a workbook as base64, which makes it a third larger; an HTTP API waits for 30 s.
const (
	onceRows  = 5000
	onceBytes = 4_000_000
	onceTime  = 8 * time.Second
)

// ErrLarge says that a file is not made while one waits.
var ErrLarge = apperr.New(apperr.TooLarge, "export_large", "")

// File is a whole file.
type File struct {
	Name, MediaType string
	Body            []byte
}

// AtOnce makes a file while one waits; ErrLarge where it would be too large for that, or take too long.
func (e *Exports) AtOnce(ctx context.Context, who authz.Who, ask Ask) (File, error) {
	s, err := e.open(ctx, who, ask)
	if err != nil {
		return File{}, err
	}
	settings, err := e.Store.Settings(ctx)
	if err != nil {
		return File{}, err
	}
	encoder, err := report.NewEncoder(base{e: e, ask: ask, l: ask.Language}.table(s.columns()), report.State{})
	if err != nil {
		return File{}, err
	}
	began, n, after := e.Now(), 0, ""
	for {
		rows, next, err := s.page(ctx, after)
		if err != nil {
			return File{}, err
		}
		if err := encoder.Add(rows); err != nil {
			return File{}, err
		}
		if next == "" {
			break
		}
		after = next
		if n += len(rows); n >= onceRows || encoder.Size() > onceBytes || e.Now().Sub(began) > onceTime {
			return File{}, ErrLarge
		}
	}
	if err := encoder.End(); err != nil {
		return File{}, err
	}
	body, err := encoder.Piece()
	if err == nil && len(body) > onceBytes {
		err = ErrLarge
	}
	return File{e.fileName(ask, settings.Clock()), ask.Format.MediaType(), body}, err
}

// Make makes a file at once, or begins a large one: then e has an id, and the file is empty.
func (e *Exports) Make(ctx context.Context, who authz.Who, ask Ask) (File, survey.Export, error) {
	f, err := e.AtOnce(ctx, who, ask)
	if !apperr.Is(err, "export_large") || e.Files == nil {
		return f, survey.Export{}, err
	}
	x, err := e.Begin(ctx, who, ask)
	return File{}, x, err
}
