package contacts

import (
	"slices"
	"strconv"
	"strings"

	"onetap/internal/celltext"
	"onetap/internal/sheet"
	"onetap/internal/survey"
)

// evidence is what is known of a list besides its headings when its columns are told apart.
type evidence struct {
	rows  [][]string       // the first ones under the headings
	staff survey.Directory // may be nil
	// people says that those on the list are staff themselves: then staff addresses are theirs.
	people bool
}

// guess tells columns apart.
type guess struct {
	words   Words
	below   evidence
	columns []Column
	keys    []string // of the headings
	stems   []string // of what stands before a comma or bracket: "Выручка, руб.", "E-mail (рабочий)"
	short   []Field  // what a heading with dots abbreviates: "Моб. тел."
	claimed map[Field]bool
	looked  map[int]seen
}

func newGuess(c Words, headings []string, below evidence) *guess {
	for len(headings) > 0 && celltext.Clean(headings[len(headings)-1]) == "" {
		headings = headings[:len(headings)-1]
	}
	g := &guess{
		words: c, below: below, columns: make([]Column, len(headings)), keys: make([]string, len(headings)), stems: make([]string, len(headings)),
		short: make([]Field, len(headings)), claimed: map[Field]bool{}, looked: map[int]seen{},
	}
	for i, h := range headings {
		h = celltext.Clean(h)
		g.columns[i] = Column{Heading: h}
		h = c.apart(h)
		g.keys[i] = HeadingKey(h)
		g.stems[i] = g.keys[i]
		stem := h
		if end := strings.IndexAny(h, ",(:"); end > 0 {
			stem = h[:end]
			g.stems[i] = HeadingKey(stem)
		}
		g.short[i] = c.abbreviated(stem)
	}
	return g
}

// apart is what of a heading that was joined of two tells what the column holds: of "Контакты / E-mail" the lower, of "Телефон / рабочий"
// the upper, of "Менеджер / E-mail", which is not the contact's, the upper, too.
func (c Words) apart(heading string) string {
	upper, lower, ok := strings.Cut(heading, sheet.Under)
	if !ok {
		return heading
	}
	whole := HeadingKey(heading)
	for f := range c { // "Контакт / компания" is one
		if c[f].sure[whole] || c[f].perhaps[whole] {
			return heading
		}
	}
	names := func(f Field, text string) bool {
		key := HeadingKey(text)
		return c[f].sure[key] || c[f].perhaps[key]
	}
	switch {
	case c[FieldOwner].sure[HeadingKey(upper)] || c[FieldManager].sure[HeadingKey(upper)]:
		return upper
	case celltext.HasAny(HeadingKey(upper), ours...):
		return heading
	}
	for f := range c {
		if names(f, lower) {
			return lower
		}
	}
	for _, f := range []Field{FieldEmail, FieldPhone} {
		if names(f, upper) {
			return upper
		}
	}
	return heading
}

// seen is what the first cells of a column look like.
type seen struct {
	filled    int
	addresses int
	ats       int // with an @ that makes no address
	phones    int
	flags     int // yes or no, or a date
	staff     int // whom the directory knows
	different int
	whole     int // whole numbers
	falls     int // of them, those that are not larger than the one before
}

func addresses(s seen) int { return s.addresses }
func phones(s seen) int    { return s.phones }
func known(s seen) int     { return s.staff }

// look counts what stands in a column; once.
func (g *guess) look(i int) seen {
	if s, ok := g.looked[i]; ok {
		return s
	}
	s, last, distinct := seen{}, -1, map[string]bool{}
	for _, cells := range g.below.rows {
		if i >= len(cells) {
			continue
		}
		text := celltext.Clean(cells[i])
		if text == "" {
			continue
		}
		s.filled++
		distinct[text] = true
		if _, _, code := survey.ReadAddress(firstOfSeveral(text)); code == "" {
			s.addresses++
		} else if strings.Contains(text, "@") {
			s.ats++
		}
		if celltext.LooksLikePhone(text) {
			s.phones++
		}
		if _, said := optedOut(text); said {
			s.flags++
		}
		if g.below.staff != nil {
			if _, ok := g.below.staff.Find(text); ok {
				s.staff++
			}
		}
		if n, err := strconv.Atoi(text); err == nil {
			s.whole++
			if n <= last {
				s.falls++
			}
			last = n
		}
	}
	s.different = len(distinct)
	g.looked[i] = s
	return s
}

