// Package themes says what a comment is about, by a dictionary of words and phrases that the company's people own. Nothing leaves the account, nothing
// is learnt from anybody's words: who wants to know why a comment is counted under a theme is shown the words that did it.
//
// A text is read as words in small letters with ё as е; apostrophes part no word, emoji and marks do. An entry of a dictionary is one of
//
//	word      the word in any of its forms, by the stemmer of its script
//	begin*    every word that begins so
//	=word     this form alone
//	a b c     some of those in this order, with at most one other word between two of them, so that "не перезвонили" is found in «не стали
//	          перезванивать» and negation is part of a phrase where it matters
//	-entry    what is not the theme: words that it covers do not count for this theme
//
// The package is pure.
package themes

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"

	"onetap/internal/text"
)

// Theme is one theme of a dictionary.
type Theme struct {
	ID     string            `json:"id"`    // letters, digits and "-"; never changes, so that waves can be compared
	Names  map[string]string `json:"names"` // by language
	Words  []string          `json:"words"` // entries, in any language
	Hidden bool              `json:"hidden,omitempty"`
	Cause  string            `json:"cause,omitempty"` // the root cause that is offered for a case whose comment speaks of it; "": none

	Standard bool `json:"standard,omitempty"` // Words are those that every company begins with: see Packed
}

// Dictionary is the themes that a company looks for.
type Dictionary []Theme

// Limits of a dictionary, for it is one item of the table and is read with every wave.
const (
	MostThemes      = 60
	MostEntries     = 2000 // of a theme
	longestEntry    = 100  // characters
	mostEntryWords  = 6
	shortestBegin   = 2 // letters before a *
	furthestBetween = 2 // places from one word of a phrase to the next: at most one other word between
)

// ErrEntry says what is wrong with an entry; Problem is the name of a message: theme_entry_empty, theme_entry_long or theme_entry_begin.
type ErrEntry struct{ Entry, Problem string }

func (e ErrEntry) Error() string { return fmt.Sprintf("entry %q: %s", e.Entry, e.Problem) }

//go:embed default.txt
var defaultText string

// standard is the dictionary that a company begins with, once somebody has asked for it: who never does carries none of it.
var standard struct {
	once sync.Once
	all  Dictionary
}

// Default is the dictionary that a company begins with: services of all kinds, in Russian and English. It is not to be changed.
func Default() Dictionary {
	standard.once.Do(func() {
		all := &standard.all
		for line := range strings.Lines(defaultText) {
			line = strings.TrimSpace(line)
			switch {
			case line == "" || line[0] == '#':
			case line[0] == '[':
				id, names, _ := strings.Cut(line[1:], "]")
				parts := strings.Split(names+"||", "|")
				*all = append(*all, Theme{ID: id, Names: map[string]string{"ru": strings.TrimSpace(parts[0]), "en": strings.TrimSpace(parts[1])}, Cause: strings.TrimSpace(parts[2])})
			default:
				_, entries, _ := strings.Cut(line, ":")
				theme := &(*all)[len(*all)-1]
				for entry := range strings.SplitSeq(entries, ",") {
					theme.Words = append(theme.Words, strings.TrimSpace(entry))
				}
			}
		}
	})
	return standard.all
}

// atom is one word of an entry.
type atom struct {
	word string // folded: the form, the beginning, or the stem
	kind kind
}

type kind byte

const (
	form kind = iota
	beginning
	stem
)

// pattern is an entry.
type pattern struct {
	theme int
	not   bool
	atoms []atom
}

// parse reads an entry. Errors are ErrEntry.
func parse(entry string) (p pattern, err error) {
	if len([]rune(entry)) > longestEntry {
		return p, ErrEntry{entry, "theme_entry_long"}
	}
	rest := strings.TrimSpace(entry)
	if after, not := strings.CutPrefix(rest, "-"); not {
		p.not, rest = true, after
	}
	for field := range strings.FieldsSeq(rest) {
		exact, begins := strings.HasPrefix(field, "="), strings.HasSuffix(field, "*")
		words := text.Words(field)
		for i, w := range words {
			switch last := i == len(words)-1; {
			case begins && last && len([]rune(w)) < shortestBegin:
				return p, ErrEntry{entry, "theme_entry_begin"}
			case begins && last:
				p.atoms = append(p.atoms, atom{w, beginning})
			case exact || text.Language(w) == "":
				p.atoms = append(p.atoms, atom{w, form})
			default:
				p.atoms = append(p.atoms, atom{text.Stem(text.Language(w), w), stem})
			}
		}
	}
	switch {
	case len(p.atoms) == 0:
		return p, ErrEntry{entry, "theme_entry_empty"}
	case len(p.atoms) > mostEntryWords:
		return p, ErrEntry{entry, "theme_entry_long"}
	}
	return p, nil
}

// Name is a theme's name in a language, in any other where it has none in that, else its id.
func (t Theme) Name(lang string) string {
	if name := t.Names[lang]; name != "" {
		return name
	}
	for _, lang := range []string{"en", "ru"} {
		if name := t.Names[lang]; name != "" {
			return name
		}
	}
	return t.ID
}

// Of is the theme with an id.
func (d Dictionary) Of(id string) (Theme, bool) {
	i := d.at(id)
	if i < 0 {
		return Theme{}, false
	}
	return d[i], true
}
