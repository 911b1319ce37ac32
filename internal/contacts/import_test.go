package contacts_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"onetap/internal/apperr"
	"onetap/internal/contacts"
	"onetap/internal/survey"
)

var owners = survey.NewDirectory([]survey.Staff{
	{ID: "kim", Email: "m.kim@example.ru", Name: "Мария Ким", Team: "Север"},
	{ID: "lee", Email: "lee@example.com", Name: "Ann  Lee", Team: "East"},
	{ID: "a1", Email: "a1@example.com", Name: "Пётр Иванов"},
	{ID: "a2", Email: "a2@example.com", Name: "Иванов Петр"},
})

// feed imports a list in parts, its state kept as JSON in between, and puts the parts' results together.
func feed(parts ...string) (im *contacts.Import, all contacts.Imported, err error) {
	im = contacts.NewImport(survey.Customers)
	for i, part := range parts {
		before, _ := json.Marshal(im)
		out, err := im.Feed([]byte(part), i == len(parts)-1, owners)
		state, _ := json.Marshal(im)
		if err != nil {
			if string(before) != string(state) {
				return im, all, fmt.Errorf("changed by a problem: %s, before %s", state, before)
			}
			return im, all, err
		}
		im = &contacts.Import{}
		if err := json.Unmarshal(state, im); err != nil {
			return im, all, err
		}
		all.Rows = append(all.Rows, out.Rows...)
		all.Refused = append(all.Refused, out.Refused...)
		all.Warnings = append(all.Warnings, out.Warnings...)
		all.Quality.Merge(out.Quality)
	}
	return im, all, nil
}

func TestImportRow(t *testing.T) {
	t.Parallel()
	file := "Отчёт «Клиенты»;;;;;;;;;;;;;\n\n№ п/п;Фамилия;Имя;Отчество;E-mail (рабочий);Телефон;Менеджер;Город;Услуга;Сегмент;Язык;Выручка, руб.;Комментарий;;Комментарий\n" +
		"1;2;3;4;5;6;7;8;9;10;11;12;13;14;15\n" +
		"1;Петрова;Анна;Сергеевна;\"Анна <Anna@Example.RU>\";8 (916) 123-45-67;мария  КИМ;Тверь;Сервис;A;рус.;1\u00a0200\u00a0000 ₽;\"Звонить\r\n  после  обеда\";да;ещё\n"
	im, got, err := feed(file)
	if err != nil {
		t.Fatal(err)
	}
	want := []contacts.Row{{Line: 5, Lines: 2, Contact: survey.Contact{
		Audience: survey.Customers,
		Person:   survey.Person{Email: "anna@example.ru", Name: "Анна Сергеевна Петрова", First: "Анна", Middle: "Сергеевна", Phone: "+79161234567"},
		Owner:    "kim", Team: "Север", Location: "Тверь", Product: "Сервис", Tier: "A", Language: "ru", Value: "1 200 000 ₽",
		Attrs: map[string]string{"Комментарий": "Звонить\nпосле обеда", "N": "да", "Комментарий (2)": "ещё"},
	}}}
	if d := cmp.Diff(want, got.Rows); d != "" || len(got.Refused)+len(got.Warnings) != 0 {
		t.Errorf("%s, refused %v, warnings %v", d, got.Refused, got.Warnings)
	}
	if im.Line != 6 || im.Aside != 3 || im.Blank != 1 || im.Rows != 1 || im.Separator != ";" || im.Encoding != "utf-8" {
		t.Errorf("state %+v", im)
	}
}

