package bench

import (
	"bytes"
	"fmt"
	"math/rand/v2"
)

// Everybody here is invented; the addresses belong to nobody (RFC 2606).
var (
	firstNames = []string{"Anna", "Boris", "Clara", "Dmitri", "Elena", "Frank", "Galina", "Henry", "Irina", "Jack", "Ксения", "Леонид", "Мария", "Никита", "Ольга", "Павел"}
	lastNames  = []string{"Ashwood", "Belov", "Carver", "Dorokhov", "Elmsley", "Fadeev", "Гринёва", "Hollins", "Иволгин", "Jarvis", "Кедрова", "Lindqvist"}
	towns      = []string{"Berlin", "Казань", "London", "Москва", "Oslo", "Тверь"}
	products   = []string{"Basic", "Plus", "Delivery", "Service"}
	tiers      = []string{"A", "B", "C"}
)

// owners is how many members of the staff look after the invented customers, teams how many teams they are in.
const owners, teams = 8, 4

// staffList is the staff as a CSV: owners, and a manager for each team.
func staffList() []byte {
	var b bytes.Buffer
	b.WriteString("id,email,name,role,team,manager,language\n")
	for t := range teams {
		fmt.Fprintf(&b, "m%d,manager%d@example.com,Manager %d,manager,Team %d,,en\n", t, t, t, t)
	}
	for o := range owners {
		fmt.Fprintf(&b, "o%d,owner%d@example.com,Owner %d,owner,Team %d,m%d,en\n", o, o, o, o%teams, o%teams)
	}
	return b.Bytes()
}

const listHeading = "E-mail,Name,Phone,Owner,Team,Location,Product,Tier,Language,Value,Contract\n"

// customer appends a line of a customer list: about 110 bytes. Without a team it is the owner's.
func customer(b *bytes.Buffer, i int, r *rand.Rand, team string) {
	pick := func(from []string) string { return from[r.IntN(len(from))] }
	owner := r.IntN(owners)
	language, domain := "en", "example.com"
	if r.IntN(2) == 0 {
		language, domain = "ru", "example.ru"
	}
	if team == "" {
		team = fmt.Sprintf("Team %d", owner%teams)
	}
	fmt.Fprintf(b, "client%d@%s,%s %s,+7 900 555-%02d-%02d,o%d,%s,%s,%s,%s,%s,%d,C-%06d\n", i, domain, pick(firstNames), pick(lastNames),
		i/100%100, i%100, owner, team, pick(towns), pick(products), pick(tiers), language, 1000*(1+r.IntN(900)), i)
}

// customerLists are n customers as one CSV, cut into parts of at most size bytes, anywhere: also inside of a line.
func customerLists(n, size int, seed uint64) [][]byte {
	return customerRange(0, n, size, seed, "")
}

// customerRange is customerLists for the customers from a number on, all of one team.
func customerRange(from, n, size int, seed uint64, team string) [][]byte {
	r := rand.New(rand.NewPCG(seed, 1))
	var b bytes.Buffer
	b.WriteString(listHeading)
	for i := range n {
		customer(&b, from+i, r, team)
	}
	return cut(b.Bytes(), size)
}

// cut parts bytes anywhere, each of at most size.
func cut(whole []byte, size int) (parts [][]byte) {
	for len(whole) > 0 {
		k := min(size, len(whole))
		parts, whole = append(parts, whole[:k]), whole[k:]
	}
	return parts
}
