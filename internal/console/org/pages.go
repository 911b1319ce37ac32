// Package org is the pages of the company: staff, settings, tokens, who did what.
package org

import (
	"slices"

	"onetap/internal/authz"
	"onetap/internal/console/shell"
	"onetap/internal/door"
)

// Pages answers the requests for these pages. It is safe for concurrent use.
type Pages struct{ *shell.Shell }

// Routes lists the pages.
func (d *Pages) Routes() []door.Route {
	return slices.Concat(d.staffRoutes(), d.settingsRoutes(), d.themesRoutes(), d.rightsRoutes())
}

func (d *Pages) rightsRoutes() []door.Route {
	return []door.Route{
		door.On("GET /settings/people", authz.PeoplesRights, d.showRights, ""),
		door.On("POST /settings/people/find", authz.PeoplesRights, d.findPerson, door.Unaudited),
		door.On("POST /settings/people/export", authz.PeoplesRights, d.exportPerson, "people.export"),
		door.On("POST /settings/people/erase", authz.PeoplesRights, d.erasePerson, "people.erase"),
		door.On("GET /settings/people/erasures/{erasure}", authz.PeoplesRights, d.showErasure, ""),
		door.On("POST /settings/people/erasures/{erasure}/go-on", authz.PeoplesRights, d.goOnErasing, "people.erase.go-on"),
		door.On("POST /settings/people/erasures/{erasure}/end", authz.PeoplesRights, d.endErasing, "people.erase.end"),
		door.On("GET /settings/people/grounds", authz.PeoplesRights, d.showLaw, ""),
		door.On("POST /settings/people/grounds", authz.PeoplesRights, d.saveLaw, "people.grounds"),
		door.On("GET /settings/people/retention", authz.PeoplesRights, d.showRetention, ""),
		door.On("POST /settings/people/retention", authz.PeoplesRights, d.saveRetention, "people.retention"),
		door.On("POST /settings/people/retention/switch", authz.PeoplesRights, d.switchRetention, "people.retention.switch"),
		door.On("POST /settings/people/lift", authz.PeoplesRights, d.liftBlock, "people.lift"),
	}
}

func (d *Pages) staffRoutes() []door.Route {
	return []door.Route{
		door.On("GET /staff", authz.WriteStaff, d.showStaff, ""),
		door.On("POST /staff/search", authz.WriteStaff, d.searchStaff, door.Unaudited),
		door.On("GET /staff/new", authz.WriteStaff, d.newStaff, ""),
		door.On("POST /staff", authz.WriteStaff, d.addStaff, "staff"),
		door.On("GET /staff/import", authz.WriteStaff, askStaffList, ""),
		door.On("POST /staff/import", authz.WriteStaff, d.importStaff, "staff.import"),
		door.On("POST /staff/import/check", authz.WriteStaff, d.lookAtStaff, door.Unaudited),
		door.On("GET /staff/uploads", authz.WriteStaff, d.staffHistory, ""),
		door.On("GET /staff/uploads/{upload}", authz.WriteStaff, d.staffUpload, ""),
		door.On("POST /staff/uploads/{upload}/undo", authz.WriteStaff, d.undoStaff, "staff.undo"),
		door.On("GET /staff/{person}", authz.WriteStaff, d.showPerson, ""),
		door.On("POST /staff/{person}", authz.WriteStaff, d.editPerson, "staff.change"),
		door.On("POST /staff/{person}/remove", authz.WriteStaff, d.removePerson, "staff.remove"),
		door.On("POST /staff/{person}/sign-out", authz.WriteStaff, d.signOutPerson, "staff.sign-out"),
		door.On("POST /staff/{person}/devices/{device}/end", authz.WriteStaff, d.endPersonsDevice, "staff.devices.end"),
	}
}

func (d *Pages) settingsRoutes() []door.Route {
	return []door.Route{
		door.On("GET /settings", authz.WriteSettings, d.showSettings, ""),
		door.On("POST /settings", authz.WriteSettings, d.saveSettings, "settings"),
		door.On("GET /settings/deadlines", authz.WriteSettings, d.showDeadlines, ""),
		door.On("POST /settings/deadlines", authz.WriteSettings, d.saveDeadlines, "settings.deadlines"),
		door.On("GET /settings/cases", authz.WriteSettings, d.showPractice, ""),
		door.On("POST /settings/cases", authz.WriteSettings, d.savePractice, "settings.cases"),
		door.On("GET /settings/procedures", authz.WriteSettings, d.showProcedures, ""),
		door.On("GET /settings/procedures/{procedure}", authz.WriteSettings, d.editProcedure, ""),
		door.On("POST /settings/procedures/{procedure}", authz.WriteSettings, d.saveProcedure, "settings.procedures"),
		door.On("GET /procedures", authz.Anyone, d.technology, ""),
		door.On("GET /procedures/{procedure}", authz.Anyone, d.readProcedure, ""),
		door.On("GET /settings/frequency", authz.WriteSettings, d.showFrequency, ""),
		door.On("POST /settings/frequency", authz.WriteSettings, d.saveFrequency, "settings.frequency"),
		door.On("GET /settings/touchpoints", authz.WriteSettings, d.showTouchpoints, ""),
		door.On("POST /settings/touchpoints", authz.WriteSettings, d.saveTouchpoints, "settings.touchpoints"),
		door.On("GET /settings/sign-in", authz.WriteSettings, d.showTrusted, ""),
		door.On("POST /settings/sign-in", authz.WriteSettings, d.saveTrusted, "settings.sign-in"),
		door.On("GET /settings/tokens", authz.ManageTokens, d.showTokens, ""),
		door.On("POST /settings/tokens", authz.ManageTokens, d.makeToken, "settings.tokens"),
		door.On("POST /settings/tokens/{token}/revoke", authz.ManageTokens, d.revokeToken, "settings.tokens.revoke"),
		door.On("GET /settings/audit", authz.ReadAudit, d.showAudit, ""),
		door.On("POST /settings/audit/download", authz.ReadAudit, d.downloadAudit, "audit.download"),
	}
}
