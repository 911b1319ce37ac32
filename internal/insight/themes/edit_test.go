package themes

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func named(id string, words ...string) Theme {
	return Theme{ID: id, Names: map[string]string{"en": "The " + id}, Words: words}
}

// A dictionary that cannot be used is refused, and what is wrong with it is said.
func TestCheck(t *testing.T) {
	t.Parallel()
	var many Dictionary
	for n := range MostThemes + 1 {
		many = append(many, named(fmt.Sprint("t", n), "word"))
	}
	large := Dictionary{}
	for n := range 6 {
		one := named(fmt.Sprint("t", n))
		for w := range 1100 {
			one.Words = append(one.Words, strings.Repeat("слово ", 5)+fmt.Sprintf("слово%d%d", n, w))
		}
		large = append(large, one)
	}
	hidden := named("a", "x")
	hidden.Hidden = true
	long := named("a", "x")
	long.Names = map[string]string{"ru": strings.Repeat("ё", longestName+1)}
	twice := named("b", "x")
	twice.Names = map[string]string{"en": "the A"}
	nameless := Theme{ID: "a", Words: []string{"x"}, Names: map[string]string{"en": ""}}
	for what, c := range map[string]struct {
		d     Dictionary
		theme int
		code  string
	}{
		"nothing":              {nil, 0, "themes_none"},
		"all hidden":           {Dictionary{hidden}, 0, "themes_none"},
		"too many":             {many, 0, "themes_many"},
		"too large":            {large, 0, "themes_large"},
		"no id":                {Dictionary{named("", "x")}, 1, "theme_id"},
		"none is no id":        {Dictionary{named("none", "x")}, 1, "theme_id"},
		"an id of marks":       {Dictionary{named("a", "x"), named("<b>", "x")}, 2, "theme_id"},
		"an id twice":          {Dictionary{named("a", "x"), named("a", "y")}, 2, "theme_id_twice"},
		"no name":              {Dictionary{nameless}, 1, "theme_name_missing"},
		"a long name":          {Dictionary{long}, 1, "theme_name_long"},
		"a name twice":         {Dictionary{named("a", "x"), twice}, 2, "theme_name_twice"},
		"no words":             {Dictionary{named("a")}, 1, "theme_words_none"},
		"only what it is not":  {Dictionary{named("a", "-x", "-y")}, 1, "theme_words_none"},
		"too many words":       {Dictionary{named("a", make([]string, MostEntries+1)...)}, 1, "theme_words_many"},
		"no cause":             {Dictionary{{ID: "a", Names: map[string]string{"en": "A"}, Words: []string{"x"}, Cause: "<b>"}}, 1, "cause_unknown"},
		"a regular expression": {Dictionary{named("a", "x", "(x|y)+")}, 1, "theme_entry_marks"},
	} {
		var wrong Wrong
		if err := c.d.Check(); !errors.As(err, &wrong) || wrong.Theme != c.theme || wrong.Code != c.code {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := (Dictionary{named("a", "c++", "wi-fi", "24/7", "за * деньги", "doesn’t", "=app", "-не * цен*")}).Check(); err != nil {
		t.Error(err)
	}
}

func TestTidy(t *testing.T) {
	t.Parallel()
	got := Dictionary{{ID: "a", Names: map[string]string{"en": "  My   theme ", "ru": " "}, Words: []string{" x  y ", "x y", "-z"}}}.Tidy()
	if got[0].Names["en"] != "My theme" || len(got[0].Names) != 1 || !slices.Equal(got[0].Words, []string{"x y", "-z"}) {
		t.Errorf("%+v", got)
	}
}

// What a company has not changed is kept as a few words, and comes back whole.
func TestPacked(t *testing.T) {
	t.Parallel()
	d := slices.Clone(Default()).With(named("mine", "word"))
	d[0].Names, d[1].Words = map[string]string{"en": "Money"}, d[1].Words[1:]
	packed := d.Packed()
	if packed[0].Words != nil || !packed[0].Standard || packed[0].Names["en"] != "Money" || packed[1].Standard {
		t.Errorf("%+v", packed[:2])
	}
	kept, err := json.Marshal(packed)
	if err != nil || len(kept) > 30_000 {
		t.Errorf("%d bytes, %v", len(kept), err)
	}
	var back Dictionary
	if err := json.Unmarshal(kept, &back); err != nil {
		t.Fatal(err)
	}
	back = back.Unpacked()
	for i := range d {
		if back[i].ID != d[i].ID || !slices.Equal(back[i].Words, d[i].Words) || back[i].Standard {
			t.Errorf("%s does not come back", d[i].ID)
		}
	}
	if changed, own := Default()[3].Changed(); changed || own {
		t.Error("the default is said to be changed")
	}
	for i, want := range []bool{true, true, false} {
		if changed, own := d[i].Changed(); changed != want || own {
			t.Errorf("%s: %v %v", d[i].ID, changed, own)
		}
	}
	if r := d.Restored(d[1].ID); !slices.Equal(r[1].Words, Default()[1].Words) {
		t.Error("not as in the beginning")
	}
}

// What is joined finds what both found; what is split finds the same between them.
func TestJoinAndSplit(t *testing.T) {
	t.Parallel()
	d := Dictionary{named("a", "курьер", "цена", "-дорогие друзья", "-цены нет"), named("b", "посылка", "цена", "-цены нет"), named("c", "другое")}
	joined := d.Joined("a", "b")
	if len(joined) != 2 || !slices.Equal(joined[0].Words, []string{"курьер", "цена", "-цены нет", "посылка"}) {
		t.Errorf("%+v", joined)
	}
	if same := d.Joined("a", "a"); len(same) != 3 {
		t.Errorf("with itself: %+v", same)
	}
	split, id, err := d.Split("a", map[string]string{"en": "Couriers"}, []string{"курьер"})
	if err != nil || id != "own1" || len(split) != 4 || !slices.Equal(split[0].Words, []string{"цена", "-дорогие друзья", "-цены нет"}) || !slices.Equal(split[3].Words, []string{"курьер", "-дорогие друзья", "-цены нет"}) {
		t.Errorf("%+v %s %v", split, id, err)
	}
	for _, comment := range []string{"курьер опоздал", "цена", "дорогие друзья", "другое", ""} {
		was := slices.Contains(NewFinder(d).Find(comment), "a")
		found := NewFinder(split).Find(comment)
		if is := slices.Contains(found, "a") || slices.Contains(found, "own1"); is != was {
			t.Errorf("%q: %v, now %v", comment, was, found)
		}
	}
	var wrong Wrong
	if _, _, err := d.Split("a", nil, []string{"курьер", "нет такого"}); !errors.As(err, &wrong) || wrong.Code != "theme_split_unknown" || wrong.Value != "нет такого" {
		t.Errorf("%v", err)
	}
	if all, id := split.Added(named("", "x")); id != "own2" || all[4].ID != "own2" {
		t.Errorf("%s", id)
	}
}

// An entry is shown under the letters that it begins with, and why a comment is counted is said in its own words.
func TestEntriesAndWhy(t *testing.T) {
	t.Parallel()
	theme := named("a", "цена", "=price", "-дорогие друзья", "价格", "-no price")
	cyrillic, other, not := theme.Entries()
	if !slices.Equal(cyrillic, []string{"цена"}) || !slices.Equal(other, []string{"=price", "价格"}) || !slices.Equal(not, []string{"дорогие друзья", "no price"}) {
		t.Errorf("%v %v %v", cyrillic, other, not)
	}
	if got := NewFinder(Dictionary{theme}).Why("a", "Цены! Ну и цены: price, 价格; цене нет"); !slices.Equal(got, []string{"цены", "price", "价格", "цене"}) {
		t.Errorf("%q", got)
	}
}

// What people may write: nothing is found in nothing, one word ten thousand times is one comment, other languages and emoji harm nobody.
func TestOddComments(t *testing.T) {
	t.Parallel()
	f := NewFinder(Default())
	for comment, want := range map[string][]string{
		"": nil, "👍👍🔥": nil, strings.Repeat("цена ", 10_000): {"price"}, strings.Repeat("ы", 10_000): nil, strings.Repeat("👎", 10_000): nil,
		"价格太高了": nil, "Tres cher, livraison en retard": nil, "very дорого, курьер was late": {"price", "delivery", "speed"},
		".*": nil, "<script>alert('price')</script>": {"price"}, "(цена|price)": {"price"}, "\x00\xff\xfe": nil,
	} {
		if got := f.Find(comment); !slices.Equal(got, want) {
			t.Errorf("%.30q: %v, want %v", comment, got, want)
		}
	}
}

// An exception that has the same stem as a word of its theme would silence that word: "lately" once did with "late".
func TestExceptionsSilenceNoWord(t *testing.T) {
	t.Parallel()
	for _, theme := range Default() {
		words := map[atom]string{}
		for _, entry := range theme.Words {
			if p, err := parse(entry); err == nil && !p.not && len(p.atoms) == 1 {
				words[p.atoms[0]] = entry
			}
		}
		for _, entry := range theme.Words {
			if p, err := parse(entry); err == nil && p.not && len(p.atoms) == 1 && words[p.atoms[0]] != "" {
				t.Errorf("%s: %q silences %q", theme.ID, entry, words[p.atoms[0]])
			}
		}
	}
}

// What no theme knows is what has a meaning, each once; negation goes with its word, and what a hidden theme finds is known.
func TestUnknown(t *testing.T) {
	t.Parallel()
	hidden := named("b", "лифт*")
	hidden.Hidden = true
	f := NewFinder(Dictionary{named("a", "курьер", "не перезвон*"), hidden})
	for comment, want := range map[string]string{
		"Курьеры не приехали, и курьер так и не перезвонил": "не приехали",
		"Лифт сломан, сломаны лифты, всё сломано":           "сломан",
		"The lift doesn't work at all!!! 24/7 👎 ab":         "lift|doesnt work",
		"": "", "и в на": "", "👍👍": "", "не": "", "价格太高了": "价格太高了",
		strings.Repeat("очередь ", 10_000):                    "очередь",
		strings.Repeat("ы", 10_000):                           "",
		"anna@example.com https://x.example +7 900 000-00-00": "anna|example|com|https",
	} {
		var got []string
		f.Hits(comment)
		for _, said := range f.Unknown() {
			got = append(got, said.Word)
			if _, err := parse(said.Word); err != nil || !plain(said.Word) {
				t.Errorf("%q is no entry: %v", said.Word, err)
			}
		}
		if strings.Join(got, "|") != want {
			t.Errorf("%.40q: %q, want %q", comment, got, want)
		}
	}
}
