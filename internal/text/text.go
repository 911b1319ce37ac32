// Package text compares words as people mean them: the one rule of every search.
//
// Letters are small and ё is е. A word that is looked for is found in a text by its beginning ("опл" finds «оплата») or in any
// of its forms ("счета" finds «счёт», "called" finds "calling"), by the Snowball stemmer of its script: Russian for Cyrillic,
// English for Latin. All words that are looked for must be found, in any order. Digits that stand together, with what may stand
// between the digits of a telephone, are found in any part of a telephone or another long number, however either is written; a
// Russian 8 in front is +7.
//
// The package is pure.
package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/russian"
)

// Fold is a text in small letters, with ё as е, whether a letter and its marks are one character or two.
func Fold(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		b.WriteString(string(folded(r)))
	}
	return strings.ReplaceAll(strings.ReplaceAll(b.String(), "и\u0306", "й"), "е\u0308", "е")
}

func folded(r rune) rune {
	if r < utf8.RuneSelf {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}
	if r = unicode.ToLower(r); r == 'ё' {
		return 'е'
	}
	return r
}

// Words are the folded words of a text: letters and digits that stand together. An apostrophe parts no word.
func Words(s string) []string {
	var all []string
	for w := range words(Fold(s)) {
		all = append(all, w)
	}
	return all
}

// words gives the words of a folded text.
func words(s string) func(func(string) bool) {
	return func(yield func(string) bool) {
		begin, quoted := -1, false
		end := func(at int) bool {
			w := s[begin:at]
			if quoted {
				w = strings.NewReplacer("'", "", "’", "").Replace(w)
			}
			begin, quoted = -1, false
			return w == "" || yield(w)
		}
		for i, r := range s {
			switch {
			case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r):
				if begin < 0 {
					begin = i
				}
			case begin >= 0 && (r == '\'' || r == '’'):
				quoted = true
			case begin >= 0 && !end(i):
				return
			}
		}
		if begin >= 0 {
			end(len(s))
		}
	}
}

// Stem is what the forms of a folded word of a language have in common: by the Snowball stemmer of "ru" or "en"; of another language it is the word.
func Stem(lang, word string) string {
	env := snowballstem.NewEnv(word)
	switch lang {
	case "ru":
		russian.Stem(env)
	case "en":
		english.Stem(env)
	}
	return env.Current()
}

// Language is the language whose stemmer a word has, by its script: "ru" for Cyrillic, "en" for Latin, "" for any other.
func Language(word string) string {
	switch r, _ := utf8.DecodeRuneInString(word); {
	case unicode.Is(unicode.Cyrillic, r):
		return "ru"
	case unicode.Is(unicode.Latin, r):
		return "en"
	}
	return ""
}

// stemOf is Stem in the word's own language.
func stemOf(word string) string { return Stem(Language(word), word) }