func TestImportHeadings(t *testing.T) {
	t.Parallel()
	const e, n, a = contacts.FieldEmail, contacts.FieldName, contacts.FieldAttribute
	for heading, want := range map[string][]contacts.Field{
		"email,name":                          {e, n},
		"E-Mail Address,First Name,Last_Name": {e, contacts.FieldFirst, contacts.FieldLast},
		"Name,Surname,Email":                  {contacts.FieldFirst, contacts.FieldLast, e},
		"Client,Contact name,E-mail":          {contacts.FieldCompany, n, e},
		"Клиент,E-mail":                       {n, e},
		"Клиент;ФИО контактного лица;Эл. почта;Почтовый адрес": {contacts.FieldCompany, n, e, a},
		"Имя;Эл. адрес":                                {n, e},
		"ФИО;Имя;Почта":                                {n, a, e},
		"Организация;Основной e-mail;Доп. e-mail":      {contacts.FieldCompany, e, contacts.FieldOtherEmail},
		"E-mail менеджера;E-mail":                      {contacts.FieldOwner, e},
		"E-mail для рассылки;Согласие на e-mail":       {e, a},
		"Согласие на e-mail;Электронная почта клиента": {a, e},
		"mail;Account manager;Dept;Team;City;Region;Service;Tier;Lang;Mobile;Revenue": {
			e, contacts.FieldOwner, a, contacts.FieldTeam, contacts.FieldLocation, a,
			contacts.FieldProduct, contacts.FieldTier, contacts.FieldLanguage, contacts.FieldPhone, contacts.FieldValue,
		},
		"еmail;Ответственный:;Отдел;Филиал;Регион;Продукт;Категория;Язык общения;Телефон (моб.);Оборот, тыс. руб.": {
			e, contacts.FieldOwner, contacts.FieldTeam,
			contacts.FieldLocation, a, contacts.FieldProduct, contacts.FieldTier, contacts.FieldLanguage, contacts.FieldPhone, contacts.FieldValue,
		},
		"Email;Регион;№":               {e, contacts.FieldLocation, contacts.FieldIgnored},
		"\ufeffE\u00a0mail ;\u200bимя": {e, n},
		"email":                        {e},
		"Company;Account ID;Parent account;Buying role;Contact;Email": {contacts.FieldCompany, contacts.FieldCompanyID, contacts.FieldParent, contacts.FieldCompanyRole, n, e},
		"Контрагент;ИНН;Холдинг;ФИО;Почта":                            {contacts.FieldCompany, contacts.FieldCompanyID, contacts.FieldParent, n, e},
		"Холдинг;ФИО;Почта":                                           {a, n, e}, // of what company?
	} {
		im, _, err := feed(heading + "\nx@example.ru,x@example.ru;x@example.ru")
		if err != nil {
			t.Errorf("%q: %v", heading, err)
			continue
		}
		var got []contacts.Field
		for _, c := range im.Columns {
			got = append(got, c.Field)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%q: %s", heading, d)
		}
	}
}

func TestImportRefusals(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ы", contacts.MaxCell)
	file := strings.Join([]string{
		"Имя;E-mail;Ответственный;Прим.",
		"Анна;anna@example.ru;kim;" + long,
		"Без адреса;;kim;",
		"Двое;a@example.ru, b@example.ru;kim;",
		"Рус;анна@example.ru;kim;",
		"Без собаки;anna.example.ru;kim;",
		"Домен;anna@example;kim;",
		"Много;b@example.ru;kim;x;y;z",
		"Мало",
		"Хвост;c@example.ru;kim;x;; ;",
		"Недобор;d@example.ru",
		"ООО;Сдвиг;kim;s@example.ru",
		"Длинно;e@example.ru;kim;" + long + "ы",
		"\"Кавычка;f@example.ru;kim;",
		"Кто-то;g@example.ru;Нет Такого;",
		"Тёзка;h@example.ru;петр иванов;",
		" ; \u00a0;;",
		"Имя;E-mail;Ответственный;Прим.",
		"Итого: 12;;;",
	}, "\r\n") + "\r\n"
	im, got, err := feed(file)
	if err != nil {
		t.Fatal(err)
	}
	var refused []string
	for _, r := range got.Refused {
		refused = append(refused, fmt.Sprintf("%d %s %s %.20s %d/%d", r.Line, r.Code, r.Column, r.Value, r.Count, r.Limit))
	}
	want := []string{
		"3 no_address E-mail  0/0",
		"4 several_addresses E-mail a@example.ru, b@exam 0/0",
		"5 address_not_latin E-mail анна@example.ru 0/0",
		"6 address_without_at E-mail anna.example.ru 0/0",
		"7 address_domain E-mail anna@example 0/0",
		"8 too_many_cells  Много 6/4",
		"9 too_few_cells  Мало 1/4",
		"12 address_elsewhere Прим. Сдвиг 0/0",
		"13 cell_too_long Прим. " + long[:40] + " 2001/2000",
		"14 quote_open  \"Кавычка;f@example.r 0/65536",
	}
	if d := cmp.Diff(want, refused); d != "" {
		t.Error(d)
	}
	var rows []int
	for _, r := range got.Rows {
		rows = append(rows, r.Line)
	}
	if d := cmp.Diff([]int{2, 10, 11, 15, 16}, rows); d != "" {
		t.Error(d)
	}
	if im.Rows != 5 || im.Refused != 10 || im.Blank != 1 || im.Aside != 3 || im.Line != 19 {
		t.Errorf("state: %+v", im)
	}
	wantWarnings := []contacts.Warning{
		{Line: 15, Code: contacts.UnknownOwner, Column: "Ответственный", Value: "Нет Такого"},
		{Line: 16, Code: contacts.UnknownOwner, Column: "Ответственный", Value: "петр иванов"}, // two people have that name
	}
	if d := cmp.Diff(wantWarnings, got.Warnings); d != "" {
		t.Error(d)
	}
	if c := got.Rows[3].Contact; c.Owner != "" || c.OwnerRaw != "Нет Такого" {
		t.Errorf("unknown owner: %+v", c)
	}
}

