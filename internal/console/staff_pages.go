package console

import "onetap/internal/authz"

func (d *Desk) staffPages() []route {
	return []route{
		{"GET /staff", authz.WriteStaff, d.showStaff, ""},
		{"POST /staff/search", authz.WriteStaff, d.searchStaff, unaudited},
		{"GET /staff/new", authz.WriteStaff, d.newStaff, ""},
		{"POST /staff", authz.WriteStaff, d.addStaff, "staff"},
		{"GET /staff/import", authz.WriteStaff, d.askStaffList, ""},
		{"POST /staff/import", authz.WriteStaff, d.importStaff, "staff.import"},
		{"GET /staff/{person}", authz.WriteStaff, d.showPerson, ""},
		{"POST /staff/{person}", authz.WriteStaff, d.editPerson, "staff.change"},
		{"POST /staff/{person}/remove", authz.WriteStaff, d.removePerson, "staff.remove"},
		{"POST /staff/{person}/sign-out", authz.WriteStaff, d.signOutPerson, "staff.sign-out"},
	}
}
