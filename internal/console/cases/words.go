package cases

import (
	"strings"
	"time"

	"onetap/internal/console/shell"
	"onetap/internal/lang"
	"onetap/internal/loop"
)

// stateClass colours a state's badge.
func stateClass(s loop.State) string {
	switch s {
	case loop.Open:
		return "bad"
	case loop.Acknowledged:
		return "warn"
	case loop.Unreachable:
		return "warn"
	case loop.Resolved:
		return "good"
	}
	return ""
}

// eventText says what happened to a case.
func eventText(l lang.Language, names map[string]string, zone *time.Location, e loop.Event) string {
	who := l.T("case.program")
	if e.By != "" {
		who = shell.StaffName(names, e.By)
	}
	v := lang.Values{"Who": who, "Score": e.Score}
	switch e.What {
	case loop.Unreached:
		if e.Until.IsZero() {
			return l.T("case.event.tried", v)
		}
		v["When"] = l.Moment(e.Until.In(zone))
	case loop.Opened:
		if e.Score == loop.NoScore {
			return l.T("case.event.opened_silent", lang.Values{"Count": e.Waves})
		}
	case loop.Promised:
		v["When"] = l.Day(e.Until.In(zone))
	case loop.Reopened:
		if e.State == loop.Open {
			return l.T("case.event.reopened_by", v)
		}
	case loop.Moved:
		id := "case.event.moved"
		if e.State != "" {
			id = "case.event.moved." + string(e.State)
		}
		return l.T(id, v)
	case loop.Handed:
		v["To"] = shell.StaffName(names, e.To)
		if strings.EqualFold(e.To, e.By) {
			return l.T("case.event.taken", v)
		}
	case loop.Alerted, loop.Followed:
		v["To"] = l.T("case.level." + string(e.Level))
	}
	return l.T("case.event."+string(e.What), v)
}
