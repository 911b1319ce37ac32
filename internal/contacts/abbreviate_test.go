package contacts_test

import (
	"strings"
	"testing"

	"onetap/internal/contacts"
)

// Headings as people shorten them, each beside a column of addresses; "" is a trap: it only looks like one.
func TestHeadingsAsPeopleShortenThem(t *testing.T) {
	t.Parallel()
	const mobile, day = "+7 916 123-45-67", "05.11.1987"
	for heading, want := range map[string]struct {
		field contacts.Field
		cell  string
	}{
		"Моб. тел.": {contacts.FieldPhone, mobile}, "Моб.тел": {contacts.FieldPhone, mobile}, "Моб": {contacts.FieldPhone, mobile}, "Cell #": {contacts.FieldPhone, mobile},
		"Сот. тел.": {contacts.FieldPhone, mobile}, "Контакт. тел.": {contacts.FieldPhone, mobile}, "Тел. моб.": {contacts.FieldPhone, mobile}, "Телеф.": {contacts.FieldPhone, mobile},
		"Тел. №": {contacts.FieldPhone, mobile}, "Mob. No.": {contacts.FieldPhone, mobile}, "Phone No": {contacts.FieldPhone, mobile}, "Раб. тел.": {contacts.FieldPhone, mobile},
		"Отв.": {contacts.FieldOwner, "lee"}, "Ответств.": {contacts.FieldOwner, "lee"}, "Менедж.": {contacts.FieldOwner, "lee"}, "Acct Mgr": {contacts.FieldOwner, "lee"}, "Acct. Mgr.": {contacts.FieldOwner, "lee"},
		"Персон. менедж.": {contacts.FieldOwner, "lee"}, "Отв. менеджер": {contacts.FieldOwner, "lee"}, "Mgr": {contacts.FieldOwner, "lee"}, "KAM": {contacts.FieldOwner, "lee"},
		"Подразд.": {contacts.FieldTeam, "Север"}, "Отд.": {contacts.FieldTeam, "Север"}, "Dept.": {contacts.FieldTeam, "North"}, "Департ.": {contacts.FieldTeam, "Север"},
		"Катег.": {contacts.FieldTier, "A"}, "Сегм.": {contacts.FieldTier, "A"}, "Loc.": {contacts.FieldLocation, "Oslo"}, "Язык общ.": {contacts.FieldLanguage, "ru"},
		"Конт. лицо": {contacts.FieldName, "Анна Ли"}, "Ф.И.О.": {contacts.FieldName, "Анна Ли"}, "Cust. Name": {contacts.FieldName, "Anna Lee"}, "Сумма дог.": {contacts.FieldValue, "100"},
		// Traps.
		"DOB": {"", day}, "Дата рожд.": {"", day}, "Пол.": {"", "ж"}, "Ответ.": {"", "да"}, "Конт.": {"", "да"}, "Cell range": {"", "B12"}, "Mobile app version": {"", "3.1"},
		"Тел. менедж.": {"", mobile}, "Отв. за договор": {"", "Кто-то Другой"}, "Номер.": {"", "Д-17"}, "Адрес.": {"", "Тверь, ул. Мира, 1"}, "Клиент №": {"", "17"},
		"Mgr. notes": {"", "call after ten"}, "Тел. код": {"", "495"},
	} {
		im, got, err := feed("Эл. адрес;" + heading + "\nanna@example.ru;\"" + want.cell + "\"\n")
		if err != nil || len(got.Rows) != 1 || len(im.Columns) != 2 {
			t.Errorf("%s: %v", heading, err)
			continue
		}
		if want.field == "" {
			want.field = contacts.FieldAttribute
		}
		if im.Columns[1].Field != want.field {
			t.Errorf("%s holds %q, want %q", heading, im.Columns[1].Field, want.field)
		}
	}
	for _, heading := range strings.Split("Эл. адрес,Эл. почта,Эл.почта,Элект. почта,E-mail addr.,Email ID,Емэйл,эл. адр.", ",") {
		im, _, err := feed(heading + ";Имя\nanna@example.ru;Анна\n")
		if err != nil || im.Columns[0].Field != contacts.FieldEmail {
			t.Errorf("%s: %v", heading, err)
		}
	}
}
