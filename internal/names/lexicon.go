package names

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

//go:embed given.txt
var givenText string

// lexicon is every list of words. It is made when the first name is asked for: a function that greets nobody carries neither
// it nor the text.
type lexicon struct {
	given   map[string]bool // folded; true: as often a surname
	men     map[string]bool // of given, those of the sections of Russia and its neighbours
	women   map[string]bool
	fathers map[string]bool // beginnings of patronymics: "алексеев" of "Алексеевич"
	marks   [0xc0]byte      // by letter from U+00C0 on, the plain one

	nothing, filler, streets, titles, joins, companies, particles, rare map[string]bool

	capitals map[string]bool // nothing and filler with a capital

	surnames, russian, womens, mens, glued []string
}

var (
	once  sync.Once
	lists lexicon
)

func lex() *lexicon {
	once.Do(lists.load)
	return &lists
}

func (l *lexicon) load() {
	for group := range strings.FieldsSeq(plainLetters) {
		for _, r := range group[1:] {
			l.marks[r-0xc0] = group[0]
		}
	}
	l.nothing, l.filler, l.streets, l.titles, l.joins = set(nothing, "|"), set(filler, " "), set(streets, " "), set(titles, " "), set(joins, " ")
	l.companies, l.particles, l.rare = set(companies, " "), set(particles, " "), set(rare, " ")
	l.russian = strings.Fields(russianSurnames)
	l.surnames, l.womens, l.mens, l.glued = strings.Fields(surnames), strings.Fields(womens), strings.Fields(mens), strings.Fields(glued)
	l.given, l.fathers = make(map[string]bool, 3500), make(map[string]bool, 800)
	l.men, l.women = make(map[string]bool, 700), make(map[string]bool, 500)
	l.capitals = map[string]bool{}
	for w := range l.filler {
		r, size := utf8.DecodeRuneInString(w)
		l.capitals[string(unicode.ToUpper(r))+w[size:]] = true
	}
	for w := range l.nothing {
		r, size := utf8.DecodeRuneInString(w)
		l.capitals[string(unicode.ToUpper(r))+w[size:]] = true
	}
	section := ""
	for line := range strings.SplitSeq(givenText, "\n") {
		if strings.HasPrefix(line, "#") || strings.HasPrefix(line, "[") {
			section = line
			continue
		}
		for w := range strings.FieldsSeq(line) {
			name, twofold := strings.CutSuffix(w, "*")
			l.given[name] = twofold
			switch section {
			case "[men]":
				l.men[name] = true
				if !twofold {
					l.fathers[fatherStem(name)] = true
				}
			case "[women]":
				l.women[name] = true
			}
		}
	}
	for irregular := range strings.FieldsSeq("павлов львов яковлев михайлов данилов гаврилов иль кузьм лук никит фом савв") {
		l.fathers[irregular] = true
	}
}

func set(text, between string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.SplitSeq(text, between) {
		m[w] = true
	}
	return m
}

// fatherStem is what a patronymic of a man's name begins with, before -ич and -на.
func fatherStem(name string) string {
	r := []rune(name)
	last := len(r) - 1
	switch {
	case strings.HasSuffix(name, "ий"):
		return string(r[:last-1]) + "ьев"
	case r[last] == 'й' || r[last] == 'ь':
		return string(r[:last]) + "ев"
	case r[last] == 'а' || r[last] == 'я' || r[last] == 'о':
		return string(r[:last])
	}
	return name + "ов"
}

// fatherKnown reports whether a patronymic comes of a name that is known, and so is hardly a surname.
func fatherKnown(w string) bool {
	stem := strings.TrimSuffix(strings.TrimSuffix(folded(w), "ич"), "ыч")
	if lex().fathers[stem] {
		return true
	}
	if s, ok := strings.CutSuffix(stem, "иев"); ok { // Дмитриевич
		return lex().fathers[s+"ьев"]
	}
	return false
}

// known reports a given name; of a double one each half is.
func known(w string) bool {
	key := folded(w)
	if _, ok := lex().given[key]; ok {
		return true
	}
	if !strings.Contains(key, "-") {
		return false
	}
	for half := range strings.SplitSeq(key, "-") {
		if _, ok := lex().given[half]; !ok {
			return false
		}
	}
	return true
}

func alsoSurname(w string) bool {
	return lex().given[folded(w)]
}

// plainLetters are the Latin letters under the marks of U+00C0 to U+017F, small ones.
const plainLetters = "aáàâäãåāăą cçćčĉċ dďđ eéèêëēėęěĕ gğģĝġ hĥħ iíìîïīįıĩĭ jĵ kķ lľĺļłŀ nñńňņ oóòôöõōőøŏ rřŕŗ sśšşŝ tťţŧ uúùûüūůűųũŭ wŵ yýÿŷ zźžż"

// folded is how words of names are compared: small letters, ё as е, no accents, no joiners.
func folded(w string) string {
	w = strings.ToLower(strings.Trim(w, "-.'’"))
	for i := 0; i < len(w); i++ {
		switch c := w[i]; {
		case c < 0x80, c >= 0xd0 && c <= 0xd1 && w[i+1] != 0x91: // ASCII, Cyrillic but ё
			if c >= 0x80 {
				i++
			}
		default:
			return foldedSlowly(w)
		}
	}
	return w
}