// claim gives a field to the leftmost free column that fits, if it is still to be had.
func (g *guess) claim(f Field, fits func(i int) bool) {
	for i := range g.columns {
		if g.columns[i].Field == "" && !g.claimed[f] && fits(i) {
			g.columns[i].Field, g.claimed[f] = f, true
		}
	}
}

// candidates are the free columns whose headings may mean f, the surest first, the leftmost of equals, with how sure each
// is: 0 by its whole heading, 1 by its stem, 2 by a word for want of a better one, 3 because it is mentioned.
func (g *guess) candidates(f Field, mentioned func(key string, holds bool) bool, real func(seen) int) (found []int, tier map[int]int) {
	tier = map[int]int{}
	w := g.words[f]
	for i := range g.columns {
		if g.columns[i].Field != "" {
			continue
		}
		switch key, stem := g.keys[i], g.stems[i]; {
		case w.sure[key]:
			tier[i] = 0
		case w.sure[stem]:
			tier[i] = 1
		case w.perhaps[key] || w.perhaps[stem] || g.short[i] == f:
			tier[i] = 2
		case mentioned(key, 2*real(g.look(i)) > g.look(i).filled):
			tier[i] = 3
		default:
			continue
		}
		found = append(found, i)
	}
	slices.SortStableFunc(found, func(a, b int) int { return tier[a] - tier[b] })
	return found, tier
}

