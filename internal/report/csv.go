package report

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"onetap/internal/sheet"
)

// csvFile writes a list as Excel of the language's country opens it by a double click: in Russia a semicolon parts cells, since the comma is
// the decimal mark. UTF-8, which Excel knows by the mark at the beginning; lines end with CR LF (RFC 4180).
type csvFile struct {
	table Table
	state State
	out   bytes.Buffer
}

func newCSV(t Table, after State) *csvFile { return &csvFile{table: t, state: after} }

func (c *csvFile) russian() bool { return c.table.Language == "ru" }

func (c *csvFile) begin() {
	if c.state.Begun {
		return
	}
	c.state.Begun = true
	c.out.WriteString("\uFEFF")
	for i, column := range c.table.Columns {
		c.cell(i, sheet.Guarded(column.Heading))
	}
	c.out.WriteString("\r\n")
}

func (c *csvFile) Add(rows []Row) error {
	c.begin()
	for _, row := range rows {
		for i, column := range c.table.Columns {
			text, err := c.text(column, row[i])
			if err != nil {
				return err
			}
			c.cell(i, text)
		}
		c.out.WriteString("\r\n")
	}
	return nil
}

// text is a value as the country writes it.
func (c *csvFile) text(column Column, v any) (string, error) {
	switch v := v.(type) {
	case nil:
		return "", nil
	case string:
		if column.Kind == Text {
			return sheet.Guarded(v), nil
		}
	case int:
		if column.Kind == Whole {
			return strconv.Itoa(v), nil
		}
	case float64:
		if column.Kind == Decimal {
			s := strconv.FormatFloat(v, 'f', -1, 64)
			if c.russian() {
				s = strings.Replace(s, ".", ",", 1)
			}
			return s, nil
		}
	case time.Time:
		if column.Kind == Moment {
			if c.russian() {
				return v.Format("02.01.2006 15:04:05"), nil
			}
			return v.Format(time.DateTime), nil
		}
	}
	return "", wrong(column, v)
}

// cell writes one cell, in quotes where it must be.
func (c *csvFile) cell(i int, text string) {
	mark := ","
	if c.russian() {
		mark = ";"
	}
	if i > 0 {
		c.out.WriteString(mark)
	}
	if !strings.ContainsAny(text, mark+"\"\r\n") && strings.TrimSpace(text) == text {
		c.out.WriteString(text)
		return
	}
	c.out.WriteByte('"')
	c.out.WriteString(strings.ReplaceAll(text, `"`, `""`))
	c.out.WriteByte('"')
}

func (c *csvFile) End() error {
	c.begin()
	return nil
}

func (c *csvFile) Piece() ([]byte, error) {
	piece := bytes.Clone(c.out.Bytes())
	c.out.Reset()
	c.state.Bytes += int64(len(piece))
	return piece, nil
}

func (c *csvFile) Size() int    { return c.out.Len() }
func (c *csvFile) State() State { return c.state }
