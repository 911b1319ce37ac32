package names

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean takes off a name what is none: "-", "null", "N/A", an address, a telephone number, "Уважаемый клиент". It returns ""
// where nothing is left. junk reports that something was taken off, for telling whoever keeps the list.
func Clean(text string) (name string, junk bool) {
	text = strings.TrimSpace(text)
	if text == "" {
		return "", false
	}
	if plain(text) {
		return text, false
	}
	if !strings.ContainsFunc(text, unicode.IsLetter) || merge(text) || street(text) {
		return "", true
	}
	key := strings.Join(strings.Fields(strings.Map(space, strings.ToLower(text))), " ")
	if (lex().nothing[key] || lex().nothing[strings.Trim(key, "()[]<>{}«»\"' ")]) && text != "Na" && text != "Nan" {
		return "", true
	}
	var kept []string
	person := false
	for f := range strings.FieldsSeq(text) {
		if placeholder(f) {
			junk = true
			continue
		}
		kept = append(kept, f)
		bare := folded(strings.TrimFunc(f, func(r rune) bool { return !unicode.IsLetter(r) }))
		person = person || bare != "" && !lex().filler[bare] && !unlikely(bare)
	}
	if !person {
		return "", true
	}
	if !junk {
		return text, false
	}
	return strings.Trim(strings.Join(kept, " "), " ,;"), true
}

// plain tells of most names that nothing is to be taken off: words with a capital, Latin or Cyrillic, that are no filler.
func plain(text string) bool {
	for w := range strings.SplitSeq(text, " ") {
		rest := ""
		for i, r := range w {
			switch small := r >= 'a' && r <= 'z' || r >= 'а' && r <= 'я' || r == 'ё'; {
			case i == 0 && (r >= 'A' && r <= 'Z' || r >= 'А' && r <= 'Я' || r == 'Ё'):
				rest = w[utf8.RuneLen(r):]
			case i == 0 || !small:
				return false
			}
		}
		if len(rest) < 3 || lex().capitals[w] || keys(rest, 1) || strings.Trim(rest, rest[:1]) == "" || rest[0] >= 0x80 && strings.Trim(rest, rest[:2]) == "" {
			return false
		}
	}
	return true
}

func space(r rune) rune {
	if r == '\u00a0' || r == '_' {
		return ' '
	}
	return r
}

// nothing are cells that say there is no name.
const nothing = "null|(null)|<null>|[null]|nil|none|(none)|n/a|n.a.|n\\a|na|nan|#n/a|#н/д|н/д|нд|#ref!|#имя?|#name?|#ссылка!|#value!|#знач!|#div/0!|#дел/0!|#num!|#число!|object object|undefined|unknown|not known|not set|not specified|" +
	"not provided|not available|no name|noname|no-name|no data|empty|(empty)|blank|(blank)|anonymous|anonym|true|false|yes|no|tbd|tba|" +
	"нет|нету|нет имени|нет данных|нет фио|без имени|без фио|не указано|не указан|не указана|не указаны|не задано|не заполнено|не определено|не известно|неизвестно|неизвестный|неизвестная|" +
	"неизвестен|пусто|(пусто)|прочерк|отсутствует|аноним|анонимно|анонимный|инкогнито|да|имя|фамилия|отчество|фио|ф.и.о.|имя фамилия|имя и фамилия|фамилия имя|фамилия имя отчество|" +
	"name|your name|full name|first name|last name|firstname|lastname|fname|lname|имя клиента|ваше имя|мое имя|моё имя|удален|удалён|удалено|deleted|deleted user|удаленный пользователь|удалённый пользователь"

// filler are words that make no name by themselves: of "Уважаемый клиент" nothing is left, of "Иван Тестов" everything.
const filler = "тест тестов тестова тестович тестовна тестовый тестовая тестовое тестик проба пробный test tests tester testing testov testova demo sample example пример образец " +
	"клиент клиентка клиенты покупатель покупательница заказчик пользователь юзер гость посетитель абонент пациент контакт сотрудник сотрудница кандидат лид физлицо физ лицо частное " +
	"client customer user guest visitor buyer contact admin administrator админ администратор member subscriber lead new новый новая old старый " +
	"уважаемый уважаемая уважаемые дорогой дорогая dear valued hello hi здравствуйте привет имя name фио first last фамилия отчество no нет без to and т тел телефон phone mobile моб " +
	"неизвестный неизвестная аноним anonymous unknown null none vip вип менеджер директор manager director розничный розничная оптовый контактное физическое юридическое основной основное не указано указан указана"

// placeholder is a word of a name that a program left where it had nothing: "DeJarnette null". "Null" and "None" with one
// capital are somebody's surname.
func placeholder(f string) bool {
	if address(f) || merge(f) {
		return true
	}
	core := strings.Trim(f, "()[]<>{}.,;\"'")
	if core == "" || strings.Trim(core, "-–—_?*#/\\+=~|") == "" {
		return true
	}
	switch core {
	case "null", "NULL", "nil", "NIL", "none", "NONE", "undefined", "UNDEFINED", "Undefined", "nan", "NaN", "n/a", "N/A", "#N/A", "#Н/Д", "н/д", "Н/Д", "нет", "НЕТ":
		return true
	}
	return false
}

