package org_test

import (
	"testing"

	"onetap/internal/org"
	"onetap/internal/survey"
)

// No new id is an address, whatever says it; who has one from before keeps it, and a list that is sent back changes nothing.
func TestAddressesAreNoIDs(t *testing.T) {
	t.Parallel()
	c, s := company(t)
	old := survey.Staff{ID: "old@example.com", Email: "old@example.com", Name: "Old", Role: survey.RoleAdministrator}
	if err := s.PutStaff(t.Context(), []survey.Staff{old}); err != nil {
		t.Fatal(err)
	}
	take := func(list org.List, changed int) map[string]survey.Staff {
		t.Helper()
		out, err := c.TakeList(t.Context(), list, org.Said{Confirmed: true})
		if err != nil || out.New+out.Changed != changed || len(out.Refusals)+len(out.Warnings) > 0 {
			t.Fatalf("%+v, %v", out, err)
		}
		return staffOf(t, c)
	}
	file := org.OfFile([]byte("id;email;name;manager\n;old@example.com;Old;\nKim@Corp.example;kim@example.com;Kim;OLD@example.com\n;lee@example.com;Lee;kim@corp.example\n"), "", nil)
	all := take(file, 2)
	kim, lee := all["s-kim-corp-example"], all["s-lee-example-com"]
	if len(all) != 3 || all[old.ID] != old || kim.Written != "kim@corp.example" || kim.Manager != old.ID || lee.Manager != kim.ID {
		t.Errorf("%+v", all)
	}
	take(file, 0)
	back := take(org.OfMembers([]survey.Staff{old, kim, {ID: "lee@example.com", Email: "lee@example.com", Name: "Lee", Manager: kim.ID}}), 0)
	if len(back) != 3 {
		t.Errorf("%+v", back)
	}
	all = take(org.OfMembers([]survey.Staff{{ID: "ray@example.com", Email: "ray@example.com", Manager: "kim@example.com"}, {Email: "lee@example.com", Name: "Lee", Manager: kim.ID}}), 1)
	if ray := all["s-ray-example-com"]; ray.Manager != kim.ID || len(all) != 4 {
		t.Errorf("%+v", all)
	}
	// Lists go on finding somebody by the address that the id was made of, unless it is another's by now.
	kim.Email = "maria@example.com"
	all = take(org.OfMembers([]survey.Staff{kim}), 1)
	staff := []survey.Staff{all[kim.ID], {ID: "new", Email: "lee@example.com"}, {ID: lee.ID, Email: "moved@example.com", Written: "lee@example.com"}}
	d := survey.NewDirectory(staff)
	for owner, id := range map[string]string{"Kim@corp.example": kim.ID, "Kim <kim@corp.example>": kim.ID, "maria@example.com": kim.ID, "lee@example.com": "new"} {
		if m, ok := d.Find(owner); !ok || m.ID != id {
			t.Errorf("%s is %+v", owner, m)
		}
	}
}
