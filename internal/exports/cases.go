package exports

import (
	"context"
	"strings"
	"time"

	"onetap/internal/authz"
	"onetap/internal/followup"
	"onetap/internal/loop"
	"onetap/internal/report"
	"onetap/internal/survey"
)

// caseRows are the cases of a board, with what was noted.
type caseRows struct {
	base
	staff []survey.Staff
	names map[string]string
	found loop.Causes
}

func (b base) cases(ctx context.Context) (source, error) {
	settings, err := b.e.Store.Settings(ctx)
	if err != nil {
		return nil, err
	}
	b.zone = settings.Clock()
	c := caseRows{base: b}
	if c.staff, err = b.e.Store.Staff(ctx); err != nil {
		return nil, err
	}
	if c.found, err = b.e.Cases.Causes(ctx); err != nil {
		return nil, err
	}
	c.names, err = b.staffNames(ctx)
	return c, err
}

func (c caseRows) columns() []report.Column {
	return []report.Column{
		c.column("opened", report.Moment), c.column("kind", report.Text), c.column("state", report.Text), c.column("deadline", report.Moment), c.column("score", report.Whole), c.column("latest", report.Whole),
		c.column("name", report.Text), c.column("email", report.Text), c.column("phone", report.Text), c.column("customer", report.Text), c.column("team", report.Text),
		c.column("owner", report.Text), c.column("campaign", report.Text), c.column("level", report.Text), c.column("contacted", report.Moment), c.column("tries", report.Whole),
		c.column("cause", report.Text), c.column("outcome", report.Text), c.column("resolved", report.Moment), c.column("promises", report.Text),
		c.column("notes", report.Text), c.column("case", report.Text),
	}
}

func (c caseRows) page(ctx context.Context, after string) ([]report.Row, string, error) {
	found, err := c.e.Cases.Take(ctx, c.who, c.staff, followup.BoardQuery{Owner: c.ask.Owner, State: c.ask.State, After: after})
	if err != nil {
		return nil, "", err
	}
	rows := make([]report.Row, len(found.Cases))
	for i, one := range found.Cases {
		p := found.People[one.Contact].Person
		var spoke, ended any
		if !one.Spoke.IsZero() {
			spoke = c.at(one.Spoke)
		}
		if !one.Ended.IsZero() {
			ended = c.at(one.Ended)
		}
		rows[i] = report.Row{
			c.at(one.Opened), c.l.T("case.kind." + string(one.Is())), c.l.T("case.state." + string(one.State)), c.at(one.Deadline), scoreOf(one.Score), scoreOf(one.Latest),
			p.Name, p.Email, p.Phone, p.Customer, one.Team, owner(c.names, one.Owner), found.Campaigns[one.Campaign].Name,
			c.l.T("case.level_is." + string(one.Level)), spoke, one.Tries, followup.CauseNames(c.l, c.found, one.Causes), c.said("case.outcome.", string(one.Outcome)), ended,
			c.promises(one, found.Notes[i]), c.notes(found.Notes[i]), one.ID(),
		}
	}
	return rows, found.Next, nil
}

func (c caseRows) said(prefix, code string) string {
	if code == "" {
		return ""
	}
	return c.l.T(prefix + code)
}

// scoreOf is a score, or an empty cell.
func scoreOf(score int) any {
	if score == loop.NoScore {
		return nil
	}
	return score
}

// promises are one text: by when, what, and whether it was kept.
func (c caseRows) promises(one loop.Case, notes []loop.Note) string {
	lines := make([]string, len(one.Promises))
	for i, p := range one.Promises {
		lines[i] = p.By.In(c.zone).Format(time.DateOnly)
		if p.Note > 0 && p.Note <= len(notes) {
			lines[i] += " " + notes[p.Note-1].Text
		}
		if p.Done != "" {
			lines[i] += " (" + c.l.T("case.promise."+string(p.Done)) + ")"
		}
	}
	return strings.Join(lines, "\n")
}

// notes are one text, each with its time and who wrote it.
func (c caseRows) notes(all []loop.Note) string {
	lines := make([]string, len(all))
	for i, n := range all {
		lines[i] = n.At.In(c.zone).Format("2006-01-02 15:04") + " " + owner(c.names, n.By) + ": " + n.Text
	}
	return strings.Join(lines, "\n")
}

// auditAtOnce is how many entries one page of a file reads.
const auditAtOnce = 500

// auditRows are who did what, the newest first.
type auditRows struct {
	base
	names map[string]string
}

func (b base) audit(ctx context.Context) (source, error) {
	settings, err := b.e.Store.Settings(ctx)
	if err != nil {
		return nil, err
	}
	b.zone = settings.Clock()
	a := auditRows{base: b}
	a.names, err = b.staffNames(ctx)
	return a, err
}

func (a auditRows) columns() []report.Column {
	return []report.Column{
		a.column("when", report.Moment), a.column("who", report.Text), a.column("what", report.Text), a.column("action", report.Text), a.column("object", report.Text),
	}
}

func (a auditRows) page(ctx context.Context, after string) (rows []report.Row, next string, err error) {
	var entries []authz.AuditEntry
	if a.ask.Whose != "" {
		entries, next, err = a.e.Store.AuditOf(ctx, a.ask.Whose, a.ask.Token, after, auditAtOnce, a.e.Now())
	} else {
		entries, next, err = a.e.Store.Audit(ctx, after, auditAtOnce, a.e.Now())
	}
	for _, e := range entries {
		what, who := "", owner(a.names, e.Who)
		if id := "audit." + e.Action; a.l.Has(id) {
			what = a.l.T(id)
		}
		if e.Token {
			who = a.l.T("export.token", map[string]any{"Name": e.Who})
		} else if e.Who == authz.Clock {
			who = a.l.T("audit.clock")
		}
		rows = append(rows, report.Row{a.at(e.At), who, what, e.Action, e.Object})
	}
	return rows, next, err
}
