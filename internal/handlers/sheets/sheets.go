// Package sheets answers the desk, which asks for a workbook as CSV.
package sheets

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"golang.org/x/sync/errgroup"

	"onetap/internal/apperr"
	"onetap/internal/sheet"
	"onetap/internal/workbook"
)

// Store holds the parts of workbooks that fit no call.
type Store interface {
	// WorkbookPart reads one part; ok is false where it is not there.
	WorkbookPart(ctx context.Context, digest string, n int) (data []byte, ok bool, err error)
}

// Handler reads workbooks. It is safe for concurrent use.
type Handler struct{ Store Store }

// Handle reads a workbook. What makes the file unfit is in the answer; an error is a fault of ours.
func (h Handler) Handle(ctx context.Context, ask sheet.WorkbookAsk) (sheet.WorkbookPiece, error) {
	var err error
	if ask.Parts != nil {
		ask.File, err = h.join(ctx, *ask.Parts)
	}
	var piece sheet.WorkbookPiece
	if err == nil {
		piece, err = workbook.Read(ask.File, ask.Sheet, ask.From)
	}
	if problem := apperr.As(err); problem != nil {
		return sheet.WorkbookPiece{Problem: problem.Code, Kind: problem.Kind, With: problem.With}, nil
	}
	return piece, err
}

// join puts a workbook together from its parts. Problem: workbook_incomplete.
func (h Handler) join(ctx context.Context, p sheet.Parts) ([]byte, error) {
	if p.Count < 1 || p.Count > sheet.MaxWorkbookParts {
		return nil, apperr.New(apperr.Conflict, "workbook_incomplete", "parts")
	}
	parts := make([][]byte, p.Count)
	g, reading := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for i := range parts {
		g.Go(func() error {
			data, ok, err := h.Store.WorkbookPart(reading, p.Digest, i+1)
			if err == nil && !ok {
				err = apperr.New(apperr.Conflict, "workbook_incomplete", "parts")
			}
			parts[i] = data
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, fmt.Errorf("parts of a workbook: %w", err)
	}
	file := make([]byte, 0, p.Count*sheet.WorkbookPart)
	for _, part := range parts {
		file = append(file, part...)
	}
	if sum := sha256.Sum256(file); hex.EncodeToString(sum[:]) != p.Digest {
		return nil, apperr.New(apperr.Conflict, "workbook_incomplete", "parts")
	}
	return file, nil
}
