package console

import "onetap/internal/authz"

func (d *Desk) settingsPages() []route {
	return []route{
		{"GET /settings", authz.WriteSettings, d.showSettings, ""},
		{"POST /settings", authz.WriteSettings, d.saveSettings, "settings"},
		{"GET /settings/tokens", authz.ManageTokens, d.showTokens, ""},
		{"POST /settings/tokens", authz.ManageTokens, d.makeToken, "settings.tokens"},
		{"POST /settings/tokens/{token}/revoke", authz.ManageTokens, d.revokeToken, "settings.tokens.revoke"},
		{"GET /settings/audit", authz.ReadAudit, d.showAudit, ""},
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
		needs       authz.Action
	}{{"/settings", "settings.tab", authz.WriteSettings}, {"/settings/tokens", "tokens.tab", authz.ManageTokens}, {"/settings/audit", "audit.tab", authz.ReadAudit}} {
		if f.Can(t.needs) {
			all = append(all, tab{t.path, f.lang.T(t.label), t.path == path})
		}
	}
	return all
}