func foldedSlowly(w string) string {
	w = strings.NewReplacer("и\u0306", "й", "‐", "-", "‑", "-", "ß", "ss", "æ", "ae", "œ", "oe", "ё", "е", "ș", "s", "ț", "t").Replace(w)
	marks := lex().marks
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 0xc0 && r <= 0x17f && marks[r-0xc0] != 0:
			return rune(marks[r-0xc0])
		case r >= 0x300 && unicode.IsMark(r), r == '\u200c', r == '\u200d':
			return -1
		}
		return r
	}, w)
}

// particles stand behind a father's name in Turkic patronymics.
const particles = "оглы оглу углы угли улы ули уулу ұлы кызы гызы кизи қызы қизи ogly oglu ogli uly uulu kyzy gyzy kizi qizi qyzy"

// Endings of patronymics. A woman's is never a surname; a man's may be one (Абрамович).
const (
	womens = "овна евна ична івна ївна аўна еўна оўна еуна ovna evna ichna ivna"
	mens   = "ович евич авіч евіч ovich evich ovych"
	glued  = "кызы қызы гызы кизи ұлы kyzy qyzy"
	rare   = "ильич кузьмич лукич фомич никитич саввич фокич ilyich ilich kuzmich lukich fomich nikitich savvich"
)

// sureEnding reports what is a patronymic and nothing else.
func sureEnding(w string) bool {
	l, key := lex(), folded(w)
	if l.rare[key] {
		return true
	}
	if utf8.RuneCountInString(key) < 6 {
		return false
	}
	ends := func(e string) bool { return strings.HasSuffix(key, e) }
	return slices.ContainsFunc(l.womens, ends) || slices.ContainsFunc(l.glued, ends) || l.particles[key[strings.LastIndexByte(key, '-')+1:]] && strings.Contains(key, "-")
}

// patronymicAt is where a patronymic begins, -1 where there is none. Of two words that could be one, that behind a given
// name is it: "Абрамович Анна Ивановна".
func patronymicAt(ws []string) int {
	found := -1
	for i := range ws {
		if n := patronymicLen(ws, i); n == 0 || n == 1 && known(ws[i]) {
			continue
		}
		switch {
		case found < 0:
			found = i
		case !sureEnding(ws[found]) && sureEnding(ws[i]), !(found > 0 && known(ws[found-1])) && i > 0 && known(ws[i-1]):
			found = i
		}
	}
	return found
}

// patronymicLen is how many words a patronymic at i has: 2 of "Гасан оглы", 0 of what is none.
func patronymicLen(ws []string, i int) int {
	if i > 0 && i+1 < len(ws) && lex().particles[folded(ws[i+1])] {
		return 2
	}
	if i == 0 && len(ws) == 2 && lex().particles[folded(ws[1])] { // a column of its own
		return 2
	}
	key := folded(ws[i])
	if sureEnding(key) {
		return 1
	}
	if utf8.RuneCountInString(key) >= 6 && slices.ContainsFunc(lex().mens, func(e string) bool { return strings.HasSuffix(key, e) }) {
		return 1
	}
	return 0
}

const surnames = "ов ова ев ева ин ина ын ына ский ская цкий цкая ской ко ук юк як ак ян янц дзе швили ых их ец чик ник " +
	"ov ova ev eva in ina yn yna sky skiy skii skij skaya skaia ski ska ko uk yuk iuk yan ian dze shvili off ykh"

// russianSurnames are those endings that no given name has which is not known.
const russianSurnames = "ов ова ев ева ёв ёва ский ская цкий цкая енко дзе швили"

// russianSurname reports a word that is a surname, wherever it stands.
func russianSurname(w string) bool {
	key := folded(w)
	return utf8.RuneCountInString(key) >= 5 && slices.ContainsFunc(lex().russian, func(e string) bool { return strings.HasSuffix(key, e) })
}

// fills reports a word that is no name of a person, as in "VIP клиент".
func fills(w string) bool { return lex().filler[folded(w)] }

// agree reports whether a word can be the patronymic of whoever has a given name. What ends like a man's behind a name that
// only women have is a surname: "Анна Маркович".
func agree(given, patronymic string) bool {
	l, key, father := lex(), folded(given), folded(patronymic)
	ends := func(e string) bool { return strings.HasSuffix(father, e) }
	switch {
	case slices.ContainsFunc(l.mens, ends):
		return !l.women[key] || l.men[key]
	case slices.ContainsFunc(l.womens, ends):
		return !l.men[key] || l.women[key]
	}
	return true
}

// surname reports a word that ends as Russian and neighbouring surnames do. Many given names do too: ask known first.
func surname(w string) bool {
	key := folded(w)
	return utf8.RuneCountInString(key) >= 4 && slices.ContainsFunc(lex().surnames, func(e string) bool { return strings.HasSuffix(key, e) })
}
