package followup

import (
	"cmp"
	"context"
	"errors"
	"strconv"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/lang"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

// Procedures are what each level does about each kind of case, with the times that the settings say. What they are is read once; it is good for one request.
type Procedures struct {
	written  map[loop.ProcedureID]loop.Procedure
	Schedule loop.Schedule
	Practice loop.Practice
	Company  survey.Settings
}

// Procedures reads them for somebody of the staff: they hide nothing.
func (c *Cases) Procedures(ctx context.Context) (p Procedures, err error) {
	if p.written, err = c.Store.Procedures(ctx); err != nil {
		return p, err
	}
	if p.Schedule, err = c.Store.Schedule(ctx); err != nil {
		return p, err
	}
	if p.Practice, err = c.Store.Practice(ctx); err != nil {
		return p, err
	}
	p.Company, err = c.Store.Settings(ctx)
	return p, err
}

// Of is the procedure that holds for a level and a kind.
func (p Procedures) Of(id loop.ProcedureID) loop.Procedure {
	return loop.InForce(p.written, id, standard)
}

// Written is what the company has written of just this one; zero texts where it has not.
func (p Procedures) Written(id loop.ProcedureID) loop.Procedure {
	one := p.written[id]
	one.ProcedureID = id
	return one
}

// standard reports whether there is a standard procedure of its own for a level and a kind.
func standard(id loop.ProcedureID) bool {
	return lang.Default.Has(standardText(id, loop.Begin))
}

func standardText(id loop.ProcedureID, part loop.ProcedurePart) string {
	return "procedure.standard." + string(id.Rung) + "." + string(id.Kind) + "." + string(part)
}

// Standard is a part of the standard procedure as it is stored, with places for times; "" where there is none.
func Standard(l lang.Language, id loop.ProcedureID, part loop.ProcedurePart) string {
	if text := standardText(id, part); l.Has(text) {
		return l.T(text)
	}
	return ""
}

// Text is a part of a procedure in a language, in which places stand for times: see loop.FillProcedure.
func (p Procedures) Text(l lang.Language, one loop.Procedure, part loop.ProcedurePart) string {
	if one.Own() {
		return one.Text(part, string(l), others(l))
	}
	return Standard(l, one.ProcedureID, part)
}

func others(l lang.Language) (codes []string) {
	for _, o := range lang.All() {
		if o != l {
			codes = append(codes, string(o))
		}
	}
	return codes
}

// TopDays is how many working days a manager has.
func (p Procedures) TopDays() int { return cmp.Or(p.Schedule.TopDays, loop.DefaultTopDays) }

// Morning is the hour of the letters about what is overdue, "9:00".
func (p Procedures) Morning() string {
	return strconv.Itoa(cmp.Or(p.Schedule.Morning, loop.DefaultMorning)) + ":00"
}

// Term is how long an owner has for a contact's case; around is where nothing is set, in hours around the clock.
func (p Procedures) Term(a survey.Audience, tier string) (t loop.Term, around int) {
	t, ok := p.Schedule.Term(a, tier)
	switch {
	case ok:
		return t, 0
	case !p.Schedule.Work.IsZero():
		return loop.Term{Days: loop.DefaultDays}, 0
	}
	return t, cmp.Or(p.Company.CaseHours, loop.DefaultDays*24)
}

// Tries is how many calls may reach nobody before a contact is given up.
func (p Procedures) Tries() int { return cmp.Or(p.Practice.Tries, loop.DefaultTries) }

// ProcedureVersions lists what was written of a procedure, the latest first.
func (c *Cases) ProcedureVersions(ctx context.Context, id loop.ProcedureID) ([]loop.Procedure, error) {
	return c.Store.ProcedureVersions(ctx, id, loop.MaxProcedures)
}

// ChangeProcedure stores the next version of a procedure, by a staff member, unless somebody else has written one since it had p.Version: then it returns
// apperr.ErrChanged with what is in force. Without texts the standard holds again. Problems: those of loop.Procedure.Check, procedure_same.
func (c *Cases) ChangeProcedure(ctx context.Context, p loop.Procedure, by string) (loop.Procedure, error) {
	all, err := c.Store.Procedures(ctx)
	stored := all[p.ProcedureID]
	if err != nil {
		return stored, err
	}
	if p, err = p.Check(); err != nil {
		return stored, err
	}
	p.By, p.At = by, c.Now().UTC().Truncate(time.Second)
	switch {
	case stored.Version != p.Version:
		return stored, apperr.ErrChanged
	case stored.Same(p):
		return stored, apperr.New(apperr.Invalid, "procedure_same", "")
	}
	saved, err := c.Store.PutProcedure(ctx, p)
	if !errors.Is(err, apperr.ErrChanged) {
		return saved, err
	}
	if all, err = c.Store.Procedures(ctx); err != nil {
		return stored, err
	}
	return all[p.ProcedureID], apperr.ErrChanged
}
