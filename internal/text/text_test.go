package text_test

import (
	"strings"
	"testing"

	"onetap/internal/text"
)

// What people look for is found as they mean it, in both languages.
func TestQueryFindsForms(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		query, in string
		want      bool
	}{
		// ё, capitals, marks of their own.
		{"елкина", "Анна Ёлкина", true},
		{"ЁЛКИНА", "анна елкина", true},
		{"елкина", "Анна Е\u0308лкина", true},
		{"май", "Маи\u0306орова", true},
		// Nouns in their cases and numbers.
		{"счета", "Ждём счёт второй месяц", true},
		{"счёт", "Два счета потеряли", true},
		{"счётом", "Разобрались со счетами", true},
		{"доставка", "Недовольны доставкой", true},
		{"доставку", "Доставки всё нет", true},
		{"менеджер", "Спасибо менеджерам!", true},
		{"цены", "Цена выросла", true},
		{"поставщик", "Поставщиков много", true},
		{"кофе", "Вкусный кофе", true},
		// Verbs and adjectives.
		{"звонить", "Никто не звонил", true},
		{"звонили", "Нам не звонят", true},
		{"оплатить", "Оплатили вовремя", true},
		{"быстрая", "Быстрой доставкой довольны", true},
		{"вежливый", "Вежливые люди", true},
		// Names.
		{"петрову", "Мария Петрова", true},
		{"Петрова Мария", "мария петрова", true},
		{"иванов", "Петрова Мария", false},
		// English.
		{"invoices", "The invoice was late", true},
		{"calling", "They never called", true},
		{"called", "Nobody calls back", true},
		{"happily", "We are happy", false},
		{"company", "Companies like this", true},
		{"dying", "The printer dies", true},
		{"customer's", "customers wait", true},
		{"obrien", "Pat O’Brien", true},
		{"O'Brien", "pat obrien", true},
		// Beginnings, and never the middle or the end.
		{"опл", "Оплата", true},
		{"deliv", "Delivery was fast", true},
		{"лата", "Оплата", false},
		{"invoiced", "inventory", false},
		// All words, in any order and in any form.
		{"курьер опоздал", "Опоздали курьеры", true},
		{"курьер опоздал", "Курьер был вежлив", false},
		{"anna@example", "anna.petrova@example.com", true},
		{"petrova@example.com", "anna.petrova@example.com", true},
		{"", "anything", true},
		{" , . ", "anything", true},
		{"слово", "", false},
		// Digits that are words.
		{"2026", "Договор 2026 года", true},
		{"12", "Квартал 12", true},
		{"13", "Квартал 12", false},
	} {
		if got := text.NewQuery(test.query).Match(test.in); got != test.want {
			t.Errorf("%q in %q: %t, want %t", test.query, test.in, got, test.want)
		}
	}
}

// A telephone is found by any part of it, however it and the part are written.
func TestQueryFindsTelephones(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		query, in string
		want      bool
	}{
		{"+7 916 123-45-67", "8 (916) 123-45-67", true},
		{"8 916 123 45 67", "+79161234567", true},
		{"89161234567", "+7 (916) 123–45–67", true},
		{"9161234567", "8 916 123 45 67", true},
		{"8 (916) 123", "+7 916 123-45-67", true},
		{"+7916", "89161234567", true},
		{"123-45", "+79161234567", true},
		{"45 67", "+7 916 123-45-67", true},
		{"4567", "+7 916 123-45-67", true},
		{"67", "+7 916 123-45-67", true}, // a group of it, as it is written
		{"67", "+79161234567", false},
		{"84567", "+79161234567", false},
		{"89161234567", "9161234567", true},
		{"0049 30 901820", "+49 30 901820", true},
		{"+49 30 9018", "0049-30-901820", true},
		{"30 90 18", "+49 30 901820", true},
		{"916 123 45 67", "тел. +79161234567, доб. 12", true},
		{"905 111 22 33", "+7 916 123-45-67; 8 905 111-22-33", true},
		{"916 123 45 68", "+79161234567", false},
		{"00017", "CRM-00017", true},
		{"12 заявок", "+79161234567", false},
	} {
		if got := text.NewQuery(test.query).Match(test.in); got != test.want {
			t.Errorf("%q in %q: %t, want %t", test.query, test.in, got, test.want)
		}
	}
}

// Words that are looked for may stand in several texts of one thing, each somewhere.
func TestQueryInSeveralTexts(t *testing.T) {
	t.Parallel()
	q := text.NewQuery("Анна 916 123")
	if !q.Match("Ёлкина Анна", "", "8 (916) 123-45-67") || q.Match("Ёлкина Анна", "8 (495) 000-00-00") || q.Match() {
		t.Error("name and telephone")
	}
	if !(text.Query{}).Match() || !text.NewQuery("…").Empty() || q.Empty() {
		t.Error("nothing is looked for")
	}
}

// Words of other scripts are compared as they are.
func TestOtherScripts(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ query, in string }{{"今日", "今日は"}, {"Μαρία", "μαρία"}, {"қала", "Қаланың"}, {"müller", "Müller"}} {
		if !text.NewQuery(test.query).Match(test.in) {
			t.Errorf("%q in %q", test.query, test.in)
		}
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	if got := strings.Join(text.Words("Всё-таки, «Ромашка»: don't 3,5"), "|"); got != "все|таки|ромашка|dont|3|5" {
		t.Error(got)
	}
}

// Whatever is looked for, a text is found by itself.
func FuzzQuery(f *testing.F) {
	for _, s := range []string{"Ёлкина +7 916", "O'Brien’", "''", "ой", "\xff", "и\u0306", "8", "étudier y"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !text.NewQuery(s).Match(s) {
			t.Errorf("%q is not found by itself: %q", s, text.Words(s))
		}
	})
}

func BenchmarkMatch(b *testing.B) {
	q := text.NewQuery("недовольны доставкой")
	for b.Loop() {
		q.Match("Анна Ёлкина", "anna.elkina@example.com", "+7 916 123-45-67", "Москва", "ООО «Ромашка»", "Доставка опоздала на два дня")
	}
}
