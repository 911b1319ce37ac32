package themes

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestEntries(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		entry, text string
		want        bool
	}{
		{"курьер", "Курьеры опоздали", true},
		{"курьер", "курьёр", true}, // ё is е
		{"цен*", "ЦЕННИК КОСМОС", true},
		{"=цена", "цены", false},
		{"=цена", "какая цена!", true},
		{"не перезвон*", "так и не перезвонили", true},
		{"не перезвон*", "они не стали мне перезванивать", false}, // two words between
		{"не перезвон*", "не смогли перезвонить", true},
		{"не перезвон*", "перезвонили сразу", false},
		{"call back", "nobody called me back", true},
		{"call back", "back call", false},
		{"doesnt work", "it doesn’t work", true},
		{"rip-off", "what a rip-off", true},
		{"price", "prices 👍👍 down", true},
		{"c++", "a c b", true}, // marks are no letters
		{"<script>alert(1)</script>", "script alert 1 script", true},
		{".* price", "priced", true},
		{"24 часа", "открыты 24 часа", true},
	} {
		f := NewFinder(Dictionary{{ID: "x", Words: []string{c.entry}}})
		if got := len(f.Find(c.text)) == 1; got != c.want {
			t.Errorf("%q in %q: %v", c.entry, c.text, got)
		}
	}
	for entry, problem := range map[string]string{
		"": "theme_entry_empty", "  ": "theme_entry_empty", ".*": "theme_entry_empty", "👍": "theme_entry_empty", "-": "theme_entry_empty",
		"a*": "theme_entry_begin", "one two three four five six seven": "theme_entry_long", strings.Repeat("ц", 101): "theme_entry_long",
		"<script>alert(1)</script>": "theme_entry_marks", "(price|cost)": "theme_entry_marks", ".*price": "theme_entry_marks", "p*ice": "theme_entry_marks", `\bprice`: "theme_entry_marks", "price.*": "theme_entry_marks", "[цц]ена": "theme_entry_marks", "^цена$": "theme_entry_marks",
	} {
		var wrong Wrong
		if err := (Dictionary{{ID: "x", Names: map[string]string{"en": "X"}, Words: []string{"good", entry}}}).Check(); !errors.As(err, &wrong) || wrong.Code != problem || wrong.Value != entry || wrong.Theme != 1 {
			t.Errorf("%q: %v, want %s", entry, err, problem)
		}
	}
}

func TestWhatAThemeIsNot(t *testing.T) {
	t.Parallel()
	d := Dictionary{{ID: "price", Words: []string{"дорогие", "-дорогие друзья"}}, {ID: "people", Words: []string{"друзья"}}, {ID: "off", Words: []string{"друзья"}, Hidden: true}}
	f := NewFinder(d)
	for text, want := range map[string]string{
		"Дорогие друзья, с праздником":           "people",
		"дорогие друзья, и билеты у вас дорогие": "price people",
		"ну какие дорогие билеты":                "price",
		"": "", "👍👍👍": "", "很好": "",
	} {
		if got := strings.Join(f.Find(text), " "); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// Words of a hit are words of the comment, and nothing depends on what was looked at before.
func TestHitsAreOfTheText(t *testing.T) {
	t.Parallel()
	const comment = "Доставка опоздала, but the driver was polite"
	f := NewFinder(Default())
	first := slices.Clone(f.Hits(comment))
	f.Hits(strings.Repeat("цена ", 10_000))
	if again := f.Hits(comment); len(first) == 0 || !slices.Equal(first, again) {
		t.Errorf("%v, again %v", first, again)
	}
	if got := f.Find(comment); !slices.Equal(got, []string{"delivery", "staff", "speed"}) {
		t.Errorf("%v", got)
	}
}

func TestDefault(t *testing.T) {
	t.Parallel()
	d := Default()
	if err := d.Check(); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"price", "delivery", "staff", "speed", "quality", "billing", "website", "returns", "interior", "choice", "hours", "support"} {
		theme, ok := d.Of(id)
		if !ok || theme.Name("ru") == theme.Name("en") || theme.Name("de") != theme.Name("en") || len(theme.Words) > MostEntries {
			t.Errorf("%s: %+v", id, theme.Names)
		}
	}
}

// What is wanted, of the comments that the dictionary was tuned on: precision 0.80 and recall 0.60 of price, staff, speed and delivery. Quality is not there:
// its precision is 0.74. How it does with comments that nobody tuned on is measured by `laptop themes` and said in docs/insight.md.
func TestTuned(t *testing.T) {
	t.Parallel()
	file, err := os.Open("../../../samples/labelled/tune.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	comments, err := ReadLabelled(file)
	if err != nil || len(comments) != 300 {
		t.Fatalf("%d, %v", len(comments), err)
	}
	for _, m := range Measure(Default(), comments) {
		if slices.Contains([]string{"price", "staff", "speed", "delivery"}, m.Theme) && (m.Precision() < 0.8 || m.Recall() < 0.6) {
			t.Errorf("%s precision %.2f recall %.2f n %d", m.Theme, m.Precision(), m.Recall(), m.Had)
		}
	}
}

func TestReadLabelled(t *testing.T) {
	t.Parallel()
	got, err := ReadLabelled(strings.NewReader("\ufefftext,labels,lang\n\"a, b\",price| staff,en\nc,,ru\n"))
	if err != nil || len(got) != 2 || got[0].Text != "a, b" || !slices.Equal(got[0].Labels, []string{"price", "staff"}) || got[1].Labels != nil || got[1].Lang != "ru" {
		t.Errorf("%+v, %v", got, err)
	}
	for what, file := range map[string]string{"empty": "", "no labels": "lang,text\n", "a short row": "lang,text,labels\nen,x\n"} {
		if _, err := ReadLabelled(strings.NewReader(file)); err == nil {
			t.Errorf("%s: read", what)
		}
	}
}

func BenchmarkFind(b *testing.B) {
	f, comment := NewFinder(Default()), "Заказ привезли на два дня позже, курьер грубил, а деньги за доставку так и не вернули. Раньше было лучше"
	for b.Loop() {
		f.Find(comment)
	}
}
