package home_test

import (
	"strings"
	"testing"
	"time"

	"onetap/internal/console/consoletest"
	"onetap/internal/followup"
	"onetap/internal/local/dynamo"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

// Of more cases than the page looks at it says that there are more.
func TestHomeOfManyCases(t *testing.T) {
	t.Parallel()
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	a := w.Asks("manyaaaa", survey.Customers, "Много", 1)
	a.Answer("Север", 3, 0, nil)
	a.Counted()
	add := func(n int) {
		for i := range n {
			id := "aa" + strings.Repeat("b", 11) + string([]byte{'a' + byte(i/676), 'a' + byte(i/26%26), 'a' + byte(i%26)})
			c := loop.Case{Campaign: a.C.ID, Contact: survey.ContactID(id), Audience: survey.Customers, Owner: "owner", State: loop.Open, Deadline: w.Now().Add(time.Hour)}
			if _, err := w.Store.CreateCase(t.Context(), c); err != nil && n == followup.MaxCounted {
				t.Fatal(err)
			}
		}
	}
	v := w.Visitor("executive", "en")
	add(followup.MaxCounted) // all of one shard: their ids begin alike
	_, page := v.Get("/")
	v.Says(page, `<span class="big">40</span> open`, `<span class="big">0</span> overdue`)
	later := w.Asks("lateaaaa", survey.Customers, "Позже, и никому", 0)
	later.Counted()
	_, page = v.Get("/")
	v.Says(page, `<span class="big">40</span> open`) // a later campaign that wrote to nobody hides nothing
	add(followup.MaxCounted + 3)
	_, page = v.Get("/")
	v.Says(page, `<span class="big">40+</span> open`)
}
