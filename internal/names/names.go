// Package names understands the names of people as lists have them, for greeting: which word of "КОМАРОВА МАРИЯ АЛЕКСЕЕВНА" is
// the given name, which the patronymic, and whether it is a name at all. A greeting without a name is polite, one with a
// wrong name is not: whatever is in doubt gives none. Nothing here guesses whether somebody is a man or a woman.
package names

import (
	"slices"
	"strings"
	"unicode"
)

// Name is what is known of a person's name.
type Name struct {
	Whole string // as the list has it, in whatever order
	// First and Middle are what columns of their own say; they are believed in their places. Empty where there are none.
	First, Middle string
}

// Greeting is how a person is greeted in a letter of a language: in Russian by name and patronymic where both are known, in
// every other by the first name. It is "" where that is in doubt: no name, a company, initials, two given names that could
// be either.
func Greeting(language string, n Name) string {
	given, patronymic := n.understand()
	if given != "" && patronymic != "" && language == "ru" {
		return given + " " + patronymic
	}
	return given
}

func (n Name) understand() (given, patronymic string) {
	first, _ := Clean(n.First)
	if first == "" {
		return understand(n.Whole)
	}
	ws, ok := words(first)
	if !ok || len(ws) == 0 || slices.ContainsFunc(ws, business) {
		return "", ""
	}
	if len(ws) > 2 || strings.Contains(first, ",") || patronymicAt(ws) >= 0 || slices.ContainsFunc(ws, fills) {
		return understand(first) // the whole name stands in the first one's column, or "VIP клиент"
	}
	if slices.ContainsFunc(ws, initial) {
		if ws = slices.DeleteFunc(ws, initial); len(ws) == 0 {
			return "", ""
		}
	}
	if len(ws) == 1 && !known(ws[0]) && surname(ws[0]) {
		if russianSurname(ws[0]) {
			return "", ""
		}
		if whole, ok := words(n.Whole); ok && len(whole) > 1 && known(whole[len(whole)-1]) {
			return "", "" // first and last name have changed columns, it seems
		}
	}
	if len(ws) == 2 && known(ws[0]) != known(ws[1]) && (surname(ws[0]) || surname(ws[1])) {
		return understand(first)
	}
	for i, w := range ws {
		ws[i] = written(w)
	}
	middle, _ := Clean(n.Middle)
	if ms, ok := words(middle); ok && len(ms) > 0 && patronymicAt(ms) == 0 && patronymicLen(ms, 0) == len(ms) {
		patronymic = writtenAll(ms)
	}
	return strings.Join(ws, " "), patronymic
}

// understand reads a whole name.
func understand(whole string) (given, patronymic string) {
	whole, _ = Clean(whole)
	left, right, comma := strings.Cut(whole, ",")
	if comma {
		return aroundComma(left, right)
	}
	ws, ok := words(whole)
	if !ok || len(ws) == 0 || len(ws) > 5 || slices.ContainsFunc(ws, business) {
		return "", ""
	}
	if p := patronymicAt(ws); p >= 0 {
		return withPatronymic(ws, p)
	}
	if ws = slices.DeleteFunc(ws, initial); len(ws) == 0 || len(ws) > 4 {
		return "", ""
	}
	if slices.ContainsFunc(ws, func(w string) bool { return !latin(w) }) {
		return onlyGiven(ws), ""
	}
	return firstOf(ws), ""
}

// onlyGiven is the one word that is a given name; with none or two of them it is anybody's guess.
func onlyGiven(ws []string) string {
	found := ""
	for _, w := range ws {
		if !known(w) {
			continue
		}
		if found != "" {
			return ""
		}
		found = w
	}
	return written(found)
}

// firstOf takes the first word for the given name, as English has it, unless the words look turned round ("Ivanova Anna").
func firstOf(ws []string) string {
	first, last := ws[0], ws[len(ws)-1]
	switch {
	case len(ws) == 1 && known(first):
		return written(first)
	case len(ws) == 1:
		return ""
	case known(first) && !(alsoSurname(first) && known(last) && !alsoSurname(last)):
		return written(first)
	case !known(first) && surname(first) && !slices.ContainsFunc(ws, alsoSurname):
		return onlyGiven(ws)
	}
	return ""
}

// withPatronymic finds the given name beside the patronymic at p: "Комарова Мария Алексеевна", "Мария Алексеевна Комарова",
// and the odder "Алексеевна Мария Комарова".
func withPatronymic(ws []string, p int) (given, patronymic string) {
	n := patronymicLen(ws, p)
	patronymic = writtenAll(ws[p : p+n])
	certain := n > 1 || sureEnding(ws[p])
	rest := slices.Concat(ws[:p], ws[p+n:])
	if p > 0 {
		before := ws[p-1]
		others := slices.Concat(ws[:p-1], ws[p+n:])
		switch {
		case initial(before):
		case known(before) && !agree(before, ws[p]): // "Анна Маркович" is a surname, too
			return written(before), ""
		case known(before) && (len(others) > 0 || certain || fatherKnown(ws[p])):
			return written(before), patronymic
		case known(before): // "Мстислав Ростропович" is a surname as it seems
			return written(before), ""
		case len(others) > 0 && !slices.ContainsFunc(others, known) && (!surname(before) || slices.ContainsFunc(others, surname)) && len(rest) == 2 && !slices.ContainsFunc(others, initial):
			return written(before), patronymic // a rare name, in its place between or before surname and patronymic
		}
	}
	if slices.ContainsFunc(rest, initial) {
		return "", ""
	}
	if given = onlyGiven(rest); given == "" {
		return "", ""
	}
	if !certain && len(rest) == 1 {
		return given, "" // "Абрамович Роман"
	}
	return given, patronymic
}

