package api

import (
	"net/http"
	"net/url"
	"regexp"
	"strconv"

	"onetap/internal/apperr"
	"onetap/internal/door"
	"onetap/internal/sheet"
	"onetap/internal/web"
)

// ReadWorkbook answers a workbook as CSV, packed by gzip, as much of it as fits an answer, or, where several sheets have a list, their
// names with status 300.
func (d *API) ReadWorkbook(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r, "sheet", "from"); err != nil {
		return err
	}
	if m := door.MediaType(r); m != "application/octet-stream" && m != door.WorkbookType {
		return apperr.New(apperr.Unsupported, "workbook_wanted", "Content-Type", "Got", r.Header.Get("Content-Type"))
	}
	file, err := web.Body(r, sheet.MaxWorkbook)
	if err != nil {
		return err
	}
	ask, err := askOf(r)
	if err != nil {
		return err
	}
	if ask.File = file; !sheet.IsWorkbook(file) {
		return sheet.Unfit(file)
	}
	return d.answerWorkbook(w, r, ask)
}

// askOf reads which sheet is asked for, and from which row on. Problem: workbook_from.
func askOf(r *http.Request) (ask sheet.WorkbookAsk, err error) {
	ask.Sheet = r.URL.Query().Get("sheet")
	if from := r.URL.Query().Get("from"); from != "" {
		if ask.From, err = strconv.Atoi(from); err != nil || ask.From < 0 {
			return ask, apperr.New(apperr.Invalid, "workbook_from", "from")
		}
	}
	return ask, nil
}

func (d *API) answerWorkbook(w http.ResponseWriter, r *http.Request, ask sheet.WorkbookAsk) error {
	piece, err := d.Workbook(r.Context(), ask)
	if err != nil {
		return err
	}
	if len(piece.Sheets) > 0 {
		web.JSON(w, http.StatusMultipleChoices, map[string]any{"sheets": piece.Sheets})
		return nil
	}
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream") // an HTTP API may change the letters of text
	h.Set("Content-Encoding", "gzip")
	h.Set("Onetap-Sheet", url.PathEscape(piece.Sheet))
	if piece.Next > 0 {
		h.Set("Onetap-Next", strconv.Itoa(piece.Next))
	}
	_, err = w.Write(piece.CSV)
	return err
}

var workbookDigest = regexp.MustCompile(`^[0-9a-f]{64}$`)

// digestIn reads the name of a workbook that comes in parts. Problem: workbook_digest.
func digestIn(r *http.Request) (string, error) {
	digest := r.PathValue("digest")
	if !workbookDigest.MatchString(digest) {
		return "", apperr.New(apperr.Invalid, "workbook_digest", "digest")
	}
	return digest, nil
}

// ShowWorkbook answers which parts of a workbook are there: an upload that was cut off goes on with the others.
func (d *API) ShowWorkbook(w http.ResponseWriter, r *http.Request) error {
	digest, err := digestIn(r)
	if err == nil {
		err = door.KnownParameters(r)
	}
	if err != nil {
		return err
	}
	parts, err := d.Store.WorkbookParts(r.Context(), digest)
	if err != nil {
		return err
	}
	web.JSON(w, http.StatusOK, map[string]any{"parts": parts})
	return nil
}

// PutWorkbookPart keeps one part of a workbook that fits no call.
func (d *API) PutWorkbookPart(w http.ResponseWriter, r *http.Request) error {
	digest, err := digestIn(r)
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(r.PathValue("part"))
	if err != nil || n < 1 || n > sheet.MaxWorkbookParts {
		return apperr.New(apperr.Invalid, "workbook_part", "part", "Limit", sheet.MaxWorkbookParts, "Bytes", sheet.WorkbookPart)
	}
	if m := door.MediaType(r); m != "application/octet-stream" {
		return apperr.New(apperr.Unsupported, "workbook_wanted", "Content-Type", "Got", r.Header.Get("Content-Type"))
	}
	data, err := web.Body(r, sheet.WorkbookPart)
	if err != nil {
		return err
	}
	if len(data) == 0 {
		return apperr.New(apperr.Invalid, "part_empty", "")
	}
	if n == 1 && !sheet.IsWorkbook(data) {
		return sheet.Unfit(data)
	}
	if err := d.Store.PutWorkbookPart(r.Context(), digest, n, data, d.Now()); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// ReadWorkbookParts is ReadWorkbook for a workbook whose parts are there.
func (d *API) ReadWorkbookParts(w http.ResponseWriter, r *http.Request) error {
	digest, err := digestIn(r)
	if err == nil {
		err = door.KnownParameters(r, "parts", "sheet", "from")
	}
	if err != nil {
		return err
	}
	ask, err := askOf(r)
	if err != nil {
		return err
	}
	count, _ := strconv.Atoi(r.URL.Query().Get("parts")) // what is no number is no count: workbook_incomplete
	ask.Parts = &sheet.Parts{Digest: digest, Count: count}
	return d.answerWorkbook(w, r, ask)
}
