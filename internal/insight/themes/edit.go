package themes

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"onetap/internal/text"
)

// Wrong is what is wrong with a dictionary: Code is the name of a message.
type Wrong struct {
	Theme int    // from 1; 0: the dictionary as a whole
	Field string // "id", "names", "words", "cause" or "split"
	Code  string // theme_entry_empty, theme_entry_long, theme_entry_begin, theme_entry_marks, theme_id, theme_id_twice, theme_name_missing, theme_name_long, theme_name_twice, theme_words_none, theme_words_many, theme_split_unknown, cause_unknown, themes_many, themes_large, themes_none
	Value string // the entry, id or name
	Limit int    // what is allowed, where that is a number
}

func (w Wrong) Error() string {
	return fmt.Sprintf("theme %d, %s: %s %q", w.Theme, w.Field, w.Code, w.Value)
}

const (
	longestID   = 40      // bytes
	longestName = 60      // characters
	mostBytes   = 300_000 // of what is kept of a dictionary: an item of the table may have 400 KB
	ownID       = "own"   // begins the ids of themes that people make
)

// Check refuses a dictionary that cannot be used, or of which somebody would not know what it does; nil where all is well. Errors are Wrong.
func (d Dictionary) Check() error {
	ids, names := map[string]bool{}, map[string]bool{}
	if len(d) > MostThemes {
		return Wrong{Code: "themes_many", Limit: MostThemes}
	}
	if !slices.ContainsFunc(d, func(t Theme) bool { return !t.Hidden }) {
		return Wrong{Code: "themes_none"}
	}
	for i, theme := range d {
		wrong := func(field, code, value string, limit int) error { return Wrong{i + 1, field, code, value, limit} }
		switch {
		case !isID(theme.ID):
			return wrong("id", "theme_id", theme.ID, longestID)
		case ids[theme.ID]:
			return wrong("id", "theme_id_twice", theme.ID, 0)
		case theme.Cause != "" && !isID(theme.Cause):
			return wrong("cause", "cause_unknown", theme.Cause, 0)
		case len(theme.Words) > MostEntries:
			return wrong("words", "theme_words_many", "", MostEntries)
		}
		ids[theme.ID] = true
		named := false
		for _, language := range slices.Sorted(maps.Keys(theme.Names)) {
			name := theme.Names[language]
			named = named || name != ""
			if utf8.RuneCountInString(name) > longestName {
				return wrong("names", "theme_name_long", name, longestName)
			}
			if one := language + " " + text.Fold(name); name != "" {
				if names[one] {
					return wrong("names", "theme_name_twice", name, 0)
				}
				names[one] = true
			}
		}
		if !named {
			return wrong("names", "theme_name_missing", "", 0)
		}
		finds := false
		for _, entry := range theme.Words {
			p, err := parse(entry)
			var bad ErrEntry
			if errors.As(err, &bad) {
				return wrong("words", bad.Problem, entry, longestEntry)
			}
			if !plain(entry) {
				return wrong("words", "theme_entry_marks", entry, 0)
			}
			finds = finds || !p.not
		}
		if !finds {
			return wrong("words", "theme_words_none", "", 0)
		}
	}
	if kept, err := json.Marshal(d.Packed()); err != nil || len(kept) > mostBytes {
		return Wrong{Code: "themes_large", Limit: mostBytes / 1000}
	}
	return nil
}

// reserved are no ids: "none" asks for comments without a theme, the others are addresses of the dictionary's page.
var reserved = []string{"none", "restore", "analyze", "words"}

func isID(s string) bool {
	return s != "" && !slices.Contains(reserved, s) && len(s) <= longestID && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == "" && s[0] != '-'
}

// plain reports whether an entry holds no marks that somebody may take for a pattern: no comment is compared by any but the * behind a word.
func plain(entry string) bool {
	if strings.ContainsAny(entry, `<>[](){}|\^$?_"`) {
		return false
	}
	for field := range strings.FieldsSeq(entry) {
		word, _ := strings.CutSuffix(field, "*")
		if strings.Contains(word, "*") {
			return false
		}
		if last, _ := utf8.DecodeLastRuneInString(word); word != "" && len(word) < len(field) && !unicode.IsLetter(last) && !unicode.IsDigit(last) {
			return false
		}
	}
	return true
}

// Tidy is a dictionary without what means nothing: spaces, entries that stand twice in a theme, languages without a name.
func (d Dictionary) Tidy() Dictionary {
	all := make(Dictionary, len(d))
	for i, theme := range d.Unpacked() {
		names := map[string]string{}
		for language, name := range theme.Names {
			if name = strings.Join(strings.Fields(name), " "); name != "" {
				names[language] = name
			}
		}
		seen := map[string]bool{}
		var words []string
		for _, entry := range theme.Words {
			if entry = strings.Join(strings.Fields(entry), " "); !seen[entry] {
				seen[entry] = true
				words = append(words, entry)
			}
		}
		theme.Names, theme.Words = names, words
		all[i] = theme
	}
	return all
}

