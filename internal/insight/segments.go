package insight

import (
	"context"
	"slices"

	"onetap/internal/authz"
	"onetap/internal/survey"
)

// hiddenValue stands where a value of a filter is not shown.
const hiddenValue = "…"

// narrowed reports whether anything of a campaign's segments may have to be kept from a reader: then seen must be asked.
func narrowed(c survey.Campaign, who authz.Who) bool {
	return !Persons(c.Audience, who) && len(c.Dimensions) > 0 || !mayContacts(c, who) && narrows(c.Filter)
}

// seen is a campaign as a reader may see it, by what is known of the columns and of those who are asked. Dimensions that name
// people have no name before those who may not know who answered; their places stay, for answers carry their values by
// place. Values of such columns are masked out of the filter for those who may not see contacts either. What comes of it
// is for showing, never for storing.
func seen(c survey.Campaign, who authz.Who, known survey.Dimensions, asked survey.Asked) survey.Campaign {
	open := func(dimension string) bool { return known.Open(dimension, asked[dimension]) }
	if !Persons(c.Audience, who) {
		c.Dimensions = slices.Clone(c.Dimensions)
		for i, name := range c.Dimensions {
			if !open(name) {
				c.Dimensions[i] = ""
			}
		}
	}
	if !mayContacts(c, who) {
		c.Filter = masked(c.Filter, open)
	}
	return c
}

func mayContacts(c survey.Campaign, who authz.Who) bool {
	return who.Can(authz.ReadContacts) || Persons(c.Audience, who)
}

func narrows(f survey.Filter) bool {
	return len(f.Attrs)+len(f.Locations)+len(f.Products)+len(f.Tiers) > 0
}

// masked is a filter without the values of dimensions that are not open.
func masked(f survey.Filter, open func(dimension string) bool) survey.Filter {
	mask := func(dimension string, values []string) []string {
		if len(values) == 0 || open(dimension) {
			return values
		}
		return []string{hiddenValue}
	}
	f.Locations, f.Products, f.Tiers = mask(survey.DimensionLocation, f.Locations), mask(survey.DimensionProduct, f.Products), mask(survey.DimensionTier, f.Tiers)
	if f.Attrs != nil {
		attrs := map[string][]string{}
		for heading, values := range f.Attrs {
			attrs[heading] = mask(survey.DimensionAttribute(heading), values)
		}
		f.Attrs = attrs
	}
	return f
}

// Seen is a campaign as a reader may see it; it reads what is known of its columns only where that matters.
func (r *Results) Seen(ctx context.Context, who authz.Who, c survey.Campaign) (survey.Campaign, error) {
	c.Filter.Owners = r.owners(who, c.Filter.Owners)
	if !narrowed(c, who) {
		return c, nil
	}
	known, err := r.Store.Dimensions(ctx, c.Audience)
	if err != nil {
		return c, err
	}
	asked, err := r.Store.Asked(ctx, c.ID)
	return seen(c, who, known, asked), err
}

// Named are the names of a campaign's dimensions that the reader may see.
func Named(c survey.Campaign) []string {
	return slices.DeleteFunc(slices.Clone(c.Dimensions), func(name string) bool { return name == "" })
}