// several gives the candidates that hold what they should to a field and to its further columns. real counts the cells
// that are what the heading says; stay says whether a column in which nothing is may still be meant.
func (g *guess) several(found []int, tier map[int]int, first, further Field, real func(seen) int, stay func(i int) bool) {
	holds := func(i int) bool {
		s := g.look(i)
		return real(s) > 0 && (tier[i] < 2 || 4*real(s) >= s.filled)
	}
	some := slices.ContainsFunc(found, holds)
	found = slices.DeleteFunc(slices.Clone(found), func(i int) bool {
		return g.look(i).filled > 0 && !holds(i) && (some || !stay(i))
	})
	slices.SortStableFunc(found, func(a, b int) int { // an empty column is the last choice
		return btoi(some && !holds(a)) - btoi(some && !holds(b))
	})
	for n, i := range found {
		if g.columns[i].Field = further; n == 0 {
			g.columns[i].Field = first
		}
	}
	g.claimed[first] = len(found) > 0
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// emails finds the columns of addresses: CRM systems have three of them, of which each person fills one.
func (g *guess) emails() {
	if len(g.words[FieldEmail].sure) == 0 {
		return
	}
	found, tier := g.candidates(FieldEmail, mentionsEmail, addresses)
	found = slices.DeleteFunc(found, func(i int) bool { // "E-mail (our side)": the same few people of the staff in every row
		s := g.look(i)
		return tier[i] > 1 && !g.below.people && s.staff > 1 && s.staff == s.filled && s.different < s.filled
	})
	g.several(found, tier, FieldEmail, FieldOtherEmail, addresses, func(i int) bool {
		return tier[i] < 2 || g.look(i).ats > 0
	})
}

// phones finds the columns of telephones.
func (g *guess) phones() {
	found, tier := g.candidates(FieldPhone, mentionsPhone, phones)
	g.several(found, tier, FieldPhone, FieldOtherPhone, phones, func(i int) bool { return tier[i] < 2 })
}

// owner finds the column that names who is responsible: of several that may, the one whose people are on the staff.
func (g *guess) owner() {
	if len(g.words[FieldOwner].sure) == 0 {
		return
	}
	found, tier := g.candidates(FieldOwner, mentionsOwner, known)
	ours := func(i int) bool { return 2*g.look(i).staff >= g.look(i).filled && g.look(i).staff > 0 }
	found = slices.DeleteFunc(found, func(i int) bool { return tier[i] == 3 && !ours(i) })
	if len(found) == 0 {
		return
	}
	best := found[0]
	if i := slices.IndexFunc(found, ours); i >= 0 {
		best = found[i]
	}
	g.columns[best].Field, g.claimed[FieldOwner] = FieldOwner, true
}

// optOuts finds the columns in which people have refused letters.
func (g *guess) optOuts() {
	if len(g.words[FieldOwner].sure) == 0 {
		return // a staff list
	}
	for i := range g.columns {
		if s := g.look(i); mentionsOptOut(g.keys[i]) && 10*s.flags >= 9*s.filled {
			g.columns[i].Field = FieldOptOut
		}
	}
}

// numbers finds the columns that number the rows. Numbers of something else have the same heading, and are kept.
func (g *guess) numbers() {
	for i := range g.columns {
		w := g.words[FieldIgnored]
		s := g.look(i)
		count := s.whole == s.filled && s.falls <= 1+s.filled/10 // each page, as accounting systems print, may begin anew
		if g.columns[i].Field == "" && (w.sure[g.keys[i]] || w.sure[g.stems[i]]) && (count || strings.HasPrefix(g.keys[i], "onetap")) {
			g.columns[i].Field = FieldIgnored
		}
	}
}

// tells reports whether nearly every row has another value in a column: a customer id that many share is a company's.
func (g *guess) tells(i int) bool {
	s := g.look(i)
	return s.filled-s.different <= max(1, s.filled/20)
}

// may reports whether a column whose heading means f can hold it: a customer id is one person's; and what else is said of a company is
// of no use without the company, but for an id that several people share.
func (g *guess) may(f Field, i int) bool {
	switch f {
	case FieldCustomer:
		return g.tells(i)
	case FieldCompanyID:
		return g.claimed[FieldCompany] || !g.tells(i)
	case FieldParent, FieldCompanyRole:
		return g.claimed[FieldCompany] || g.claimed[FieldCompanyID]
	}
	return true
}

// roles reports whether what stands in a column is mostly what contacts do at their companies.
func (g *guess) roles(i int) bool {
	known, filled := 0, 0
	for _, cells := range g.below.rows {
		if i >= len(cells) || celltext.Clean(cells[i]) == "" {
			continue
		}
		filled++
		if _, ok := survey.ReadAccountRole(cells[i]); ok {
			known++
		}
	}
	return 2*known > filled
}

// holdAddresses reports whether addresses stand in a column of a list of which no column is the addresses'.
func holdAddresses(columns []Column, rows [][]string) bool {
	g := guess{below: evidence{rows: rows}, columns: columns, looked: map[int]seen{}}
	for i, c := range columns {
		if s := g.look(i); c.Field == FieldAttribute && s.addresses > 0 && 4*s.addresses >= s.filled {
			return true
		}
	}
	return false
}

// others gives out what headings alone decide.
func (g *guess) others() {
	fields := slices.DeleteFunc(slices.Clone(fieldOrder), func(f Field) bool {
		return f == FieldEmail || f == FieldPhone || f == FieldOwner || f == FieldIgnored
	})
	for _, f := range fields {
		g.claim(f, func(i int) bool { return g.words[f].sure[g.keys[i]] && g.may(f, i) })
	}
	for _, f := range fields {
		g.claim(f, func(i int) bool { return g.words[f].sure[g.stems[i]] && g.may(f, i) })
	}
	for _, f := range fields {
		if f == FieldFirst && !g.claimed[FieldLast] && !g.claimed[FieldMiddle] {
			continue // "Имя" alone is the whole name
		}
		if f == FieldName && (g.claimed[FieldFirst] || g.claimed[FieldLast]) {
			continue // "Клиент" beside a name is the company
		}
		g.claim(f, func(i int) bool {
			return (g.words[f].perhaps[g.keys[i]] || g.words[f].perhaps[g.stems[i]] || g.short[i] == f) && g.may(f, i) && (f != FieldCompanyRole || g.roles(i))
		})
	}
	g.claim(FieldValue, func(i int) bool { // "Выручка за 2025 г., руб.", "Revenue 2025"
		for _, start := range []string{"выручка", "оборот", "суммапродаж", "revenue", "annualrevenue"} {
			if strings.HasPrefix(g.keys[i], start) {
				return true
			}
		}
		return false
	})
	for i := range g.columns {
		if g.columns[i].Field == FieldValue {
			g.columns[i].Unit = unitOf(g.columns[i].Heading)
		}
	}
}
