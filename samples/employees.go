package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// departments are where the employees of the sample work: two languages, one department of so few that it is never shown alone.
var departments = []struct {
	name, city, language string
	people               int
}{
	{"Доставка", "Москва", "ru", 18},
	{"Склад", "Тверь", "ru", 16},
	{"Малый бизнес", "Москва", "ru", 12},
	{"Retail", "London", "en", 12},
	{"Юристы", "Москва", "ru", 3},
}

// goodEmployees is how many people the list of employees has.
const goodEmployees = 61

// employees is what a personnel system exports: UTF-8, semicolons.
func employees(r *rand.Rand) []byte {
	var b strings.Builder
	b.WriteString("Табельный номер;ФИО;E-mail;Команда;Город;Язык\r\n")
	used, number := addresses{}, 0
	for _, d := range departments {
		for range d.people {
			name, local, domain := employeeRu(r)
			if d.language == "en" {
				first, last := pick(r, firstEn), pick(r, lastEn)
				name, local, domain = first+" "+last, plain.Replace(strings.ToLower(first+"."+last)), "example.com"
			}
			number++
			fmt.Fprintf(&b, "Т-%04d;%s;%s;%s;%s;%s\r\n", 1000+3*number, name, used.of(local, "", domain), d.name, d.city, d.language)
		}
	}
	return []byte(b.String())
}

func employeeRu(r *rand.Rand) (name, local, domain string) {
	surname, given := pick(r, surnamesRu), pick(r, menRu)
	if r.IntN(2) == 0 {
		surname, given = surname+"а", pick(r, womenRu)
	}
	return surname + " " + given, "hr." + latin.Replace(strings.ToLower(given[:2]+"."+surname)), "example.ru"
}
