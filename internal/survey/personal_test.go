package survey

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPersonalHeadings(t *testing.T) {
	t.Parallel()
	for _, h := range []string{
		"Contact person", "ContactPerson", "contact_person", "Owner mobile", "Owner's phone", "Контактное лицо", "ФИО", "ФИО директора", "Телефон", "Моб. тел.", "Паспорт", "СНИЛС",
		"Дата рождения", "Birthday", "Date of Birth", "DOB", "Примечание", "Comment", "Notes", "Note", "Комментарий менеджера", "Address", "Домашний адрес", "ИНН", "Employee name", "Name", "Full Name", "E-mail 2", "e mail", "Логин",
		"Telegram", "Passport No.", "Кому", "Имя ребёнка", "Contact", "Phone 1 - Value", "Улица", "Director",
		"Ф.И.О.", "Ф. И. О. клиента", "FIO", "WhatsApp №", "LinkedIn", "WhatsAppNumber", "E-mail2", "Owner mob.", "Мобильный", "ЛПР", "Ник в игре", "ВК", "Вайбер", "Сообщение", "Отзыв", "Feedback", "Д/р", "Гос.номер: госномер",
	} {
		if !personalHeading(h) {
			t.Errorf("%q is taken for a group's", h)
		}
	}
	for _, h := range []string{
		"Region", "Регион", "Product name", "Company name", "Наименование товара", "Тип контакта", "Contact type", "Phone model", "Источник контакта", "Телеканал", "Segment", "Тариф", "Branch",
		"Industry", "Отрасль", "Mailing list", "Notebook", "Contract", "Size", "Manager level", "Cellar", "Канал продаж", "Inner circle", "Тема", "Команда", "Plan name",
		"Никель", "Memory", "Mobility", "VKUS", "Тип обращения", "A/B test", "Мода", "Другое", "Point", "Потери",
	} {
		if personalHeading(h) {
			t.Errorf("%q is taken for a person's", h)
		}
	}
}

func TestPersonalValues(t *testing.T) {
	t.Parallel()
	for name, values := range map[string][]string{
		"addresses": {"anna@example.com", "bo@example.com"}, "telephones": {"+7 916 123-45-67", "8 (495) 765-43-21"}, "digits of one": {"89161234567"}, "names": {"Анна Смирнова", "Олег Петров"},
		"initials": {"Смирнова А. И.", "Петров О.В."}, "patronymics": {"Комарова Мария Алексеевна"}, "English names": {"Ann Lee", "John Smith", "Mary Jones"}, "births": {"12.03.1985", "1990-11-01"},
		"papers": {"123-456-789 00", "4510 123456-1"}, "cards": {"770123456789"}, "streets": {"ул. Мира, д. 5, кв. 3", "12 High Street"}, "text": {"Звонить после обеда, лучше в среду, спросить про прошлый заказ и скидку"},
		"two lines": {"one\ntwo"}, "profiles": {"https://example.com/anna", "@anna"}, "one in four": {"North", "South", "East", "anna@example.com"},
		"first names": {"Анна", "Мария", "Кто-то"}, "titles": {"Mr. Smith", "г-жа Иванова"}, "names with a note": {"Анна Смирнова (мама)"}, "capitals": {"СМИРНОВА АННА"}, "short links": {"t.me/anna_k", "vk.com/id1"},
	} {
		m := map[string]int{}
		for _, v := range values {
			m[v]++
		}
		if !personalValues(m) {
			t.Errorf("%s are taken for groups", name)
		}
	}
	for name, values := range map[string][]string{
		"none": {""}, "regions": {"North", "Нижний Новгород", "New York", "Ростов-на-Дону"}, "sums": {"1 200 000 ₽", "1 200 000", "12 000,50"}, "sizes": {"1-10", "11-50", "1000+"}, "years": {"2024", "2025"},
		"contract dates": {"01.02.2024", "2025-11-20"}, "yes and no": {"yes", "no"}, "plans": {"Basic", "Plan Pro", "Всё включено"}, "teams": {"Team North", "Отдел продаж"}, "codes": {"A-12", "Д-17/2"},
		"products": {"Доставка еды", "Garden House"}, "one in five": {"a", "b", "c", "d", "anna@example.com"},
		"towns with names": {"Владимир", "Charlotte", "Тверь", "Казань"}, "one town": {"Владимир"}, "plans with notes": {"Start (free)", "Mister Clean"},
	} {
		m := map[string]int{}
		for _, v := range values {
			m[v]++
		}
		if personalValues(m) {
			t.Errorf("%s are taken for people's", name)
		}
	}
}

