package sample

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// topic is what a comment is about; the wish that goes with it is about the same.
type topic int

const (
	delivery topic = iota
	invoices
	manager
	support
	price
	warehouse
	equipment
	portal
	people
)

// names are the topics' for who reads an Answer.
var names = [...]string{"delivery", "invoices", "manager", "support", "price", "warehouse", "equipment", "portal", "people"}

// group is whose words they are.
type group int

const (
	detractor group = iota
	passive
	promoter
)

// said is a comment before it is spoken: [a|b] is one of both, {slot} something that differs.
type said struct {
	about topic
	text  string
}

// stock is what can be said in a language. Slots are by name, months by name and month; {score} is the score.
type stock struct {
	said         map[group][]said
	late, better []said   // the story, while it lasts and after it
	since        []string // what goes on after late
	more, opener map[group][]string
	short        map[group][]string
	wish         map[topic][]string
	slots        map[string][]string
	months       map[string][]string
}

// talk deals out what is said in a language, each line once before any comes again, and remembers whole comments, so that few are alike.
type talk struct {
	stock
	left   map[string][]int // indices of lines that have not been dealt, by what they are
	spoken map[string]bool
}

func newTalk(s stock) *talk {
	return &talk{stock: s, left: map[string][]int{}, spoken: map[string]bool{}}
}

// Of how many answers there are comments, by group, and which of them are short, go on, or begin with something.
var commented = map[group]float64{detractor: 0.72, passive: 0.42, promoter: 0.37}

const (
	shortOnes  = 0.07
	goesOn     = 0.45
	andOn      = 0.12
	opens      = 0.10
	wishes     = 0.13
	typos      = 0.05
	aboutStory = 0.8
	oftenAlike = 14  // how often something new is looked for
	shortAlike = 0.5 // what is short is said by several
)

func groupOf(score int) group {
	switch {
	case score <= 6:
		return detractor
	case score <= 8:
		return passive
	}
	return promoter
}

// words are the comment and the wish that go with an answer, "" mostly, and what they are about.
func (w *World) words(p *person, wave int, score int, at time.Time) (why, wish, on string) {
	r, t, g := w.wording, w.talk[p.Language], groupOf(score)
	about := people
	story := p.City == City && len(t.late) > 0
	share := commented[g]
	if story && Late[wave] < -1 && g != promoter {
		share = 0.85
	}
	if r.Float64() < share {
		for range oftenAlike {
			var line said
			if line, why = w.line(t, g, p, wave, at, score); !t.spoken[why] || len(why) < 40 && r.Float64() < shortAlike {
				about = line.about
				break
			}
		}
		t.spoken[why] = true
		if r.Float64() < typos {
			why = w.mistyped(why)
		}
	}
	if g != promoter && r.Float64() < wishes || r.Float64() < wishes/2 {
		if why == "" {
			about = topic(r.IntN(len(names)))
		}
		wish = w.fill(t, t.wish[about][r.IntN(len(t.wish[about]))], at, score)
	}
	return why, wish, names[about]
}

// line is one comment, said in full.
func (w *World) line(t *talk, g group, p *person, wave int, at time.Time, score int) (said, string) {
	r := w.wording
	lines, kind := t.said[g], string(rune('a'+g))
	if p.City == City && len(t.late) > 0 && r.Float64() < aboutStory {
		switch {
		case Late[wave] < -1 && g != promoter:
			lines, kind = t.late, "late"
		case wave >= 4 && g != detractor && r.Float64() < 0.45:
			lines, kind = t.better, "better"
		}
	}
	if kind != "late" && r.Float64() < shortOnes {
		return said{about: people}, t.short[g][r.IntN(len(t.short[g]))]
	}
	line := lines[w.deal(t, kind, len(lines))]
	text := w.fill(t, line.text, at, score)
	if kind == string(rune('a'+g)) && r.Float64() < opens {
		opener := t.opener[g][r.IntN(len(t.opener[g]))]
		if !strings.HasSuffix(opener, ". ") && !strings.HasSuffix(opener, "! ") && !strings.HasSuffix(opener, "? ") {
			text = lowered(text)
		}
		text = opener + text
	}
	on := t.more[g]
	if kind == "late" {
		on = t.since
	}
	for chance := goesOn; r.Float64() < chance; chance = andOn {
		text += " " + w.fill(t, on[w.deal(t, kind+" on "+string(rune('a'+g)), len(on))], at, score)
	}
	return line, text
}

// deal is the next of n lines of a kind: all of them come, in a new order, before one comes again.
func (w *World) deal(t *talk, kind string, n int) int {
	if len(t.left[kind]) == 0 {
		t.left[kind] = w.wording.Perm(n)
	}
	i := t.left[kind][0]
	t.left[kind] = t.left[kind][1:]
	return i
}

// fill chooses among what is in brackets, and fills the slots of a comment of that time.
func (w *World) fill(t *talk, text string, at time.Time, score int) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "[")
		b.WriteString(before)
		if !found {
			break
		}
		inside, after, _ := strings.Cut(rest, "]")
		choices := strings.Split(inside, "|")
		b.WriteString(choices[w.wording.IntN(len(choices))])
		text = after
	}
	text = b.String()
	month := (int(at.Month()) + 10 - w.wording.IntN(2)) % 12 // the one before, or the one before that
	for name, values := range t.months {
		text = strings.ReplaceAll(text, "{"+name+"}", values[month])
	}
	for {
		before, rest, found := strings.Cut(text, "{")
		if !found {
			break
		}
		name, after, _ := strings.Cut(rest, "}")
		text = before + w.slot(t, name, score) + after
	}
	return capitals(strings.TrimSpace(strings.ReplaceAll(text, "  ", " ")))
}

// capitals begins each sentence with one.
func capitals(text string) string {
	runes := []rune(text)
	for i := range runes {
		if i == 0 || i > 1 && runes[i-1] == ' ' && strings.ContainsRune(".!?", runes[i-2]) {
			runes[i] = unicode.ToUpper(runes[i])
		}
	}
	return string(runes)
}

func (w *World) slot(t *talk, name string, score int) string {
	if name == "score" {
		return strconv.Itoa(score)
	}
	values := t.slots[name]
	return values[w.wording.IntN(len(values))]
}

func lowered(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	if second, _ := utf8.DecodeRuneInString(text[size:]); unicode.IsUpper(second) || strings.HasPrefix(text, "I ") {
		return text // an abbreviation
	}
	return string(unicode.ToLower(first)) + text[size:]
}

// mistyped is a text as it is typed on a telephone: a letter is missing, two have changed places, or the end has no stop.
func (w *World) mistyped(text string) string {
	runes := []rune(text)
	if len(runes) < 12 {
		return strings.ToLower(text)
	}
	i := 2 + w.wording.IntN(len(runes)-6)
	inWord := unicode.IsLetter(runes[i-1]) && unicode.IsLetter(runes[i]) && unicode.IsLetter(runes[i+1])
	switch w.wording.IntN(4) {
	case 0:
		return strings.ToLower(string(runes[:1])) + strings.TrimSuffix(string(runes[1:]), ".")
	case 1:
		return strings.ReplaceAll(text, ", ", " ")
	case 2:
		if inWord {
			return string(runes[:i]) + string(runes[i+1:])
		}
	}
	if inWord {
		runes[i], runes[i+1] = runes[i+1], runes[i]
	}
	return string(runes)
}
