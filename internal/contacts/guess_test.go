package contacts_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onetap/internal/apperr"
	"onetap/internal/contacts"
	"onetap/internal/survey"
)

// exports are the headings of systems as they are, each with rows, and what must come of them: the fields of the columns
// that are not kept as they are, and the address, telephone and owner of each row ("-": refused).
var exports = []struct {
	name   string
	list   string
	fields string
	people []string
}{
	{
		"Google Contacts, old: the type stands before the address",
		"Name,Given Name,Family Name,E-mail 1 - Type,E-mail 1 - Value,E-mail 2 - Type,E-mail 2 - Value,Phone 1 - Type,Phone 1 - Value\n" +
			"Anna Lee,Anna,Lee,* Home,anna@example.com,Work,lee@example.com,Mobile,+7 916 123-45-67 ::: +7 916 000-00-00\n" +
			"Bo Ray,Bo,Ray,,,Other,bo@example.com ::: bo2@example.com,,\n",
		"Given Name=first Family Name=last E-mail 1 - Value=email E-mail 2 - Value=other_email Phone 1 - Value=phone",
		[]string{"anna@example.com +79161234567 ", "bo@example.com  "},
	},
	{
		"Google Contacts, new: the label",
		"First Name,Last Name,Phonetic First Name,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value\nAnna,Lee,,Home,anna@example.com,Mobile,+79161234567\n",
		"First Name=first Last Name=last E-mail 1 - Value=email Phone 1 - Value=phone",
		[]string{"anna@example.com +79161234567 "},
	},
	{
		"Outlook: the name that is shown, and the type",
		"First Name,Last Name,E-mail Address,E-mail Type,E-mail Display Name,E-mail 2 Address,Mobile Phone,Business Phone,Business Fax\n" +
			"Anna,Lee,anna@example.com,SMTP,Anna (anna@example.com),,,+7 495 123-45-67,+7 495 123-45-00\n",
		"First Name=first Last Name=last E-mail Address=email E-mail 2 Address=other_email Mobile Phone=other_phone Business Phone=phone",
		[]string{"anna@example.com +74951234567 "},
	},
	{
		"HubSpot", "Record ID,First Name,Last Name,Email,Email Domain,Phone Number,Contact owner,Unsubscribed from all email\n1,Anna,Lee,anna@example.com,example.com,+74951234567,Ann Lee,false\n",
		"Record ID=customer_id First Name=first Last Name=last Email=email Phone Number=phone Contact owner=owner Unsubscribed from all email=opt_out",
		[]string{"anna@example.com +74951234567 lee"},
	},
	{
		"Salesforce: the refusal before the address, and the owner's address",
		"Email Opt Out,Account Owner,Contact Owner,Customer Email,Phone\n0,Nobody Here,lee@example.com,anna@example.com,+74951234567\n1,Nobody Here,m.kim@example.ru,bo@example.com,\n",
		"Email Opt Out=opt_out Contact Owner=owner Customer Email=email Phone=phone",
		[]string{"anna@example.com +74951234567 lee", "bo@example.com  kim OUT"},
	},
	{
		"Salesforce: owners known by their account alone", "Contact Owner,Account Owner,Email\nSomebody Else,Ann Lee,anna@example.com\nSomebody Else,Ann Lee,bo@example.com\n",
		"Account Owner=owner Email=email",
		[]string{"anna@example.com  lee", "bo@example.com  lee"},
	},
	{
		"amoCRM: three addresses, each person has one",
		"Полное имя контакта;Ответственный;Рабочий телефон;Мобильный телефон;Рабочий email;Личный email;Другой email\n" +
			"Анна;Мария Ким;+7 495 123-45-67;;anna@example.ru;;\nОлег;lee;;+7 916 123-45-67;;oleg@example.ru;\nВера;kim;;;;;vera@example.ru\nНикто;kim;;;;;\n",
		"Полное имя контакта=name Ответственный=owner Рабочий телефон=other_phone Мобильный телефон=phone Рабочий email=email Личный email=other_email Другой email=other_email",
		[]string{"anna@example.ru +74951234567 kim", "oleg@example.ru +79161234567 lee", "vera@example.ru  kim", "-"},
	},
	{
		"Bitrix24", "ID;Имя;Фамилия;Рабочий телефон;Частный e-mail;Рабочий e-mail;E-mail для рассылок;Ответственный\n1;Анна;Ли;;;anna@example.ru;;Пётр Нет\n2;Олег;Ли;84951234567;oleg@example.ru;;;m.kim@example.ru\n",
		"Имя=first Фамилия=last Рабочий телефон=phone Частный e-mail=email Рабочий e-mail=other_email E-mail для рассылок=other_email Ответственный=owner",
		[]string{"anna@example.ru  ?", "oleg@example.ru +74951234567 kim"},
	},
	{
		"1С: the postal address has the better heading", "№;Наименование;Почта;Адрес эл. почты;Тел.\n1;Анна;Тверь, ул. Мира, 1;anna@example.ru;84951234567\n2;Олег;Москва;oleg@example.ru;\n",
		"№=ignored Наименование=name Адрес эл. почты=email Тел.=phone",
		[]string{"anna@example.ru +74951234567 ", "oleg@example.ru  "},
	},
	{"1С: № is a contract's", "№;Клиент;E-mail\nД-17/2;Анна;anna@example.ru\nД-3;Олег;oleg@example.ru\n", "Клиент=name E-mail=email", []string{"anna@example.ru  ", "oleg@example.ru  "}},
	{
		"Zoho", "Contact Owner,First Name,Last Name,Email,Secondary Email,Email Opt Out,Mobile\nm.kim@example.ru,Anna,Lee,,anna@example.com,true,+79161234567\n",
		"Contact Owner=owner First Name=first Last Name=last Email=other_email Secondary Email=email Email Opt Out=opt_out Mobile=phone",
		[]string{"anna@example.com +79161234567 kim OUT"},
	},
	{
		"Pipedrive", "Person - Name,Person - Email - Work,Person - Email - Home,Person - Phone - Work,Person - Owner\nAnna,,anna@example.com,+74951234567,Ann Lee\n",
		"Person - Name=name Person - Email - Work=other_email Person - Email - Home=email Person - Phone - Work=phone Person - Owner=owner",
		[]string{"anna@example.com +74951234567 lee"},
	},
	{
		"Mailchimp, who has left", "Email Address,First Name,Last Name,UNSUB_TIME,UNSUB_REASON\nanna@example.com,Anna,Lee,2026-01-05 10:00:00,N/A\nbo@example.com,Bo,Ray,,\n",
		"Email Address=email First Name=first Last Name=last UNSUB_TIME=opt_out",
		[]string{"anna@example.com   OUT", "bo@example.com  "},
	},
	{
		"Dynamics: what is not allowed", "Full Name,Email,Do not allow Emails,Do not allow Phone Calls,Owner\nAnna Lee,anna@example.com,Do Not Allow,Allow,Ann Lee\nBo Ray,bo@example.com,Allow,Do Not Allow,Ann Lee\n",
		"Full Name=name Email=email Do not allow Emails=opt_out Owner=owner",
		[]string{"anna@example.com  lee OUT", "bo@example.com  lee"},
	},
	{"Klaviyo: a column of refusals that is empty", "Email,First Name,Email Suppressions\nanna@example.com,Anna,\n", "Email=email First Name=first", []string{"anna@example.com  "}},
	{
		"Google Contacts in Russian", "Имя,Второе имя,Фамилия,Электронная почта 1 – Ярлык,Электронная почта 1 – Значение,Телефон 1 – Ярлык,Телефон 1 – Значение\nАнна,Сергеевна,Ли,Домашняя,anna@example.ru,Мобильный,+79161234567\n",
		"Имя=first Второе имя=middle Фамилия=last Электронная почта 1 – Значение=email Телефон 1 – Значение=phone",
		[]string{"anna@example.ru +79161234567 "},
	},
	{
		"amoCRM, its own names", "ID,Тип,Контакт / компания,Компания контакта,Ответственный,Кем создан контакт,Рабочий телефон,Мобильный телефон,Рабочий email,Личный email\n1,контакт,Анна Ли,Ромашка,Мария Ким,lee@example.com,,'+79161234567,,anna@example.ru\n",
		"Контакт / компания=name Ответственный=owner Рабочий телефон=other_phone Мобильный телефон=phone Рабочий email=other_email Личный email=email",
		[]string{"anna@example.ru +79161234567 kim"},
	},
	{
		"short words for refusals", "E-mail;Отписка;Не присылать рассылку;Отписка от SMS\nanna@example.ru;;;да\nbo@example.ru;да;;\noleg@example.ru;;1;\n", "E-mail=email Отписка=opt_out Не присылать рассылку=opt_out",
		[]string{"anna@example.ru  ", "bo@example.ru   OUT", "oleg@example.ru   OUT"},
	},
	{"an @ in the heading", "Имя;E-mail (@);Телефон\nАнна;anna@example.ru;\n", "Имя=name E-mail (@)=email Телефон=phone", []string{"anna@example.ru  "}},
	{"an example in the heading", "Имя;Почта (name@example.com);Контакт @\nАнна;anna@example.ru;x\n", "Имя=name Почта (name@example.com)=email", []string{"anna@example.ru  "}},
	{"a broken first address: the next one", "Рабочий email;Личный email\nanna.example.ru;anna@example.ru\noleg@example.ru;\nнет;-\n", "Рабочий email=email Личный email=other_email", []string{"anna@example.ru  ", "oleg@example.ru  ", "-"}},
	{"whose address it is", "Email;Our manager e-mail;E-mail куратора;Invalid email\nanna@example.com;lee@example.com;lee@example.com;false\n", "Email=email Our manager e-mail=owner", []string{"anna@example.com  lee"}},
	{
		"the company's own side under another heading", "Клиент;E-mail от нас;E-mail (личн.)\nАнна;lee@example.com;anna@example.ru\nОлег;lee@example.com;oleg@example.ru\n",
		"Клиент=name E-mail (личн.)=email",
		[]string{"anna@example.ru  ", "oleg@example.ru  "},
	},
	{
		"refusals in Russian", "Отказ от рассылки;Отказ от SMS;E-mail\nДа;Нет;anna@example.ru\nнет;да;bo@example.ru\n05.11.2026;;oleg@example.ru\n",
		"Отказ от рассылки=opt_out E-mail=email",
		[]string{"anna@example.ru   OUT", "bo@example.ru  ", "oleg@example.ru   OUT"},
	},
	{"a link to leave is no refusal", "Unsubscribed link;Email\nhttps://example.com/u/1;anna@example.com\n", "Email=email", []string{"anna@example.com  "}},
	{"\"date\" in a word", "Candidate email;Candidate phone\nanna@example.com;+74951234567\n", "Candidate email=email Candidate phone=phone", []string{"anna@example.com +74951234567 "}},
}

