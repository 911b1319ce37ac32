package text

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// found reports whether keys have what a query needs.
func found(q Query, keys []string) bool {
	for _, ways := range q.Needs() {
		if len(ways) > 0 && !slices.ContainsFunc(ways, func(way []Range) bool {
			return !slices.ContainsFunc(way, func(r Range) bool { return !slices.ContainsFunc(keys, r.Has) })
		}) {
			return false
		}
	}
	return true
}

// pieces are what texts and queries are put together from: words with their forms, names, telephones and parts of them.
var pieces = strings.Fields("Иван Иванов Ивана Ивановича Пётр петр Счета счёт счетам dying die died happy happier happily Lee lee O’Brien obrien Ann's " +
	"+7(916)123-45-67 8-916-123-45-67 89161234567 79161234567 9161234567 916 123 45 67 00441234567 441234567 001 00123 0012 12345 1234 123456 812 " +
	"anna@example.ru C0001234 c00 и й а x 7 8 00 000")

// Whatever a query finds in texts has the keys that the query needs.
func TestKeysFindWhatMatches(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		piece := rapid.OneOf(rapid.SampledFrom(pieces), rapid.StringMatching(`[0-9]{1,12}`), rapid.StringOfN(rapid.RuneFrom([]rune("ивнаелеёйу’'aeinsgy")), 1, 7, -1))
		joint := rapid.SampledFrom([]string{" ", "-", " ", ", ", "", "(", "."})
		line := func(label string, most int) string {
			var b strings.Builder
			for range rapid.IntRange(1, most).Draw(t, label) {
				b.WriteString(piece.Draw(t, label) + joint.Draw(t, label))
			}
			return b.String()
		}
		texts := []string{line("text", 5), line("text", 3)}
		q := line("query", 3)
		if rapid.Bool().Draw(t, "part") {
			words := []rune(strings.Join(texts, " "))
			from := rapid.IntRange(0, len(words)-1).Draw(t, "from")
			q = string(words[from:min(len(words), from+rapid.IntRange(1, 12).Draw(t, "length"))])
		}
		if query := NewQuery(q); query.Match(texts...) && !found(query, Keys(texts...)) {
			t.Fatalf("%q is found in %q, whose keys are %q", q, texts, Keys(texts...))
		}
	})
}

// Keys tell apart what a search is to tell apart: they are no use if they fit everything.
func TestKeysTellApart(t *testing.T) {
	t.Parallel()
	keys := Keys("Кузнецов Пётр", "petr@example.ru", "+7 916 123-45-67")
	for q, want := range map[string]bool{
		"кузн": true, "петру": true, "Сидоров": false, "Иван": false, "123-45": true, "89161234567": true, "9162": false, "124-45-67": false, "467": false, "567": true,
	} {
		if got := found(NewQuery(q), keys); got != want {
			t.Errorf("%q: %v, want %v", q, got, want)
		}
	}
}
