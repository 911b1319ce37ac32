package campaigns

import (
	"maps"
	"slices"
	"strings"

	"onetap/internal/console/shell"
	"onetap/internal/lang"
	"onetap/internal/survey"
)

// groupFields are the columns of every list by which employees' results can be looked at.
var groupFields = []string{survey.GroupTeam, survey.DimensionLocation, survey.DimensionProduct, survey.DimensionTier}

// groupsIn are the columns that were ticked: those that the campaign has first, in its order, for the last one is given up first where a
// group is small. The team alone is what a campaign has by itself.
func groupsIn(ticked []string, c survey.Campaign) []string {
	groups := []string{}
	for _, column := range append(slices.Clone(c.Columns()), ticked...) {
		if column != "" && slices.Contains(ticked, column) && !slices.Contains(groups, column) {
			groups = append(groups, column)
		}
	}
	if len(groups) == 1 && groups[0] == survey.GroupTeam {
		return []string{}
	}
	return groups
}

// groupChoices are the columns to choose from: the chosen ones first, then those of the contacts that were looked at whose values put people into groups, and
// that nobody has kept out of results.
func groupChoices(l lang.Language, c survey.Campaign, values map[string]map[string]int, known survey.Dimensions) []shell.Option {
	names := slices.Clone(c.Columns())
	for _, column := range append(slices.Clone(groupFields), slices.Sorted(maps.Keys(values))...) {
		found := maps.Clone(values[column])
		delete(found, "")
		of := &survey.AskedColumn{Values: found}
		switch {
		case slices.Contains(names, column), !slices.Contains(groupFields, column) && survey.Heading(column) == "":
		case column == survey.GroupTeam, len(found) > 0 && known.Offered(column, of) != survey.UseNone:
			names = append(names, column)
		}
	}
	all := make([]shell.Option, len(names))
	for i, column := range names {
		all[i] = shell.Option{Value: column, Label: groupName(l, column), On: slices.Contains(c.Columns(), column)}
		if n := len(values[column]); n > 0 {
			all[i].Hint = l.T("campaign.group_values", lang.Values{"Count": n})
		}
	}
	return all
}

// groupName is what a column is called.
func groupName(l lang.Language, column string) string {
	if heading := survey.Heading(column); heading != "" {
		return heading
	}
	return l.T("campaign.filter_" + column)
}

// paperName is how employees are asked.
func paperName(l lang.Language, c survey.Campaign) string {
	if c.Paper {
		return l.T("campaign.paper_yes")
	}
	return l.T("campaign.paper_no")
}

// groupNames are the columns of a campaign in their order.
func groupNames(l lang.Language, c survey.Campaign) string {
	var names []string
	for _, column := range c.Columns() {
		names = append(names, groupName(l, column))
	}
	return strings.Join(names, ", ")
}
