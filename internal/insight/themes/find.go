package themes

import (
	"maps"
	"slices"
	"strings"

	"onetap/internal/text"
)

// Finder finds a dictionary's themes in texts. It is for one goroutine.
type Finder struct {
	dictionary               Dictionary
	forms, stems, beginnings map[string][]*pattern // by the first atom's word
	lengths                  []int                 // of beginnings, in bytes
	stemmed                  map[string]string

	words []string // of the text that was looked at last
	hits  []Hit
	known []span // where themes were found in it, hidden ones among them
}

// mostStems is how many words' stems are remembered: those of a language's everyday words, and some more.
const mostStems = 50_000

// NewFinder makes a finder of a dictionary's themes; hidden ones are not found, but known. Entries that cannot be read are passed over: Check finds them.
func NewFinder(d Dictionary) *Finder {
	f := &Finder{dictionary: d, forms: map[string][]*pattern{}, stems: map[string][]*pattern{}, beginnings: map[string][]*pattern{}, stemmed: map[string]string{}}
	lengths := map[int]bool{}
	for i, theme := range d {
		for _, entry := range theme.Words {
			p, err := parse(entry)
			if err != nil {
				continue
			}
			p.theme = i
			first := p.atoms[0]
			by := map[kind]map[string][]*pattern{form: f.forms, beginning: f.beginnings, stem: f.stems}[first.kind]
			by[first.word] = append(by[first.word], &p)
			if first.kind == beginning {
				lengths[len(first.word)] = true
			}
		}
	}
	f.lengths = slices.Sorted(maps.Keys(lengths))
	return f
}

// Hit is one place at which a text speaks of a theme.
type Hit struct {
	Theme    string
	From, To int // words of the text, as text.Words gives them, from From to before To
}

type span struct{ from, to int }

// Find finds the themes of a text: those that are found, each once, in the order of the dictionary.
func (f *Finder) Find(s string) (ids []string) {
	for _, hit := range f.Hits(s) {
		if !slices.Contains(ids, hit.Theme) {
			ids = append(ids, hit.Theme)
		}
	}
	slices.SortFunc(ids, func(a, b string) int { return f.dictionary.at(a) - f.dictionary.at(b) })
	return ids
}

// Hits finds every place at which a text speaks of a theme, in the order of the text. The list is good until the next call.
func (f *Finder) Hits(s string) []Hit {
	words := text.Words(s)
	f.words = words
	type found struct {
		p *pattern
		span
	}
	var all []found
	not := map[int][]span{}
	take := func(list []*pattern, at int) {
		for _, p := range list {
			if to, ok := f.fits(p.atoms, words, at); ok {
				if p.not {
					not[p.theme] = append(not[p.theme], span{at, to})
				} else {
					all = append(all, found{p, span{at, to}})
				}
			}
		}
	}
	for i, w := range words {
		take(f.forms[w], i)
		take(f.stems[f.stem(w)], i)
		for _, n := range f.lengths {
			if n > len(w) {
				break
			}
			take(f.beginnings[w[:n]], i)
		}
	}
	f.hits, f.known = f.hits[:0], f.known[:0]
	for _, one := range all {
		if slices.ContainsFunc(not[one.p.theme], func(s span) bool { return s.from < one.to && one.from < s.to }) {
			continue
		}
		f.known = append(f.known, one.span)
		if !f.dictionary[one.p.theme].Hidden {
			f.hits = append(f.hits, Hit{f.dictionary[one.p.theme].ID, one.from, one.to})
		}
	}
	return f.hits
}

// fits reports whether a text says a pattern whose first atom fits its word at; to is behind its last word.
func (f *Finder) fits(atoms []atom, words []string, at int) (to int, ok bool) {
	if len(atoms) == 1 {
		return at + 1, true
	}
	for next := at + 1; next <= at+furthestBetween && next < len(words); next++ {
		if f.is(atoms[1], words[next]) {
			if to, ok := f.fits(atoms[1:], words, next); ok {
				return to, true
			}
		}
	}
	return 0, false
}

func (f *Finder) is(a atom, word string) bool {
	switch a.kind {
	case form:
		return word == a.word
	case beginning:
		return strings.HasPrefix(word, a.word)
	}
	return f.stem(word) == a.word
}

func (f *Finder) stem(word string) string {
	if s, ok := f.stemmed[word]; ok {
		return s
	}
	if len(f.stemmed) >= mostStems {
		clear(f.stemmed)
	}
	s := text.Stem(text.Language(word), word)
	f.stemmed[word] = s
	return s
}
