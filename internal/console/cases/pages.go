// Package cases is the pages of cases: the board, and one case with what can be done about it.
package cases

import (
	"onetap/internal/authz"
	"onetap/internal/console/shell"
	"onetap/internal/door"
)

// Pages answers the requests for these pages. It is safe for concurrent use.
type Pages struct{ *shell.Shell }

// Routes lists the pages.
func (d *Pages) Routes() []door.Route {
	return []door.Route{
		door.On("GET /cases", authz.ReadCases, d.caseBoard, ""),
		door.On("POST /cases/download", authz.ReadCases, d.downloadCases, "cases.download"),
		door.On("POST /cases/find", authz.ReadCases, d.findCases, door.Unaudited),
		door.On("POST /cases/bulk", authz.WorkCases, d.bulk, "cases.change"),
		door.On("GET /cases/huddle", authz.HoldHuddles, d.huddlePage, ""),
		door.On("POST /cases/huddle", authz.HoldHuddles, d.saveHuddle, "cases.huddle"),
		door.On("GET /cases/company", authz.HoldHuddles, d.companyPage, ""),
		door.On("POST /cases/company", authz.LeadBoard, d.answerIssue, "cases.company"),
		door.On("GET /cases/run", authz.ReadCases, d.runPage, ""),
		door.On("POST /cases/run/download", authz.ReadCases, d.downloadRun, "cases.run.download"),
		door.On("GET /cases/{case}", authz.ReadCases, d.casePage, ""),
		door.On("POST /cases/{case}/tell", authz.WorkCases, d.tell, "cases.tell"),
		door.On("POST /cases/{case}", authz.WorkCases, d.workOnCasePage, "cases.change"),
	}
}
