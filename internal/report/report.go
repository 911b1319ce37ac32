// Package report makes files of tables: CSV as Excel of a country opens it, XLSX with types, and lines of JSON.
//
// A file is made piece by piece, however large it is, and what an Encoder remembers between two pieces is a small State: another process can
// go on where one died. That is why XLSX is written here and not by excelize, whose stream writer keeps a whole sheet in a temporary file
// and cannot be put down and taken up (and adds 7 MB to a binary): of the format a table needs four small parts and one large one.
package report

import (
	"fmt"
	"time"
)

// Format is what kind of file is made.
type Format string

const (
	CSV   Format = "csv"
	XLSX  Format = "xlsx"
	Lines Format = "jsonl" // an object a line
)

// MediaType is the format's.
func (f Format) MediaType() string {
	switch f {
	case CSV:
		return "text/csv; charset=utf-8"
	case XLSX:
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	case Lines:
		return "application/x-ndjson; charset=utf-8"
	}
	return "application/octet-stream"
}

// Kind is of what type the cells of a column are.
type Kind string

const (
	Text    Kind = "text"    // string
	Whole   Kind = "whole"   // int
	Decimal Kind = "decimal" // float64
	Moment  Kind = "moment"  // time.Time, written as the wall clock of its own zone shows it
)

// Column is one column of a table.
type Column struct {
	Heading string `json:"heading"`
	Kind    Kind   `json:"kind"`
}

// Row holds a value of its column's kind for each column, or nil where there is none. Of Lines it is one value, which is written as JSON.
type Row []any

// Table says what a file is to look like.
type Table struct {
	Format   Format
	Language string // "ru": semicolons, decimal commas, dates as 30.11.2026; any other: commas, points, 2026-11-30
	Sheet    string // name of the sheet
	Columns  []Column
}

// State is what an Encoder has to know of the pieces before. It is JSON of some hundred bytes.
type State struct {
	Begun  bool    `json:"begun,omitempty"`
	Bytes  int64   `json:"bytes,omitempty"` // of all pieces so far
	Sheets []entry `json:"sheets,omitempty"`
	Rows   int     `json:"rows,omitempty"` // of the sheet that is open, with its heading; 0: none is open
}

// Encoder turns rows into the pieces of one file. It is for one goroutine.
type Encoder interface {
	// Add writes rows. What does not fit the column's kind is an error of the program.
	Add(rows []Row) error
	// Piece takes what has been written since the last one; State then stands behind it.
	Piece() ([]byte, error)
	// End writes what closes the file; Piece takes it.
	End() error
	// Size is how many bytes wait for Piece, or somewhat fewer.
	Size() int
	State() State
}

// NewEncoder begins a file, or, after the State of a piece, goes on with one.
func NewEncoder(t Table, after State) (Encoder, error) {
	switch t.Format {
	case CSV:
		return newCSV(t, after), nil
	case XLSX:
		return newXLSX(t, after), nil
	case Lines:
		return &lines{state: after}, nil
	}
	return nil, fmt.Errorf("format %q is none of csv, xlsx, jsonl", t.Format)
}

// wrong is the error of a value that is not of its column's kind. It does not say the value, which may be personal.
func wrong(c Column, v any) error {
	return fmt.Errorf("a %T in a column of kind %s", v, c.Kind)
}

// moment is a time without its zone, to the second.
func moment(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}
