package shell

import (
	"net/url"
	"strings"
	"time"

	"onetap/internal/lang"
	"onetap/internal/nps"
	"onetap/internal/survey"
)

// Option is one choice of a list.
type Option struct {
	Value, Label string
	On           bool
}

// ScoreView is a score with the class that colours it and the name of its group, for those who cannot see the colour.
type ScoreView struct {
	Score        int
	Class, Group string
}

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

// StaffName is how a staff member is called on the pages; names are those who are known.
func StaffName(names map[string]string, id string) string {
	if name := names[strings.ToLower(id)]; name != "" {
		return name
	}
	return id
}

func StaffNames(staff []survey.Staff) map[string]string {
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

// OwnerName is who answers for a case.
func OwnerName(l lang.Language, names map[string]string, owner string) string {
	if owner == "" {
		return l.T("case.nobody")
	}
	return StaffName(names, owner)
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
