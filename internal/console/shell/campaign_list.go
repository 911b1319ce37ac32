package shell

import (
	"onetap/internal/insight"
	"onetap/internal/lang"
)

// AnswersCount is how many have answered; a dash where that is not shown.
func AnswersCount(l lang.Language, w insight.Disclosed) string {
	if w.Withheld() != "" {
		return "—"
	}
	return l.Number(w.Tally().Answers())
}
