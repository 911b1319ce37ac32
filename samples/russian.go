package main

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"golang.org/x/text/encoding/charmap"
)

// goodRussian is how many rows of the Russian list can be used.
const goodRussian = 180

var (
	menRu      = []string{"Александр Сергеевич", "Дмитрий Олегович", "Иван Петрович", "Николай Андреевич", "Роман Викторович", "Артём Игоревич", "Павел Юрьевич", "Тимур Рашидович", "Глеб Ильич", "Фёдор Максимович"}
	womenRu    = []string{"Анна Сергеевна", "Мария Алексеевна", "Ольга Владимировна", "Наталья Игоревна", "Светлана Павловна", "Юлия Андреевна", "Алёна Дмитриевна", "Лариса Николаевна", "Гузель Маратовна", "Ксения Олеговна"}
	surnamesRu = []string{"Петров", "Лебедев", "Козлов", "Новиков", "Морозов", "Волков", "Соловьёв", "Васильев", "Зимин", "Павлов", "Семёнов", "Голубев", "Виноградов", "Богданов", "Воробьёв", "Фёдоров", "Михайлов", "Беляев", "Тарасов", "Комаров", "Киселёв", "Щукин", "Ершов", "Хасанов"}
	adjectives = []string{"Северный", "Зелёный", "Новый", "Тихий", "Первый", "Звёздный", "Речной", "Каменный", "Дальний", "Уральский", "Солнечный", "Верный"}
	nouns      = []string{"ветер", "мост", "берег", "дом", "маяк", "склад", "завод", "лес", "двор", "причал", "квартал", "хлеб"}
	citiesRu   = []string{"Москва", "Москва", "Санкт-Петербург", "Екатеринбург", "Казань", "Новосибирск", "Тверь", "Самара", "Калининград"}
	servicesRu = []string{"Доставка", "Складское хранение", "Сопровождение 1С", "Охрана и связь", "Обслуживание оборудования"}
	ownersRu   = []string{"Соколова Елена", "Андрей Громов", "Белова Ирина", "lapin"} // as such a base has them: each in another way
	notesRu    = []string{"", "", "", "Звонить после 14:00", "Просит счёт до 5-го числа", "Договор до конца года; продлевает каждый раз", "Сменили бухгалтера, закрывающие – на новый адрес", "Постоянный клиент с 2014 г."}
)

var latin = strings.NewReplacer("а", "a", "б", "b", "в", "v", "г", "g", "д", "d", "е", "e", "ё", "e", "ж", "zh", "з", "z", "и", "i", "й", "y", "к", "k",
	"л", "l", "м", "m", "н", "n", "о", "o", "п", "p", "р", "r", "с", "s", "т", "t", "у", "u", "ф", "f", "х", "kh", "ц", "ts", "ч", "ch", "ш", "sh",
	"щ", "sch", "ъ", "", "ы", "y", "ь", "", "э", "e", "ю", "yu", "я", "ya")

// labelsRu make the laptop's SES bounce and complain: some of every real list do.
var labelsRu = map[int]string{17: "bounce", 58: "softbounce", 77: "bounce", 101: "complaint", 120: "bounce", 149: "softbounce", 166: "bounce"}

// customerRu is a row of the export before it is written.
type customerRu struct{ code, company, name, email, phone, owner, city, service, tier, language, value, contract, note string }

func (c customerRu) line(number int) string {
	cells := []string{fmt.Sprint(number), c.code, c.company, c.name, c.email, c.phone, c.owner, c.city, c.service, c.tier, c.language, c.value, c.contract, c.note}
	for i, cell := range cells {
		if strings.ContainsAny(cell, ";\"\n") && !strings.HasPrefix(cell, "\x00") {
			cells[i] = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
		}
		cells[i] = strings.TrimPrefix(cells[i], "\x00") // as it is: the accounting system did not quote it
	}
	return strings.Join(cells, ";")
}

