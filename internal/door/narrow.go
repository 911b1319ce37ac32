package door

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/contacts"
)

// attribute begins the name of a parameter that is a further column of the contacts.
const attribute = "attr:"

// NarrowNames are the parameters of Narrow among those of an address: those that are known, and any further column.
func NarrowNames(q url.Values) []string {
	names := []string{"owner", "team", "location", "product", "tier", "language", "stopped", "no_address", "no_owner"}
	for name := range q {
		if strings.HasPrefix(name, attribute) {
			names = append(names, name)
		}
	}
	return names
}

// Narrow reads what a list of contacts is narrowed to; "" narrows nothing. Problems: parameter_choice, and those of contacts.Narrow.
func (d *Desk) Narrow(ctx context.Context, q url.Values) (contacts.Narrow, error) {
	var n contacts.Narrow
	for name, to := range map[string]*[]string{
		"team": &n.Teams, "location": &n.Locations, "product": &n.Products, "tier": &n.Tiers, "language": &n.Languages, "stopped": &n.Stopped,
	} {
		*to = d.said(q[name])
	}
	for name, values := range q {
		if heading, ok := strings.CutPrefix(name, attribute); ok && len(d.said(values)) > 0 {
			if n.Attrs == nil {
				n.Attrs = map[string][]string{}
			}
			n.Attrs[heading] = d.said(values)
		}
	}
	for name, to := range map[string]*bool{"no_address": &n.NoAddress, "no_owner": &n.NoOwner} {
		switch q.Get(name) {
		case "", "no":
		case "yes":
			*to = true
		default:
			return n, apperr.New(apperr.Invalid, "parameter_choice", name, "Known", "yes, no")
		}
	}
	var err error
	if n.Owners, err = d.StaffAmong(ctx, slices.DeleteFunc(slices.Clone(q["owner"]), func(v string) bool { return v == "" })); err != nil {
		return n, err
	}
	return n, n.Check()
}

// said are the values of a parameter that say something.
func (d *Desk) said(values []string) (all []string) {
	for _, v := range values {
		if v = strings.TrimSpace(d.ValueIn(v)); v != "" {
			all = append(all, v)
		}
	}
	return all
}

// Narrowed writes what Narrow reads, as addresses carry it.
func (d *Desk) Narrowed(n contacts.Narrow) url.Values {
	q := url.Values{}
	add := func(name string, values []string) {
		for _, v := range values {
			if strings.Contains(v, "@") {
				v = d.Discreet(v)
			}
			q.Add(name, v)
		}
	}
	for _, id := range n.Owners {
		q.Add("owner", d.Handle(id))
	}
	for name, values := range map[string][]string{
		"team": n.Teams, "location": n.Locations, "product": n.Products, "tier": n.Tiers, "language": n.Languages, "stopped": n.Stopped,
	} {
		add(name, values)
	}
	for heading, values := range n.Attrs {
		add(attribute+heading, values)
	}
	for name, said := range map[string]bool{"no_address": n.NoAddress, "no_owner": n.NoOwner} {
		if said {
			q.Set(name, "yes")
		}
	}
	return q
}
