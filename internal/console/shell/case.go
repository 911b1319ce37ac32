package shell

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"onetap/internal/followup"
	"onetap/internal/lang"
	"onetap/internal/loop"
	"onetap/internal/nps"
	"onetap/internal/survey"
)

// CaseCard is a case as the board and the home page list it, in words.
type CaseCard struct {
	ID, Href string
	State    string // where it stands, and, with spaces between, where it can be moved
	To       string
	Version  string
	Words    string // the beginning of what the contact wrote, where it is shown
	Account  string
	Value    string
	Kind     string // "": of a detractor
	Owes     string // until when something was promised that nobody has said is done
	Broken   bool   // that day has passed
	Soon     bool   // the deadline is less than a day off
	Who      string // the contact
	Owner    string // "" where it is plain whose cases are listed
	Campaign string
	Deadline string
	Left     string // time until the deadline, or since; "" once the contact was spoken to
	Score    ScoreView
	Over     bool       // the deadline has passed
	Again    string     // when the contact is to be called again; "": nothing is agreed
	Now      bool       // that is by now
	Also     []AlsoOpen // the contact's other cases among those that are listed
	contact  survey.ContactID
}

// AlsoOpen is another open case of the same contact.
type AlsoOpen struct {
	ID, Href, Campaign string
	Score              ScoreView
	Again              string // as a card's
}

// AlsoOf is a case as it is named beside another one of its contact.
func AlsoOf(f Frame, c loop.Case, about followup.About) AlsoOpen {
	return AlsoOpen{c.ID(), "/cases/" + c.ID(), about.Campaigns[c.Campaign].Name, ScoreOf(f.Lang, c.Latest), againOf(f, c)}
}

// CardOf is the card of a case, without its owner.
func CardOf(f Frame, c loop.Case, about followup.About, now time.Time) CaseCard {
	card := CaseCard{
		ID: c.ID(), Href: "/cases/" + c.ID(), Who: ContactName(f.Lang, about.People[c.Contact]), Campaign: about.Campaigns[c.Campaign].Name,
		Score: ScoreOf(f.Lang, c.Latest), contact: c.Contact, State: string(c.State), Version: strconv.Itoa(c.Version),
	}
	for _, s := range c.Steps() {
		card.To = strings.TrimSpace(card.To + " " + string(s))
	}
	person := about.People[c.Contact]
	card.Account, card.Value = person.AccountName(), person.Value
	if c.Is() != loop.OfDetractor {
		card.Kind = f.Lang.T("case.kind." + string(c.Is()))
	}
	if c.Owes() {
		for _, p := range c.Promises {
			if p.Done == "" && (card.Owes == "" || p.Late(now)) {
				card.Owes = f.Lang.Day(p.By.In(f.Zone))
			}
		}
		card.Broken = c.Breaks(now)
	}
	card.Soon = c.Waits() && !c.Late(now) && c.Deadline.Sub(now) < 24*time.Hour
	if c.Waits() {
		card.Left, card.Over = TimeLeft(f.Lang, now, c.Deadline)
		card.Deadline = f.Lang.Moment(c.Deadline.In(f.Zone))
	}
	card.Again = againOf(f, c)
	card.Now = card.Again != "" && !c.Again.After(now)
	return card
}

func againOf(f Frame, c loop.Case) string {
	if c.Again.IsZero() {
		return ""
	}
	return f.Lang.Moment(c.Again.In(f.Zone))
}

// CardsOf are the cards of cases, one of each contact: their other cases stand on the first one's card. owner says whose name is on
// a card; "" for none.
func CardsOf(f Frame, cs []loop.Case, about followup.About, now time.Time, owner func(loop.Case) string) []CaseCard {
	var cards []CaseCard
	for _, c := range cs {
		i := slices.IndexFunc(cards, func(o CaseCard) bool { return o.contact == c.Contact })
		if i >= 0 {
			cards[i].Also = append(cards[i].Also, AlsoOf(f, c, about))
			continue
		}
		card := CardOf(f, c, about, now)
		card.Owner = owner(c)
		cards = append(cards, card)
	}
	return cards
}

// JoinCards leaves one card of each contact in several lists: the first one, on which the others stand.
func JoinCards(lists ...*[]CaseCard) {
	for i, list := range lists {
		*list = slices.DeleteFunc(*list, func(card CaseCard) bool {
			for _, before := range lists[:i] {
				at := slices.IndexFunc(*before, func(o CaseCard) bool { return o.contact == card.contact })
				if at >= 0 {
					first := &(*before)[at]
					first.Also = append(append(first.Also, AlsoOpen{Href: card.Href, Campaign: card.Campaign, Score: card.Score, Again: card.Again}), card.Also...)
					return true
				}
			}
			return false
		})
	}
}

// ScoreView is a score with the class that colours it and the name of its group, for those who cannot see the colour.
type ScoreView struct {
	Score, Class, Group string
}

// ScoreOf is the view of a score from 0 to 10, or of loop.NoScore.
func ScoreOf(l lang.Language, score int) ScoreView {
	if score == loop.NoScore {
		return ScoreView{"–", "none", l.T("case.group.none")}
	}
	g := string(nps.Score(score).Group())
	return ScoreView{strconv.Itoa(score), g, l.T("case.group." + g)}
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
