package sample

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"
)

// List is a list of contacts as a customer database exports it: UTF-8, with a heading of its language.
type List struct {
	Name string
	CSV  []byte
}

// base is one language's customers: of which the list consists.
type base struct {
	language, domain        string
	accounts                int
	heading, roles, cities  []string
	products, owners, teams []string
	companyA, companyB      []string
	company, phone          string // formats
	unit, phones            int    // of an account's value; of their first telephone
	person                  func(w *World, b *base) (name, local string)
	separator               rune
	value                   func(int) string
}

var (
	givenRuMen   = []string{"Алексей Борисович", "Виктор Степанович", "Егор Константинович", "Игорь Львович", "Кирилл Романович", "Максим Эдуардович", "Никита Евгеньевич", "Руслан Ильдарович", "Станислав Аркадьевич", "Юрий Геннадьевич"}
	givenRuWomen = []string{"Вероника Андреевна", "Галина Петровна", "Дарья Кирилловна", "Елена Валерьевна", "Жанна Борисовна", "Инна Сергеевна", "Людмила Юрьевна", "Надежда Ивановна", "Регина Айратовна", "Татьяна Львовна"}
	familyRu     = []string{"Абрамов", "Баранов", "Власов", "Гаврилов", "Давыдов", "Ефимов", "Жуков", "Захаров", "Исаев", "Кудрявцев", "Лазарев", "Макаров", "Назаров", "Осипов", "Поляков", "Рябов", "Савельев", "Титов", "Устинов", "Фролов", "Харитонов", "Чернов", "Шубин", "Юдин"}
	givenEn      = []string{"Alice", "Ben", "Chloe", "Dan", "Erin", "Farid", "Gemma", "Harvey", "Isla", "Jonas", "Keira", "Leon", "Megan", "Nikhil", "Orla", "Peter", "Rosa", "Sean", "Tara", "Victor"}
	familyEn     = []string{"Ashworth", "Boyle", "Carver", "Dalton", "Ellery", "Forsyth", "Grant", "Holloway", "Ibbotson", "Jarvis", "Kerr", "Langford", "Merrick", "Nolan", "Osborne", "Prescott", "Quigley", "Rowe", "Stanton", "Thackery"}
)

// bases are where the company grew: regions whose customers its first lists do not have, and City.
var bases = []base{
	{
		language: "ru", domain: "example.ru", accounts: 205, separator: ';', unit: 10_000,
		heading:  []string{"Код", "Контрагент", "Контактное лицо", "Роль в компании", "E-mail", "Телефон", "Ответственный", "Команда", "Город", "Услуга", "Категория", "Язык", "Выручка за 2025 г., руб."},
		roles:    []string{"принимает решение", "пользуется", "платит"},
		cities:   []string{City, City, City, "Пермь", "Челябинск", "Уфа", "Нижний Новгород", "Ростов-на-Дону", "Краснодар", "Омск"},
		products: []string{"Доставка", "Доставка", "Складское хранение", "Обслуживание оборудования"},
		owners:   []string{"Елена Соколова", "Андрей Громов", "Ирина Белова", "Дмитрий Лапин"},
		teams:    []string{"Корпоративные клиенты", "Корпоративные клиенты", "Малый бизнес", "Малый бизнес"},
		companyA: []string{"Горный", "Медный", "Полевой", "Вечерний", "Ясный", "Озёрный", "Степной", "Янтарный", "Кедровый", "Тёплый", "Быстрый", "Синий", "Малый", "Лунный", "Каменистый", "Радужный"},
		companyB: []string{"ключ", "камень", "порт", "купец", "мастер", "рассвет", "перевал", "колос", "парус", "очаг", "горизонт", "ручей", "стан", "компас", "гранит", "север"},
		company:  "ООО «%s %s»", phone: "+7 (999) 001-%02d-%02d", person: personRu, value: func(n int) string { return grouped(n, "\u00a0") },
	},
	{
		language: "en", domain: "example.com", accounts: 130, separator: ',', unit: 200, phones: 3,
		heading:  []string{"Customer ID", "Company", "Contact", "Role in company", "Email", "Phone", "Account manager", "Team", "City", "Service", "Segment", "Language", "Annual revenue"},
		roles:    []string{"decision maker", "user", "payer"},
		cities:   []string{"Leeds", "Bristol", "Glasgow", "Chicago", "Denver", "Rotterdam"},
		products: []string{"Delivery", "Delivery", "Warehousing", "Equipment service"},
		owners:   []string{"Emily Carter", "Jan Novak", "Olivia Reed", "Samir Khan"},
		teams:    []string{"Enterprise", "Enterprise", "Retail", "Retail"},
		companyA: []string{"Amber", "Birch", "Copper", "Drift", "Elder", "Fallow", "Granite", "Hazel", "Juniper", "Larch", "Meadow", "Orchard", "Pebble", "Quarry"},
		companyB: []string{"Lane Joinery", "Gate Dental", "Row Bakeries", "Point Marine", "Field Tools", "Bridge Print", "Hill Optics", "Yard Cycles", "Wharf Paper", "Court Linen", "Mill Prints"},
		company:  "%s %s", phone: "+1 %d03 555 01%02d", person: personEn, value: func(n int) string { return "$" + grouped(n, ",") },
	},
}

