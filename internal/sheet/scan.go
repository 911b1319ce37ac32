package sheet

import "bytes"

// cell is where a cell stands in its record.
type cell struct {
	from, to int
	doubled  bool // has "" for "
}

type outcome int

const (
	unfinished outcome = iota // the end is not in sight yet
	complete
	misquoted // only the first line is taken: a quote opened in it is not closed where a cell ends
	overlong  // over MaxRow without a newline in sight
)

// scan finds where the record at the start of data ends and where its cells are (r.cells). It decides by the first
// MaxRow bytes alone, never by how much more has come, so that parts may be cut anywhere.
//
// A cell that begins with a quote goes to the quote before a separator or newline. Text after a closing quote on the
// same line makes the cell one that is taken as written ("Ромашка" ООО). If the quotes went over a newline and then do
// not close before a separator, the first quote was a stray one: its line is a fault, and the lines below are read
// again on their own. One stray quote so costs one line, not the rest of the file.
func (r *Reader) scan(data []byte, sep byte, last bool) (size, lines int, result outcome) {
	over := len(data) > MaxRow
	window := data
	if over {
		window, last = data[:MaxRow], false
	}
	r.cells = r.cells[:0]
	lines = 1
	for at := 0; ; {
		c, end, newlines, ok := scanCell(window, at, sep, last)
		lines += newlines
		switch {
		case ok == misquoted:
			return lineEnd(window), 1, misquoted
		case ok == unfinished && over:
			return overflow(window)
		case ok == unfinished && last && newlines > 0: // an open quote at the end of the file
			return lineEnd(window), 1, misquoted
		case ok == unfinished && last:
			return len(window), lines, misquoted
		case ok == unfinished:
			return 0, 0, unfinished
		}
		r.cells = append(r.cells, c)
		if end == len(window) {
			return end, lines, complete
		}
		if window[end] == sep {
			at = end + 1
			continue
		}
		if window[end] == '\r' && end+1 < len(window) && window[end+1] == '\n' {
			end++
		} else if window[end] == '\r' && end+1 == len(window) && !last {
			if over {
				return overflow(window)
			}
			return 0, 0, unfinished
		}
		return end + 1, lines, complete
	}
}

// overflow takes what a record over MaxRow costs: its first line, if that ends in the window, since quotes must then have
// held the record together; else all of the window but its last byte, which may be half a newline.
func overflow(window []byte) (size, lines int, result outcome) {
	if end := lineEnd(window); end > 0 && end < MaxRow {
		return end, 1, misquoted
	}
	return MaxRow - 1, 1, overlong
}

// scanCell returns the cell at data[at:] and the index of what ends it: a separator, a newline, or the end of the file.
func scanCell(data []byte, at int, sep byte, last bool) (c cell, end, newlines int, result outcome) {
	from := at
	for from < len(data) && data[from] == ' ' {
		from++
	}
	if from == len(data) || data[from] != '"' {
		return plainCell(data, at, at, sep, last)
	}
	c = cell{from: from + 1}
	for i := from + 1; ; {
		quote := bytes.IndexByte(data[i:], '"')
		if quote < 0 {
			return c, 0, newlines + countLines(data[i:]), unfinished
		}
		newlines += countLines(data[i : i+quote])
		c.to = i + quote
		after := c.to + 1
		if after < len(data) && data[after] == '"' {
			c.doubled = true
			i = after + 1
			continue
		}
		for after < len(data) && data[after] == ' ' {
			after++
		}
		switch {
		case after == len(data) && !last:
			return c, 0, newlines, unfinished
		case after == len(data) || data[after] == sep || data[after] == '\n' || data[after] == '\r':
			return c, after, newlines, complete
		case newlines > 0:
			return c, 0, newlines, misquoted
		}
		return plainCell(data, at, after, sep, last)
	}
}

// plainCell goes on from i to the end of a cell that is taken as written.
func plainCell(data []byte, at, i int, sep byte, last bool) (c cell, end, newlines int, result outcome) {
	for ; i < len(data); i++ {
		if b := data[i]; b == sep || b == '\n' || b == '\r' {
			return cell{from: at, to: i}, i, 0, complete
		}
	}
	if last {
		return cell{from: at, to: i}, i, 0, complete
	}
	return cell{}, 0, 0, unfinished
}

// countLines counts newlines of the three kinds. A quote never stands between CR and LF here: what is counted ends at
// a quote, and a CR before it is a newline of its own.
func countLines(data []byte) (n int) {
	for i := 0; i < len(data); i++ {
		j := bytes.IndexAny(data[i:], "\r\n")
		if j < 0 {
			return n
		}
		i += j
		if data[i] == '\r' && i+1 < len(data) && data[i+1] == '\n' {
			i++
		}
		n++
	}
	return n
}

// lineEnd returns the index behind the first newline, 0 when there is none.
func lineEnd(data []byte) int {
	i := bytes.IndexAny(data, "\r\n")
	switch {
	case i < 0:
		return 0
	case data[i] == '\r' && i+1 < len(data) && data[i+1] == '\n':
		return i + 2
	}
	return i + 1
}

// skipLine returns how many bytes belong to the line that is left out, and whether it ends there.
func skipLine(data []byte, last bool) (n int, done bool) {
	i := bytes.IndexAny(data, "\r\n")
	switch {
	case i < 0:
		return len(data), last
	case data[i] == '\r' && i+1 == len(data) && !last: // an LF may follow
		return i, false
	}
	return lineEnd(data), true
}
