package cases

import (
	"net/http"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/console/shell"
	"onetap/internal/door"
	"onetap/internal/followup"
	"onetap/internal/lang"
	"onetap/internal/loop"
	"onetap/internal/web"
)

// bulkPage says what became of work on several cases.
type bulkPage struct {
	shell.Frame
	Sum   string
	Lines []bulkLine
}

type bulkLine struct {
	Href, Who string
	Done      bool
	Why       string // why it was not done
}

// bulk does one thing to the cases that were chosen on the board.
func (d *Pages) bulk(w http.ResponseWriter, r *http.Request) error {
	who := door.VisitOf(r).Who
	in := followup.Work{Note: r.PostFormValue("note"), State: loop.State(r.PostFormValue("state"))}
	switch do := r.PostFormValue("do"); {
	case do == "take":
		in.Owner = who.Staff.ID
	case do == "hand":
		if in.Owner = strings.TrimSpace(r.PostFormValue("to")); in.Owner == "" {
			in.Owner = "?" // nobody is called so
		}
	case r.PostFormValue("outcome") != "":
		in.State, in.Outcome = loop.Resolved, loop.Outcome(r.PostFormValue("outcome"))
		for _, cause := range r.PostForm["cause"] {
			in.Causes = append(in.Causes, loop.Cause(cause))
		}
	}
	results, err := d.Cases.DoAll(r.Context(), who, r.PostForm["case"], in)
	if refusal := apperr.As(err); refusal != nil {
		return d.showBoardAnd(w, r, web.Status(refusal), shell.NewFrame(r, "").Lang.Problem(refusal))
	}
	if err != nil {
		return err
	}
	p := &bulkPage{Frame: shell.NewFrame(r, "case.bulk_title")}
	cs := make([]loop.Case, 0, len(results))
	for _, one := range results {
		if one.Case.Campaign != "" {
			cs = append(cs, one.Case)
		}
	}
	about, err := d.Cases.AboutOf(r.Context(), cs)
	if err != nil {
		return err
	}
	done := 0
	for _, one := range results {
		line := bulkLine{Href: "/cases/" + one.ID, Who: p.Lang.T("case.bulk_other"), Done: one.Was == nil}
		if one.Case.Campaign != "" {
			line.Who = shell.ContactName(p.Lang, about.People[one.Case.Contact])
		}
		if line.Done {
			done++
		} else {
			line.Why = p.Lang.Problem(one.Was)
			switch one.Was.Code {
			case "case_over":
				line.Why = p.Lang.T("case.is_over", lang.Values{"State": p.Lang.T("case.state." + string(one.Case.State))})
			case "case_state":
				line.Why = p.Lang.T("case.state_passed", lang.Values{"State": p.Lang.T("case.state." + string(one.Case.State))})
			case "case_cause", "case_outcome":
				line.Why = p.Lang.T("case.bulk_choose")
			}
		}
		p.Lines = append(p.Lines, line)
	}
	p.Sum = p.Lang.T("case.bulk_sum", lang.Values{"Count": done, "All": len(results)})
	return shell.Show(w, r, http.StatusOK, p)
}