// A guess never opens what an earlier one has kept back; a choice changes everything, and no guess changes a choice.
func TestSegmentsMerge(t *testing.T) {
	t.Parallel()
	const p = "attr:X"
	choice := func(is DimensionUse, chosen, alone bool) DimensionChoice { return DimensionChoice{is, chosen, alone} }
	none := DimensionChoice{}
	for i, c := range []struct{ was, said, want DimensionChoice }{
		{none, choice(UseShared, false, false), choice(UseShared, false, false)},
		{choice(UseShared, false, false), choice(UseNone, false, false), choice(UseNone, false, false)},
		{choice(UseNone, false, false), choice(UseShared, false, false), choice(UseNone, false, false)},
		{choice(UseNone, false, false), choice(UseNone, false, true), choice(UseNone, false, false)},
		{choice(UseNone, false, true), choice(UseShared, false, false), choice(UseShared, false, false)},
		{choice(UsePersonal, true, false), choice(UseShared, false, false), choice(UsePersonal, true, false)},
		{choice(UseShared, true, false), choice(UseNone, false, false), choice(UseShared, true, false)},
		{choice(UseNone, false, false), choice(UseShared, true, false), choice(UseShared, true, false)},
		{choice(UseShared, true, false), choice(UsePersonal, true, false), choice(UsePersonal, true, false)},
	} {
		s := Dimensions{}
		if c.was != none {
			s[p] = c.was
		}
		if changed := s.Merge(Dimensions{p: c.said}); s[p] != c.want || changed != (c.was != c.want) {
			t.Errorf("%d: %+v, changed %v", i, s[p], changed)
		}
	}
}

// The planner makes no segments of what looks personal, and all that somebody has chosen.
func TestChosenSegmentsArePlanned(t *testing.T) {
	t.Parallel()
	a := Asked{}
	for i := range 60 {
		a.Count(Contact{Audience: Customers, Location: fmt.Sprint("Town ", i%3), Attrs: map[string]string{"Region": fmt.Sprint("R", i%3), "Contact person": fmt.Sprint("P", i%3), "Кто": [2]string{"Анна Смирнова", "Олег Петров"}[i%2], "Plan": fmt.Sprint("plan ", i%2)}})
	}
	for _, c := range []struct {
		known Dimensions
		want  []string
	}{
		{nil, []string{"location", "attr:Plan", "attr:Region"}},
		{Dimensions{"attr:Plan": {Use: UseNone}}, []string{"location", "attr:Region"}},
		{Dimensions{"attr:Plan": {Use: UseNone, Alone: true}}, []string{"location", "attr:Plan", "attr:Region"}},
		{Dimensions{"attr:Contact person": {Use: UsePersonal, Chosen: true}}, []string{"location", "attr:Plan", "attr:Contact person", "attr:Region"}},
		{Dimensions{"attr:Кто": {Use: UseShared, Chosen: true}, "location": {Use: UseNone, Chosen: true}}, []string{"attr:Plan", "attr:Кто", "attr:Region"}},
		{Dimensions{"attr:Кто": {Use: UseShared}}, []string{"location", "attr:Plan", "attr:Region"}},
	} {
		if d := cmp.Diff(c.want, a.Choose(c.known)); d != "" {
			t.Errorf("%+v: %s", c.known, d)
		}
	}
	for part, want := range map[string]bool{"location": true, "attr:Region": true, "attr:Contact person": false, "attr:Кто": false, "attr:Contract": true, "attr:ФИО": false} {
		if got := Dimensions(nil).Open(part, a[part]); got != want {
			t.Errorf("%s is open: %v", part, got)
		}
	}
}

// What is offered on the page of columns is what happens as long as nobody chooses: saving it unread publishes nothing.
func TestSegmentsOffered(t *testing.T) {
	t.Parallel()
	column := func(people, values int) *AskedColumn {
		a := Asked{}
		for n := range people {
			a.add("attr:x", fmt.Sprintf("K-%03d/7", n%values), 1)
		}
		return a["attr:x"]
	}
	for _, c := range []struct {
		name, part string
		known      Dimensions
		column     *AskedColumn
		want       DimensionUse
	}{
		{"groups", "attr:Region", nil, column(300, 6), UseShared},
		{"a number each", "attr:Contract", nil, column(80, 80), UseNone},
		{"more values than are counted", "attr:Contract", nil, column(900, 300), UseNone},
		{"nearly a number each", "attr:Код", nil, column(90, 70), UseNone},
		{"too few people to tell", "attr:Contract", nil, column(5, 5), UseShared},
		{"an upload found a number each, nobody of the first has one", "attr:Contract", Dimensions{"attr:Contract": {Use: UseNone, Alone: true}}, nil, UseNone},
		{"an upload found a number each, the whole list has groups", "attr:Contract", Dimensions{"attr:Contract": {Use: UseNone, Alone: true}}, column(300, 6), UseShared},
		{"chosen in spite of it", "attr:Contract", Dimensions{"attr:Contract": {Use: UseShared, Chosen: true}}, column(80, 80), UseShared},
		{"chosen for few", "attr:Contract", Dimensions{"attr:Contract": {Use: UsePersonal, Chosen: true}}, column(80, 80), UsePersonal},
		{"guessed personal", "attr:Who", Dimensions{"attr:Who": {Use: UseNone}}, column(300, 6), UseNone},
		{"a personal heading", "attr:Contact person", nil, column(300, 6), UseNone},
		{"towns are looked at however many", DimensionLocation, nil, column(80, 80), UseShared},
	} {
		if got := c.known.Offered(c.part, c.column); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
