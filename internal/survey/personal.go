package survey

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"onetap/internal/celltext"
)

// personalWords are beginnings of words of headings under which stands what tells who somebody is, or what somebody wrote
// about them.
var personalWords = strings.Fields(`person persons contact contacts контакт phone phones telephone mobile cell tel fax телефон тел моб сотов факс email mail почт емейл имейл address addr адрес
	street улиц zip postcode postal passport паспорт инн inn tin ssn снилс snils birth birthday dob рожд comment коммент note notes примеч заметк remark description описан фио фамил surname
	lastname firstname fullname имя отчеств patronymic nickname логин login user username telegram телеграм whatsapp viber skype instagram facebook linkedin twitter signatory подписант
	получател recipient spouse wife husband child children супруг дети ребен card iban plate госномер vin latitude longitude координат birthdate firstname middlename photo avatar фото
	director директор руководител бухгалтер представител assistant помощник whom кому fio др лпр poc attn mob моб мобильный nick ник никнейм вайбер вотсап ватсап вацап инстаграм вк vk wechat
	message сообщени обращени отзыв feedback жалоб complaint memo диагноз diagnos табельн госномер imei secretary секретар подписал`)

// wholeWords are those of personalWords that begin other words: "телеканал", "mailing list", "cellar", "carding", "noted", "никель".
var wholeWords = map[string]bool{
	"tel": true, "тел": true, "моб": true, "cell": true, "mail": true, "inn": true, "инн": true, "tin": true, "vin": true, "card": true, "note": true, "zip": true,
	"user": true, "plate": true, "child": true, "person": true, "addr": true, "fax": true, "whom": true, "кому": true, "login": true, "street": true, "wife": true, "dob": true, "ssn": true, "photo": true,
	"fio": true, "др": true, "лпр": true, "poc": true, "attn": true, "mob": true, "nick": true, "ник": true, "вк": true, "vk": true, "memo": true,
}

// kinds are words that make a group of what they stand beside: "Contact type", "Источник контакта", "Phone model".
var kinds = []string{"type", "source", "status", "channel", "method", "model", "category", "reason", "тип", "источник", "статус", "канал", "способ", "модел", "категор", "причин", "language", "язык", "role", "роль", "stage", "стади", "этап"}

// named are the words that a person's "name" stands with; with any other it is a product's, a plan's, a city's.
var named = map[string]bool{
	"name": true, "full": true, "first": true, "last": true, "middle": true, "given": true, "family": true, "nick": true, "display": true, "customer": true, "client": true,
	"user": true, "owner": true, "manager": true, "employee": true, "guest": true, "member": true, "additional": true, "maiden": true, "father": true, "mother": true, "s": true, "of": true, "the": true,
}

// personalHeading reports whether what stands under a heading tells who somebody is.
func personalHeading(heading string) bool {
	words := headingWords(heading, true)
	personal, name := false, false
	for _, w := range headingWords(heading, false) { // "WhatsApp" and "LinkedIn" are one
		personal = personal || personalWord(w)
	}
	for i, w := range words {
		for _, k := range kinds {
			if strings.HasPrefix(w, k) {
				return false
			}
		}
		name = name || w == "name"
		personal = personal || personalWord(w) || strings.HasPrefix(w, "mail") && i > 0 && words[i-1] == "e"
	}
	if !personal && name {
		for _, w := range words {
			if !named[w] {
				return false
			}
		}
		return true
	}
	return personal
}

func personalWord(w string) bool {
	return slices.ContainsFunc(personalWords, func(p string) bool { return w == p || !wholeWords[p] && strings.HasPrefix(w, p) })
}

// headingWords cuts a heading into words in small letters: "contact_person" and "Контакт. лицо" are two, "ContactPerson" too
// with camel, and "Ф. И. О." is one.
func headingWords(heading string, camel bool) []string {
	var b strings.Builder
	lower := false
	for _, r := range celltext.Visible(heading) {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			r = ' '
		case unicode.IsUpper(r) && lower && camel:
			b.WriteByte(' ')
		}
		lower = unicode.IsLower(r)
		b.WriteRune(r)
	}
	var words []string
	letters := 0 // of the last word, where it is made of single ones
	for _, w := range strings.Fields(strings.ReplaceAll(strings.ToLower(b.String()), "ё", "е")) {
		single := utf8.RuneCountInString(w) == 1
		if single && letters > 0 {
			words[len(words)-1] += w
		} else {
			words, letters = append(words, w), 0
		}
		if single {
			letters++
		}
	}
	return words
}

// personalValues reports whether values tell who somebody is: addresses, telephones, names, dates of birth, numbers of
// papers, profiles, streets, free text. One value in four is enough: the others are slips, or are missing. Of first names
// alone it takes more than half: towns have some of them.
func personalValues(values map[string]int) bool {
	personal, first, all := 0, 0, 0
	for v := range values {
		if v = celltext.CleanLines(v); v == "" {
			continue
		}
		if all++; personalValue(v) {
			personal++
		} else if firstNames[strings.ReplaceAll(strings.ToLower(v), "ё", "е")] {
			first++
		}
	}
	return personal > 0 && 4*personal >= all || first > 1 && 2*first > all
}

