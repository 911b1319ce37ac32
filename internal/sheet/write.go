package sheet

import (
	"encoding/csv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// WriteRow writes a record of a CSV that people open in a spreadsheet: the one place where Onetap writes CSV. The separator
// is one character.
//
// A cell that a spreadsheet would take for a formula gets an apostrophe before it; numbers and telephones stay as they are.
// Lines end with CR LF, as spreadsheets expect (RFC 4180). csv.Writer's own UseCRLF is not used for that: it would change
// the line ends inside of cells too.
func WriteRow(b *strings.Builder, separator string, cells []string) {
	guarded := make([]string, len(cells))
	for i, c := range cells {
		guarded[i] = Guarded(c)
	}
	var line strings.Builder
	w := csv.NewWriter(&line)
	w.Comma, _ = utf8.DecodeRuneInString(separator)
	_ = w.Write(guarded) // a Builder takes everything
	w.Flush()
	b.WriteString(strings.TrimSuffix(line.String(), "\n"))
	b.WriteString("\r\n")
}

// Guarded is a cell as a spreadsheet may have it: with an apostrophe before what it would take for a formula, and before apostrophes that would
// otherwise be taken for such a one when the list is read back: those before a formula, however many.
func Guarded(cell string) string {
	if Formula(cell) || Formula(strings.TrimLeft(cell, "'")) {
		return "'" + cell
	}
	return cell
}

// Formula reports whether a spreadsheet may take a cell for a formula (owasp.org/www-community/attacks/CSV_Injection):
// its first sign is = + - or @, also in full width, which Excel of some countries reads alike, whatever stands before it
// that nobody sees or that a program takes off; or it begins with a tab or a newline.
func Formula(cell string) bool {
	if cell != "" && strings.ContainsRune("\t\r\n", rune(cell[0])) {
		return true
	}
	text := strings.TrimLeftFunc(cell, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune("\"'`“”„«", r)
	})
	switch sign, size := utf8.DecodeRuneInString(text); sign {
	case '=', '@', '＝', '＠', '＋', '－', '﹦', '﹫', '﹢', '﹣':
		return true
	case '+', '-':
		return !number(text[size:])
	}
	return false
}

// number reports whether what follows a sign makes a number or a telephone: "5", "7 (495) 123-45-67", "12,5 %", or nothing.
func number(text string) bool {
	return strings.Trim(text, "0123456789().,-–%\u00a0\u202f ") == ""
}
