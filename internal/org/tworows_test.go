package org_test

import (
	"testing"

	"onetap/internal/org"
)

// Staff lists whose headings stand in two rows are read, as contact lists are.
func TestStaffHeadingsInTwoRows(t *testing.T) {
	t.Parallel()
	const list = "Сотрудники отдела продаж;;;;\n\nСотрудник;;Контакты;;Руководитель\nТаб. номер;ФИО;E-mail;Телефон;\n7;Анна Смирнова;anna@example.ru;+7 916 123-45-67;boris@example.ru\n8;Борис Петров;boris@example.ru;;\n"
	staff, refused, _, err := org.ReadStaff(spelt{}, []byte(list), "", nil)
	if err != nil || len(refused) > 0 || len(staff) != 2 {
		t.Fatalf("%+v, %+v, %v", staff, refused, err)
	}
	if a := staff[0]; a.ID != "7" || a.Name != "Анна Смирнова" || a.Email != "anna@example.ru" || a.Phone != "+79161234567" || a.Manager != "8" {
		t.Errorf("%+v", a)
	}
}