func personalValue(v string) bool {
	if strings.ContainsAny(v, "\n") || utf8.RuneCountInString(v) > 60 || celltext.HasAny(v, "://", "t.me/", "wa.me/", "vk.com/", "ok.ru/") || strings.HasPrefix(v, "@") {
		return true // text, a profile
	}
	if _, _, code := ReadAddress(v); code == "" || code == "several_addresses" {
		return true
	}
	return looksLikeNumberOfPerson(v) || isBirthDate(v) || isStreet(v) || isPersonName(v)
}

// looksLikeNumberOfPerson takes telephones, passports, СНИЛС, cards: seven digits and more that are no amount of money.
func looksLikeNumberOfPerson(v string) bool {
	digits := 0
	for _, r := range v {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case r == '₽', r == '$', r == '€', r == '£', r == '%', unicode.IsLetter(r) && digits > 0:
			return false
		}
	}
	if digits < 7 || celltext.IsDate(v) {
		return false
	}
	plain := strings.Trim(v, "0123456789 \u00a0\u202f.,")
	return plain != "" || digits >= 9 && !strings.ContainsAny(v, " \u00a0\u202f.,") || celltext.LooksLikePhone(v) && strings.HasPrefix(v, "8") && digits == 11
}

// isBirthDate takes the dates of more than a dozen years ago for those of births: contracts are younger mostly.
func isBirthDate(v string) bool {
	if !celltext.IsDate(v) {
		return false
	}
	for _, p := range strings.FieldsFunc(v, func(r rune) bool { return r < '0' || r > '9' }) {
		if len(p) == 4 {
			return p >= "1900" && p < "2013"
		}
	}
	return false
}

var streets = []string{"ул.", "ул ", "улица", "пр-т", "просп", "переул", "пер.", "наб.", "бульв", "шоссе", "кв.", " д.", "street", " st.", " st,", "avenue", " ave", " road", " rd", "lane", "strasse", "straße"}

func isStreet(v string) bool {
	v = " " + strings.ToLower(v)
	return strings.ContainsAny(v, "0123456789") && celltext.HasAny(v, streets...)
}

// firstNames are some of the commonest; with them, patronymics and initials most columns of names are told from towns.
var firstNames = func() map[string]bool {
	m := map[string]bool{}
	for _, n := range strings.Fields(`александр алексей анатолий андрей антон артем артур борис вадим валентин валерий василий виктор виталий владимир владислав вячеслав геннадий георгий григорий
		денис дмитрий евгений егор иван игорь илья кирилл константин леонид максим марат михаил никита николай олег павел петр роман руслан сергей станислав степан тимур федор юрий ярослав
		александра алена алина алиса алла анастасия анна валентина валерия вера вероника виктория галина дарья диана екатерина елена елизавета жанна зинаида зоя инна ирина ксения лариса
		лидия любовь людмила маргарита марина мария надежда наталия наталья нина оксана ольга полина раиса светлана софия софья тамара татьяна ульяна юлия яна
		adam alex alexander alice amanda amy andrea andrew angela anna anne anthony barbara ben benjamin bob brian carol charles charlotte chris christine christopher claire daniel david deborah
		dennis diana donald donna edward elena elizabeth emily emma eric eva frank gary george grace hannah harry helen henry ivan jack jacob james jane janet jason jeff jennifer jessica joan
		john jonathan joseph joshua julia julie karen kate katherine kevin kim laura lee linda lisa louise lucy maria mark martin mary matthew melissa michael michelle mike nancy nicholas nicole
		nina olga oliver olivia pamela patricia patrick paul peter rachel ray rebecca richard robert roger ronald ryan sam samuel sandra sara sarah scott sharon sophia sophie stephanie stephen
		steve steven susan thomas tim timothy tom victoria walter william`) {
		m[n] = true
	}
	return m
}()

// titles stand before a name.
var titles = map[string]bool{"mr": true, "mrs": true, "ms": true, "miss": true, "г-н": true, "г-жа": true, "господин": true, "госпожа": true}

// isPersonName takes "Анна Смирнова", "Петрова А. С.", "Mr. Smith", "Lee, Ann" and "Анна Смирнова (мама)" for names of people.
func isPersonName(v string) bool {
	if before, _, ok := strings.Cut(v, " ("); ok {
		v = before
	}
	words := strings.FieldsFunc(v, func(r rune) bool { return r == ' ' || r == '.' || r == ',' })
	if len(words) < 2 || len(words) > 4 {
		return false
	}
	known, initials := titles[strings.ToLower(words[0])], 0
	if known {
		words = words[1:]
	}
	for _, w := range words {
		first, _ := utf8.DecodeRuneInString(w)
		if !unicode.IsUpper(first) || strings.ContainsFunc(w, func(r rune) bool { return !unicode.IsLetter(r) && r != '-' && r != '\'' && r != '’' }) {
			return false
		}
		if utf8.RuneCountInString(w) == 1 {
			initials++
		}
		small := strings.ReplaceAll(strings.ToLower(w), "ё", "е")
		known = known || firstNames[small] || strings.HasSuffix(small, "ович") || strings.HasSuffix(small, "евич") || strings.HasSuffix(small, "овна") || strings.HasSuffix(small, "евна") || strings.HasSuffix(small, "ична")
	}
	return known || initials == 2 && len(words) == 3 || initials == 1 && len(words) == 2 && strings.Contains(v, ".")
}