// russian is an export of an accounting system: windows-1251, semicolons, CRLF, a title above, a total below.
func russian(r *rand.Rand) ([]byte, error) {
	var lines []string
	used := addresses{}
	var all []customerRu
	for i := range goodRussian {
		all = append(all, personRu(r, i, used))
	}
	decorateRu(all)
	number := 0
	add := func(c customerRu) {
		number++
		lines = append(lines, c.line(number))
	}
	for i, c := range all {
		add(c)
		for _, fault := range faultsRu(i, c, all) {
			add(fault)
		}
		if i == 60 || i == 125 {
			lines = append(lines, ";;;;;;;;;;;;;") // the end of a printed page
		}
	}
	head := []string{
		"Список контрагентов для опроса;;;;;;;;;;;;;", "Период: 2025 г. Отбор: действующие договоры;;;;;;;;;;;;;", "",
		"№ п/п;Код;Контрагент;Контактное лицо;E-mail;Телефон;Ответственный;Город;Услуга;Категория;Язык;Выручка за 2025 г., руб.;Дата договора;Комментарий",
	}
	lines = append(append(head, lines...), fmt.Sprintf("Итого контрагентов: %d;;;;;;;;;;;;;", number))
	text, err := charmap.Windows1251.NewEncoder().String(strings.ReplaceAll(strings.Join(lines, "\n"), "\n", "\r\n") + "\r\n")
	if err != nil {
		return nil, fmt.Errorf("encode the Russian sample: %w", err)
	}
	return []byte(text), nil
}

func personRu(r *rand.Rand, i int, used addresses) customerRu {
	surname, given := pick(r, surnamesRu), pick(r, menRu)
	if r.IntN(2) == 0 {
		surname, given = surname+"а", pick(r, womenRu)
	}
	first, _, _ := strings.Cut(given, " ")
	local := latin.Replace(strings.ToLower(first[:2] + "." + surname))
	tier, value := tierAndValue(r, 10_000)
	c := customerRu{
		code:    fmt.Sprintf("К-%05d", 10_000+7*i),
		company: fmt.Sprintf(pick(r, []string{"ООО \"%s %s\"", "АО «%s %s»", "ООО «%s %s»"}), pick(r, adjectives), pick(r, nouns)),
		name:    surname + " " + given, email: used.of(local, labelsRu[i], "example.ru"),
		phone: fmt.Sprintf("+7 (999) 000-%02d-%02d", 20+i/100, i%100), owner: ownersRu[r.IntN(4)], city: pick(r, citiesRu), service: pick(r, servicesRu), tier: tier,
		language: pick(r, []string{"рус", "рус", "русский", ""}), value: grouped(value, "\u00a0"),
		contract: fmt.Sprintf("%02d.%02d.20%d", 1+r.IntN(28), 1+r.IntN(12), 14+r.IntN(12)), note: pick(r, notesRu),
	}
	return c
}

// decorateRu gives rows that can be used the faults of a grown base.
func decorateRu(all []customerRu) {
	for i := range all {
		c := &all[i]
		switch {
		case i%37 == 5:
			c.name = strings.ToUpper(c.name)
		case i%29 == 3:
			c.phone = ""
		case i%41 == 7:
			c.phone = "7,999E+10" // a spreadsheet has been at it
		case i%31 == 9:
			c.phone = fmt.Sprintf("8999000%04d", 2000+i)
		case i%43 == 11:
			c.owner = "Кузьмина Т. (уволена)"
		case i%47 == 13:
			c.owner = ""
		case i%23 == 15:
			c.note = "Жалоба на сроки в марте.\nОбещали разобраться; \"лично перезвонить\"."
		case i%53 == 17:
			c.email = c.name + " <" + strings.ToUpper(c.email) + ">"
		case i%59 == 19:
			c.email = "mailto:" + c.email + " "
		case i%61 == 21:
			c.email, c.language = "info+"+strings.ToLower(c.code[3:])+"@example.ru", "англ."
		}
	}
}

// faultsRu are the rows behind row i that cannot be used.
func faultsRu(i int, c customerRu, all []customerRu) []customerRu {
	bad := c
	bad.code += "-1"
	switch i {
	case 8, 52, 99, 143:
		bad.email = ""
	case 30:
		bad.email = "buh@example.ru, zakaz@example.ru"
	case 111:
		bad.email = "sklad@example.ru; direktor@example.ru"
	case 45:
		bad.email = strings.ToUpper(all[2].email)
	case 88, 160:
		bad = all[i-6] // the same customer once more
	case 64:
		bad.email = "нет"
	case 73:
		bad.email = "оlga.pavlova@example.ru" // the first letter is Cyrillic
	case 134:
		bad.email = "pavlov@example"
	case 95:
		bad.company, bad.email = "\x00\"Верный двор; ООО", "dvor@example.ru" // a stray quote
	case 152:
		bad.company, bad.email, bad.note = "\x00Завод; филиал № 2", "filial2@example.ru", "Склад в Твери" // a separator without quotes
	default:
		return nil
	}
	return []customerRu{bad}
}
