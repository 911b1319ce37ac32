package door

import (
	"onetap/internal/lang"
	"onetap/internal/org"
	"onetap/internal/survey"
)

// StaffOutcome is what became of a list of staff, in words, as the API answers it.
type StaffOutcome struct {
	New       int              `json:"new"`
	Changed   int              `json:"changed"`
	Unchanged int              `json:"unchanged"`
	Refused   int              `json:"refused"`
	Refusals  []LineView       `json:"refusals"`
	Warnings  []LineView       `json:"warnings"`       // of people who were taken
	Look      bool             `json:"look,omitempty"` // nothing was written
	Lost      StaffLostView    `json:"lost"`
	Losers    []StaffLoserView `json:"losers,omitempty"` // the first of those
	Asks      []org.Ask        `json:"asks,omitempty"`   // of whom it is not said who is meant
	Upload    string           `json:"upload,omitempty"` // by which it can be undone
}

// StaffLostView counts the people who lose what they had.
type StaffLostView struct {
	Team    int `json:"team"`
	Manager int `json:"manager"`
	Phone   int `json:"phone"`
}

// StaffLoserView is somebody who would lose something.
type StaffLoserView struct {
	ID string `json:"id"`
	StaffLostView
}

// ViewStaff is what became of a list of staff, in words.
func ViewStaff(l lang.Language, out org.Intake) StaffOutcome {
	v := StaffOutcome{
		New: out.New, Changed: out.Changed, Unchanged: out.Unchanged, Refused: len(out.Refusals),
		Refusals: staffFaults(l, out.Refusals), Warnings: staffFaults(l, out.Warnings),
		Look: out.Look, Lost: staffLost(out.Lost), Asks: out.Asks, Upload: out.Upload,
	}
	for _, loser := range out.Losers {
		v.Losers = append(v.Losers, StaffLoserView{loser.Staff.ID, staffLost(loser.Lost)})
	}
	return v
}

func staffLost(l survey.Losses) StaffLostView { return StaffLostView{l.Team, l.Manager, l.Phone} }

func staffFaults(l lang.Language, faults []org.Fault) []LineView {
	all := make([]LineView, len(faults))
	for i, f := range faults {
		if p := f.Problem; p != nil {
			all[i] = LineView{Line: f.Line, Code: p.Code, Message: l.Problem(p), Column: p.Where}
			continue
		}
		all[i] = ViewRefusal(l, f.Row)
	}
	return all
}
