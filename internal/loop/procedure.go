package loop

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"onetap/internal/apperr"
)

// Rung is a level of management at which the loop is closed (D12).
type Rung string

const (
	Line   Rung = "line"   // who answers for the case
	Middle Rung = "middle" // their manager, once the deadline has passed
	Top    Rung = "top"    // the executive, once the manager's time has passed
)

// Rungs lists them from below.
var Rungs = []Rung{Line, Middle, Top}

// Rung is the level on which a case stands: as long as nobody has spoken to the respondent it climbs with its times.
func (c Case) Rung(now time.Time) Rung {
	switch {
	case !c.Late(now):
		return Line
	case !c.Top.IsZero() && now.After(c.Top):
		return Top
	}
	return Middle
}

// Part of a procedure, in the order in which they are read.
type ProcedurePart string

const (
	Begin  ProcedurePart = "begin" // what to do
	Say    ProcedurePart = "say"   // what to say
	After  ProcedurePart = "after" // once the respondent was spoken to
	PassOn ProcedurePart = "pass"  // when to pass the case on
)

// ProcedureParts lists them.
var ProcedureParts = []ProcedurePart{Begin, Say, After, PassOn}

// PartsNow are the parts that help with a case as it is now; none once it is over.
func (c Case) PartsNow() []ProcedurePart {
	switch {
	case c.Over():
		return nil
	case c.Spoken():
		return []ProcedurePart{After, PassOn}
	}
	return []ProcedurePart{Begin, Say, PassOn}
}

// AllKinds is the kind of a procedure that holds where a level has none for a kind.
const AllKinds Kind = "all"

// ProcedureKinds are the kinds of which a level has a procedure.
var ProcedureKinds = append(slices.Clone(Kinds), AllKinds)

const (
	// MaxProcedure is the length of one part in one language, in characters.
	MaxProcedure = 4000
	// MaxProcedures is how many versions of one procedure are listed, the latest.
	MaxProcedures = 200
)

// ProcedureID names a procedure: of a level, for a kind of case.
type ProcedureID struct {
	Rung Rung `json:"level"`
	Kind Kind `json:"case"` // AllKinds for what holds otherwise
}

// String is "<level>-<kind>", fit for an address.
func (id ProcedureID) String() string { return string(id.Rung) + "-" + string(id.Kind) }

// ParseProcedureID reads a name. Problem: procedure_unknown.
func ParseProcedureID(s string) (id ProcedureID, err error) {
	rung, kind, _ := strings.Cut(s, "-")
	id = ProcedureID{Rung(rung), Kind(kind)}
	if !slices.Contains(Rungs, id.Rung) || !slices.Contains(ProcedureKinds, id.Kind) {
		return id, apperr.New(apperr.Unknown, "procedure_unknown", "procedure")
	}
	return id, nil
}

// ProcedureIDs lists all procedures, level by level.
func ProcedureIDs() (all []ProcedureID) {
	for _, r := range Rungs {
		for _, k := range ProcedureKinds {
			all = append(all, ProcedureID{r, k})
		}
	}
	return all
}

// Procedure is one version of what a company has written for a level and a kind of case. Version 0, and one without texts, is the
// standard, whose texts stand among the strings.
type Procedure struct {
	ProcedureID
	Texts   map[string]map[ProcedurePart]string `json:"texts,omitempty"` // by language
	By      string                              `json:"by,omitempty"`    // staff id
	At      time.Time                           `json:"at,omitzero"`
	Version int                                 `json:"version"`
}

// Own reports whether the company has written something.
func (p Procedure) Own() bool { return len(p.Texts) > 0 }

// Text is a part in a language; where nothing of the procedure is written in it, in the first of others in which something is.
func (p Procedure) Text(part ProcedurePart, language string, others []string) string {
	for _, l := range append([]string{language}, others...) {
		if parts := p.Texts[l]; len(parts) > 0 {
			return parts[part]
		}
	}
	return ""
}

// Same reports whether two say the same.
func (p Procedure) Same(o Procedure) bool {
	if len(p.Texts) != len(o.Texts) {
		return false
	}
	for l, parts := range p.Texts {
		if len(parts) != len(o.Texts[l]) {
			return false
		}
		for part, text := range parts {
			if o.Texts[l][part] != text {
				return false
			}
		}
	}
	return true
}

// procedurePlace is what stands for a time or a number that the settings say; procedurePlaces are those that there are.
var (
	procedurePlace  = regexp.MustCompile(`\{[^{}\s]{1,30}\}`)
	procedurePlaces = []string{"{term}", "{tries}", "{top}", "{morning}"}
)

// Check brings what somebody has written into shape: parts and languages that are empty are left out. Problems: procedure_long,
// procedure_place, whose fields are "<part>_<language>".
func (p Procedure) Check() (Procedure, error) {
	texts := map[string]map[ProcedurePart]string{}
	for language, parts := range p.Texts {
		for _, part := range ProcedureParts {
			text := strings.TrimSpace(strings.ReplaceAll(parts[part], "\r\n", "\n"))
			where := string(part) + "_" + language
			if utf8.RuneCountInString(text) > MaxProcedure {
				return p, apperr.New(apperr.Invalid, "procedure_long", where, "Limit", MaxProcedure)
			}
			for _, place := range procedurePlace.FindAllString(text, -1) {
				if !slices.Contains(procedurePlaces, place) {
					return p, apperr.New(apperr.Invalid, "procedure_place", where, "Place", place)
				}
			}
			if text == "" {
				continue
			}
			if texts[language] == nil {
				texts[language] = map[ProcedurePart]string{}
			}
			texts[language][part] = text
		}
	}
	p.Texts = nil
	if len(texts) > 0 {
		p.Texts = texts
	}
	return p, nil
}

// FillProcedure puts what the settings say in the place of "{term}" and its like.
func FillProcedure(text, term, tries, top, morning string) string {
	return strings.NewReplacer("{term}", term, "{tries}", tries, "{top}", top, "{morning}", morning).Replace(text)
}

// InForce is the procedure that holds for an id, of what a company has written: its own for the kind, else its own for all kinds, else the standard, of which
// the zero texts tell. standard says whether there is one among the standard procedures.
func InForce(written map[ProcedureID]Procedure, id ProcedureID, standard func(ProcedureID) bool) Procedure {
	all := ProcedureID{id.Rung, AllKinds}
	for _, one := range []ProcedureID{id, all} {
		if p := written[one]; p.Own() {
			return p
		}
	}
	if standard(id) {
		return Procedure{ProcedureID: id, Version: written[id].Version, By: written[id].By, At: written[id].At}
	}
	return Procedure{ProcedureID: all, Version: written[all].Version, By: written[all].By, At: written[all].At}
}
