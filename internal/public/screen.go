package public

import (
	"onetap/internal/lang"
	"onetap/internal/survey"
)

// screen is all that the survey page's lines follow from: what is recorded, what stands chosen, what is on its way. Without
// the script nothing ever is: the page is made anew. page.js's view says the same of what happens while the page is open,
// and a test holds the two side by side.
type screen struct {
	recorded *int // the person's score at the server; nil: none yet
	chosen   *int // in the scale; nil: none
	script   bool // page.js runs
	way      way  // of what the person has sent last
	sent     *int // the score in that; nil: words alone
	thanked  bool // words have just been saved
	cut      bool // and were cut
}

// way is how far something is that was sent.
type way string

const (
	arrived way = ""        // the server has answered, or nothing was sent
	sending way = "sending" // no answer yet
	unsent  way = "unsent"  // no connection: it is kept on the device
)

// lines are what the page says and offers.
type lines struct {
	note   string // about a choice that is not what is recorded
	button string // on the score's button
	press  bool   // whether that is there
	keep   string // the way back to what is recorded; "": there is none to choose
	say    string // what became of what was sent
	bad    bool   // it is bad news
	words  bool   // the two questions are there
	wish   bool   // the second of them as well: not after a 10
	asks   *int   // the score that the note asks about; nil: there is no note
	arm    bool   // any gesture sends the chosen score: it is the letter's, and nothing is recorded. The page's lower half is the button
	end    bool   // all is said: only the thanks stand there, and a way back
}

// lines says what follows.
func (s screen) lines(l lang.Language) (x lines) {
	last := s.recorded // what the person has said last
	if s.way != arrived && s.sent != nil {
		last = s.sent
	}
	differs := last != nil && s.chosen != nil && *s.chosen != *last
	x.button, x.press = l.T("page.send"), !s.script || last == nil || differs
	x.arm = last == nil && s.chosen != nil
	switch {
	case x.arm:
		x.button = l.T("page.confirm", lang.Values{"Score": *s.chosen})
	case differs:
		x.button = l.T("page.change", lang.Values{"Score": *s.chosen})
	case last != nil:
		x.button = l.T("page.change_score")
	}
	if differs && s.recorded != nil && s.way == arrived {
		x.note = l.T("page.other_score", lang.Values{"Was": *s.recorded, "Score": *s.chosen})
		x.keep = l.T("page.keep", lang.Values{"Score": *s.recorded})
		x.asks = s.chosen
	}
	switch {
	case s.way == sending:
		x.say = l.T("page.sending")
	case s.way == unsent:
		x.say, x.bad = l.T("page.unsent"), true
	case s.recorded == nil:
	case s.cut:
		x.say, x.bad = l.T("page.cut", lang.Values{"Limit": survey.MaxComment}), true
	case s.thanked:
		x.say = l.T("page.thanks_words")
	case !differs:
		x.say = l.T("page.thanks_score", lang.Values{"Score": *s.recorded})
	}
	x.words = last != nil
	x.wish = last == nil || *last != 10
	x.end = s.thanked && !s.cut && s.way == arrived && s.recorded != nil && !differs
	return x
}
