package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"strings"
)

// goodEnglish is how many rows of the English list can be used.
const goodEnglish = 120

var (
	firstEn    = []string{"Ava", "Noah", "Zoë", "Liam", "Priya", "José", "Hannah", "Owen", "Mei", "Lucas", "Amara", "Ethan", "Sofia", "Callum", "Ingrid", "Malik"}
	lastEn     = []string{"Bennett", "Okafor", "Murphy", "Lindqvist", "O'Brien", "Patel", "Sinclair", "Müller", "Romero", "Whitfield", "Tanaka", "Baker", "Dubois", "Marsh", "Kowalski", "Fraser"}
	companiesA = []string{"Blue Harbor", "Northgate", "Silver Oak", "Maple Street", "Ironbridge", "Clearwater", "Redwood", "Lakeside"}
	companiesB = []string{"Logistics", "Foods", "Clinics", "Hardware", "Studios", "Textiles", "Books, Inc.", "Farms"}
	citiesEn   = []string{"London", "London", "Manchester", "Dublin", "New York", "Boston", "Toronto"}
	servicesEn = []string{"Delivery", "Warehousing", "Bookkeeping support", "Equipment service"}
	ownersEn   = []string{"Emily Carter", "novak", "Reed, Olivia", "samir.khan@example.com"}
	teamsEn    = []string{"Enterprise", "Enterprise", "Retail", "Retail"}
	notesEn    = []string{"", "", "", "Prefers e-mail", "Renewal under discussion, call in May", "Asked for a \"single invoice\"", "Moved to a new office"}
)

var plain = strings.NewReplacer("ë", "e", "é", "e", "ü", "u", "'", "")

var labelsEn = map[int]string{11: "bounce", 39: "softbounce", 66: "bounce", 84: "complaint", 103: "softbounce"}

// english is an export of a CRM: UTF-8, commas, quotes where needed.
func english(r *rand.Rand) []byte {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	put := func(cells ...string) { _ = w.Write(cells) } // into memory: cannot fail
	put("Customer ID", "Company", "First name", "Last name", "Email", "Phone", "Account manager", "Team", "City", "Service", "Segment", "Language", "Annual revenue", "Renewal date", "Notes")
	used := addresses{}
	var all [][]string
	for i := range goodEnglish {
		all = append(all, personEn(r, i, used))
		put(all[i]...)
		bad := append([]string(nil), all[i]...)
		bad[0] += "-B"
		switch i {
		case 14, 71:
			bad[4] = ""
		case 33:
			bad[4] = "front.desk@example.com / manager@example.com"
		case 57:
			bad[4] = "ann marsh@example.com"
		case 92:
			bad[4] = strings.ToUpper(all[90][4]) + "."
		case 110:
			bad = all[4]
		case 98:
			w.Flush()
			out.WriteString("C-9098,Marsh, Baker & Sons,Ann,Marsh,ann.marsh@example.com,,Emily Carter,Enterprise,London,Delivery,B,en,\"$54,000\",2026-09-30,\n") // a comma without quotes
			continue
		default:
			continue
		}
		put(bad...)
	}
	w.Flush()
	return out.Bytes()
}

func personEn(r *rand.Rand, i int, used addresses) []string {
	first, last := pick(r, firstEn), pick(r, lastEn)
	owner := r.IntN(4)
	tier, value := tierAndValue(r, 200)
	c := []string{
		fmt.Sprintf("C-%04d", 1000+3*i), pick(r, companiesA) + " " + pick(r, companiesB), first, last,
		used.of(plain.Replace(strings.ToLower(first+"."+last)), labelsEn[i], "example.com"), fmt.Sprintf("+1 202 555 %04d", 110+i%90),
		ownersEn[owner], teamsEn[owner], pick(r, citiesEn), pick(r, servicesEn), tier, pick(r, []string{"en", "English", "en-GB", ""}),
		"$" + grouped(value, ","), fmt.Sprintf("2026-%02d-%02d", 1+r.IntN(12), 1+r.IntN(28)), pick(r, notesEn),
	}
	switch {
	case i%41 == 6:
		c[2], c[3] = strings.ToUpper(first), strings.ToUpper(last)
	case i%37 == 8:
		c[5] = ""
	case i%53 == 10:
		c[5] = "1.20255E+10"
	case i%47 == 12:
		c[6], c[7] = "J. Whitaker (left)", ""
	case i%43 == 16:
		c[6] = ""
	case i%29 == 18:
		c[14] = "Two sites:\n- Dock Road\n- Mill Lane"
	case i%59 == 20:
		c[11] = "ru"
	}
	return c
}
