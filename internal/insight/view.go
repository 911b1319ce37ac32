// Package insight says what of answers may be shown, and to whom (D25, D27), and hands out only that. docs/privacy.md says
// the same to people.
//
// Results reads figures and answers for one reader. What it returns (Disclosed, Row, Answer) has fields that only this
// package can fill, after the rules were applied; so a page, an export or an API answer cannot print anything else. The
// rules, and where each is applied:
//
//   - Employees' figures: only after the survey has ended, only of LeastFigures answers and more, the same for every reader. No
//     weeks, no single answers, no comparison, no reminder's ledger: View. Of answers that came by ballots, after all were opened,
//     groups as the opening has made them, without a response rate, and words apart from scores, in no order, with names
//     hidden: words.go. Of others, no segments.
//   - Whoever may not know who answered sees no figures of fewer than LeastFigures answers: View.Disclose.
//   - Scores of unverified answers, from LeastFigures on and never of employees: View.Disclose.
//   - Comments of employees are counted from LeastWords on: View.Disclose.
//   - Such a reader sees only segments and weeks from which nothing small can be worked out: groups.go; never days:
//     Reading.Report; never an audience's weeks over all campaigns: Results.Trend.
//   - Such a reader sees columns of the contacts only where they name nobody: Seen, Reading.
//   - Such a reader sees answers one by one only of LeastWords answers and more, by one property at most, in an order that
//     says nothing, and nothing of the person beside them: narrow.go, Answer.Response.
//   - In what such a reader gets to read, names, addresses and telephones are hidden, and no search finds them; whoever may not
//     read the list of contacts either gets pseudonyms of contacts and of the staff: persons.go.
//   - Such a reader sees of a contact's past only the invitations: Results.Past.
//   - Owners see their own customers' answers and owner's figures, managers their team's: Results.sees. Their pages open
//     on these, with the whole campaign's figures beside them: own.go.
package insight

import (
	"time"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/blocks"
	"onetap/internal/nps"
	"onetap/internal/survey"
)

const (
	// LeastFigures is how many must have answered before a figure of theirs is shown to whoever may not know who they are.
	LeastFigures = blocks.LeastFigures
	// LeastWords is the same of what they wrote.
	LeastWords = blocks.LeastWords
	// Settling is how long after the end of a survey its last answers may still be on their way into the figures: two
	// looks at figures that move by one would tell that one.
	Settling = 10 * time.Minute
)

// Why something is refused. Each is an apperr problem with status 403.
var (
	// ErrWholeOnly refuses to take the answers of employees apart.
	ErrWholeOnly = apperr.New(apperr.Forbidden, "employees_whole_only", "audience")
	// ErrNarrow refuses a way to look at answers that would tell whose they are.
	ErrNarrow = apperr.New(apperr.Forbidden, "answers_narrow", "", "Least", LeastWords)
	// ErrPersonal refuses a look at a dimension that names people.
	ErrPersonal = apperr.New(apperr.Forbidden, "segment_personal", "")
)

// Withheld says why figures are not shown; "": they are.
type Withheld string

const (
	InBox       Withheld = "in_box"       // employees: the answers lie sealed until all are opened together, or are being counted
	UntilClosed Withheld = "until_closed" // employees: while answers come in, every look at the figures tells of the latest
	TooFew      Withheld = "too_few"      // fewer than LeastFigures have answered
)

// View is what one reader may see of one campaign's answers at one time. The zero View shows no figure of fewer than
// LeastFigures and nobody's name.
type View struct {
	employees bool
	over      bool // no answer comes any more, and all of them are counted
	people    bool // the reader may know who gave an answer
	ballots   bool // the answers came by ballots
	kept      int  // and so many came out of the box
	words     int  // of so many of whom there are words
	cards     int  // ballots that were printed
}

// Of is a reader's view of a campaign at a time.
func Of(c survey.Campaign, who authz.Who, now time.Time) View {
	v := View{employees: c.Audience == survey.Employees, over: over(c, now), people: Persons(c.Audience, who)}
	if v.ballots = v.employees && c.Ballots; v.ballots {
		v.over, v.kept, v.words, v.cards = !c.InBox(), c.Box.Kept, c.Box.Words, c.Printed()
	}
	return v
}

// Persons reports whether a reader may know who of an audience answered, and who did not. Of employees nobody may.
func Persons(a survey.Audience, who authz.Who) bool {
	return a != survey.Employees && who.Can(authz.ReadPeople)
}

// Weeks reports whether a reader is shown figures over all campaigns of an audience. Subtracting other campaigns from them
// gives one campaign's figures, so who may not know the people may not see them.
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

// Disclose is what is shown of a campaign's figures. Of withheld figures only how many were written to is left, those who were given cards among them.
func (v View) Disclose(t nps.Tally) Disclosed {
	t.Sent += int64(v.cards)
	d := Disclosed{tally: t}
	switch {
	case v.ballots && (!v.over || int(t.Answers()) != v.kept): // while they are counted, two looks would tell of those between
		d.withheld = InBox
	case v.employees && !v.over:
		d.withheld = UntilClosed
	case v.employees && t.Answers() < LeastFigures, !v.people && t.Answers() > 0 && t.Answers() < LeastFigures:
		d.withheld = TooFew
	case v.employees && t.Comments < LeastWords:
		d.tally.Comments = 0
	}
	if v.employees || !v.people && t.Unverified < LeastFigures {
		d.tally.UnverifiedScores = [11]int64{}
	}
	if v.ballots {
		d.tally.Comments = int64(v.words)
	}
	if d.withheld != "" {
		d.tally = nps.Tally{Sent: t.Sent}
	}
	d.rated = d.withheld == ""
	return d
}

// Segments reports whether figures are shown of less than the whole: of a week, a team, an owner. Unless People, of those
// groups only that may be shown.
func (v View) Segments() bool { return !v.employees || v.ballots && v.over }

// Words reports whether what people wrote is listed apart from their answers: it came out of a box.
func (v View) Words() bool { return v.ballots && v.over }

// Parts reports whether pages open on the figures of a reader's own part: of ballots' answers everybody sees the same.
func (v View) Parts() bool { return !v.employees }

// Answers reports whether answers are shown one by one, with their words. Unless People, those of one group at most,
// without anything of the person beside them, and none at all of fewer than LeastWords.
func (v View) Answers() bool { return !v.employees }

// People reports whether it is shown who answered and who did not.
func (v View) People() bool { return v.people }

// Reminder reports whether the ledger of the reminder is shown: it counts those who had answered by then.
func (v View) Reminder() bool { return !v.employees }

// Compared reports whether the campaign is compared with others: where one person less answers, the difference is that
// person's answer.
func (v View) Compared() bool { return !v.employees }
