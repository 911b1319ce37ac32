package shell

import (
	"time"

	"onetap/internal/followup"
	"onetap/internal/lang"
	"onetap/internal/loop"
	"onetap/internal/nps"
)

// CaseCard is a case as the board and the home page list it, in words.
type CaseCard struct {
	Href     string
	Who      string // the contact
	Owner    string // "" where it is plain whose cases are listed
	Campaign string
	Deadline string
	Left     string // time until the deadline, or since; "" of a resolved case
	Score    ScoreView
	Over     bool // the deadline has passed
}

// CardOf is the card of a case, without its owner.
func CardOf(f Frame, c loop.Case, about followup.About, now time.Time) CaseCard {
	card := CaseCard{
		Href: "/cases/" + c.ID(), Who: ContactName(f.Lang, about.People[c.Contact]), Campaign: about.Campaigns[c.Campaign].Name,
		Score: ScoreOf(f.Lang, c.Latest), Deadline: f.Lang.Moment(c.Deadline.In(f.Zone)),
	}
	if c.State != loop.Resolved {
		card.Left, card.Over = TimeLeft(f.Lang, now, c.Deadline)
	}
	return card
}

// ScoreView is a score with the class that colours it and the name of its group, for those who cannot see the colour.
type ScoreView struct {
	Score        int
	Class, Group string
}

// ScoreOf is the view of a score from 0 to 10.
func ScoreOf(l lang.Language, score int) ScoreView {
	g := string(nps.Score(score).Group())
	return ScoreView{score, g, l.T("case.group." + g)}
}

// TimeLeft says how far away a deadline is, in days from two days on, and whether it has passed.
func TimeLeft(l lang.Language, now, deadline time.Time) (text string, over bool) {
	d := deadline.Sub(now)
	if over = d < 0; over {
		d = -d
	}
	unit, n := "minutes", int(d/time.Minute)
	switch {
	case d >= 48*time.Hour:
		unit, n = "days", int(d/(24*time.Hour))
	case d >= time.Hour:
		unit, n = "hours", int(d/time.Hour)
	}
	id := "case.left_"
	if over {
		id = "case.over_"
	}
	return l.T(id+unit, lang.Values{"Count": n}), over
}
