// Package org is the pages of the company: staff, settings, tokens, who did what.
package org

import (
	"slices"

	"onetap/internal/console/shell"
	"onetap/internal/door"
)

// Pages answers them.
type Pages struct{ *shell.Shell }

// Routes lists the pages.
func (d *Pages) Routes() []door.Route { return slices.Concat(d.staffRoutes(), d.settingsRoutes()) }
