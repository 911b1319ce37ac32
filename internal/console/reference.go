package console

import (
	"context"
	"net/url"
	"strings"

	"onetap/internal/survey"
)

// An address of a page names nobody by what may be personal: an id of the staff, a token's name or a team may be an e-mail
// address. They stand there concealed. What stands there plain is taken too: bookmarks and programs have it.

// handle is a staff member's id as addresses carry it.
func (d *Desk) handle(id string) string { return d.keys.Conceal("staff", strings.ToLower(id)) }

// staffIn is the staff id that a query parameter means, in small letters where it was concealed.
func (d *Desk) staffIn(parameter string) string {
	if id, ok := d.keys.Reveal("staff", parameter); ok {
		return id
	}
	return parameter
}

// staffAmong is staffIn of several, with the letters' case that the staff list has.
func (d *Desk) staffAmong(ctx context.Context, parameters []string) ([]string, error) {
	ids, concealed := make([]string, len(parameters)), false
	for i, p := range parameters {
		ids[i] = d.staffIn(p)
		concealed = concealed || ids[i] != p
	}
	if !concealed {
		return ids, nil
	}
	staff, err := d.store.Staff(ctx)
	for _, m := range staff {
		for i, id := range ids {
			if id != parameters[i] && strings.EqualFold(id, m.ID) {
				ids[i] = m.ID
			}
		}
	}
	return ids, err
}

// handles finds people by what addresses carry: handles, those of earlier versions too, which the audit list has kept.
func (d *Desk) handles(staff []survey.Staff) map[string]survey.Staff {
	all := make(map[string]survey.Staff, 2*len(staff))
	for _, m := range staff {
		all[d.handle(m.ID)] = m
		all[d.keys.Seal("staff", strings.ToLower(m.ID))] = m
	}
	return all
}

// discreet is any other value as addresses carry it: plain, so that they can be read, but for what looks like an address.
func (d *Desk) discreet(value string) string {
	if strings.Contains(value, "@") {
		return d.keys.Conceal("value", value)
	}
	return url.QueryEscape(value)
}

// valueIn is what discreet was given.
func (d *Desk) valueIn(parameter string) string {
	if value, ok := d.keys.Reveal("value", parameter); ok {
		return value
	}
	return parameter
}
