package insight

import (
	"strings"
	"unicode"

	"onetap/internal/survey"
	"onetap/internal/text"
)

// masked is what stands in place of a name.
const maskedName = "•••"

// mask hides names of people, in whatever case they stand.
type mask map[string]bool // stems of names

// newMask takes the names of the staff apart: each of their words is a name.
func newMask(staff []survey.Staff) mask {
	m := mask{}
	for _, s := range staff {
		for _, w := range text.Words(s.Name) {
			if len([]rune(w)) > 1 { // an initial names nobody
				m[nameStem(w)] = true
			}
		}
	}
	return m
}

// nameEndings are those of Russian surnames and names by case and gender, the longest first: the stemmer is made for words, and takes
// Снегирёва and Снегирёвой for two.
var nameEndings = []string{"ыми", "ими", "ого", "его", "ому", "ему", "ами", "ями", "ой", "ей", "ою", "ею", "ий", "ый", "ая", "яя", "ую", "юю", "ым", "им", "ых", "их", "ом", "ем", "ам", "ям", "ах", "ях", "ов", "а", "я", "у", "ю", "ы", "и", "е", "о", "й", "ь"}

// nameStem is what the cases of a folded name have in common, by the endings of Russian names and then the stemmer.
func nameStem(w string) string {
	for _, e := range nameEndings {
		if cut, ok := strings.CutSuffix(w, e); ok && len([]rune(cut)) > 2 {
			return cut
		}
	}
	return strings.TrimSuffix(w, "'s")
}

// hide masks the names in what somebody wrote: words that begin with a capital letter, as names do, and are one of the staff's.
func (m mask) hide(said string) string {
	if len(m) == 0 || said == "" {
		return said
	}
	var b strings.Builder
	runes := []rune(said)
	for i := 0; i < len(runes); {
		j := i
		for j < len(runes) && (unicode.IsLetter(runes[j]) || unicode.IsMark(runes[j])) {
			j++
		}
		if j == i {
			b.WriteRune(runes[i])
			i++
			continue
		}
		word := string(runes[i:j])
		if unicode.IsUpper(runes[i]) && m[nameStem(text.Fold(word))] {
			word = maskedName
		}
		b.WriteString(word)
		i = j
	}
	return b.String()
}