func TestImportProblems(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]string{
		"": "csv_empty",
		"имя;город\nАнна;Пермь\n":                      "csv_no_address_column at  map[Headings:имя, город]",
		"Список\nимя;адрес;дом\nАнна;Тверь;":           "csv_no_address_column at  map[Headings:имя, адрес, дом]",
		"anna@example.ru;Анна\noleg@example.ru;Олег\n": "csv_no_heading",
		"email;имя\n": "csv_no_rows",
		"email" + strings.Repeat(";x", contacts.MaxColumns) + "\nx@example.ru": "csv_too_many_columns at  map[Count:201 Limit:200]",
		"PK\x03\x04": "csv_workbook",
		"a\x00b":     "csv_binary",
		"<html>":     "csv_markup",
	} {
		im, got, err := feed(file)
		p := apperr.As(err)
		if p == nil || strings.ReplaceAll(p.Error(), p.Code+" map", p.Code+" at  map") != want || len(got.Rows) != 0 || im.Line != 0 {
			t.Errorf("%.30q: %v, %+v; want %s", file, err, im, want)
		}
	}
	im, _, err := feed("email\nx@example.ru")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := im.Feed(nil, true, nil); !apperr.Is(err, "csv_ended") {
		t.Errorf("after the end: %v", err)
	}
}

func TestImportQuality(t *testing.T) {
	t.Parallel()
	file := "email;имя;телефон;менеджер;отдел;язык\n" +
		"info@example.ru;ИВАНОВ ИВАН;7,9E+10;kim;;ru\n" + // 2
		"a@gmial.com;;;;;\n" + // 3
		"b@example.con;Ann Lee;'+7 916 123 45 67;lee;Юг;de\n" + // 4
		"c@gmаil.com;ИП Ли;123;Никто;;en\n" + // 5: the а is Cyrillic
		"d@example.ru;Ли\n" + // 6
		"нет;;;;;\n" // 7
	_, got, err := feed(file)
	if err != nil {
		t.Fatal(err)
	}
	one := func(lines ...int) contacts.Found { return contacts.Found{Count: len(lines), Lines: lines} }
	want := contacts.Quality{
		Rows: 5, Refused: 1,
		Findings: map[contacts.Finding]contacts.Found{
			contacts.RoleAddress: one(2), contacts.NameInCapitals: one(2), contacts.PhoneUnusable: one(2, 5), contacts.SuspiciousDomain: one(3, 4, 5),
			contacts.MissingName: one(3), contacts.MissingPhone: one(3, 6), contacts.MissingOwner: one(3, 6), contacts.MissingTeam: one(3, 5, 6),
			contacts.MissingLanguage: one(3, 6), contacts.UnknownLanguage: one(4), contacts.UnknownOwner: one(5), contacts.ShortRow: one(6),
		},
		Refusals: map[string]contacts.Found{"address_without_at": one(7)},
	}
	if d := cmp.Diff(want, got.Quality); d != "" {
		t.Error(d)
	}
	if c := got.Rows[2].Contact; c.Person.Phone != "+79161234567" || c.Owner != "lee" || c.Team != "Юг" || c.Language != "" {
		t.Errorf("line 4: %+v", c)
	}
	many, _ := json.Marshal(want)
	var back contacts.Quality
	if err := json.Unmarshal(many, &back); err != nil || !cmp.Equal(want, back) {
		t.Errorf("as JSON: %v, %s", err, many)
	}
}

func TestQualityMergesInAnyOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		lines := rapid.SliceOfNDistinct(rapid.IntRange(1, 1000), 0, 80, rapid.ID[int]).Draw(t, "lines")
		var whole contacts.Quality
		parts := make([]contacts.Quality, 3)
		for _, l := range lines {
			whole.Note(contacts.MissingPhone, l)
			parts[rapid.IntRange(0, 2).Draw(t, "part")].Note(contacts.MissingPhone, l)
		}
		var a, b contacts.Quality
		for i := range parts {
			a.Merge(parts[i])
			b.Merge(parts[2-i])
		}
		if d := cmp.Diff(whole, a) + cmp.Diff(whole, b); d != "" {
			t.Fatal(d)
		}
	})
}

