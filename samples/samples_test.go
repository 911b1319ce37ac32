package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"onetap/internal/contacts"
	"onetap/internal/org"
	"onetap/internal/survey"
)

// The lists are what the generator makes: go generate ./samples
func TestSamplesAreGenerated(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	if err := write(folder); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"customers-ru.csv", "customers-en.csv", "staff.csv", "employees.csv"} {
		want, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(name)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not what the generator makes (%v): run go generate ./samples", name, err)
		}
	}
}

func TestStaffSample(t *testing.T) {
	t.Parallel()
	staff := readStaff(t)
	roles, teams := map[survey.Role]int{}, map[string]string{}
	for _, s := range staff {
		roles[s.Role]++
		if s.Role == survey.RoleManager {
			teams[s.Team] = s.ID
		}
	}
	want := map[survey.Role]int{survey.RoleOwner: 8, survey.RoleManager: 4, survey.RoleExecutive: 1, survey.RoleMarketing: 1, survey.RoleAnalyst: 1, survey.RoleAdministrator: 1}
	if d := cmp.Diff(want, roles); d != "" || len(teams) != 4 {
		t.Errorf("%s, teams %v", d, teams)
	}
	for _, s := range staff {
		if s.Role == survey.RoleOwner && (s.Manager == "" || s.Manager != teams[s.Team]) {
			t.Errorf("%s of %s is managed by %q", s.ID, s.Team, s.Manager)
		}
	}
}

// Every row of the employees' list is somebody with an address, a team and a language; one team is too small to be shown alone.
func TestEmployeeSample(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("employees.csv")
	if err != nil {
		t.Fatal(err)
	}
	im := contacts.NewImport(survey.Employees)
	out, err := im.Feed(raw, true, survey.NewDirectory(nil))
	if err != nil || len(out.Refused) > 0 || len(out.Rows) != goodEmployees {
		t.Fatalf("%d rows, refused %v, %v", len(out.Rows), out.Refused, err)
	}
	teams := map[string]int{}
	for _, row := range out.Rows {
		c := row.Contact
		if c.Person.Email == "" || c.Person.Name == "" || c.Location == "" || c.Language == "" {
			t.Errorf("line %d: %+v", row.Line, c)
		}
		teams[c.Team]++
	}
	want := map[string]int{}
	for _, d := range departments {
		want[d.name] = d.people
	}
	if d := cmp.Diff(want, teams); d != "" {
		t.Error(d)
	}
}

func readStaff(t *testing.T) []survey.Staff {
	t.Helper()
	raw, err := os.ReadFile("staff.csv")
	if err != nil {
		t.Fatal(err)
	}
	staff, refused, asks, err := org.ReadStaff(nil, raw, "", nil)
	if err != nil || len(refused) != 0 || len(asks) != 0 {
		t.Fatalf("%v, refused %v, asked %v", err, refused, asks)
	}
	return staff
}

func TestCustomerSamples(t *testing.T) {
	t.Parallel()
	directory := survey.NewDirectory(readStaff(t))
	total, owners, teams, labels := 0, map[string]int{}, map[string]int{}, map[string]int{}
	all := map[string]bool{}
	for _, list := range []struct {
		name, encoding, separator string
		good, aside, blank        int
		merged                    int // rows of people who stand in an earlier row
		unaddressed               int // rows that have only a telephone or a customer id
		refused                   map[string]int
	}{
		{
			"customers-ru.csv", "windows-1251", ";", goodRussian, 4, 3, 3, 4,
			map[string]int{"several_addresses": 2, "address_without_at": 1, "address_not_latin": 1, "address_domain": 1, "quote_open": 1, "too_many_cells": 1},
		},
		{
			"customers-en.csv", "utf-8", ",", goodEnglish, 1, 0, 2, 2,
			map[string]int{"several_addresses": 1, "bad_address": 1, "address_elsewhere": 1},
		},
	} {
		raw, err := os.ReadFile(list.name)
		if err != nil {
			t.Fatal(err)
		}
		im := contacts.NewImport(survey.Customers)
		out, err := im.Feed(raw, true, directory)
		if err != nil {
			t.Fatalf("%s: %v", list.name, err)
		}
		if im.Encoding != list.encoding || im.Separator != list.separator || im.Aside != list.aside || im.Blank != list.blank {
			t.Errorf("%s: %s, %q, %d aside, %d blank", list.name, im.Encoding, im.Separator, im.Aside, im.Blank)
		}
		first, good, merged, unaddressed, refused := map[string]int{}, 0, 0, 0, map[string]int{}
		for _, row := range out.Rows {
			c := row.Contact
			if c.Person.Email == "" {
				unaddressed++
				continue
			}
			if line := first[c.Person.Email]; line > 0 {
				merged++
				continue
			}
			first[c.Person.Email] = row.Line
			good++
			owners[c.Owner]++
			teams[c.Team]++
			local, domain, _ := strings.Cut(c.Person.Email, "@")
			_, label, _ := strings.Cut(local, "+")
			labels[label]++
			if all[c.Person.Email] || domain != "example.ru" && domain != "example.com" {
				t.Errorf("%s line %d: %s", list.name, row.Line, c.Person.Email)
			}
			all[c.Person.Email] = true
			if c.Person.Name == "" || c.Value == "" || c.Tier == "" || c.Product == "" || c.Location == "" || c.Company.Name == "" || len(c.Attrs) < 1 || !utf8.ValidString(c.Person.Name) {
				t.Errorf("%s line %d: %+v", list.name, row.Line, c)
			}
		}
		for _, r := range out.Refused {
			refused[r.Code]++
		}
		if d := cmp.Diff(list.refused, refused); d != "" || good != list.good || merged != list.merged || unaddressed != list.unaddressed {
			t.Errorf("%s: %d good, refused: %s", list.name, good, d)
		}
		if out.Quality.Rows != good+merged+unaddressed {
			t.Errorf("%s: %d rows in the report", list.name, out.Quality.Rows)
		}
		for _, f := range []contacts.Finding{contacts.UnknownOwner, contacts.MissingOwner, contacts.MissingPhone, contacts.PhoneUnusable, contacts.NameInCapitals, contacts.MissingLanguage} {
			if out.Quality.Findings[f].Count == 0 {
				t.Errorf("%s: no %s in it", list.name, f)
			}
		}
		total += good
	}
	if total != 300 {
		t.Errorf("%d good contacts, want 300", total)
	}
	readme, err := os.ReadFile("../README.md")
	if err != nil || !strings.Contains(string(readme), fmt.Sprintf("%d invented customers with an address", total)) {
		t.Errorf("the samples have %d customers with an address, and README.md does not say so: %v", total, err)
	}
	t.Logf("owners %v, teams %v, labels %v", owners, teams, labels)
	if labels["bounce"] != 6 || labels["softbounce"] != 4 || labels["complaint"] != 2 {
		t.Errorf("labels: %v", labels)
	}
	if len(owners) != 9 || len(teams) != 5 { // and nobody's
		t.Errorf("owners %v, teams %v", owners, teams)
	}
}
