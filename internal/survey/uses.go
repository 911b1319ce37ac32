package survey

// DimensionUse says whether a column of the contacts divides the answers, and before whom.
type DimensionUse string

const (
	UseShared   DimensionUse = "segment"          // whoever reads results sees it
	UsePersonal DimensionUse = "personal_segment" // only who may know who answered
	UseNone     DimensionUse = "no_segment"       // it is kept with the contacts, and is in no result
)

// DimensionUses lists them in the order in which they are offered.
var DimensionUses = []DimensionUse{UseShared, UsePersonal, UseNone}

// DimensionChoice is what is known of one column.
type DimensionChoice struct {
	Use    DimensionUse `json:"is"`
	Chosen bool         `json:"chosen,omitempty"` // somebody said so; else it is a guess
	// Alone says of a guess that nearly every value is one person's: a longer list may tell otherwise.
	Alone bool `json:"alone,omitempty"`
}

// Dimensions is what is known of the columns of an audience, by dimension: see DimensionAttribute. A column that is not in it was
// uploaded before columns were chosen: see Of.
type Dimensions map[string]DimensionChoice

// maxDimensionsKnown is how many columns are remembered: of headings of 100 letters 250 KB, which fit one item.
const maxDimensionsKnown = 1000

// Of is the one rule about a dimension: what somebody has said of it, else what it looks like. What looks personal by its
// heading or by its values, as far as they are known (nil: not), is no segment until somebody says otherwise.
func (s Dimensions) Of(dimension string, values map[string]int) DimensionUse {
	known, ok := s[dimension]
	if known.Chosen || ok && known.Use != UseShared && !known.Alone {
		return known.Use
	}
	if heading := Heading(dimension); heading != "" && personalHeading(heading) || personalValues(values) {
		return UseNone
	}
	return UseShared
}

// Open reports whether whoever reads results may see a dimension, by what is known of the people asked: of an attribute the
// values must put them into groups, for a number of a contract names one.
func (s Dimensions) Open(dimension string, column *AskedColumn) bool {
	var values map[string]int
	if column != nil {
		values = column.Values
	}
	if s.Of(dimension, values) != UseShared {
		return false
	}
	return s[dimension].Chosen || Heading(dimension) == "" || column == nil && !s[dimension].Alone || column != nil && !column.Wide && column.People >= fewest*len(column.Values)
}

// Offered is Of as it is shown to whoever is to choose: an attribute in which nearly every value is one person's (a number
// of a contract) is no segment either, so that saving what is shown makes none of it. column is nil where nobody has a value.
func (s Dimensions) Offered(dimension string, column *AskedColumn) DimensionUse {
	var values map[string]int
	alone := s[dimension].Alone
	if column != nil {
		values, alone = column.Values, column.Wide || !InGroups(column.Values)
	}
	is := s.Of(dimension, values)
	if is == UseShared && alone && !s[dimension].Chosen && Heading(dimension) != "" {
		return UseNone
	}
	return is
}

// Merge takes over what an upload or a person said of columns, and reports whether anything changed. A guess changes no
// choice, and makes nothing public that an earlier guess has kept back.
func (s Dimensions) Merge(said Dimensions) (changed bool) {
	for dimension, c := range said {
		was, known := s[dimension]
		switch {
		case was == c, !c.Chosen && was.Chosen, !known && len(s) >= maxDimensionsKnown,
			!c.Chosen && known && !was.Alone && (c.Use == UseShared || c.Alone):
			continue
		}
		s[dimension], changed = c, true
	}
	return changed
}

// InGroups reports whether values put people into groups, as far as few rows tell.
func InGroups(values map[string]int) bool {
	people := 0
	for _, n := range values {
		people += n
	}
	return people < 10*fewest || people >= fewest*len(values)/2
}
