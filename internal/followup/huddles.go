package followup

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

// HuddleSheet is what a team has before it at its meeting.
type HuddleSheet struct {
	Team     string
	Week     loop.Run // of the cases that were opened in the week before
	Now      loop.Standing
	Open     []loop.Case // those that need somebody first
	About    About
	Agreed   []loop.Agreement // open ones, and those that have ended since the meeting before
	Issues   []loop.Issue
	Question loop.Question
	Cause    loop.Cause // with loop.AskCause
}

// sheetCases is how many cases a sheet names: it is one page.
const sheetCases = 5

// Teams lists those whose sheet somebody may see: a manager's own, or all.
func (c *Cases) Teams(who authz.Who, staff []survey.Staff) (teams []string) {
	for _, m := range append(slices.Clone(staff), who.Staff) {
		t := strings.TrimSpace(m.Team)
		if t == "" || slices.ContainsFunc(teams, func(o string) bool { return strings.EqualFold(o, t) }) || !who.All() && !strings.EqualFold(t, strings.TrimSpace(who.Staff.Team)) {
			continue
		}
		teams = append(teams, t)
	}
	slices.Sort(teams)
	return teams
}

// team is a team as the staff list writes it. Problem: not_yours.
func (c *Cases) team(who authz.Who, staff []survey.Staff, name string) (string, error) {
	teams := c.Teams(who, staff)
	i := slices.IndexFunc(teams, func(t string) bool { return strings.EqualFold(t, strings.TrimSpace(name)) })
	if i < 0 {
		return "", apperr.New(apperr.Forbidden, "not_yours", "team")
	}
	return teams[i], nil
}

// HuddleSheet makes a team's sheet; thanks says that promoters wrote something last week. Problem: not_yours.
func (c *Cases) HuddleSheet(ctx context.Context, who authz.Who, staff []survey.Staff, name string, thanks bool) (s HuddleSheet, err error) {
	if s.Team, err = c.team(who, staff, name); err != nil {
		return s, err
	}
	only := Only{Team: s.Team}
	run, err := c.Runs(ctx, who, staff, RunQuery{Only: only})
	if err != nil {
		return s, err
	}
	s.Now = run.Now
	if n := len(run.ByWeek); n > 1 {
		s.Week = run.ByWeek[n-2].Run
	}
	s.Question, s.Cause = loop.QuestionOf(run.Runs, run.Now, thanks)
	board, err := c.Board(ctx, who, staff, BoardQuery{Owner: AllOwners, Only: only})
	if err != nil {
		return s, err
	}
	for _, column := range board.Columns {
		for _, one := range column.Cases {
			if !one.Over() {
				s.Open = append(s.Open, one)
			}
		}
	}
	slices.SortStableFunc(s.Open, func(a, b loop.Case) int { return a.Next().Compare(b.Next()) })
	s.Open, s.About = s.Open[:min(sheetCases, len(s.Open))], board.About
	h, err := c.Store.Huddle(ctx, s.Team)
	if err != nil {
		return s, err
	}
	s.Agreed = h.Open()
	for _, a := range h.Agreed {
		if !a.Ended.IsZero() && c.Now().Sub(a.Ended) < endedShown {
			s.Agreed = append(s.Agreed, a)
		}
	}
	outer, err := c.Store.Outer(ctx)
	s.Issues = outer.Of(s.Team, c.Now())
	return s, err
}

// endedShown is for how long a sheet has what has ended.
const endedShown = 8 * 24 * time.Hour

// ChangeHuddle does something to what a team has agreed. What others do at the same time stays. Problems: not_yours, and change's.
func (c *Cases) ChangeHuddle(ctx context.Context, who authz.Who, staff []survey.Staff, name string, change func(loop.Huddle) (loop.Huddle, error)) error {
	team, err := c.team(who, staff, name)
	if err != nil {
		return err
	}
	for range maxCaseTries {
		h, err := c.Store.Huddle(ctx, team)
		if err != nil {
			return err
		}
		if h, err = change(h); err != nil {
			return err
		}
		if err = c.Store.SaveHuddle(ctx, h); !errors.Is(err, apperr.ErrChanged) {
			return err
		}
	}
	return apperr.New(apperr.Conflict, "changed_meanwhile", "")
}

// Raise puts what a team cannot mend before the company's board. Problems: not_yours, and those of loop.Outer.Raise.
func (c *Cases) Raise(ctx context.Context, who authz.Who, staff []survey.Staff, name string, cause loop.Cause, what string) error {
	team, err := c.team(who, staff, name)
	if err != nil {
		return err
	}
	return c.changeOuter(ctx, func(o loop.Outer) (loop.Outer, error) { return o.Raise(cause, what, team, who.Staff.ID, c.Now()) })
}

// Answer decides what was raised. The leader is one of the staff. Problems: staff_unknown, and those of loop.Outer.Answer.
func (c *Cases) Answer(ctx context.Context, staff []survey.Staff, n int, to loop.IssueState, leader, answer string) error {
	if leader != "" {
		m, ok := survey.NewDirectory(staff).Find(leader)
		if !ok {
			return apperr.New(apperr.Invalid, "staff_unknown", "leader")
		}
		leader = m.ID
	}
	return c.changeOuter(ctx, func(o loop.Outer) (loop.Outer, error) { return o.Answer(n, to, leader, answer, c.Now()) })
}

func (c *Cases) changeOuter(ctx context.Context, change func(loop.Outer) (loop.Outer, error)) error {
	for range maxCaseTries {
		o, err := c.Store.Outer(ctx)
		if err != nil {
			return err
		}
		if o, err = change(o); err != nil {
			return err
		}
		if err = c.Store.SaveOuter(ctx, o); !errors.Is(err, apperr.ErrChanged) {
			return err
		}
	}
	return apperr.New(apperr.Conflict, "changed_meanwhile", "")
}

// Outer is the company's board.
func (c *Cases) Outer(ctx context.Context) (loop.Outer, error) { return c.Store.Outer(ctx) }
