package org

import (
	"slices"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

// checkManagers refuses changes of the staff by which somebody would lead their own manager, over however many others: what is overdue
// climbs from manager to manager and would go round. Problem: staff_manager_loop, with the names.
func checkManagers(stored, write []survey.Staff) error {
	after := map[string]survey.Staff{}
	for _, m := range slices.Concat(stored, write) {
		after[strings.ToLower(m.ID)] = m
	}
	for _, m := range write {
		start := strings.ToLower(m.ID)
		chain := []string{NameOf(m)}
		seen := map[string]bool{start: true}
		for id := strings.ToLower(m.Manager); id != ""; id = strings.ToLower(after[id].Manager) {
			next, there := after[id]
			if !there {
				break
			}
			chain = append(chain, NameOf(next))
			if id == start {
				return apperr.New(apperr.Invalid, "staff_manager_loop", "manager", "Names", strings.Join(chain, " → "))
			}
			if seen[id] { // a loop of others, which is not this change's
				break
			}
			seen[id] = true
		}
	}
	return nil
}
