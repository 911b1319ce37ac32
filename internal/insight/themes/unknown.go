package themes

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"onetap/internal/text"
)

//go:embed stop.txt
var stopText string

// stops are words that say nothing of what a text is about, once somebody has asked for them.
var stops = sync.OnceValue(func() map[string]bool {
	all := map[string]bool{}
	for line := range strings.Lines(stopText) {
		if line[0] != '#' {
			for w := range strings.FieldsSeq(line) {
				all[text.Fold(w)] = true
			}
		}
	}
	return all
})

// negations go with the word behind them.
var negations = []string{"не", "ни", "нет", "без", "not", "no", "never", "dont", "doesnt", "didnt", "isnt", "wasnt", "arent", "werent", "cant", "cannot", "couldnt", "wont", "wouldnt", "hasnt", "havent", "without"}

const (
	// shortestUnknown and longestUnknown are the letters of a word that may be suggested.
	shortestUnknown, longestUnknown = 3, 30
)

// Said is something that a text says.
type Said struct {
	Key  string // forms of the same have the same
	Word string // as it was written, folded: an entry of a dictionary that finds it
}

// Unknown lists what the text that was looked at last says and no theme knows, hidden ones among them, each once: words that have a meaning, with a
// negation before them where there is one («не перезвонили»).
func (f *Finder) Unknown() (all []Said) {
	known := make([]bool, len(f.words))
	for _, s := range f.known {
		for i := s.from; i < s.to; i++ {
			known[i] = true
		}
	}
	seen := map[string]bool{}
	for i, w := range f.words {
		if known[i] || stops()[w] || slices.Contains(negations, w) || !wordy(w) {
			continue
		}
		one := Said{f.stem(w), w}
		if i > 0 && slices.Contains(negations, f.words[i-1]) {
			one = Said{f.words[i-1] + " " + one.Key, f.words[i-1] + " " + w}
		}
		if !seen[one.Key] {
			seen[one.Key] = true
			all = append(all, one)
		}
	}
	return all
}

// wordy reports whether a word is of letters, and neither too short nor too long to be one.
func wordy(w string) bool {
	n := utf8.RuneCountInString(w)
	return n >= shortestUnknown && n <= longestUnknown && !strings.ContainsFunc(w, func(r rune) bool { return !unicode.IsLetter(r) })
}
