package main

import "onetap/internal/access"

func (d *desk) staffPages() []route {
	return []route{
		{"GET /staff", access.WriteStaff, d.showStaff},
		{"POST /staff/search", access.WriteStaff, d.searchStaff},
		{"GET /staff/new", access.WriteStaff, d.newStaff},
		{"POST /staff", access.WriteStaff, d.addStaff},
		{"GET /staff/import", access.WriteStaff, d.askStaffList},
		{"POST /staff/import", access.WriteStaff, d.importStaff},
		{"GET /staff/{person}", access.WriteStaff, d.showPerson},
		{"POST /staff/{person}", access.WriteStaff, d.editPerson},
		{"POST /staff/{person}/remove", access.WriteStaff, d.removePerson},
		{"POST /staff/{person}/sign-out", access.WriteStaff, d.signOutPerson},
	}
}
