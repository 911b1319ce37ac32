package contacts

import (
	"slices"
	"strconv"
	"strings"

	"onetap/internal/celltext"
	"onetap/internal/names"
	"onetap/internal/sheet"
	"onetap/internal/survey"
)

// CheckWidth refuses a record with text beyond the last heading: its cells stand under the wrong ones.
func CheckWidth(cells []string, columns []Column) Refusal {
	for i := len(cells) - 1; i >= len(columns); i-- {
		if celltext.Clean(cells[i]) != "" {
			return Refusal{Code: "too_many_cells", Value: celltext.Cut(celltext.Clean(cells[0]), 60), Count: i + 1, Limit: len(columns)}
		}
	}
	return Refusal{}
}

// notData reports a record without an address that is no contact: the headings again (page by page, as accounting systems
// print), the numbers of the columns under the headings, a total.
func (im *Import) notData(cells []string) bool {
	again, numbers, first, filled := len(cells) >= len(im.Columns), im.Rows+im.Refused == 0, "", 0
	for i, cell := range cells {
		cell = celltext.Clean(cell)
		if strings.Contains(cell, "@") {
			return false
		}
		again = again && (i >= len(im.Heading) && cell == "" || i < len(im.Heading) && im.heads(cell, i))
		if cell == "" {
			continue
		}
		filled++
		numbers = numbers && cell == strconv.Itoa(filled)
		if first == "" {
			first = celltext.Fold(cell)
		}
	}
	if again && filled > 0 || numbers && filled > 1 {
		return true
	}
	for _, total := range []string{"итог", "всего", "total", "grand total", "subtotal", "sum:"} {
		if strings.HasPrefix(first, total) {
			return true
		}
	}
	return false
}

// heads reports whether a cell is the heading of its column, or what of it stands in one of two rows.
func (im *Import) heads(cell string, i int) bool {
	heading := celltext.Clean(im.Heading[i])
	if !im.TwoRows {
		return cell == heading
	}
	upper, lower, _ := strings.Cut(heading, sheet.Under)
	return cell == "" || cell == heading || cell == upper || cell == lower
}

// chosenAddress is the address of a row: of the first of the columns of addresses in which there is a usable one.
type chosenAddress struct {
	address, name string
	code          string // why there is none
	column        int    // where it stands; without one, the first column with text
	passed        int    // a column before it whose text is no address; −1: none
}

func (im *Import) chooseAddress(cells []string) chosenAddress {
	none := chosenAddress{code: "no_address", column: -1, passed: -1}
	if len(im.mails) > 0 {
		none.column = im.mails[0]
	}
	passed := -1
	for _, i := range im.mails {
		if i >= len(cells) || cells[i] == "" {
			continue
		}
		address, name, code := survey.ReadAddress(firstOfSeveral(cells[i]))
		if code == "" {
			return chosenAddress{address, name, "", i, passed}
		}
		if code != "no_address" && passed < 0 {
			passed, none.code, none.column = i, code, i
		}
	}
	return none
}

// choosePhone returns the column of the row's telephone: the first in which there is one that can be called, else the
// first with text; −1 where there is none.
func (im *Import) choosePhone(cells []string) int {
	if len(im.calls) == 1 {
		return im.calls[0]
	}
	first := -1
	for _, i := range im.calls {
		if i >= len(cells) || celltext.Clean(cells[i]) == "" {
			continue
		}
		if _, usable := celltext.Phone(firstOfSeveral(cells[i])); usable {
			return i
		}
		if first < 0 {
			first = i
		}
	}
	return first
}

// addressElsewhere returns the heading of the first column but the addresses' that has an address in it: the cells are
// shifted, or the address was written into the wrong one.
func (im *Import) addressElsewhere(cells []string) string {
	for i, cell := range cells {
		if i >= len(im.Columns) || slices.Contains(im.mails, i) || im.Columns[i].Field == FieldOwner || !strings.Contains(cell, "@") {
			continue
		}
		if _, _, code := survey.ReadAddress(cell); code == "" {
			return im.Columns[i].Heading
		}
	}
	return ""
}

// withUnit writes the unit of the heading behind a bare number.
func withUnit(value, unit string) string {
	if unit == "" || value == "" || strings.Trim(value, "0123456789., -+'") != "" {
		return value
	}
	return value + " " + unit
}

// nameParts puts a name together from its columns.
type nameParts struct{ name, first, middle, last string }

func (n *nameParts) set(f Field, text string) {
	switch f {
	case FieldName:
		n.name = text
	case FieldFirst:
		n.first = text
	case FieldMiddle:
		n.middle = text
	case FieldLast:
		n.last = text
	}
}

// fill puts the name into a person, the whole of it from its own column, else first, middle and last; display is what stood
// beside the address. It returns the field and the text of a name that is none ("null", a telephone number), for telling.
func (n nameParts) fill(p *survey.Person, display string) (wrong Field, value string) {
	clean := func(f Field, text string) string {
		name, junk := names.Clean(text)
		if junk && wrong == "" && f != FieldMiddle { // "-" for no patronymic is right
			wrong, value = f, text
		}
		return name
	}
	p.Name = clean(FieldName, n.name)
	p.First, p.Middle = clean(FieldFirst, n.first), clean(FieldMiddle, n.middle)
	last := clean(FieldLast, n.last)
	if p.Name == "" {
		p.Name = strings.Join(slices.DeleteFunc([]string{p.First, p.Middle, last}, func(s string) bool { return s == "" }), " ")
	}
	if p.Name == "" {
		p.Name, _ = names.Clean(display)
	}
	return wrong, value
}
