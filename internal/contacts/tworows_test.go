package contacts_test

import (
	"fmt"
	"strings"
	"testing"
)

// Lists as accounting systems and CRMs print them: a title, an empty line, a group of columns above their headings, the headings
// again on each page, a total at the end. Each becomes the people that stand in it, and says what its columns hold.
func TestHeadingsInTwoRows(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct{ list, columns, people string }{
		"1C, cells merged both ways": {
			"Контактная информация контрагентов;;;;;;\nНа 01.11.2026;;;;;;\n\n" +
				"№;Контрагент;;Контакты;;;Менеджер\n;Код;Контактное лицо;Телефон;E-mail;Сайт;\n" +
				"1;К-1;Смирнова Анна;+7 916 123-45-67;anna@example.ru;example.ru;Ким Мария\n2;К-2;Петров Борис;8 495 123-45-67;boris@example.ru;;Ким Мария\n" +
				"№;Контрагент;;Контакты;;;Менеджер\n;Код;Контактное лицо;Телефон;E-mail;Сайт;\n3;К-3;Орлова Вера;;vera@example.ru;;\nИтого;3;;;;;\n",
			"№=attribute, Контрагент / Код=attribute, Контрагент / Контактное лицо=name, Контакты / Телефон=phone, Контакты / E-mail=email, Контакты / Сайт=attribute, Менеджер=owner",
			"anna@example.ru +79161234567 Смирнова Анна, boris@example.ru +74951234567 Петров Борис, vera@example.ru  Орлова Вера",
		},
		"a workbook, whose merged cells are repeated downwards; the lower row says it all": {
			"Контактная информация\n\n№;Контрагент;;Контакты;;Менеджер\n№;Код;Контактное лицо;Телефон;E-mail;Менеджер\n" +
				"1;К-1;Смирнова Анна;+7 916 123-45-67;anna@example.ru;Ким Мария\n2;К-2;Петров Борис;8 495 123-45-67;boris@example.ru;Ким Мария\n",
			"№=ignored, Код=attribute, Контактное лицо=name, Телефон=phone, E-mail=email, Менеджер=owner",
			"anna@example.ru +79161234567 Смирнова Анна, boris@example.ru +74951234567 Петров Борис",
		},
		"a workbook, whose lower row needs the upper one": {
			"ФИО;Телефон;;Электронная почта;;Город\nФИО;мобильный;рабочий;рабочая;личная;Город\nАнна Смирнова;+7 916 123-45-67;;anna@example.ru;;Пермь\nБорис Петров;;+7 495 123-45-67;;boris@example.ru;Омск\n",
			"ФИО=name, Телефон / мобильный=phone, Телефон / рабочий=other_phone, Электронная почта / рабочая=email, Электронная почта / личная=other_email, Город=location",
			"anna@example.ru +79161234567 Анна Смирнова, boris@example.ru +74951234567 Борис Петров",
		},
		"kinds of telephones and addresses below": {
			"ФИО;Телефон;;Электронная почта;;Город\n;мобильный;рабочий;рабочая;личная;\nАнна Смирнова;+7 916 123-45-67;;anna@example.ru;;Пермь\nБорис Петров;;+7 495 123-45-67;;boris@example.ru;Омск\n",
			"ФИО=name, Телефон / мобильный=phone, Телефон / рабочий=other_phone, Электронная почта / рабочая=email, Электронная почта / личная=other_email, Город=location",
			"anna@example.ru +79161234567 Анна Смирнова, boris@example.ru +74951234567 Борис Петров",
		},
		"Bitrix, the manager's address beside the contact's": {
			"Контакт;;;Ответственный;\nИмя;Фамилия;E-mail;ФИО;E-mail\nАнна;Смирнова;anna@example.ru;Мария Ким;m.kim@example.ru\nБорис;Петров;boris@example.ru;Мария Ким;m.kim@example.ru\n",
			"Контакт / Имя=first, Контакт / Фамилия=last, Контакт / E-mail=email, Ответственный / ФИО=owner, Ответственный / E-mail=attribute",
			"anna@example.ru  Анна Смирнова, boris@example.ru  Борис Петров",
		},
		"amoCRM, in one row under a title": {
			"Выгрузка из CRM\n\n\"Полное имя контакта\",\"Рабочий email\",\"Мобильный телефон\",\"Ответственный\"\n\"Анна Смирнова\",anna@example.ru,+79161234567,\"Ким Мария\"\n",
			"Полное имя контакта=name, Рабочий email=email, Мобильный телефон=phone, Ответственный=owner",
			"anna@example.ru +79161234567 Анна Смирнова",
		},
		"a group above of which nothing is needed": {
			"Общие сведения;;;\nФИО;E-mail;Телефон;Комментарий\nАнна Смирнова;anna@example.ru;+79161234567;звонить\n",
			"ФИО=name, E-mail=email, Телефон=phone, Комментарий=attribute",
			"anna@example.ru +79161234567 Анна Смирнова",
		},
		"headings in one row, one of them missing, and people without addresses": {
			"ФИО;;Телефон\nАнна Смирнова;контакт;+79161234567\n",
			"ФИО=name, B=attribute, Телефон=phone",
			" +79161234567 Анна Смирнова",
		},
	} {
		for _, cut := range []int{len(c.list), 61} {
			var parts []string
			for rest := c.list; ; rest = rest[cut:] {
				if len(rest) <= cut {
					parts = append(parts, rest)
					break
				}
				parts = append(parts, rest[:cut])
			}
			im, got, err := feed(parts...)
			if err != nil {
				t.Errorf("%s: %v", what, err)
				continue
			}
			var columns, people []string
			for _, col := range im.Columns {
				columns = append(columns, fmt.Sprintf("%s=%s", col.Heading, col.Field))
			}
			for _, row := range got.Rows {
				people = append(people, row.Contact.Person.Email+" "+row.Contact.Person.Phone+" "+row.Contact.Person.Name)
			}
			if is := strings.Join(columns, ", "); is != c.columns {
				t.Errorf("%s:\n%s\nwant\n%s", what, is, c.columns)
			}
			if is := strings.Join(people, ", "); is != c.people || len(got.Refused) > 0 {
				t.Errorf("%s: %s, want %s; refused %+v", what, is, c.people, got.Refused)
			}
		}
	}
}
