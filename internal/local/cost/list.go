package cost

import (
	"bytes"
	"fmt"
)

// owners and teams are how many there are of each in the invented company; they bound how many figures a burst of
// answers touches.
const owners, teams = 50, 10

// staff is the staff as a CSV: owners, and a manager for each team. Everybody here is invented (RFC 2606).
func staff() []byte {
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

// contacts is a list of n customers as a CSV, about 110 bytes each; owners and languages go round.
func contacts(n int) []byte {
	var b bytes.Buffer
	b.WriteString("E-mail,Name,Phone,Owner,Team,Location,Product,Tier,Language,Value,Contract\n")
	for i := range n {
		owner := i / 7 % owners
		language, domain := "en", "example.com"
		if i%2 == 0 {
			language, domain = "ru", "example.ru"
		}
		fmt.Fprintf(&b, "client%d@%s,Clara Carver %d,+7 900 555-%02d-%02d,o%d,Team %d,Тверь,Delivery,B,%s,%d,C-%06d\n", i, domain, i,
			i/100%100, i%100, owner, owner%teams, language, 1000*(1+i%900), i)
	}
	return b.Bytes()
}
