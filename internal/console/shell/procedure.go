package shell

import (
	"strconv"

	"onetap/internal/followup"
	"onetap/internal/lang"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

// ProcedureText is a part of a procedure with the times of a case; with those that hold for all, where c is nil.
func ProcedureText(l lang.Language, all followup.Procedures, one loop.Procedure, part loop.ProcedurePart, c *loop.Case, tier string) string {
	tries, term := all.Tries(), ProcedureTerm(l, all, survey.Customers, "")
	if c != nil {
		tries, term = c.Rules.Enough(), ProcedureTerm(l, all, c.Audience, tier)
	}
	return loop.FillProcedure(all.Text(l, one, part), term, strconv.Itoa(tries), strconv.Itoa(all.TopDays()), all.Morning())
}

// ProcedureTerm is how long an owner has for a contact's case, in words.
func ProcedureTerm(l lang.Language, all followup.Procedures, a survey.Audience, tier string) string {
	t, around := all.Term(a, tier)
	if around > 0 {
		return l.T("procedure.hours_around", lang.Values{"Count": around})
	}
	return TermText(l, t)
}

// TermText is a term in words.
func TermText(l lang.Language, t loop.Term) string {
	if t.Hours > 0 {
		return l.T("procedure.hours", lang.Values{"Count": t.Hours})
	}
	return l.T("procedure.days", lang.Values{"Count": t.Days})
}
