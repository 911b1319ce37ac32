package insight

import (
	"slices"

	"onetap/internal/authz"
	"onetap/internal/survey"
)

// Blot stands where a value of a filter is not shown.
const Blot = "…"

// Narrowed reports whether anything of a campaign's segments may have to be kept from a reader: then Seen must be asked.
func Narrowed(c survey.Campaign, who authz.Who) bool {
	return !Persons(c.Audience, who) && len(c.Dimensions) > 0 || !mayContacts(c, who) && narrows(c.Filter)
}

// Seen is a campaign as a reader may see it, by what is known of the columns and of those who are asked. Dimensions that name
// people have no name before those who may not know who answered; their places stay, for answers carry their values by
// place. Values of such columns are blotted out of the filter for those who may not see contacts either. What comes of it
// is for showing, never for storing.
func Seen(c survey.Campaign, who authz.Who, known survey.Dimensions, asked survey.Asked) survey.Campaign {
	open := func(dimension string) bool { return known.Open(dimension, asked[dimension]) }
	if !Persons(c.Audience, who) {
		c.Dimensions = slices.Clone(c.Dimensions)
		for i, p := range c.Dimensions {
			if !open(p) {
				c.Dimensions[i] = ""
			}
		}
	}
	if !mayContacts(c, who) {
		c.Filter = blotted(c.Filter, open)
	}
	return c
}

func mayContacts(c survey.Campaign, who authz.Who) bool {
	return who.Can(authz.ReadContacts) || Persons(c.Audience, who)
}

func narrows(f survey.Filter) bool {
	return len(f.Attrs)+len(f.Locations)+len(f.Products)+len(f.Tiers) > 0
}

// blotted is a filter without the values of dimensions that are not open.
func blotted(f survey.Filter, open func(dimension string) bool) survey.Filter {
	blot := func(dimension string, values []string) []string {
		if len(values) == 0 || open(dimension) {
			return values
		}
		return []string{Blot}
	}
	f.Locations, f.Products, f.Tiers = blot(survey.DimensionLocation, f.Locations), blot(survey.DimensionProduct, f.Products), blot(survey.DimensionTier, f.Tiers)
	if f.Attrs != nil {
		attrs := map[string][]string{}
		for heading, values := range f.Attrs {
			attrs[heading] = blot(survey.DimensionAttribute(heading), values)
		}
		f.Attrs = attrs
	}
	return f
}
