package org

import (
	"onetap/internal/authz"
	"onetap/internal/door"
)

func (d *Pages) staffRoutes() []door.Route {
	return []door.Route{
		door.On("GET /staff", authz.WriteStaff, d.showStaff, ""),
		door.On("POST /staff/search", authz.WriteStaff, d.searchStaff, door.Unaudited),
		door.On("GET /staff/new", authz.WriteStaff, d.newStaff, ""),
		door.On("POST /staff", authz.WriteStaff, d.addStaff, "staff"),
		door.On("GET /staff/import", authz.WriteStaff, d.askStaffList, ""),
		door.On("POST /staff/import", authz.WriteStaff, d.importStaff, "staff.import"),
		door.On("GET /staff/{person}", authz.WriteStaff, d.showPerson, ""),
		door.On("POST /staff/{person}", authz.WriteStaff, d.editPerson, "staff.change"),
		door.On("POST /staff/{person}/remove", authz.WriteStaff, d.removePerson, "staff.remove"),
		door.On("POST /staff/{person}/sign-out", authz.WriteStaff, d.signOutPerson, "staff.sign-out"),
	}
}
