package report

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// lines writes each row's one value as a line of JSON.
type lines struct {
	state State
	out   bytes.Buffer
}

func (l *lines) Add(rows []Row) error {
	l.state.Begun = true
	e := json.NewEncoder(&l.out)
	e.SetEscapeHTML(false)
	for _, row := range rows {
		if err := e.Encode(row[0]); err != nil {
			return fmt.Errorf("a line of JSON: %w", err)
		}
	}
	return nil
}

func (l *lines) End() error { return nil }

func (l *lines) Piece() ([]byte, error) {
	piece := bytes.Clone(l.out.Bytes())
	l.out.Reset()
	l.state.Bytes += int64(len(piece))
	return piece, nil
}

func (l *lines) Size() int    { return l.out.Len() }
func (l *lines) State() State { return l.state }
