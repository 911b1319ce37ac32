package org_test

import (
	"strings"
	"testing"

	"onetap/internal/calendar"
	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
	"onetap/internal/loop"
)

func TestDeadlines(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	g := w.As(t, "administrator")
	const path = "/settings/deadlines"
	g.Get(path).Want(t, 200, "Nothing is saved yet", `value="2"`, "If a detractor answers now")
	form := func(version string, change ...string) []string {
		fields := []string{
			"version", version, "country", "ru", "days", "31.12.2027 выходной\n20.02.2027 works", "until", "2027-12-31", "top_days", "3", "morning", "8",
			"length0", "2", "unit0", "days", "length1", "4", "unit1", "hours", "tier1", "gold", "audience1", "customers", "length2", "", "unit2", "days",
		}
		for _, day := range []string{"day1", "day2", "day3", "day4", "day5"} {
			fields = append(fields, day+"_from", "10", day+"_until", "19")
		}
		for i := 0; i < len(change); i += 2 {
			for j := 0; j < len(fields); j += 2 {
				if fields[j] == change[i] {
					fields[j+1] = change[i+1]
				}
			}
		}
		return fields
	}
	for _, tt := range []struct{ field, value, says string }{
		{"days", "31.12.2027\nsometime", "Line 2 cannot be read"},
		{"length1", "0", "Line 2: give 1 to 30 working days, or 1 to 240 working hours"},
		{"length1", "soon", "a whole number"},
		{"top_days", "0", "From 1 to 30 working days"},
		{"day3_until", "9", "has to begin before it ends"},
		{"until", "soon", "Write the date like this"},
	} {
		g.Send(path, form("0", tt.field, tt.value)...).Want(t, 400, tt.says, tt.value)
	}
	if s, err := w.Store.Schedule(t.Context()); err != nil || !s.IsZero() {
		t.Fatalf("half-written: %+v, %v", s, err)
	}
	g.Send(path, form("0")...).Want(t, 303)
	s, err := w.Store.Schedule(t.Context())
	if err != nil || s.Work.Week[1] != (calendar.Hours{From: 10, Until: 19}) || s.Work.Country != "ru" || len(s.Work.Days) != 2 || len(s.Terms) != 2 || s.Terms[1] != (loop.Term{Audience: "customers", Tier: "gold", Hours: 4}) ||
		s.TopDays != 3 || s.Morning != 8 || s.Work.Until != (calendar.Date{Year: 2027, Month: 12, Day: 31}) {
		t.Fatalf("stored %+v, %v", s, err)
	}
	g.Get(path).Want(t, 200, "31.12.2027 off", "20.02.2027 works", `value="gold"`)
	g.Send(path, form("0", "top_days", "5")...).Want(t, 409, "Someone else", `value="5"`)
	g.Send(path, form("1", "until", "2020-12-31")...).Want(t, 303)
	g.Get(path).Want(t, 200, "Moved days are filled in until: 31 December 2020")
	g.Get("/").Want(t, 200, "Moved days are filled in until: 31 December 2020", `href="/settings/deadlines"`)
	if p := w.As(t, "owner").Get("/"); strings.Contains(p.Text, "Moved days") {
		t.Error("an owner is asked to fill in the calendar")
	}
	for _, role := range []string{"marketing", "manager", "analyst", "owner", "executive"} {
		w.As(t, role).Get(path).Want(t, 403)
	}
}

func TestStaffWorkElsewhere(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	g := w.As(t, "administrator")
	g.Send("/staff", "id", "weber", "email", "weber@example.com", "name", "Eva Weber", "role", "owner", "zone", "Asia/Omsk", "country", "de").Want(t, 303)
	g.Send("/staff", "id", "klein", "email", "klein@example.com", "name", "Ada Klein", "role", "owner", "zone", "UTC+5", "country", "").Want(t, 303)
	g.Get("/staff/"+w.Desk.Handle("klein")).Want(t, 200, `<option value="UTC+05:00" selected>`)
	if p := g.Get("/staff/new"); strings.Count(p.Text[strings.Index(p.Text, `name="zone"`):strings.Index(p.Text, `name="country"`)], " selected") != 1 {
		t.Error("a new person has two time zones chosen, or none")
	}
	if m, ok, err := w.Store.StaffMember(t.Context(), "weber"); err != nil || !ok || m.Zone != "Asia/Omsk" || m.Country != "de" {
		t.Fatalf("stored %+v, %v", m, err)
	}
	g.Send("/staff", "id", "x", "email", "x@example.com", "role", "owner", "zone", "Mars/Base").Want(t, 400, "Choose a time zone from the list")
	g.Send("/staff", "id", "x", "email", "x@example.com", "role", "owner", "country", "zz").Want(t, 400, "The holidays of this country are not known")
}
