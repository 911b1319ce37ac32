package door

import (
	"slices"

	"onetap/internal/contacts"
	"onetap/internal/lang"
	"onetap/internal/survey"
)

// OutcomeView is what became of a list, in words, as the API answers it.
type OutcomeView struct {
	New             int              `json:"new"`
	Changed         int              `json:"changed"`
	Unchanged       int              `json:"unchanged"`
	Refused         int              `json:"refused"`
	Refusals        []LineView       `json:"refusals"`
	RefusalsOmitted int              `json:"refusals_omitted"` // counted and not listed
	Warnings        []LineView       `json:"warnings"`         // of rows that were taken
	WarningsOmitted int              `json:"warnings_omitted"`
	Merged          int              `json:"merged"` // rows that were joined with an earlier one of the same person
	Merges          []contacts.Merge `json:"merges"`
	MergesOmitted   int              `json:"merges_omitted"`
	Report          ReportView       `json:"report"`
	Look            bool             `json:"look,omitempty"` // nothing was written
	Lost            LostView         `json:"lost"`           // of this part
	// Losers are the first of a list that is looked at who would lose something, Asks the names of which nobody can tell whose.
	Losers []contacts.Loser `json:"losers,omitempty"`
	Asks   []contacts.Ask   `json:"asks,omitempty"`
}

// LostView counts the contacts that lose what they had.
type LostView struct {
	Owner int `json:"owner"`
	Team  int `json:"team"`
	Phone int `json:"phone"`
}

// LostOf is the same in the API's words.
func LostOf(l survey.Losses) LostView { return LostView{l.Owner, l.Team, l.Phone} }

// LineView is one line with what is the matter with it.
type LineView struct {
	Line    int    `json:"line"`
	Code    string `json:"code"`
	Message string `json:"message"`
	Column  string `json:"column,omitempty"`
	Value   string `json:"value,omitempty"`
}

// ReportView says how a list was understood, and what the system that it comes from must fix.
type ReportView struct {
	Rows      int               `json:"rows"` // taken
	Refused   int               `json:"refused"`
	Encoding  string            `json:"encoding"`
	Separator string            `json:"separator"`
	Columns   []contacts.Column `json:"columns"`
	Findings  []FindingView     `json:"findings"` // of rows that were taken, the most frequent first
	Refusals  []FindingView     `json:"refusals"`
}

// FindingView is one kind of fault with how often it was found.
type FindingView struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Count   int    `json:"count"`
	Lines   []int  `json:"lines"` // the first of them
}

// ViewOutcome is the outcome of a list in words.
func ViewOutcome(l lang.Language, o contacts.Outcome) OutcomeView {
	v := OutcomeView{
		New: o.New, Changed: o.Changed, Unchanged: o.Unchanged, Refused: o.Refused, Refusals: []LineView{}, Warnings: []LineView{},
		RefusalsOmitted: o.Refused - len(o.Refusals), WarningsOmitted: o.Warned - len(o.Warnings), Report: ViewReport(l, o),
		Look: o.Look, Lost: LostOf(o.Lost), Losers: o.Ahead.Losers, Asks: o.Ahead.Asks,
		Merged: o.Merged, Merges: o.Merges, MergesOmitted: o.Merged - len(o.Merges),
	}
	if v.Merges == nil {
		v.Merges = []contacts.Merge{}
	}
	for _, r := range o.Refusals {
		v.Refusals = append(v.Refusals, ViewRefusal(l, r))
	}
	for _, w := range o.Warnings {
		v.Warnings = append(v.Warnings, LineView{w.Line, string(w.Code), l.T("row."+string(w.Code), w.With()), w.Column, w.Value})
	}
	return v
}

// ViewReport is how a list was understood, in words.
func ViewReport(l lang.Language, o contacts.Outcome) ReportView {
	v := ReportView{Rows: o.Quality.Rows, Refused: o.Quality.Refused, Encoding: o.Encoding, Separator: o.Separator, Columns: o.Columns}
	if v.Columns == nil {
		v.Columns = []contacts.Column{}
	}
	findings := map[string]contacts.Found{}
	for f, found := range o.Quality.Findings {
		findings[string(f)] = found
	}
	v.Findings, v.Refusals = viewFindings(l, findings), viewFindings(l, o.Quality.Refusals)
	return v
}

// ViewRefusal is why a row was refused, in words.
func ViewRefusal(l lang.Language, r contacts.Refusal) LineView {
	return LineView{r.Line, r.Code, l.T("row."+r.Code, r.With()), r.Column, r.Value}
}

func viewFindings(l lang.Language, of map[string]contacts.Found) []FindingView {
	all := []FindingView{}
	for code, f := range of {
		all = append(all, FindingView{code, l.T("quality."+code, lang.Values{"Count": f.Count}), f.Count, f.Lines})
	}
	slices.SortFunc(all, func(a, b FindingView) int {
		if a.Count != b.Count {
			return b.Count - a.Count
		}
		if a.Code < b.Code {
			return -1
		}
		return 1
	})
	return all
}

// TotalView counts the rows of all parts of an upload so far.
type TotalView struct {
	New       int      `json:"new"`
	Changed   int      `json:"changed"`
	Unchanged int      `json:"unchanged"`
	Merged    int      `json:"merged"` // rows that were joined with an earlier one of the same person
	Refused   int      `json:"refused"`
	Lost      LostView `json:"lost"`
}

// TotalOf counts what came of an upload so far.
func TotalOf(o contacts.Outcome) TotalView {
	return TotalView{o.Total.New, o.Total.Changed, o.Total.Unchanged, o.Quality.Findings[contacts.MergedRows].Count, o.Quality.Refused, LostOf(o.Total.Lost)}
}
