package text

import (
	"slices"
	"strings"
)

// What an index of texts is made of: keys of a text (Keys), and which of them a query needs (Query.Needs). Whatever Match finds has
// keys that Needs asks for; the other way round it need not be so, and whoever has found a text by its keys asks Match.
//
// A key is a word of a text, as Words gives them; the stem of a word that does not begin with it, behind stemKey; or digits of a long
// number behind numberKey, four that stand together and the last three.
const (
	stemKey   = "="
	numberKey = "#"
)

// windowDigits are the digits of a number that make a key. Of fewer the keys of a million telephones would be long lists, with more
// each telephone would have as many keys of its own.
const windowDigits = 4

// Range asks for the keys that begin with Begin and of which Fits, if any, says so.
type Range struct {
	Begin string
	Fits  func(key string) bool
}

// Has reports whether a key is asked for.
func (r Range) Has(key string) bool {
	return strings.HasPrefix(key, r.Begin) && (r.Fits == nil || r.Fits(key))
}

// Keys are the keys of some texts, sorted, each once.
func Keys(texts ...string) []string {
	var all []string
	for _, s := range texts {
		if s == "" {
			continue
		}
		folded := Fold(s)
		for w := range words(folded) {
			all = append(all, w)
			if strings.Trim(w, "0123456789") == "" {
				continue
			}
			if stem := stemOf(w); stem != "" && !strings.HasPrefix(w, stem) {
				all = append(all, stemKey+stem)
			}
		}
		for _, number := range numbersOf(folded) {
			for i := 0; i+leastDigits <= len(number); i++ {
				all = append(all, numberKey+number[i:min(i+windowDigits, len(number))])
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Needs is what the keys of a text must have for Match to be possible: for every term of the query one of some ways, and of that way
// a key in each range. A term without ways may be found in any text.
func (q Query) Needs() [][][]Range {
	all := make([][][]Range, len(q.terms))
	for i, t := range q.terms {
		all[i] = t.ways()
	}
	return all
}

func (t term) ways() (all [][]Range) {
	if t.digits == "" {
		w, stem := t.words[0], t.stem
		if stem == "" {
			return [][]Range{{{Begin: w}}}
		}
		same := func(key string) bool { return strings.HasPrefix(key, w) || stemOf(key) == stem }
		if strings.HasPrefix(w, stem) {
			return [][]Range{{{Begin: stem, Fits: same}}, {exactly(stemKey + stem)}}
		}
		return [][]Range{{{Begin: w}}, {{Begin: stem, Fits: same}}, {exactly(stemKey + stem)}}
	}
	var groups []Range
	for _, w := range t.words {
		groups = append(groups, Range{Begin: w})
	}
	all = append(all, groups)
	if len(t.digits) < leastDigits {
		return all
	}
	numbers := []string{strings.TrimPrefix(t.digits, "00")} // as inNumber has it
	if len(t.digits) == national+1 && (t.digits[0] == '7' || t.digits[0] == '8') {
		numbers = append(numbers, t.digits[1:])
	}
	if t.digits[0] == '8' {
		numbers = append(numbers, "7"+t.digits[1:])
	}
	for _, number := range numbers {
		if len(number) < leastDigits {
			return nil
		}
		var way []Range
		for i := 0; i < len(number); i += windowDigits {
			at := max(0, min(i, len(number)-windowDigits))
			way = append(way, Range{Begin: numberKey + number[at:min(at+windowDigits, len(number))]})
		}
		all = append(all, way)
	}
	return all
}

// exactly asks for one key.
func exactly(key string) Range {
	return Range{Begin: key, Fits: func(k string) bool { return k == key }}
}