// Packed is a dictionary as it is kept: a theme that has the words that a company begins with says only so, and follows them when they change.
func (d Dictionary) Packed() Dictionary {
	all := slices.Clone(d)
	for i, theme := range all {
		if standard, ok := Default().Of(theme.ID); ok && slices.Equal(standard.Words, theme.Words) {
			all[i].Words, all[i].Standard = nil, true
		}
	}
	return all
}

// Unpacked is a dictionary with all its words.
func (d Dictionary) Unpacked() Dictionary {
	all := slices.Clone(d)
	for i, theme := range all {
		if theme.Standard {
			standard, _ := Default().Of(theme.ID)
			all[i].Words, all[i].Standard = standard.Words, false
		}
	}
	return all
}

// With is a dictionary in which a theme stands in place of the one that has its id, or behind all others.
func (d Dictionary) With(t Theme) Dictionary {
	all := slices.Clone(d)
	if i := all.at(t.ID); i >= 0 {
		all[i] = t
		return all
	}
	return append(all, t)
}

// Without is a dictionary without a theme.
func (d Dictionary) Without(id string) Dictionary {
	return slices.DeleteFunc(slices.Clone(d), func(t Theme) bool { return t.ID == id })
}

// Added is a dictionary with a new theme behind the others, and its id.
func (d Dictionary) Added(t Theme) (Dictionary, string) {
	last := 0
	for _, theme := range d {
		if n, err := strconv.Atoi(strings.TrimPrefix(theme.ID, ownID)); err == nil && strings.HasPrefix(theme.ID, ownID) {
			last = max(last, n)
		}
	}
	t.ID = ownID + strconv.Itoa(last+1)
	return append(slices.Clone(d), t), t.ID
}

// Joined is a dictionary in which a theme has taken in another with all that it finds; the other is gone. What the other is not, the joined one may
// be: of its exceptions only those stay that both have.
func (d Dictionary) Joined(id, other string) Dictionary {
	a, _ := d.Of(id)
	b, ok := d.Of(other)
	if !ok || id == other {
		return d
	}
	var words []string
	for _, of := range []Theme{a, b} {
		for _, entry := range of.Words {
			not := strings.HasPrefix(entry, "-")
			if !slices.Contains(words, entry) && (!not || slices.Contains(a.Words, entry) && slices.Contains(b.Words, entry)) {
				words = append(words, entry)
			}
		}
	}
	a.Words = words
	return d.With(a).Without(other)
}

// Split is a dictionary in which some entries of a theme make a new one with these names; its id. Exceptions stay, and go along. Problem, as Wrong:
// theme_split_unknown for an entry that the theme has not.
func (d Dictionary) Split(id string, names map[string]string, entries []string) (Dictionary, string, error) {
	theme, _ := d.Of(id)
	next := Theme{Names: names, Cause: theme.Cause}
	for _, entry := range entries {
		if !slices.Contains(theme.Words, entry) {
			return d, "", Wrong{d.at(id) + 1, "split", "theme_split_unknown", entry, 0}
		}
		next.Words = append(next.Words, entry)
	}
	var rest []string
	for _, entry := range theme.Words {
		if !slices.Contains(entries, entry) {
			rest = append(rest, entry)
		}
		if strings.HasPrefix(entry, "-") && !slices.Contains(next.Words, entry) {
			next.Words = append(next.Words, entry)
		}
	}
	theme.Words = rest
	all, made := d.With(theme).Added(next)
	return all, made, nil
}

// Restored is a dictionary in which a theme is as every company begins with it.
func (d Dictionary) Restored(id string) Dictionary {
	if standard, ok := Default().Of(id); ok {
		return d.With(standard)
	}
	return d
}

// Changed reports whether a theme is another than the one that every company begins with; own, that none begins with it.
func (t Theme) Changed() (changed, own bool) {
	standard, ok := Default().Of(t.ID)
	return !ok || !slices.Equal(standard.Words, t.Words) || !maps.Equal(standard.Names, t.Names) || standard.Cause != t.Cause || t.Hidden, !ok
}

// Entries are a theme's words, parted by the letters that they begin with: Cyrillic, Latin and all others, and what the theme is not, without the "-".
func (t Theme) Entries() (cyrillic, other, not []string) {
	for _, entry := range t.Words {
		after, is := strings.CutPrefix(entry, "-")
		words := text.Words(after)
		switch {
		case is:
			not = append(not, after)
		case len(words) > 0 && text.Language(words[0]) == "ru":
			cyrillic = append(cyrillic, entry)
		default:
			other = append(other, entry)
		}
	}
	return cyrillic, other, not
}

// Why are the words of a text because of which a theme is found in it, each place once.
func (f *Finder) Why(id, s string) (said []string) {
	words := text.Words(s)
	for _, hit := range f.Hits(s) {
		if one := strings.Join(words[hit.From:hit.To], " "); hit.Theme == id && !slices.Contains(said, one) {
			said = append(said, one)
		}
	}
	return said
}

func (d Dictionary) at(id string) int {
	return slices.IndexFunc(d, func(t Theme) bool { return t.ID == id })
}
