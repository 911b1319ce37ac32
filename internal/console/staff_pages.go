package console

import "onetap/internal/authz"

func (d *Desk) staffPages() []route {
	return []route{
		{"GET /staff", authz.WriteStaff, d.showStaff},
		{"POST /staff/search", authz.WriteStaff, d.searchStaff},
		{"GET /staff/new", authz.WriteStaff, d.newStaff},
		{"POST /staff", authz.WriteStaff, d.addStaff},
		{"GET /staff/import", authz.WriteStaff, d.askStaffList},
		{"POST /staff/import", authz.WriteStaff, d.importStaff},
		{"GET /staff/{person}", authz.WriteStaff, d.showPerson},
		{"POST /staff/{person}", authz.WriteStaff, d.editPerson},
		{"POST /staff/{person}/remove", authz.WriteStaff, d.removePerson},
		{"POST /staff/{person}/sign-out", authz.WriteStaff, d.signOutPerson},
	}
}
