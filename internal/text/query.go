package text

import (
	"strings"
	"unicode/utf8"
)

const (
	// leastDigits are the digits from which on a part of a telephone is looked for.
	leastDigits = 3
	// leastNumber are the digits of a number in whose middle one looks.
	leastNumber = 5
	// national are the digits of a Russian telephone without 8 or +7.
	national = 10
)

// Query is what is looked for. The zero Query finds everything.
type Query struct {
	terms   []term
	numbers bool // a part of a number is among them
}

// term is one word, or digits that stand together.
type term struct {
	words  []string // as they are written, folded; of digits those between the spaces
	stem   string   // of a word
	begins string   // with what every form of it begins
	digits string   // "" of a word
}

// NewQuery reads what somebody looks for.
func NewQuery(s string) Query {
	var q Query
	number, folded := false, Fold(s)
	for _, w := range Words(folded) {
		digits := strings.Trim(w, "0123456789") == ""
		switch last := len(q.terms) - 1; {
		case !digits:
			stem := stemOf(w)
			q.terms = append(q.terms, term{words: []string{w}, stem: stem, begins: common(w, stem)})
		case number && together(folded, q.terms[last].words[len(q.terms[last].words)-1], w):
			q.terms[last].words = append(q.terms[last].words, w)
			q.terms[last].digits += w
		default:
			q.terms = append(q.terms, term{words: []string{w}, digits: w})
		}
		number = digits
		if _, rest, ok := strings.Cut(folded, w); ok {
			folded = w + rest
		}
	}
	for _, t := range q.terms {
		q.numbers = q.numbers || len(t.digits) >= leastDigits
	}
	return q
}

// together reports whether only what may stand within a telephone is between two of its groups of digits; s begins with the first.
func together(s, first, second string) bool {
	between, _, ok := strings.Cut(strings.TrimPrefix(s, first), second)
	return ok && strings.Trim(between, within) == ""
}

// within may stand within a telephone.
const within = "+()-\u2010\u2011\u2012–—\u2212./ \u00a0\u202f"

// common is the beginning that every form of a word with this stem has: an English stem may end in another letter (happy, happi;
// die, dying).
func common(word, stem string) string {
	if stem == "" || word[0] >= utf8.RuneSelf && strings.HasPrefix(word, stem) {
		return stem
	}
	return stem[:max(1, len(stem)-2)]
}

// Empty reports whether nothing is looked for.
func (q Query) Empty() bool { return len(q.terms) == 0 }

// Match reports whether all that is looked for is found in the texts together.
func (q Query) Match(texts ...string) bool {
	if q.Empty() {
		return true
	}
	found, missing := make([]bool, len(q.terms)), len(q.terms)
	for _, text := range texts {
		if text == "" {
			continue
		}
		text = Fold(text)
		var numbers []string
		if q.numbers {
			numbers = numbersOf(text)
		}
		for i, t := range q.terms {
			if !found[i] && t.in(text, numbers) {
				found[i] = true
				if missing--; missing == 0 {
					return true
				}
			}
		}
	}
	return false
}

// in reports whether a term is found in a folded text, in which these numbers are.
func (t term) in(text string, numbers []string) bool {
	if len(t.digits) >= leastDigits {
		for _, number := range numbers {
			if inNumber(t.digits, number) {
				return true
			}
		}
	}
	for _, wanted := range t.words {
		if !t.among(text, wanted) {
			return false
		}
	}
	return true
}

// among reports whether one word of a text is the one that is wanted.
func (t term) among(text, wanted string) bool {
	if !strings.Contains(text, wanted) && (t.stem == "" || !strings.Contains(text, t.begins)) && !strings.ContainsAny(text, "'’") {
		return false // most texts: they need not be taken apart
	}
	for w := range words(text) {
		if strings.HasPrefix(w, wanted) || t.stem != "" && strings.HasPrefix(w, t.begins) && stemOf(w) == t.stem {
			return true
		}
	}
	return false
}

// numbersOf are the digits of the long numbers of a text, with a Russian 8 in front as 7.
func numbersOf(text string) (all []string) {
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return !isDigit(r) && !strings.ContainsRune(within, r) }) {
		digits := strings.Map(func(r rune) rune {
			if isDigit(r) {
				return r
			}
			return -1
		}, part)
		switch {
		case len(digits) < leastNumber:
		case len(digits) == national+1 && digits[0] == '8':
			all = append(all, "7"+digits[1:])
		default:
			all = append(all, strings.TrimPrefix(digits, "00"))
		}
	}
	return all
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// inNumber reports whether digits are a part of a number, in which a Russian 8 in front stands as 7.
func inNumber(digits, number string) bool {
	switch {
	case strings.Contains(number, strings.TrimPrefix(digits, "00")):
		return true
	case len(digits) == national+1 && (digits[0] == '7' || digits[0] == '8') && number == digits[1:]:
		return true
	}
	return digits[0] == '8' && len(number) == national+1 && strings.HasPrefix(number, "7"+digits[1:])
}
