package survey

import (
	"slices"
	"strings"
	"time"

	"onetap/internal/apperr"
)

// Anonymous reports whether nothing may tie a person of an audience to an answer: their letters carry ballots, which name
// nobody, in place of links of their own.
func (a Audience) Anonymous() bool { return a == Employees }

// StoppedWithheld is what Stopped says of a campaign that the sender paused because it is Withheld.
const StoppedWithheld = "EMPLOYEES_NOT_YET"

// Withheld reports whether nobody is written to, whatever was planned: employees are asked by ballots alone (D25), and their
// campaigns from before there were ballots only take answers until they close.
func (c Campaign) Withheld() bool {
	return c.Audience.Anonymous() && !c.Ballots && !c.Launched.IsZero()
}

// Promises reports whether people may be told that answers are anonymous: they are asked by ballots, or will be when the draft is
// launched.
func (c Campaign) Promises() bool { return c.Audience.Anonymous() && !c.Withheld() }

// StoppedFew is what Stopped says of a campaign of which the planner found fewer people than an answer can hide among.
const StoppedFew = "TOO_FEW_PEOPLE"

// StoppedNear is what Stopped says of a campaign for a part of the audience who are all but a few the people of an earlier one: the two results
// side by side would tell of those few.
const StoppedNear = "NEARLY_SAME_PEOPLE"

// Refuse pauses a campaign that the planner must not plan, and says why. Nobody was written to; whoever resumes it has it planned
// again. The administrators are to be told. ok is false where a person was faster.
func (c Campaign) Refuse(reason string, now time.Time) (paused Campaign, ok bool) {
	if c.State != Planning {
		return c, false
	}
	if c, ok = c.step(StepWithhold); ok {
		c.Stopped, c.TellAt = reason, now
	}
	return c, ok
}

// GroupTeam is the team among the columns of Campaign.Groups.
const GroupTeam = "team"

// maxGroups bounds the columns by which anonymous answers can be looked at: each makes groups smaller.
const maxGroups = 4

// Columns are those by which an anonymous campaign's answers can be looked at later, in the order in which they are given up
// where too few people share them, the last one first.
func (c Campaign) Columns() []string {
	if len(c.Groups) == 0 {
		return []string{GroupTeam}
	}
	return c.Groups
}

// GroupValues are a contact's values of some Columns.
func GroupValues(c Contact, columns []string) []string {
	values := make([]string, len(columns))
	for i, column := range columns {
		if column == GroupTeam {
			values[i] = c.Team
			continue
		}
		values[i] = segmentOf(c, column)
	}
	return values
}

// SkipPaper is why nobody of a campaign on paper gets a letter.
const SkipPaper SkipReason = "paper"

// checkPaper tells why a campaign cannot be asked by cards alone. Problems: paper_not_here, paper_no_reminder.
func (c Campaign) checkPaper() error {
	switch {
	case !c.Paper:
		return nil
	case !c.Audience.Anonymous():
		return apperr.New(apperr.Invalid, "paper_not_here", "paper")
	case c.RemindDays > 0 || c.SecondDays > 0:
		return apperr.New(apperr.Invalid, "paper_no_reminder", "remind_days")
	}
	return nil
}

// checkGroups tells what is wrong with the chosen columns. Problems: groups_not_here, groups_too_many, groups_unknown,
// groups_twice.
func (c Campaign) checkGroups() error {
	switch {
	case len(c.Groups) == 0:
		return nil
	case !c.Audience.Anonymous():
		return apperr.New(apperr.Invalid, "groups_not_here", "groups")
	case len(c.Groups) > maxGroups:
		return apperr.New(apperr.Invalid, "groups_too_many", "groups", "Limit", maxGroups)
	}
	known := []string{GroupTeam, DimensionLocation, DimensionProduct, DimensionTier}
	for i, g := range c.Groups {
		switch {
		case !slices.Contains(known, g) && strings.TrimSpace(Heading(g)) == "", tooLongToChoose(g):
			return apperr.New(apperr.Invalid, "groups_unknown", "groups", "Group", g, "Known", strings.Join(known, ", ")+", "+attrPrefix+"…")
		case slices.Contains(c.Groups[:i], g):
			return apperr.New(apperr.Invalid, "groups_twice", "groups", "Group", g)
		}
	}
	return nil
}

// Deal adds a batch of ballots to the plan: people of one cell, who are written to together or not at all.
func (w *Mailing) Deal(people []ContactID, language string, cell int) Batch {
	w.Audience += len(people)
	w.Invited += len(people)
	b := Batch{
		Campaign: w.Campaign, Mailing: w.Number, Name: BatchName(w.Batches), Language: language, Cell: cell, State: BatchWaiting,
		Contacts: slices.Clone(people),
	}
	w.Batches++
	return b
}

// EndWhole ends a plan that was made in one go. cells names where the plan's cells are kept.
func (w *Mailing) EndWhole(cells string) {
	w.Shard, w.State, w.Cells = ContactShards, MailingSending, cells
}

// SkipTooFew is why somebody gets no ballot: so few of the whole audience were left that an answer could not hide.
const SkipTooFew SkipReason = "too_few"

// NotSent is why an employee's letter failed that was surely not sent: the others of its batch had theirs, and a letter of its
// own, later, would tell whose ballot is new.
const NotSent = "not_sent"
