package console

import (
	"net/url"
	"strings"
	"time"

	"onetap/internal/lang"
	"onetap/internal/loop"
	"onetap/internal/nps"
	"onetap/internal/survey"
)

// option is one choice of a list.
type option struct {
	Value, Label string
	On           bool
}

// scoreView is a score with the class that colours it and the name of its group, for those who cannot see the colour.
type scoreView struct {
	Score        int
	Class, Group string
}

func scoreOf(l lang.Language, score int) scoreView {
	g := string(nps.Score(score).Group())
	return scoreView{score, g, l.T("case.group." + g)}
}

// timeLeft says how far away a deadline is, in days from two days on, and whether it has passed.
func timeLeft(l lang.Language, now, deadline time.Time) (text string, over bool) {
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

// stateClass colours a state's badge.
func stateClass(s loop.State) string {
	switch s {
	case loop.Open:
		return "bad"
	case loop.Acknowledged:
		return "warn"
	case loop.Resolved:
		return "good"
	}
	return ""
}

// staffName is how a staff member is called on the pages; names are those who are known.
func staffName(names map[string]string, id string) string {
	if name := names[strings.ToLower(id)]; name != "" {
		return name
	}
	return id
}

func staffNames(staff []survey.Staff) map[string]string {
	names := make(map[string]string, len(staff))
	for _, m := range staff {
		name := m.Name
		if name == "" {
			name = m.Email
		}
		names[strings.ToLower(m.ID)] = name
	}
	return names
}

// ownerName is who answers for a case.
func ownerName(l lang.Language, names map[string]string, owner string) string {
	if owner == "" {
		return l.T("case.nobody")
	}
	return staffName(names, owner)
}

// eventText says what happened to a case.
func eventText(l lang.Language, names map[string]string, e loop.Event) string {
	who := l.T("case.program")
	if e.By != "" {
		who = staffName(names, e.By)
	}
	v := lang.Values{"Who": who, "Score": e.Score}
	switch e.What {
	case loop.Moved:
		id := "case.event.moved"
		if e.State != "" {
			id = "case.event.moved." + string(e.State)
		}
		return l.T(id, v)
	case loop.Handed:
		v["To"] = staffName(names, e.To)
		if strings.EqualFold(e.To, e.By) {
			return l.T("case.event.taken", v)
		}
	case loop.Alerted, loop.Followed:
		v["To"] = l.T("case.level." + string(e.Level))
	}
	return l.T("case.event."+string(e.What), v)
}

// telephoneLink makes what dials; "" for what is no single number.
func telephoneLink(phone string) string {
	digits := strings.Map(func(c rune) rune {
		if c == '+' || c >= '0' && c <= '9' {
			return c
		}
		return -1
	}, phone)
	if len(digits) < 5 || len(digits) > 16 || strings.LastIndex(digits, "+") > 0 {
		return ""
	}
	return "tel:" + digits
}

// mailLink opens a letter to an address; "" where there is none.
func mailLink(address string) string {
	if address == "" {
		return ""
	}
	return "mailto:" + strings.ReplaceAll(url.PathEscape(address), "+", "%2B")
}
