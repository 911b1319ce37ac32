package org_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/contacts"
	"onetap/internal/org"
	"onetap/internal/store"
	"onetap/internal/survey"
)

var chief = authz.Who{Staff: survey.Staff{ID: "chief", Role: survey.RoleAdministrator}}

// staffOf are the staff by id.
func staffOf(t *testing.T, c *org.Company) map[string]survey.Staff {
	t.Helper()
	all, err := c.Store.(*store.Store).Staff(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]survey.Staff{}
	for _, m := range all {
		by[m.ID] = m
	}
	return by
}

// A row without a code is whoever has the address, however it is spelt; a code of one person with the address of another is refused by line.
func TestStaffAreKnownByAddress(t *testing.T) {
	t.Parallel()
	known := []survey.Staff{{ID: "kim", Email: "kim@xn--e1afmkfd.xn--p1ai", Name: "Ким"}, {ID: "lee", Email: "lee@example.com", Name: "Ли", Role: survey.RoleManager}}
	file := "код;email;имя\n;KIM@Пример.РФ;Мария Ким\n;LEE@EXAMPLE.COM;Ли\nK-17;lee@example.com;Ли\n;new@example.com;Новая\n"
	staff, refused, asks, err := org.ReadStaff(spelt{}, []byte(file), "", nil, known...)
	if err != nil || len(asks) > 0 {
		t.Fatalf("%v, %v", asks, err)
	}
	var ids []string
	for _, m := range staff {
		ids = append(ids, m.ID)
	}
	if want := []string{"kim", "lee", "s-new-example-com"}; !slices.Equal(ids, want) || staff[1].Role != survey.RoleManager {
		t.Errorf("%v, want %v; %+v", ids, want, staff)
	}
	if len(refused) != 1 || refused[0].Code != "duplicate" {
		t.Errorf("twice in one list: %+v", refused)
	}
	_, refused, _, err = org.ReadStaff(spelt{}, []byte("код;email\nK-17;lee@example.com\nkim;lee@example.com\n"), "", nil, known...)
	if err != nil || len(refused) != 2 || refused[0].Code != "address_taken" || refused[0].Who != "Ли" || refused[0].Has != "lee" || refused[0].Given != "K-17" {
		t.Errorf("%+v, %v", refused, err)
	}
	c, s := company(t)
	if err := s.PutStaff(t.Context(), known); err != nil {
		t.Fatal(err)
	}
	out, err := c.TakeList(t.Context(), org.OfMembers([]survey.Staff{{Email: "Kim@ПРИМЕР.рф", Name: "Ким", Team: "Юг"}, {Email: "new@example.com"}}), org.Said{})
	if err != nil || out.New != 1 || out.Changed != 1 || staffOf(t, c)["kim"].Team != "Юг" {
		t.Errorf("as JSON: %+v, %v", out, err)
	}
}

// Where a name may be two people's, it is asked who is meant: of managers, and of who comes without a code and with another address.
func TestStaffAsksWhoIsMeant(t *testing.T) {
	t.Parallel()
	c, s := company(t)
	known := []survey.Staff{
		{ID: "p1", Email: "p1@example.com", Name: "Анна Петрова", Role: survey.RoleManager},
		{ID: "p2", Email: "p2@example.com", Name: "Петрова Анна", Role: survey.RoleManager},
		{ID: "kim", Email: "kim@example.com", Name: "Мария Ким", Role: survey.RoleAnalyst},
	}
	if err := s.PutStaff(t.Context(), known); err != nil {
		t.Fatal(err)
	}
	file := []byte("email;имя;руководитель\nray@example.com;Рей;Анна Петрова\nkim@new.example.com;Ким Мария;\n")
	if _, err := c.TakeList(t.Context(), org.OfFile(file, "", nil), org.Said{}); !apperr.Is(err, "staff_ambiguous") || len(staffOf(t, c)) != 3 {
		t.Fatalf("not said: %v", err)
	}
	out, err := c.TakeList(t.Context(), org.OfFile(file, "", nil), org.Said{Look: true})
	want := []org.Ask{
		{Kind: org.AskPerson, Name: "Ким Мария", Email: "kim@new.example.com", Line: 3, Count: 1, Staff: []string{"kim"}},
		{Kind: org.AskManager, Name: "Анна Петрова", Line: 2, Count: 1, Staff: []string{"p1", "p2"}},
	}
	if diff := cmp.Diff(want, out.Asks); err != nil || diff != "" {
		t.Fatalf("%v\n%s", err, diff)
	}
	said := org.Answers{want[0].Key(): "kim", want[1].Key(): "p2"}
	if out, err = c.TakeList(t.Context(), org.OfFile(file, "", said), org.Said{}); err != nil || out.New != 1 || out.Changed != 1 {
		t.Fatalf("%+v, %v", out, err)
	}
	all := staffOf(t, c)
	if all["s-ray-example-com"].Manager != "p2" || all["kim"].Email != "kim@new.example.com" || all["kim"].Role != survey.RoleAnalyst || len(all) != 4 {
		t.Errorf("%+v", all)
	}
	again := []byte("email;имя\nkim@third.example.com;Мария Ким\n")
	said = org.Answers{"person:kim@third.example.com": ""}
	if out, err = c.TakeList(t.Context(), org.OfFile(again, "", said), org.Said{}); err != nil || out.New != 1 {
		t.Errorf("somebody new: %+v, %v", out, err)
	}
}

