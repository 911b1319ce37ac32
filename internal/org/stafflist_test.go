package org_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"

	"onetap/internal/apperr"
	"onetap/internal/org"
	"onetap/internal/survey"
)

func TestReadStaff(t *testing.T) {
	t.Parallel()
	file := "Табельный номер;ФИО;Эл. почта;Роль;Отдел;Руководитель;Язык;Телефон\r\n" +
		"kim;Мария Ким;M.Kim@example.ru;ответственный;Север;Орлова Вера;рус;8 916 123-45-67\r\n" +
		"orlova;Вера Орлова;orlova@example.ru;Руководитель;Север;;ru;\r\n" +
		";Ann Lee;lee@example.com;;East;nobody;English;\r\n" + // its id is made of the address; no such manager
		"boss;Boss;boss@example.com;Executive;;boss;;\r\n" + // nobody is their own manager
		"KIM;Другая;other@example.ru;;;;;\r\n" +
		"x;X;M.KIM@example.ru;;;;;\r\n" +
		"y;Y;y@example.ru;король;;;;\r\n" +
		"z;Z;z@example.ru;;;;de;\r\n" +
		"w;W;;;;;;\r\n"
	encoded, err := charmap.Windows1251.NewEncoder().String(file)
	if err != nil {
		t.Fatal(err)
	}
	staff, refused, _, err := org.ReadStaff(spelt{}, []byte(encoded), "", nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []survey.Staff{
		{ID: "kim", Email: "m.kim@example.ru", Name: "Мария Ким", Role: survey.RoleOwner, Team: "Север", Manager: "orlova", Language: "ru", Phone: "+79161234567"},
		{ID: "orlova", Email: "orlova@example.ru", Name: "Вера Орлова", Role: survey.RoleManager, Team: "Север", Language: "ru"},
		{ID: "s-lee-example-com", Email: "lee@example.com", Name: "Ann Lee", Role: survey.RoleOwner, Team: "East", Language: "en", Written: "lee@example.com"},
		{ID: "boss", Email: "boss@example.com", Name: "Boss", Role: survey.RoleExecutive},
	}
	if d := cmp.Diff(want, staff); d != "" {
		t.Error(d)
	}
	var codes []string
	for _, r := range refused {
		codes = append(codes, fmt.Sprintf("%d %s %s %s %d", r.Line, r.Code, r.Column, r.Value, r.First))
	}
	wantCodes := []string{
		"6 duplicate  kim 2", "7 duplicate  m.kim@example.ru 2", "8 unknown_role Роль король 0", "9 unknown_language Язык de 0",
		"10 no_address Эл. почта  0", "4 unknown_manager Руководитель nobody 0", "5 unknown_manager Руководитель boss 0",
	}
	if d := cmp.Diff(wantCodes, codes); d != "" {
		t.Error(d)
	}
	// A manager may be known already, but who is on the list is as the list says.
	known := []survey.Staff{{ID: "Old", Email: "old@example.ru", Name: "Старый Руководитель"}, {ID: "kim", Email: "before@example.ru", Name: "Прежнее Имя"}}
	staff, refused, _, err = org.ReadStaff(spelt{}, []byte("id;email;name;manager\nkim;kim@example.ru;Ким;\na;a@example.ru;A;Руководитель старый\nb;b@example.ru;B;прежнее имя\n"), "", nil, known...)
	if err != nil || len(staff) != 3 || staff[1].Manager != "Old" || staff[2].Manager != "" || len(refused) != 1 || refused[0].Code != "unknown_manager" {
		t.Errorf("with staff known: %+v, %+v, %v", staff, refused, err)
	}
	for file, code := range map[string]string{
		"": "csv_empty", "id;name\n1;x": "csv_no_address_column", "id;email\n": "csv_no_rows", "a@example.ru;x\n": "csv_no_heading", "PK\x03\x04": "csv_workbook",
	} {
		if _, _, _, err := org.ReadStaff(spelt{}, []byte(file), "", nil); !apperr.Is(err, code) {
			t.Errorf("%q: %v, want %s", file, err, code)
		}
	}
	if _, _, _, err := org.ReadStaff(spelt{}, make([]byte, 6<<20), "", nil); !apperr.Is(err, "csv_too_large") {
		t.Errorf("6 MB: %v", err)
	}
}
