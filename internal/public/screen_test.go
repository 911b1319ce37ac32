package public

import (
	"fmt"
	"strings"
	"testing"

	"onetap/internal/lang"
	"onetap/internal/survey"
)

func score(n int) *int { return &n }

// What the page says, line by line, of each kind of state.
func TestScreenSays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		s    screen
		want string // note | button, in brackets where it is not there | keep | what is said | which questions, armed
	}{
		{"nothing at all", screen{}, "|Send my score|||arm:false words: wish"},
		{"a letter's score", screen{chosen: score(9)}, "|One more step: confirm your 9|||arm:true words: wish"},
		{"recorded, no script", screen{recorded: score(9), chosen: score(9)}, "|Change my score||Thank you! Your score is 9.|arm:false words:why wish"},
		{"recorded", screen{recorded: score(9), chosen: score(9), script: true}, "|(Change my score)||Thank you! Your score is 9.|arm:false words:why wish"},
		{"a ten has no wish", screen{recorded: score(10), chosen: score(10), script: true}, "|(Change my score)||Thank you! Your score is 10.|arm:false words:why"},
		{"another is chosen", screen{recorded: score(3), chosen: score(9), script: true}, "Your score is 3 so far. Press the button to change it to 9.|Change it to 9|Keep 3||arm:false words:why wish"},
		{"the same without the script", screen{recorded: score(3), chosen: score(9)}, "Your score is 3 so far. Press the button to change it to 9.|Change it to 9|Keep 3||arm:false words:why wish"},
		{"on its way", screen{chosen: score(9), script: true, way: sending, sent: score(9)}, "|(Change my score)||Sending…|arm:false words:why wish"},
		{"on its way instead of another", screen{recorded: score(3), chosen: score(9), script: true, way: sending, sent: score(9)}, "|(Change my score)||Sending…|arm:false words:why wish"},
		{"no connection", screen{chosen: score(10), script: true, way: unsent, sent: score(10)}, "|(Change my score)||Not sent yet|arm:false words:why"},
		{"no connection, and another is chosen", screen{recorded: score(3), chosen: score(5), script: true, way: unsent, sent: score(9)}, "|Change it to 5||Not sent yet|arm:false words:why wish"},
		{"words on their way", screen{recorded: score(9), chosen: score(9), script: true, way: sending}, "|(Change my score)||Sending…|arm:false words:why wish"},
		{"words saved", screen{recorded: score(9), chosen: score(9), thanked: true}, "|Change my score||Thank you! We read every comment.|arm:false words:why wish"},
		{"words saved, and the score is asked about", screen{recorded: score(9), chosen: score(3), thanked: true}, "Your score is 9 so far. Press the button to change it to 3.|Change it to 3|Keep 9|Thank you! We read every comment.|arm:false words:why wish"},
		{"words cut", screen{recorded: score(9), chosen: score(9), thanked: true, cut: true}, "|Change my score||Thank you! Your text was long|arm:false words:why wish"},
	} {
		x := c.s.lines("en")
		button, words := x.button, ""
		if !x.press {
			button = "(" + button + ")"
		}
		if x.words {
			words = "why"
		}
		if x.wish {
			words += " wish"
		}
		got := fmt.Sprintf("%s|%s|%s|%s|arm:%v words:%s", x.note, button, x.keep, x.say, x.arm, words)
		for i, part := range strings.Split(c.want, "|") {
			if g := strings.Split(got, "|")[i]; g != part && (i != 3 || part == "" || !strings.HasPrefix(g, part)) {
				t.Errorf("%s: %q, want %q", c.name, g, part)
			}
		}
	}
}

