package main

import "onetap/internal/access"

func (d *desk) casePages() []route {
	return []route{
		{"GET /cases", access.ReadCases, d.caseBoard},
		{"POST /cases/find", access.ReadCases, d.findCases},
		{"GET /cases/{case}", access.ReadCases, d.casePage},
		{"POST /cases/{case}", access.WorkCases, d.workOnCasePage},
	}
}
