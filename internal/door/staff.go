package door

import (
	"onetap/internal/lang"
	"onetap/internal/org"
)

// StaffOutcome is what became of a list of staff, in words, as the API answers it.
type StaffOutcome struct {
	New       int        `json:"new"`
	Changed   int        `json:"changed"`
	Unchanged int        `json:"unchanged"`
	Refused   int        `json:"refused"`
	Refusals  []LineView `json:"refusals"`
	Warnings  []LineView `json:"warnings"` // of people who were taken
}

// ViewStaff is what became of a list of staff, in words.
func ViewStaff(l lang.Language, out org.Intake) StaffOutcome {
	return StaffOutcome{
		New: out.New, Changed: out.Changed, Unchanged: out.Unchanged, Refused: len(out.Refusals),
		Refusals: staffFaults(l, out.Refusals), Warnings: staffFaults(l, out.Warnings),
	}
}

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