// A list that takes something away is asked about, stands in the history, and is undone whole; whoever was changed or has begun to work since stays.
func TestUndoStaff(t *testing.T) {
	t.Parallel()
	c, s := company(t)
	known := []survey.Staff{
		{ID: "chief", Email: "chief@example.com", Role: survey.RoleAdministrator},
		{ID: "kim", Email: "kim@example.com", Name: "Ким", Role: survey.RoleOwner, Team: "Юг", Manager: "chief", Phone: "+74951234567"},
		{ID: "lee", Email: "lee@example.com", Name: "Ли", Role: survey.RoleOwner, Team: "Юг"},
	}
	if err := s.PutStaff(t.Context(), known); err != nil {
		t.Fatal(err)
	}
	before := staffOf(t, c)
	list := org.OfFile([]byte("id;email;имя\nkim;kim@example.com;Ким\nlee;lee@example.com;Ли\nnew;new@example.com;Новая\nworks;works@example.com;Другая\n"), "", nil)
	if _, err := c.TakeList(t.Context(), list, org.Said{}); !apperr.Is(err, "staff_loses") {
		t.Fatalf("%v", err)
	}
	if diff := cmp.Diff(before, staffOf(t, c)); diff != "" {
		t.Errorf("refused, and written: %s", diff)
	}
	lost := survey.Losses{Team: 2, Manager: 1, Phone: 1}
	out, err := c.TakeList(t.Context(), list, org.Said{Confirmed: true, Sent: contacts.SentBy(chief, "staff.csv")})
	if err != nil || out.New != 2 || out.Changed != 2 || out.Lost != lost || len(out.Losers) != 2 || out.Upload == "" {
		t.Fatalf("%+v, %v", out, err)
	}
	if again, err := c.TakeList(t.Context(), list, org.Said{}); err != nil || again.Unchanged != 4 || again.Upload != "" {
		t.Errorf("again: %+v, %v", again, err)
	}
	uploads, _, err := c.History(t.Context(), "")
	if err != nil || len(uploads) != 1 || uploads[0].ID != out.Upload || uploads[0].Lost != lost || uploads[0].By != "chief" || uploads[0].File != "staff.csv" {
		t.Fatalf("%+v, %v", uploads, err)
	}
	session := authz.Session{ID: "s", Staff: "works", Created: now, Expires: now.Add(time.Hour)}
	if err := s.PutSession(t.Context(), session); err != nil {
		t.Fatal(err)
	}
	lee := staffOf(t, c)["lee"]
	lee.Team = "Север"
	if err := s.PutStaff(t.Context(), []survey.Staff{lee}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		u, err := c.Undo(t.Context(), chief, out.Upload)
		if err != nil || u.State != survey.UploadUndone || u.Undo.Restored != 1 || u.Undo.Removed != 1 || u.Undo.Changed != 1 || u.Undo.Used != 1 {
			t.Fatalf("%+v, %v", u.Undo, err)
		}
		after := staffOf(t, c)
		if _, there := after["new"]; there || after["kim"] != before["kim"] || after["lee"] != lee || after["works"].Name != "Другая" {
			t.Errorf("%+v", after)
		}
	}
	c.Now = func() time.Time { return now.Add(survey.UndoFor) }
	if _, err := c.Undo(t.Context(), chief, out.Upload); !apperr.Is(err, "undo_too_late") {
		t.Errorf("after 30 days: %v", err)
	}
	if _, err := c.Undo(t.Context(), chief, strings.Repeat("x", 16)); !apperr.Is(err, "upload_unknown") {
		t.Errorf("no upload: %v", err)
	}
}
