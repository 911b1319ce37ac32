package names

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Hidden is what stands in place of what was hidden.
const Hidden = "•••"

// Person is what of one person must not be read in a text.
type Person struct{ Name, Email, Phone, Customer string }

// Mask hides in what somebody wrote who is named there: names of people that are known and names that are common, in any
// grammatical case, e-mail addresses and other addresses on the internet, telephones, streets with houses. It is not sure: a rare surname
// that stands alone, and a story by which somebody is known, stay.
type Mask struct{ known map[string]bool } // forms of the names

// NewMask knows the people of these names, each in whatever order.
func NewMask(people ...string) Mask {
	m := Mask{map[string]bool{}}
	for _, name := range people {
		learn(m.known, name)
	}
	return m
}

// learn takes a name apart: each of its words is a name, but for what names a company, or nobody.
func learn(known map[string]bool, name string) {
	for _, w := range letters(name) {
		if w = folded(w); utf8.RuneCountInString(w) > 1 && !business(w) && !fills(w) && !dropped(w) {
			for _, stem := range stems(w) {
				known[stem] = true
			}
		}
	}
}

// Hide hides them, and these people, who may be written in small letters too. It is the same for the same text and people.
func (m Mask) Hide(said string, people ...Person) string {
	if said == "" {
		return said
	}
	h, own := hider(), map[string]bool{}
	for _, p := range people {
		learn(own, p.Name)
		said = hideText(said, p.Email)
		if utf8.RuneCountInString(p.Customer) > 3 {
			said = hideText(said, p.Customer)
		}
	}
	said = strings.NewReplacer("\u200b", "", "\u00ad", "").Replace(said)
	for _, one := range []*regexp.Regexp{h.mailbox, h.page, h.nick, h.house} {
		said = one.ReplaceAllString(said, "${before}"+Hidden)
	}
	said = h.number.ReplaceAllStringFunc(said, func(s string) string {
		if telephone(s, people) {
			return Hidden
		}
		return s
	})
	return m.names(said, own)
}

func hideText(said, secret string) string {
	if secret == "" {
		return said
	}
	return regexp.MustCompile("(?i)"+regexp.QuoteMeta(secret)).ReplaceAllString(said, Hidden)
}

// telephone reports whether figures are a telephone: ten digits and more that are no sum and no date, seven as they are usually written, or
// the end of somebody's.
func telephone(s string, people []Person) bool {
	digits := onlyDigits(s)
	for _, p := range people {
		if own := onlyDigits(p.Phone); len(own) >= 6 && len(digits) >= 6 && (strings.HasSuffix(digits, own[max(0, len(own)-7):]) || strings.HasSuffix(own, digits)) {
			return true
		}
	}
	switch {
	case hider().grouped.MatchString(strings.TrimSpace(s)):
		return false
	case len(digits) >= 10, strings.HasPrefix(s, "+") && len(digits) >= 7:
		return true
	}
	return hider().short.MatchString(strings.TrimSpace(s))
}

func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

// word is one word of a text.
type word struct {
	from, to     int // bytes
	folded       string
	capital      bool
	first        bool // of a sentence, where every word has a capital
	near         bool // only spaces part it from the word before
	hide, spread bool // spread: the word beside it, if it has a capital, is of the same name
}

// names hides the words that are names.
func (m Mask) names(said string, own map[string]bool) string {
	words := wordsOf(said)
	shouted := !strings.ContainsFunc(said, unicode.IsLower)
	for i := range words {
		m.judge(&words[i], own, shouted, i > 0 && words[i].near && lex().titles[words[i-1].folded])
	}
	initials(said, words)
	for i := range words {
		w := &words[i]
		if w.hide || !w.capital || shouted || utf8.RuneCountInString(w.folded) < 2 || lex().titles[w.folded] {
			continue
		}
		behind := i > 0 && w.near && words[i-1].spread
		before := i+1 < len(words) && words[i+1].near && words[i+1].spread && (!w.first || surnameForm(w.folded))
		w.hide = behind || before
	}
	var b strings.Builder
	at := 0
	for _, w := range words {
		if w.hide {
			b.WriteString(said[at:w.from] + Hidden)
			at = w.to
		}
	}
	return b.String() + said[at:]
}

// judge says of a word whether it is a name by itself.
func (m Mask) judge(w *word, own map[string]bool, shouted, titled bool) {
	common := hider().everyday[stemOf(w.folded)] || hider().everyday[w.folded]
	is := func(known map[string]bool) bool {
		return slices.ContainsFunc(cuts(w.folded), func(c string) bool { return known[c] })
	}
	switch {
	case is(own):
		w.hide = w.capital && !(common && w.first) || !common && utf8.RuneCountInString(w.folded) > 2
	case is(m.known):
		w.hide = w.capital && !(common && w.first) || !common && utf8.RuneCountInString(w.folded) > 4 && !adjective(w.folded)
	case !w.capital || utf8.RuneCountInString(w.folded) < 3:
		return
	case hider().months[w.folded]:
		return
	case is(hider().forms):
		w.hide = !(common && (w.first || shouted))
	case fatherForm(w.folded), titled:
		w.hide = true
	default:
		w.hide = !shouted && !w.first && surnameForm(w.folded) && !hider().places[stemOf(w.folded)] && !hider().places[w.folded]
		return
	}
	w.spread = w.hide && w.capital
}

