package survey

import (
	"strings"
	"testing"
	"time"
)

func TestAccountsAreOneBySameNameAlone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b         Company
		same, likely bool
	}{
		{Company{Name: "ООО Ромашка"}, Company{Name: " ооо  РОМАШКА "}, true, true},
		{Company{Name: `ООО "Ромашка"`}, Company{Name: "Romashka LLC"}, false, true},
		{Company{Name: `ООО "Ромашка"`}, Company{Name: "ООО «Ромашка»"}, false, true},
		{Company{Name: "Ромашка, АО"}, Company{Name: "ПАО Ромашка"}, false, true},
		{Company{Name: "Northgate Books, Inc."}, Company{Name: "Northgate Books Incorporated"}, false, true},
		{Company{Name: "Müller GmbH & Co. KG"}, Company{Name: "MÜLLER GMBH"}, false, true},
		{Company{Name: "Яндекс"}, Company{Name: "Yandex"}, false, true},
		{Company{Name: "Ромашка"}, Company{Name: "Василёк"}, false, false},
		{Company{Name: "ИП Иванов"}, Company{Name: "ИП Петров"}, false, false},
		{Company{Name: "Ромашка", Code: "7701"}, Company{Name: "Romashka LLC", Code: "7701"}, true, true},
		{Company{Name: "Ромашка", Code: "7701"}, Company{Name: "Ромашка"}, false, true},
		{Company{Name: "ООО"}, Company{Name: "LLC"}, false, false},
	} {
		if same := c.a.Key() == c.b.Key(); same != c.same {
			t.Errorf("%+v and %+v are one: %v", c.a, c.b, same)
		}
		if likely := c.a.Likely() == c.b.Likely(); likely != c.likely {
			t.Errorf("%+v and %+v look like one: %v (%q, %q)", c.a, c.b, likely, c.a.Likely(), c.b.Likely())
		}
	}
	if k := (Company{Parent: "x", Role: Pays}).Key(); k != "" {
		t.Errorf("no company has the key %q", k)
	}
}

// Joins are a flat map: whatever is joined to what is joined, one account is left, and taking one out leaves the others.
func TestAccountJoins(t *testing.T) {
	t.Parallel()
	var j AccountJoins
	j.Refuse("b", "a")
	j.Refuse("a", "b")
	if len(j.Apart) != 1 {
		t.Errorf("said twice: %v", j.Apart)
	}
	j.Join("a", "b")
	j.Join("c", "a") // a is b by now
	j.Join("b", "d")
	j.Join("d", "a") // they are one
	for _, id := range []AccountID{"a", "b", "c", "d"} {
		if j.Of(id) != "d" {
			t.Errorf("%s is %s", id, j.Of(id))
		}
	}
	if len(j.Apart) != 0 {
		t.Errorf("joined, and kept apart: %v", j.Apart)
	}
	j.Part("c")
	if j.Of("c") != "c" || j.Of("a") != "d" || j.Of("b") != "d" {
		t.Errorf("after c was taken out: %v", j.Into)
	}
}

// An answer costs one figure more where its contact has an account, and nothing where there are none.
func TestAccountsCostOneFigure(t *testing.T) {
	t.Parallel()
	figures := func(account AccountID) int {
		r := Response{Campaign: "campaign", Audience: Customers, Owner: "o", Team: "t", Language: "ru", Account: account, Score: 9, Verified: true, Version: 1}
		d := Deltas{}
		MarkOf(r, time.UTC).Count(d, r.Campaign, 1)
		return len(d)
	}
	if without, with := figures(""), figures("accountaccountaa"); without != 5 || with != 6 {
		t.Errorf("an answer adds to %d figures, of an account to %d; want 5 and 6", without, with)
	}
	if m := string(marker(MarkOf(Response{Version: 1}, time.UTC))); strings.Contains(m, `"f"`) {
		t.Errorf("a marker without an account says %s", m)
	}
}
