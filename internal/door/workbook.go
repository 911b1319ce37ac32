package door

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/sheet"
)

// Workbook asks the function that reads workbooks for one, or a piece of it, as CSV. Problems: those of package workbook.
func (d *Desk) Workbook(ctx context.Context, ask sheet.WorkbookAsk) (sheet.WorkbookPiece, error) {
	var piece sheet.WorkbookPiece
	event, err := json.Marshal(ask)
	if err != nil {
		return piece, fmt.Errorf("workbook: %w", err)
	}
	answer, err := d.Sheets(ctx, event)
	if err == nil {
		err = json.Unmarshal(answer, &piece)
	}
	if err != nil {
		return piece, fmt.Errorf("read a workbook: %w", err)
	}
	if piece.Problem != "" {
		return piece, &apperr.Error{Kind: piece.Kind, Code: piece.Problem, With: piece.With}
	}
	return piece, nil
}

// OneList is ListOf for calls: where several sheets have a list, it is a problem workbook_sheets.
func (d *Desk) OneList(r *http.Request) ([]byte, error) {
	body, err := ReadList(r)
	if err != nil {
		return nil, err
	}
	list, sheets, err := d.ListOf(r.Context(), body, r.URL.Query().Get("sheet"), MaxList)
	if len(sheets) > 0 {
		return nil, apperr.New(apperr.Conflict, "workbook_sheets", "sheet", "Sheets", strings.Join(sheets, ", "))
	}
	return list, err
}

// ListOf returns a list as CSV: a workbook is read, anything else is what it is. limit is how many bytes the CSV may have. sheets are
// the names of several sheets that have a list, of which one must be said; then there is no list. Problems: body_too_large and those of
// Workbook.
func (d *Desk) ListOf(ctx context.Context, file []byte, sheetName string, limit int) (list []byte, sheets []string, err error) {
	if !sheet.IsWorkbook(file) {
		return file, nil, nil
	}
	if len(file) > sheet.MaxWorkbook { // not by the pages' form, nor by Lambda
		return nil, nil, apperr.New(apperr.TooLarge, "body_too_large", "", "Limit", sheet.MaxWorkbook)
	}
	piece, err := d.Workbook(ctx, sheet.WorkbookAsk{File: file, Sheet: sheetName})
	if err != nil || len(piece.Sheets) > 0 {
		return nil, piece.Sheets, err
	}
	z, err := gzip.NewReader(bytes.NewReader(piece.CSV))
	if err == nil {
		list, err = io.ReadAll(io.LimitReader(z, int64(limit)+1))
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read a workbook: %w", err)
	}
	if len(list) > limit || piece.Next > 0 {
		return nil, nil, apperr.New(apperr.TooLarge, "workbook_rows", "")
	}
	return list, nil, nil
}