func TestColumnsAreToldByWhatStandsBelow(t *testing.T) {
	t.Parallel()
	for _, e := range exports {
		im, got, err := feed(e.list)
		if err != nil {
			t.Errorf("%s: %v", e.name, err)
			continue
		}
		var fields []string
		for _, c := range im.Columns {
			if c.Field != contacts.FieldAttribute {
				fields = append(fields, c.Heading+"="+string(c.Field))
			}
		}
		if d := cmp.Diff(e.fields, strings.Join(fields, " ")); d != "" {
			t.Errorf("%s: %s", e.name, d)
		}
		people, lines := make([]string, len(e.people)), im.Line-len(e.people)
		for i := range people {
			people[i] = "-"
		}
		for _, r := range got.Rows {
			c := r.Contact
			p := fmt.Sprintf("%s %s %s", c.Person.Email, c.Person.Phone, c.Owner)
			if c.OwnerRaw != "" && strings.Contains(e.list, "Пётр Нет") {
				p += "?"
			}
			if r.OptedOut {
				p += " OUT"
			}
			people[r.Line-1-lines] = p
		}
		if d := cmp.Diff(e.people, people); d != "" {
			t.Errorf("%s: %s", e.name, d)
		}
	}
}

// What is not used of several addresses and telephones is kept, and so is what a refusal said.
func TestFurtherColumnsAreKept(t *testing.T) {
	t.Parallel()
	_, got, err := feed("Email;Личный email;Телефон;Мобильный;Email opt out\nanna@example.ru;lichno@example.ru;;+7 916 123-45-67;да\nнет;bo@example.ru;12;84951234567;\n")
	if err != nil {
		t.Fatal(err)
	}
	want := []map[string]string{{"Личный email": "lichno@example.ru", "Email opt out": "да"}, {"Email": "нет", "Телефон": "12"}}
	for i, r := range got.Rows {
		if d := cmp.Diff(want[i], r.Contact.Attrs); d != "" {
			t.Errorf("line %d: %s", r.Line, d)
		}
	}
	q := got.Quality.Findings
	if q[contacts.OptedOut].Count != 1 || q[contacts.AddressUnusable].Count != 1 || q[contacts.MissingPhone].Count != 0 || len(got.Warnings) < 1 {
		t.Errorf("findings %+v, warnings %+v", q, got.Warnings)
	}
}

