package main

import "onetap/internal/access"

func (d *desk) settingsPages() []route {
	return []route{
		{"GET /settings", access.WriteSettings, d.showSettings},
		{"POST /settings", access.WriteSettings, d.saveSettings},
		{"GET /settings/tokens", access.ManageTokens, d.showTokens},
		{"POST /settings/tokens", access.ManageTokens, d.makeToken},
		{"POST /settings/tokens/{token}/revoke", access.ManageTokens, d.revokeToken},
		{"GET /settings/audit", access.ReadAudit, d.showAudit},
	}
}

// tab is one of the parts of the settings.
type tab struct {
	Href, Label string
	Here        bool
}

func (f *frame) tabs(path string) []tab {
	var all []tab
	for _, t := range []struct {
		path, label string
		needs       access.Action
	}{{"/settings", "settings.tab", access.WriteSettings}, {"/settings/tokens", "tokens.tab", access.ManageTokens}, {"/settings/audit", "audit.tab", access.ReadAudit}} {
		if f.Can(t.needs) {
			all = append(all, tab{t.path, f.lang.T(t.label), t.path == path})
		}
	}
	return all
}
