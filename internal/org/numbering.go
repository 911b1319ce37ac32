package org

import (
	"strings"

	"onetap/internal/survey"
)

// IDs makes the id of somebody whom lists name by an address and nothing else. keys.Keys is one.
type IDs interface {
	StaffID(email string) string
}

// numbering says by which id somebody is known of whom a list, a form or a program says an id, an address or both. Ids stand in the
// table's keys and in figures, where addresses must not: an id that is an address is taken for one, and made into an id that tells
// nothing. Who has an address for an id from before keeps it.
type numbering struct {
	keys   IDs
	byID   map[string]survey.Staff // small letters
	byMail map[string]survey.Staff
}

func newNumbering(keys IDs, known []survey.Staff) numbering {
	n := numbering{keys, map[string]survey.Staff{}, map[string]survey.Staff{}}
	for _, m := range known {
		n.know(m)
	}
	return n
}

func (n numbering) know(m survey.Staff) {
	n.byID[strings.ToLower(m.ID)], n.byMail[survey.OneSpelling(m.Email)] = m, m
}

// number sets somebody's id and what it is made of. Without an id it is whoever has the address; "" where there is neither.
func (n numbering) number(m *survey.Staff) {
	id, email := strings.TrimSpace(m.ID), survey.OneSpelling(strings.TrimSpace(m.Email))
	known, there := n.byID[strings.ToLower(id)]
	if id == "" {
		known, there = n.byMail[email]
	}
	if there {
		if id == "" {
			id = known.ID
		}
		m.ID, m.Written = id, known.Written
		return
	}
	if m.ID, m.Written = id, ""; id == "" {
		id = email
	}
	if address, err := survey.NormalizeEmail(id); err == nil {
		m.ID, m.Written = n.keys.StaffID(address), address
	}
}
