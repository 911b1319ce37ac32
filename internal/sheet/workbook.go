package sheet

import (
	"bytes"

	"onetap/internal/apperr"
)

// WorkbookAsk asks the function that reads workbooks for one as CSV. It travels as JSON.
type WorkbookAsk struct {
	File  []byte `json:"file,omitempty"` // the workbook, where it fits a call
	Parts *Parts `json:"parts,omitempty"`
	Sheet string `json:"sheet,omitempty"` // by name; "": the one with a list
	From  int    `json:"from,omitempty"`  // the row to begin with; the first is 0
}

// Parts says where a workbook lies that fits no call: in the table.
type Parts struct {
	Digest string `json:"digest"` // SHA-256 of the file, in hexadecimal digits
	Count  int    `json:"count"`
}

// WorkbookPiece is a workbook, or a piece of one, as CSV: UTF-8, with semicolons; line n is row n of the sheet.
type WorkbookPiece struct {
	CSV    []byte   `json:"csv,omitempty"`    // packed by gzip
	Sheet  string   `json:"sheet,omitempty"`  // the one that was read
	Sheets []string `json:"sheets,omitempty"` // several have a list: which one is meant? Then there is no CSV
	Next   int      `json:"next,omitempty"`   // the row at which the next piece begins; 0: that was all
	// Problem is what makes the file unfit, a code of package apperr, and With what its words need.
	Problem string         `json:"problem,omitempty"`
	Kind    apperr.Kind    `json:"kind,omitempty"`
	With    map[string]any `json:"with,omitempty"`
}

// MaxWorkbook is the largest workbook that fits a call of a function: 6 MB of Lambda's, base64 and all.
const MaxWorkbook = 4_300_000

// A workbook that fits no call comes in parts of WorkbookPart bytes, but for the last one, each an item of the table; MaxWorkbookParts
// of them are 25 MB.
const (
	WorkbookPart     = 350_000
	MaxWorkbookParts = 72
)

// IsWorkbook reports whether a file is a zip archive, as workbooks of Excel are; what is in it is told when it is opened.
func IsWorkbook(file []byte) bool { return bytes.HasPrefix(file, []byte("PK\x03\x04")) }

// Unfit is what is wrong with a file that should be a workbook and is none.
func Unfit(file []byte) error {
	if code := foreign(file); code != "" {
		return apperr.New(apperr.Unsupported, code, "")
	}
	return apperr.New(apperr.Unsupported, "workbook_other", "")
}