// every is all states there are: recorded × chosen × script × way × language.
func every(visit func(name string, s screen, l lang.Language)) {
	scores := []*int{nil, score(0), score(3), score(9), score(10)}
	for _, recorded := range scores {
		for _, chosen := range scores {
			for _, script := range []bool{false, true} {
				for _, w := range []way{arrived, sending, unsent} {
					for _, sent := range scores {
						if !script && w != arrived || w == arrived && sent != nil || w != arrived && sent == nil && recorded == nil {
							continue
						}
						for _, l := range lang.All() {
							s := screen{recorded: recorded, chosen: chosen, script: script, way: w, sent: sent}
							visit(fmt.Sprintf("recorded %s, chosen %s, script %v, %q with %s, %s", text(recorded), text(chosen), script, w, text(sent), l), s, l)
						}
					}
				}
			}
		}
	}
}

func text(n *int) string {
	if n == nil {
		return "none"
	}
	return fmt.Sprint(*n)
}

// In no state does the page contradict itself.
func TestScreenNeverContradictsItself(t *testing.T) {
	t.Parallel()
	n := 0
	every(func(name string, s screen, l lang.Language) {
		n++
		x := s.lines(l)
		thanks := func(n int) string { return l.T("page.thanks_score", lang.Values{"Score": n}) }
		last := s.recorded
		if s.sent != nil {
			last = s.sent
		}
		if s.recorded != nil && x.say == thanks(*s.recorded) && (s.way != arrived || s.chosen != nil && *s.chosen != *s.recorded) {
			t.Errorf("%s: thanks for a score beside another", name)
		}
		if s.way != arrived && (x.say != l.T("page.sending") && x.say != l.T("page.unsent") || x.note != "") {
			t.Errorf("%s: says %q and %q while something is on its way", name, x.say, x.note)
		}
		if (x.note != "") != (x.keep != "") || x.note != "" && (!x.press || x.button != l.T("page.change", lang.Values{"Score": *s.chosen})) {
			t.Errorf("%s: the question is %q, the ways to answer it %q and %q (%v)", name, x.note, x.button, x.keep, x.press)
		}
		if !s.script && !x.press || last == nil && !x.press || last != nil && s.chosen != nil && *last != *s.chosen && !x.press {
			t.Errorf("%s: the score cannot be sent", name)
		}
		if x.end != (s.thanked && x.say == l.T("page.thanks_words") && x.note == "") {
			t.Errorf("%s: ends: %v, and says %q", name, x.end, x.say)
		}
		if x.arm && last != nil || x.words != (last != nil) || x.words && x.wish == (*last == 10) {
			t.Errorf("%s: armed %v, words %v, wish %v", name, x.arm, x.words, x.wish)
		}
	})
	if n < 300 {
		t.Errorf("only %d states", n)
	}
}

// The page that the server makes says what its screen says.
func TestPageShowsItsScreen(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	every(func(name string, s screen, l lang.Language) {
		if s.script || s.way != arrived {
			return
		}
		delete(st.responses, st.id)
		if s.recorded != nil {
			st.responses[st.id] = survey.Response{Score: *s.recorded, Verified: true, Version: 1}
		}
		path := "/r/TOKEN?lang=" + string(l)
		if s.chosen != nil {
			path = fmt.Sprintf("/r/TOKEN?lang=%s&chosen=%d", l, *s.chosen)
		} else {
			s.chosen = s.recorded
		}
		page, x := st.do("GET", path, "").Body.String(), s.lines(l)
		for _, line := range []string{x.note, "<button>" + x.button + "</button>", x.keep, x.say} {
			if !strings.Contains(page, line) {
				t.Errorf("%s: no %q", name, line)
			}
		}
		if got := strings.Contains(page, `id="note" hidden`); got != (x.note == "") {
			t.Errorf("%s: the question is hidden: %v", name, got)
		}
		if got := strings.Contains(page, `<div id="words">`); got != x.words {
			t.Errorf("%s: the words are there: %v", name, got)
		}
		if got := strings.Contains(page, "data-arm"); got != x.arm {
			t.Errorf("%s: armed: %v", name, got)
		}
		if s.chosen != nil && !strings.Contains(page, fmt.Sprintf(`value="%d" checked`, *s.chosen)) || strings.Count(page, " checked") > 1 {
			t.Errorf("%s: another score is chosen", name)
		}
	})
}
