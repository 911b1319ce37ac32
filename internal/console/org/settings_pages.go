package org

import (
	"onetap/internal/authz"
	"onetap/internal/console/shell"
	"onetap/internal/door"
)

func (d *Pages) settingsRoutes() []door.Route {
	return []door.Route{
		door.On("GET /settings", authz.WriteSettings, d.showSettings, ""),
		door.On("POST /settings", authz.WriteSettings, d.saveSettings, "settings"),
		door.On("GET /settings/tokens", authz.ManageTokens, d.showTokens, ""),
		door.On("POST /settings/tokens", authz.ManageTokens, d.makeToken, "settings.tokens"),
		door.On("POST /settings/tokens/{token}/revoke", authz.ManageTokens, d.revokeToken, "settings.tokens.revoke"),
		door.On("GET /settings/audit", authz.ReadAudit, d.showAudit, ""),
	}
}

// tabsOf are the parts of the settings that somebody may see.
func tabsOf(f *shell.Frame, path string) []shell.Tab {
	var all []shell.Tab
	for _, t := range []struct {
		path, label string
		needs       authz.Action
	}{{"/settings", "settings.tab", authz.WriteSettings}, {"/settings/tokens", "tokens.tab", authz.ManageTokens}, {"/settings/audit", "audit.tab", authz.ReadAudit}} {
		if f.Can(t.needs) {
			all = append(all, shell.Tab{Href: t.path, Label: f.Lang.T(t.label), Here: t.path == path})
		}
	}
	return all
}