// However a list is cut, the same rows, refusals, warnings, report and state come out, and every line is somewhere, once.
func TestImportCutsChangeNothing(t *testing.T) {
	t.Parallel()
	line := rapid.SampledFrom([]string{
		"Анна;anna@example.ru;kim;x", "\"Олег\nИванов\";oleg@example.ru;Никто;\"a;b\"", "x;y", ";;;", "", "Итого;1;2;3", "a;b@example.ru, c@example.ru;;",
		"\"стоп;d@example.ru;;", "Имя;E-mail;Ответственный;Прим.", "a;b;c;d;e;f", "Пётр;p@пример.рф;lee;\"\"\"да\"\"\"",
	})
	end := rapid.SampledFrom([]string{"\n", "\r\n", "\r"})
	rapid.Check(t, func(t *rapid.T) {
		file := rapid.SampledFrom([]string{"", "\ufeff", "sep=;\n", "Отчёт\n\n"}).Draw(t, "start") + "Имя;E-mail;Ответственный;Прим.\r\n"
		newline := end.Draw(t, "newline")
		for _, l := range rapid.SliceOfN(line, 0, 30).Draw(t, "lines") {
			file += l + newline
		}
		var parts []string
		for rest := file; ; {
			n := rapid.IntRange(1, 200).Draw(t, "part")
			if n >= len(rest) {
				parts = append(parts, rest)
				break
			}
			parts, rest = append(parts, rest[:n]), rest[n:]
		}
		checkImportCuts(t, file, parts)
	})
}

func FuzzImport(f *testing.F) {
	f.Add("Анна;anna@example.ru;kim;x\n\"Олег\nИванов\";oleg@example.ru", 20, 60)
	f.Add("sep=,\nemail,name\nx@example.ru,\"a\"\"b\"", 3, 14)
	f.Fuzz(func(t *testing.T, text string, a, b int) {
		for _, file := range []string{text, "Имя;E-mail;Ответственный;Прим.\n" + text} {
			a, b = min(max(a, 0), len(file)), min(max(b, 0), len(file))
			a, b = min(a, b), max(a, b)
			checkImportCuts(t, file, []string{file[:a], file[a:b], file[b:]})
		}
	})
}

// checkImportCuts imports a list whole and in parts.
type failer interface{ Fatalf(string, ...any) }

func checkImportCuts(t failer, file string, parts []string) {
	im, whole, err := feed(file)
	again, cut, errCut := feed(parts...)
	if fmt.Sprint(err) != fmt.Sprint(errCut) {
		t.Fatalf("%v; in parts %v", err, errCut)
	}
	if err != nil {
		return
	}
	if d := cmp.Diff(whole, cut); d != "" {
		t.Fatalf("%s", d)
	}
	a, _ := json.Marshal(im)
	b, _ := json.Marshal(again)
	if string(a) != string(b) {
		t.Fatalf("state %s, in parts %s", a, b)
	}
	lines := im.Blank + im.Aside
	for _, r := range whole.Rows {
		lines += r.Lines
		if email, err := survey.NormalizeEmail(r.Contact.Person.Email); err != nil || email != r.Contact.Person.Email {
			t.Fatalf("line %d: %q", r.Line, r.Contact.Person.Email)
		}
	}
	for _, r := range whole.Refused {
		lines += r.Lines
	}
	if lines != im.Line || im.Rows != len(whole.Rows) || im.Refused != len(whole.Refused) {
		t.Fatalf("%d lines in rows, refusals and counts, %d read", lines, im.Line)
	}
	if whole.Quality.Rows != im.Rows || whole.Quality.Refused != im.Refused {
		t.Fatalf("quality %+v", whole.Quality)
	}
}

func BenchmarkImport(b *testing.B) {
	var file strings.Builder
	file.WriteString("Код;ФИО;E-mail;Телефон;Ответственный;Город;Услуга;Сегмент;Язык;Выручка;Комментарий\r\n")
	const rows = 20_000
	for i := range rows {
		fmt.Fprintf(&file, "%d;Петрова Анна Сергеевна;anna%d@example.ru;+7 916 123-45-67;Мария Ким;Москва;\"Сервис \"\"Плюс\"\"\";A;рус;1 200 000 ₽;\"Звонить после обеда; спросить Анну\"\r\n", i, i)
	}
	data := []byte(file.String())
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		im := contacts.NewImport(survey.Customers)
		out, err := im.Feed(data, true, owners)
		if err != nil || len(out.Rows) != rows {
			b.Fatal(len(out.Rows), err)
		}
	}
	b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