// aroundComma reads "Smith, John", "Комарова, Мария Алексеевна", and leaves what stands behind a comma for other reasons.
func aroundComma(left, right string) (given, patronymic string) {
	l, ok := words(left)
	r, fine := words(right)
	if !ok || !fine || slices.ContainsFunc(l, business) || slices.ContainsFunc(r, business) {
		return "", ""
	}
	if patronymicAt(l) >= 0 && patronymicAt(r) >= 0 { // two people
		return "", ""
	}
	if len(r) == 0 || patronymicAt(l) >= 0 {
		return understand(left)
	}
	if patronymicAt(r) >= 0 {
		return understand(left + " " + strings.ReplaceAll(right, ",", " "))
	}
	r = slices.DeleteFunc(r, initial)
	turned := len(r) > 0 && known(r[0]) && !slices.ContainsFunc(l, func(w string) bool { return known(w) && !alsoSurname(w) })
	switch {
	case turned && len(l) <= 3 && len(r) <= 3:
		return written(r[0]), ""
	case len(r) > 0 && strings.ToLower(r[0]) == r[0]: // "Мария Комарова, бухгалтер"
		return understand(left)
	}
	return "", ""
}

// words takes a name apart: titles, suffixes and brackets go, initials are words of their own. ok is false for what no name
// of one person has in it.
func words(name string) (ws []string, ok bool) {
	for {
		open := strings.IndexByte(name, '(')
		if open < 0 {
			break
		}
		end := strings.IndexByte(name[open:], ')')
		if end < 0 {
			return nil, false
		}
		name = name[:open] + " " + name[open+end+1:]
	}
	name = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.In(r, unicode.So, unicode.Sk, unicode.Variation_Selector) {
			return ' '
		}
		return r
	}, name)
	for f := range strings.FieldsSeq(name) {
		f = strings.Trim(f, ",'’‘`-–—_*:;!")
		if f == "" || dropped(f) || strings.ContainsFunc(f, unicode.IsDigit) && !strings.ContainsAny(f, "?@") {
			continue
		}
		for len(f) > 0 { // "М.А.Комарова"
			dot := strings.IndexByte(f, '.')
			if dot < 0 || dot == len(f)-1 {
				ws, f = append(ws, f), ""
			} else {
				ws, f = append(ws, f[:dot+1]), f[dot+1:]
			}
		}
	}
	for _, w := range ws {
		if lex().joins[folded(w)] && !strings.HasSuffix(w, ".") || strings.ContainsFunc(w, alien) {
			return nil, false
		}
	}
	return ws, true
}

// alien is what is in no word of a name: no letter, nor what stands between letters or joins them.
func alien(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsMark(r) && !strings.ContainsRune("-‐‑'’ʼ`.\u200c\u200d", r)
}

// initial is "М." or "М", and a name cut short: "Ал.".
func initial(w string) bool {
	letters := 0
	for _, r := range w {
		if unicode.IsLetter(r) {
			letters++
		}
		if unicode.Is(unicode.Han, r) || unicode.Is(unicode.Hangul, r) {
			return false
		}
	}
	return letters < 2 || strings.HasSuffix(w, ".")
}

func latin(w string) bool {
	return !strings.ContainsFunc(w, func(r rune) bool { return unicode.IsLetter(r) && !unicode.Is(unicode.Latin, r) })
}

// written is how a word of a name is written in a sentence: capitals and small letters are put right, a mixture is somebody's
// wish ("McDonald").
func written(w string) string {
	lower, upper := strings.ToLower(w), strings.ToUpper(w)
	if w != lower && w != upper || lex().particles[lower] {
		if lex().particles[lower] {
			return lower
		}
		return w
	}
	if w == upper && latin(w) && len([]rune(w)) == 2 && !strings.ContainsAny(lower, "aeiouy") {
		return w // JD
	}
	out, start := []rune(lower), true
	for i, r := range out {
		if start && unicode.IsLetter(r) && !(i > 0 && strings.ContainsRune("'’ʼ", out[i-1]) && i == len(out)-1) {
			out[i] = unicode.ToTitle(r)
		}
		start = strings.ContainsRune("-‐‑'’ʼ.", r)
	}
	if at := strings.LastIndexByte(lower, '-'); at >= 0 && lex().particles[lower[at+1:]] { // "Гасан-оглы"
		head := string(out)
		return head[:strings.LastIndexByte(head, '-')+1] + lower[at+1:]
	}
	return string(out)
}

func writtenAll(ws []string) string {
	all := make([]string, len(ws))
	for i, w := range ws {
		all[i] = written(w)
	}
	return strings.Join(all, " ")
}