// address is an e-mail address, a page or a domain.
func address(f string) bool {
	low := strings.ToLower(strings.Trim(f, "<>()[],;\"'"))
	if at := strings.IndexByte(low, '@'); at >= 0 || strings.Contains(low, "://") || strings.HasPrefix(low, "www.") {
		return true
	}
	switch dot := strings.LastIndexByte(low, '.'); {
	case dot <= 1:
		return false
	default:
		switch low[dot+1:] {
		case "ru", "com", "net", "org", "рф", "su", "by", "kz", "ua", "io", "info", "biz":
			return true
		}
	}
	return false
}

// merge is what another system would have put a name into: {name}, %FIRSTNAME%, *|FNAME|*, ${user}.
func merge(f string) bool {
	f = strings.TrimSpace(f)
	for _, pair := range [][2]string{{"{", "}"}, {"${", "}"}, {"%", "%"}, {"*|", "|*"}, {"<%", "%>"}, {"[[", "]]"}, {"<", ">"}} {
		if len(f) > len(pair[0])+len(pair[1]) && strings.HasPrefix(f, pair[0]) && strings.HasSuffix(f, pair[1]) &&
			!strings.ContainsAny(f[len(pair[0]):len(f)-len(pair[1])], "<>") { // "<b>Смирнова</b>" is a name, however odd
			return true
		}
	}
	return false
}

const streets = "ул улица пр-т пр-кт проспект пер переулок шоссе бульвар б-р набережная street avenue ave blvd road"

// street is a postal address: a number, and a word for a street.
func street(text string) bool {
	if !strings.ContainsFunc(text, unicode.IsDigit) {
		return false
	}
	for w := range strings.FieldsFuncSeq(strings.ToLower(text), func(r rune) bool { return unicode.IsSpace(r) || r == ',' || r == '.' }) {
		if lex().streets[w] {
			return true
		}
	}
	return false
}

// unlikely is what fingers type when a form insists: one letter again and again, keys beside each other.
func unlikely(w string) bool {
	first, _ := utf8.DecodeRuneInString(w)
	if utf8.RuneCountInString(w) >= 3 && strings.Trim(w, string(first)) == "" {
		return true
	}
	switch w {
	case "ывап", "олдж", "sdfg", "dfgh", "hjkl":
		return true
	}
	return utf8.RuneCountInString(w) >= 3 && keys(w, 0)
}

var keyboard = [...]string{"qwertyuiop", "asdfghjkl", "zxcvbnm", "йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю"}

// keys reports letters that stand one behind the other on a keyboard, from the left of a row on; skip as many letters there.
func keys(w string, skip int) bool {
	rows, size := keyboard[:3], 1
	if w[0] >= utf8.RuneSelf {
		rows, size = keyboard[3:], 2
	}
	for _, row := range rows {
		if strings.HasPrefix(row[size*skip:], w) {
			return true
		}
	}
	return false
}

// dropped are the words around a name that are none of it: titles, what the greeting says itself, degrees.
func dropped(w string) bool { return lex().titles[strings.ToLower(strings.Trim(w, ".,"))] }

const titles = "mr mrs ms miss mx dr prof sir madam mme mlle herr frau dr-ing rev fr sr jr ii iii iv phd ph.d md m.d esq mba cpa dds bsc msc " +
	"dear hi hello г-н г-жа гн госп господин госпожа гр гражданин гражданка д-р доктор проф профессор тов товарищ к.т.н д.т.н к.э.н д.э.н к.м.н д.м.н ктн дтн кэн дэн кмн дмн " +
	"уважаемый уважаемая дорогой дорогая здравствуйте ип инд"

// joins stand between two people.
const joins = "и и/или and und et & + / y або та or или"

// business reports a word that a company has in its name and a person does not.
func business(w string) bool {
	return lex().companies[folded(w)]
}

const companies = "ооо зао оао пао ао нко тоо чп чуп одо фгуп фгбу гуп муп гбоу мбоу мбу гбу ано тсж тсн снт гк кфх нпо ltd llc inc gmbh corp co ag plc llp oy ab bv sarl srl spa kg ohg limited " +
	"company corporation holding group team shop store market studio salon center centre clinic hospital school academy university department office bank hotel agency service services " +
	"solutions systems technologies bakery restaurant cafe club church foundation fund support sales accounting info reception " +
	"компания фирма корпорация холдинг группа команда магазин маркет студия салон центр клиника больница поликлиника школа академия университет лицей гимназия детсад отдел офис банк " +
	"гостиница отель агентство служба сервис услуги решения системы технологии пекарня ресторан кафе клуб храм фонд завод фабрика комбинат бухгалтерия приемная секретарь аптека ателье " +
	"торговый дом город область район край улица склад база производство парикмахерская автосервис стройка турфирма"