// initials hides the surnames beside initials: "М. А. Комарова", "Комарова М.А.".
func initials(said string, words []word) {
	initial := func(i int) bool {
		w := words[i]
		return w.capital && utf8.RuneCountInString(said[w.from:w.to]) == 1 && strings.HasPrefix(said[w.to:], ".")
	}
	surname := func(i int) bool {
		return i >= 0 && i < len(words) && words[i].capital && utf8.RuneCountInString(words[i].folded) > 2
	}
	tied := func(i int) bool { // to the word before by nothing but a full stop and spaces
		return i > 0 && strings.Trim(said[words[i-1].to:words[i].from], ". \u00a0") == ""
	}
	for i := range words {
		if !initial(i) {
			continue
		}
		if tied(i) && words[i].near && surname(i-1) && !words[i-1].first || tied(i) && words[i].near && surname(i-1) && surnameForm(words[i-1].folded) {
			words[i-1].hide = true
		}
		next := i + 1
		if next < len(words) && tied(next) && initial(next) {
			next++
		}
		if surname(next) && tied(next) {
			words[next].hide = true
		}
	}
}

func wordsOf(said string) (words []word) {
	end := 0 // of the word before
	for i := 0; i < len(said); {
		r, size := utf8.DecodeRuneInString(said[i:])
		if !unicode.IsLetter(r) {
			i += size
			continue
		}
		j := i
		for j < len(said) {
			r, size := utf8.DecodeRuneInString(said[j:])
			if !unicode.IsLetter(r) && !unicode.IsMark(r) {
				break
			}
			j += size
		}
		gap := said[end:i]
		words = append(words, word{
			from: i, to: j, folded: folded(said[i:j]), capital: unicode.IsUpper(r), near: len(words) > 0 && strings.Trim(gap, " \u00a0-") == "",
			first: len(words) == 0 || strings.ContainsAny(gap, ".!?…\n:«\"“(—–•;") && !strings.Contains(gap, Hidden),
		})
		i, end = j, j
	}
	return words
}

func letters(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) })
}

// endings are those of Russian names and surnames by case and gender, the longest first.
var endings = []string{"ыми", "ими", "ого", "его", "ому", "ему", "ами", "ями", "ой", "ей", "ою", "ею", "ий", "ый", "ая", "яя", "ую", "юю", "ым", "им", "ых", "их", "ом", "ем", "ам", "ям", "ах", "ях", "ью", "а", "я", "у", "ю", "ы", "и", "е", "о", "й", "ь"}

// stems are what a folded name's cases may have in common: "снегирева" and "снегирев", "сергей", "серге" and "серг".
func stems(w string) []string {
	all := []string{w}
	for _, e := range []string{"ий", "ый", "ой", "ая", "яя", "ей", "а", "я", "й", "ь", "о", "е"} {
		if cut, ok := strings.CutSuffix(w, e); ok && utf8.RuneCountInString(cut) > 1 {
			all = append(all, cut)
		}
	}
	for whole, cut := range map[string]string{"ец": "ц", "ок": "к", "павел": "павл", "лев": "льв"} { // vowels that go
		if begin, ok := strings.CutSuffix(w, whole); ok && (utf8.RuneCountInString(begin) > 2 || begin == "") {
			all = append(all, begin+cut)
		}
	}
	return all
}

// cuts are what of a folded word of a text may be the stem of a name.
func cuts(w string) []string {
	all := []string{w}
	for _, e := range endings {
		if cut, ok := strings.CutSuffix(w, e); ok && utf8.RuneCountInString(cut) > 1 {
			all = append(all, cut)
		}
	}
	return all
}

// stemOf is a word without its longest ending.
func stemOf(w string) string {
	if all := cuts(w); len(all) > 1 {
		return all[1]
	}
	return w
}

// fatherForm reports a patronymic, or a surname made like one, of a father's name that is known, in any case: "Петровной", "Иванычу", "Петрова".
func fatherForm(w string) bool {
	for _, c := range cuts(w) {
		if lex().fathers[c] && strings.HasSuffix(c, "в") && utf8.RuneCountInString(c) > 5 {
			return true
		}
		stem, woman := strings.CutSuffix(c, "вн")
		if !woman && !strings.HasSuffix(c, "ич") && !strings.HasSuffix(c, "ыч") && !strings.HasSuffix(c, "ичн") {
			continue
		}
		if woman {
			stem += "в"
		}
		if stem = strings.TrimSuffix(strings.TrimSuffix(stem, "ничн"), "ичн"); fatherKnown(stem) && utf8.RuneCountInString(c) > 4 {
			return true
		}
	}
	return false
}

// surnameForm reports what ends as only Russian surnames do, in any case.
func surnameForm(w string) bool {
	for i, c := range cuts(w) {
		if utf8.RuneCountInString(c) < 4 {
			continue
		}
		for _, e := range []string{"ов", "ев", "енко", "дзе", "швили"} {
			if strings.HasSuffix(c, e) {
				return true
			}
		}
		if adjective(w) && i > 0 && (strings.HasSuffix(c, "ск") || strings.HasSuffix(c, "цк")) {
			return true
		}
		if begin, ok := strings.CutSuffix(c, "ин"); ok && hider().forms[begin] {
			return true
		}
	}
	return false
}

// adjective reports a word that ends as an adjective, as some surnames do.
func adjective(w string) bool {
	return slices.ContainsFunc([]string{"ий", "ый", "ой", "ая", "ого", "ому", "ую", "ым", "им", "ою"}, func(e string) bool { return strings.HasSuffix(w, e) })
}
