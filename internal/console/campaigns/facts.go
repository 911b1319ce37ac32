package campaigns

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"onetap/internal/console/shell"
	"onetap/internal/lang"
	"onetap/internal/survey"
)

// fact is a line of what a page says of a campaign.
func fact(label, text string) shell.Fact { return shell.Fact{Label: label, Text: text} }

// factsOf are the fields of a step's form as a campaign has them.
func factsOf(f *typed, c survey.Campaign) []shell.Fact {
	label := func(name string) string { return f.l.T("campaign.field_" + name) }
	switch f.step {
	case stepPeople:
		all := filterFacts(f.l, c.Filter)
		if c.Audience.Anonymous() {
			all = append(all, fact(label("paper"), paperName(f.l, c)), fact(label("groups"), groupNames(f.l, c)))
		}
		all = append(all, fact(label("sample"), percentText(f.l, c.Sample)), fact(label("quiet_days"), strconv.Itoa(c.QuietDays)))
		if c.PerAccount > 0 {
			all = append(all, fact(label("per_account"), strconv.Itoa(c.PerAccount)))
		}
		return all
	case stepWords:
		var all []shell.Fact
		w := c.Wording[f.language]
		for _, name := range wordingNames {
			all = append(all, fact(label(name), *wordingFields(&w)[name]))
		}
		if len(c.Touchpoints) > 0 {
			all = append(all, fact(label("touchpoints"), touchpointIDs(c)))
		}
		return all
	case stepTime:
		return []shell.Fact{fact(label("starts_at"), startText(f, c)), fact(label("closes_at"), closingText(f, c)), fact(label("remind_days"), strconv.Itoa(c.RemindDays)), fact(label("second_remind_days"), strconv.Itoa(c.SecondDays))}
	case stepRest:
		return []shell.Fact{fact(label("name"), c.Name), fact(label("sender"), c.Sender), fact(label("closes_at"), closingText(f, c))}
	}
	return []shell.Fact{
		fact(label("name"), c.Name), fact(label("audience"), audienceName(f.l, c.Audience)), fact(label("company"), c.Company),
		fact(label("sender"), c.Sender), fact(label("language"), languageName(f.l, c.Language)),
	}
}

// touchpointIDs are a campaign's touchpoints, for telling whether they are the same.
func touchpointIDs(c survey.Campaign) string {
	var ids []string
	for _, t := range c.Touchpoints {
		ids = append(ids, string(t.ID))
	}
	return strings.Join(ids, ", ")
}

// touchpointNames are what a campaign's touchpoints are called in a language.
func touchpointNames(l lang.Language, c survey.Campaign) string {
	var names []string
	for _, t := range c.Touchpoints {
		names = append(names, t.Name(string(l)))
	}
	return strings.Join(names, ", ")
}

func startText(f *typed, c survey.Campaign) string {
	if c.StartsAt.IsZero() {
		return f.l.T("campaign.start_now")
	}
	return f.l.Moment(c.StartsAt.In(f.zone))
}

func closingText(f *typed, c survey.Campaign) string {
	if c.ClosesAt.IsZero() {
		return f.l.T("campaign.closes_never")
	}
	return f.l.Moment(c.ClosesAt.In(f.zone))
}

// percentText writes a share as the form takes it: "100", "12.5".
func percentText(l lang.Language, sample float64) string {
	if sample <= 0 || sample >= 1 {
		return "100"
	}
	return strings.Replace(strconv.FormatFloat(sample*100, 'f', -1, 32), ".", l.T("format.decimal_mark"), 1)
}

// filterFacts are the fields of a filter; those that do not narrow are left out.
func filterFacts(l lang.Language, f survey.Filter) []shell.Fact {
	var all []shell.Fact
	add := func(field, label string, values []string) {
		shown := make([]string, 0, 8)
		for _, v := range values[:min(len(values), 8)] {
			shown = append(shown, valueName(l, field, v, nil))
		}
		text := strings.Join(shown, ", ")
		if more := len(values) - len(shown); more > 0 {
			text += " " + l.T("campaign.and_more", lang.Values{"Count": more})
		}
		all = append(all, fact(label, text))
	}
	for _, name := range filterFields {
		if values := *filterField(&f, name); len(values) > 0 {
			add(name, l.T("campaign.filter_"+name), values)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(f.Attrs)) {
		if len(f.Attrs[name]) > 0 {
			add("", name, f.Attrs[name])
		}
	}
	return all
}

// differences are the lines in which what is stored and what somebody wrote are not the same.
func differences(theirs, mine []shell.Fact) []difference {
	stored := map[string]string{}
	for _, f := range theirs {
		stored[f.Label] = f.Text
	}
	var all []difference
	for _, f := range mine {
		if stored[f.Label] != f.Text {
			all = append(all, difference{f.Label, f.Text, stored[f.Label]})
		}
		delete(stored, f.Label)
	}
	for _, f := range theirs { // what only they have
		if v, ok := stored[f.Label]; ok {
			all = append(all, difference{f.Label, "", v})
		}
	}
	return all
}
