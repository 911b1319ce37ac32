package contacts

import "slices"

// Finding is a kind of thing that the accounting system must fix. The words are in the language files: "quality.<kind>".
type Finding string

const (
	MissingName      Finding = "missing_name"
	MissingPhone     Finding = "missing_phone"
	MissingOwner     Finding = "missing_owner"
	MissingTeam      Finding = "missing_team" // neither the contact nor its owner has one
	MissingLanguage  Finding = "missing_language"
	UnknownOwner     Finding = "unknown_owner"
	UnknownLanguage  Finding = "unknown_language"
	UnknownZone      Finding = "unknown_zone" // the row is taken without it
	PhoneUnusable    Finding = "phone_unusable"
	NameUnusable     Finding = "name_unusable" // "null", an address, a telephone number where the name should be
	NameInCapitals   Finding = "name_in_capitals"
	SuspiciousDomain Finding = "suspicious_domain"
	RoleAddress      Finding = "role_address"
	ShortRow         Finding = "short_row"          // fewer cells than headings
	BrokenCharacters Finding = "broken_characters"  // letters that did not survive the export
	MissingAddress   Finding = "missing_address"    // nobody writes to them
	AddressOfAnother Finding = "address_of_another" // of another customer id: the row is taken without it
	SharedPhone      Finding = "shared_phone"       // it is another contact's, too, and finds neither
	AddressUnusable  Finding = "address_unusable"   // another column's address was taken for it
	ValueUnreadable  Finding = "value_unreadable"   // the value is no amount of money: kept as text, and in no sum
	MissingCompany   Finding = "missing_company"    // of a list with a column of companies
	UnknownRole      Finding = "unknown_role"       // at the company: kept as text
	OptedOut         Finding = "opted_out"          // nobody writes to them
	MergedRows       Finding = "merged_rows"        // joined with an earlier row of the same person
	ErasedOnRequest  Finding = "erased_on_request"  // counts rows of people who were erased: they are left out, and no line says who
	PersonalColumns  Finding = "personal_columns"   // counts columns: they look personal, and are no segments
)

// qualityLines is how many lines are kept of each kind: enough to look at, few enough to store.
const qualityLines = 20

// Found counts one kind and names its first lines.
type Found struct {
	Count int   `json:"count"`
	Lines []int `json:"lines"` // the first 20, ascending
}

// Quality is the data-quality report of a list (D2). The zero Quality is empty. It can be kept as JSON, and the reports
// of a list's parts merge into the list's in any order.
type Quality struct {
	Rows     int               `json:"rows"`     // taken
	Refused  int               `json:"refused"`  // not taken
	Findings map[Finding]Found `json:"findings"` // of rows that were taken
	Refusals map[string]Found  `json:"refusals"` // by code
}

// Note records a finding of a row that was taken.
func (q *Quality) Note(f Finding, line int) {
	if q.Findings == nil {
		q.Findings = map[Finding]Found{}
	}
	q.Findings[f] = q.Findings[f].merge(Found{Count: 1, Lines: []int{line}})
}

// NoteColumns records a finding of n columns, or of n rows of which nobody is told which, without lines.
func (q *Quality) NoteColumns(f Finding, n int) {
	if q.Findings == nil {
		q.Findings = map[Finding]Found{}
	}
	q.Findings[f] = q.Findings[f].merge(Found{Count: n})
}

// Refuse records a refused row.
func (q *Quality) Refuse(r Refusal) {
	if q.Refusals == nil {
		q.Refusals = map[string]Found{}
	}
	q.Refused++
	q.Refusals[r.Code] = q.Refusals[r.Code].merge(Found{Count: 1, Lines: []int{r.Line}})
}

// TakeBack records that a row counted as taken is refused after all.
func (q *Quality) TakeBack(r Refusal) {
	q.Rows--
	q.Refuse(r)
}

// Merge adds the report of another part of the same list.
func (q *Quality) Merge(other Quality) {
	q.Rows += other.Rows
	q.Refused += other.Refused
	for f, found := range other.Findings {
		if q.Findings == nil {
			q.Findings = map[Finding]Found{}
		}
		q.Findings[f] = q.Findings[f].merge(found)
	}
	for code, found := range other.Refusals {
		if q.Refusals == nil {
			q.Refusals = map[string]Found{}
		}
		q.Refusals[code] = q.Refusals[code].merge(found)
	}
}

func (f Found) merge(g Found) Found {
	f.Count += g.Count
	if len(g.Lines) > 0 && len(f.Lines) == qualityLines && g.Lines[0] >= f.Lines[qualityLines-1] {
		return f // the usual case of a long list: nothing to copy
	}
	lines := append(slices.Clone(f.Lines), g.Lines...)
	slices.Sort(lines)
	f.Lines = lines[:min(len(lines), qualityLines)]
	return f
}
