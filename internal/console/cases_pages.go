package console

import "onetap/internal/authz"

func (d *Desk) casePages() []route {
	return []route{
		{"GET /cases", authz.ReadCases, d.caseBoard, ""},
		{"POST /cases/find", authz.ReadCases, d.findCases, unaudited},
		{"GET /cases/{case}", authz.ReadCases, d.casePage, ""},
		{"POST /cases/{case}", authz.WorkCases, d.workOnCasePage, "cases.change"},
	}
}