// teamsShare is how many of an account's owners are of the first team, the one for large customers: the open wave asks theirs.
const teamsShare = 0.42

// customers invents the further customers, account by account, and the lists in which they stand.
func (w *World) customers() (all []Customer) {
	for i := range bases {
		b := &bases[i]
		var out bytes.Buffer
		rows := csv.NewWriter(&out)
		rows.Comma = b.separator
		_ = rows.Write(b.heading) // into memory: cannot fail
		number := 0
		for n := range b.accounts {
			name := fmt.Sprintf(b.company, b.companyA[n%len(b.companyA)], b.companyB[(n/len(b.companyA)+n)%len(b.companyB)])
			c, owner := w.account(b)
			value, met := b.value(w.value(c.Tier)*b.unit), map[string]bool{}
			for k := range w.contacts(c.Tier) {
				person, local := b.person(w, b)
				for met[person] {
					person, local = b.person(w, b)
				}
				met[person] = true
				c.Email = w.free(local, b.domain)
				c.Product = b.products[w.random.IntN(len(b.products))]
				all = append(all, c)
				number++
				_ = rows.Write([]string{
					fmt.Sprintf("%s-%05d", map[string]string{"ru": "Р", "en": "R"}[b.language], 20_000+n), name, person, b.roles[k%len(b.roles)], c.Email,
					fmt.Sprintf(b.phone, b.phones+number/100, number%100), b.owners[owner], c.Team, c.City, c.Product, c.Tier, b.language, value,
				})
				w.people[c.Email] = nil // the address is taken
			}
		}
		rows.Flush()
		w.Lists = append(w.Lists, List{"customers-" + b.language, out.Bytes()})
	}
	return all
}

// account decides what all contacts of a company share, and who looks after them.
func (w *World) account(b *base) (c Customer, owner int) {
	r := w.random
	if owner = r.IntN(2); r.Float64() > teamsShare {
		owner += 2
	}
	c = Customer{Language: b.language, City: b.cities[r.IntN(len(b.cities))], Team: b.teams[owner], Tier: "C"}
	switch n := r.IntN(10); {
	case n == 0:
		c.Tier = "A"
	case n < 4:
		c.Tier = "B"
	}
	return c, owner
}

// value is what an account of a tier brings a year, in units.
func (w *World) value(tier string) int {
	switch tier {
	case "A":
		return (40 + w.random.IntN(160)) * 100
	case "B":
		return (60 + w.random.IntN(240)) * 10
	}
	return 20 + w.random.IntN(380)
}

// contacts is how many people one knows at an account of a tier.
func (w *World) contacts(tier string) int {
	switch tier {
	case "A":
		return 3 + w.random.IntN(4)
	case "B":
		return 2 + w.random.IntN(3)
	}
	return 1 + w.random.IntN(3)
}

// former are customers who have left: their answers are there, they are on no list.
func (w *World) former() (all []Customer) {
	for range formerOnes {
		b := &bases[0]
		if w.random.Float64() < 0.38 {
			b = &bases[1]
		}
		c, _ := w.account(b)
		_, local := b.person(w, b)
		c.Email, c.Product = w.free("ex."+local, b.domain), b.products[w.random.IntN(len(b.products))]
		w.people[c.Email] = nil
		all = append(all, c)
	}
	return all
}

// free is an address that nobody has yet.
func (w *World) free(local, domain string) string {
	address := local + "@" + domain
	for n := 2; ; n++ {
		if _, taken := w.people[address]; !taken {
			return address
		}
		address = fmt.Sprintf("%s%d@%s", local, n, domain)
	}
}

func personRu(w *World, _ *base) (name, local string) {
	family, given := familyRu[w.random.IntN(len(familyRu))], givenRuMen[w.random.IntN(len(givenRuMen))]
	if w.random.IntN(2) == 0 {
		family, given = family+"а", givenRuWomen[w.random.IntN(len(givenRuWomen))]
	}
	first, _, _ := strings.Cut(given, " ")
	return family + " " + given, latin.Replace(strings.ToLower(family + "." + string([]rune(first)[:1])))
}

func personEn(w *World, _ *base) (name, local string) {
	given, family := givenEn[w.random.IntN(len(givenEn))], familyEn[w.random.IntN(len(familyEn))]
	return given + " " + family, strings.ToLower(given + "." + family)
}

var latin = strings.NewReplacer("а", "a", "б", "b", "в", "v", "г", "g", "д", "d", "е", "e", "ё", "e", "ж", "zh", "з", "z", "и", "i", "й", "y", "к", "k",
	"л", "l", "м", "m", "н", "n", "о", "o", "п", "p", "р", "r", "с", "s", "т", "t", "у", "u", "ф", "f", "х", "kh", "ц", "ts", "ч", "ch", "ш", "sh",
	"щ", "sch", "ъ", "", "ы", "y", "ь", "", "э", "e", "ю", "yu", "я", "ya")

// grouped writes a whole number with a separator between thousands.
func grouped(n int, separator string) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s%s%03d", grouped(n/1000, separator), separator, n%1000)
}
