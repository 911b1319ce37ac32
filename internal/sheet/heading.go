package sheet

import (
	"bytes"
	"strings"
	"unicode"
)

// separators in the order in which they win a tie: Russian Excel, the rest of the world's, "Unicode text", old exports.
var separators = []byte{';', ',', '\t', '|'}

// findHeading chooses the separator and the record that serve best as headings, takes everything up to there off the
// sample, and returns how many bytes that was.
func (r *Reader) findHeading(sample []byte, whole bool, heading func([]string) int) (size int, err error) {
	candidates := separators
	sep, said := saidSeparator(sample)
	if said > 0 {
		candidates = []byte{sep}
		size = said
		r.Line, r.Aside = 1, 1
	}
	type choice struct {
		separator    byte
		record       int // the lower one where the headings stand in two
		joined       []string
		score, cells int
	}
	var best choice
	for _, sep := range candidates {
		records := r.first(sample[size:], sep, whole, headMax)
		for i, cells := range records {
			c := choice{separator: sep, record: i, score: heading(cells), cells: len(cells)}
			if c.score > best.score || c.score > 0 && c.score == best.score && c.record == best.record && c.cells > best.cells {
				best = c
			}
		}
		for i := 1; i < len(records); i++ { // only what says more than one row alone
			if joined := joinHeadings(records[i-1], records[i]); joined != nil {
				c := choice{separator: sep, record: i, joined: joined, score: heading(joined), cells: len(joined)}
				if c.score > best.score {
					best = c
				}
			}
		}
	}
	if best.score <= 0 {
		return 0, &NoHeadingError{Rows: r.likeliest(sample[size:], candidates, whole)}
	}
	r.Separator = string(best.separator)
	for seen := 0; ; {
		rec, n, ok := r.next(sample[size:], whole)
		if !ok {
			panic("sheet: the headings are gone")
		}
		size += n
		switch {
		case rec.Fault == "" && blank(rec.Cells):
			r.Blank += rec.Lines
			continue
		case rec.Fault == RowLong:
			return 0, &NoHeadingError{}
		}
		r.Aside += rec.Lines
		if rec.Fault != "" {
			continue
		}
		if seen == best.record {
			r.Heading = append([]string(nil), rec.Cells...)
			if best.joined != nil {
				r.Heading, r.TwoRows = best.joined, true
			}
			r.below = r.first(sample[size:], best.separator, whole, belowMax)
			return size, nil
		}
		seen++
	}
}

// Under stands between the two rows of a heading that are joined: "Телефон / мобильный".
const Under = " / "

// joinHeadings joins a row of headings with the one below it, as reports have them: a group above, whose cell reaches over those to the
// right that are empty, and what is in it below. It is nil where there is no group, or where the lower row is data.
func joinHeadings(upper, lower []string) []string {
	joined := make([]string, max(len(upper), len(lower)))
	group, groups, names := "", false, 0
	for i := range joined {
		up, low := cellAt(upper, i), cellAt(lower, i)
		switch {
		case up != "":
			group = up
		case low != "" && group != "":
			groups = true
		}
		if up == "" && low == "" {
			group = "" // a gap: nothing reaches over it
		}
		if low != "" {
			names++
		}
		switch {
		case low == "":
			joined[i] = up
		case group == "" || group == low:
			joined[i] = low
		default:
			joined[i] = group + Under + low
		}
		if isDatum(low) {
			return nil
		}
	}
	if !groups || names < 2 {
		return nil
	}
	return joined
}

func cellAt(cells []string, i int) string {
	if i >= len(cells) {
		return ""
	}
	return strings.Join(strings.Fields(cells[i]), " ")
}

// isDatum reports a cell that is no heading: an address, a number, a date.
func isDatum(cell string) bool {
	digits, letters := 0, 0
	for _, c := range cell {
		switch {
		case unicode.IsDigit(c):
			digits++
		case unicode.IsLetter(c):
			letters++
		}
	}
	at := strings.IndexByte(cell, '@')
	return digits > 5 || digits > 0 && letters == 0 || at > 0 && at+1 < len(cell) && strings.Contains(cell[at:], ".")
}

// first returns the first records with text of the sample under a separator, at most so many.
func (r *Reader) first(sample []byte, sep byte, whole bool, maxRecords int) (records [][]string) {
	probe := Reader{Encoding: r.Encoding, Said: r.Said, Charset: r.Charset, Separator: string(sep)}
	for len(sample) > 0 && len(records) < maxRecords {
		rec, size, ok := probe.next(sample, whole)
		if !ok || rec.Fault == RowLong {
			break
		}
		sample = sample[size:]
		if rec.Fault == "" && !blank(rec.Cells) {
			records = append(records, append([]string(nil), rec.Cells...))
		}
	}
	return records
}

// likeliest returns the first records by the separator under which most of them have as many cells, more than one.
func (r *Reader) likeliest(sample []byte, candidates []byte, whole bool) (best [][]string) {
	most := 0
	for _, sep := range candidates {
		records := r.first(sample, sep, whole, headMax)
		counts := map[int]int{}
		for _, cells := range records {
			if counts[len(cells)]++; len(cells) > 1 && counts[len(cells)] > most {
				most, best = counts[len(cells)], records
			}
		}
		if best == nil {
			best = records
		}
	}
	return best
}

// saidSeparator reads Excel's first line "sep=;" and returns its length with the newline, 0 when it is not there.
func saidSeparator(sample []byte) (sep byte, size int) {
	line := sample[:min(len(sample), 16)]
	size = lineEnd(line)
	text := bytes.TrimRight(line[:size], "\r\n")
	text = bytes.Trim(text, "\"")
	if len(text) != 5 || !bytes.EqualFold(text[:4], []byte("sep=")) || text[4] >= 0x80 || text[4] == '"' || text[4] == ' ' {
		return 0, 0
	}
	return text[4], size
}
