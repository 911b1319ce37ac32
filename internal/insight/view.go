// Package insight says what of answers may be shown, and to whom (D25, D27): the one place that pages, the API and exports
// ask before they print a figure or a word. docs/privacy.md says the same to people.
package insight

import (
	"time"

	"onetap/internal/authz"
	"onetap/internal/nps"
	"onetap/internal/survey"
)

const (
	// LeastFigures is how many must have answered before a figure of theirs is shown to whoever may not know who they are.
	LeastFigures = 5
	// LeastWords is the same of what they wrote.
	LeastWords = 10
	// Settling is how long after the end of a survey its last answers may still be on their way into the figures: two
	// looks at figures that move by one would tell that one.
	Settling = 10 * time.Minute
)

// Withheld says why figures are not shown; "": they are.
type Withheld string

const (
	UntilClosed Withheld = "until_closed" // employees: while answers come in, every look at the figures tells of the latest
	TooFew      Withheld = "too_few"      // fewer than LeastFigures have answered
)

// View is what one reader may see of one campaign's answers. The zero View shows nothing.
type View struct {
	employees bool
	over      bool // no answer comes any more, and all of them are counted
	people    bool // the reader may know who gave an answer
}

// Of is a reader's view of a campaign at a time.
func Of(c survey.Campaign, who authz.Who, now time.Time) View {
	return View{employees: c.Audience == survey.Employees, over: over(c, now), people: Persons(c.Audience, who)}
}

// Persons reports whether a reader may know who of an audience answered, and who did not. Of employees nobody may.
func Persons(a survey.Audience, who authz.Who) bool {
	return a != survey.Employees && who.Can(authz.ReadPeople)
}

// Weeks reports whether a reader is shown figures over all campaigns of an audience: less one campaign they are the
// others', so what a campaign hides could be worked out.
func Weeks(a survey.Audience, who authz.Who) bool { return Persons(a, who) }

func over(c survey.Campaign, now time.Time) bool {
	end := c.ClosesAt
	switch {
	case c.State == survey.Cancelled && c.Ended.IsZero(), c.State == survey.Draft:
		return false
	case c.State == survey.Cancelled:
		end = c.Ended
	case c.Live() && end.IsZero():
		return false
	}
	return !now.Before(end.Add(Settling))
}

// Whole is what is shown of a campaign's figures, and why no more: then only how many were written to is left.
func (v View) Whole(t nps.Tally) (nps.Tally, Withheld) {
	why := Withheld("")
	switch {
	case v.employees && !v.over:
		why = UntilClosed
	case v.employees && t.Answers() < LeastFigures, !v.people && t.Answers() > 0 && t.Answers() < LeastFigures:
		why = TooFew
	case v.employees && t.Comments < LeastWords:
		t.Comments = 0
	}
	if why != "" {
		t = nps.Tally{Sent: t.Sent}
	}
	return t, why
}

// Parts reports whether figures are shown of parts of the campaign: of a week, a team, an owner. Unless People, of those
// in Groups only.
func (v View) Parts() bool { return !v.employees }

// Answers reports whether answers are shown one by one, with their words. Unless People, those of one group that has
// Words at most, without anything of the person beside them, and none at all of fewer than LeastWords.
func (v View) Answers() bool { return !v.employees }

// People reports whether it is shown who answered and who did not.
func (v View) People() bool { return v.people }

// Reminder reports whether the ledger of the reminder is shown: it counts those who had answered by then.
func (v View) Reminder() bool { return !v.employees }

// Compared reports whether the campaign is held against others: the same people without one are one person's answer.
func (v View) Compared() bool { return !v.employees }