// Only refusals of letters under an address: no column of addresses is left, and a person is asked.
func TestNoColumnHoldsAddresses(t *testing.T) {
	t.Parallel()
	const list = "Email Opt Out;E-mail - Type;Кому\nfalse;Home;anna@example.com\ntrue;Work;bo@example.com\n"
	if _, _, err := feed(list); !apperr.Is(err, "csv_no_address_column") {
		t.Errorf("%v", err)
	}
	look, err := contacts.Preview(survey.Customers, []byte(list), true, contacts.Corrections{}, nil, nil, owners)
	if err != nil || !look.NoAddress || len(look.Columns) != 3 || cmp.Diff([]string{"anna@example.com", "bo@example.com"}, look.Examples[2]) != "" {
		t.Fatalf("%+v, %v", look.Columns, err)
	}
	look, err = contacts.Preview(survey.Customers, []byte(list), true, contacts.Corrections{Columns: map[string]contacts.Field{"Кому": contacts.FieldEmail}}, nil, nil, owners)
	if err != nil || look.NoAddress || len(look.Imported.Rows) != 2 || !look.Imported.Rows[1].OptedOut {
		t.Errorf("%+v, %v", look, err)
	}
}

// The columns of a long list are told by the same rows however it is cut; what stands deeper changes nothing any more.
func TestColumnsOfALongListAreToldOnce(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("Email Opt Out;E-mail 1 - Type;E-mail 1 - Value;Личный email;№\r\n")
	for i := range 4000 {
		switch {
		case i < 2500:
			fmt.Fprintf(&b, "false;Home;anna%d@example.com;;%d\r\n", i, i)
		default: // past the first 64 KB
			fmt.Fprintf(&b, "true;x%d@example.com;;bo%d@example.com;Д-%d\r\n", i, i, i)
		}
	}
	list := b.String()
	for _, part := range []int{100, 4_096, 65_535, 65_536, 65_537, 70_001, len(list)} {
		var parts []string
		for i := 0; i < len(list); i += part {
			parts = append(parts, list[i:min(i+part, len(list))])
		}
		checkImportCuts(t, list, parts)
		checkImportCuts(t, list, append(parts, ""))
	}
	im, got, err := feed(list)
	if err != nil || len(got.Rows) != 4000 || im.Columns[2].Field != contacts.FieldEmail || im.Columns[3].Field != contacts.FieldOtherEmail || got.Rows[3999].Contact.Person.Email != "bo3999@example.com" {
		t.Errorf("%d rows, %+v, %v", len(got.Rows), im, err)
	}
}
