package door

import (
	"context"
	"net/url"
	"strings"

	"onetap/internal/survey"
)

// Handle is a staff member's id as addresses carry it.
func (d *Desk) Handle(id string) string { return d.Keys.Conceal("staff", strings.ToLower(id)) }

// StaffIn is the staff id that a query parameter means, in small letters where it was concealed.
func (d *Desk) StaffIn(parameter string) string {
	if id, ok := d.Keys.Reveal("staff", parameter); ok {
		return id
	}
	return parameter
}

// StaffAmong is StaffIn of several parameters; ids that were concealed have the letters' case of the staff list.
func (d *Desk) StaffAmong(ctx context.Context, parameters []string) ([]string, error) {
	ids, concealed := make([]string, len(parameters)), false
	for i, p := range parameters {
		ids[i] = d.StaffIn(p)
		concealed = concealed || ids[i] != p
	}
	if !concealed {
		return ids, nil
	}
	staff, err := d.Store.Staff(ctx)
	for _, m := range staff {
		for i, id := range ids {
			if id != parameters[i] && strings.EqualFold(id, m.ID) {
				ids[i] = m.ID
			}
		}
	}
	return ids, err
}

// Handles are the staff by their handles, and by those that earlier versions made, which stand in audit entries still.
func (d *Desk) Handles(staff []survey.Staff) map[string]survey.Staff {
	all := make(map[string]survey.Staff, 2*len(staff))
	for _, m := range staff {
		all[d.Handle(m.ID)] = m
		all[d.Keys.Seal("staff", strings.ToLower(m.ID))] = m
	}
	return all
}

// Discreet is any other value as a query parameter carries it: plain, so that people can read it, unless it looks like an e-mail
// address, which is concealed.
func (d *Desk) Discreet(value string) string {
	return url.QueryEscape(d.Parameter(value))
}

// Parameter is Discreet before it is escaped, for the fields of a form that stand in an address.
func (d *Desk) Parameter(value string) string {
	if strings.Contains(value, "@") {
		return d.Keys.Conceal("value", value)
	}
	return value
}

// ValueIn is the value that Discreet wrote as parameter.
func (d *Desk) ValueIn(parameter string) string {
	if value, ok := d.Keys.Reveal("value", parameter); ok {
		return value
	}
	return parameter
}
