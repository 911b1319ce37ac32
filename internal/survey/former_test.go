package survey

import (
	"fmt"
	"testing"
	"time"
)

// What a contact was worth is known for each day on which a list said something else; of too many the closest become one.
func TestValueAt(t *testing.T) {
	t.Parallel()
	day := func(n int) time.Time { return time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC).AddDate(0, 0, n) }
	take := func(was Contact, value string, at time.Time, again bool) Contact {
		c := Contact{Value: value, Updated: at}
		return c.Following(was, again, at)
	}
	c := Contact{Value: "100", Updated: day(0)}
	c = take(c, "100 ", day(10), false)
	c = take(c, "90", day(20), false)
	c = take(c, "", day(30), false)
	for at, want := range map[int]string{5: "100 ", 19: "100 ", 20: "90", 29: "90", 30: "", 40: ""} {
		if got := c.ValueAt(day(at)); got != want {
			t.Errorf("day %d: %q, want %q", at, got, want)
		}
	}
	// A list whose columns were put right is read again: what it said first was never so.
	wrong := take(Contact{Value: "100", Updated: day(0)}, "7", day(10), false)
	if right := take(wrong, "80", day(10).Add(time.Hour), true); len(right.Former) != 1 || right.ValueAt(day(9)) != "100" || right.Value != "80" {
		t.Errorf("read again: %+v", right)
	}
	if right := take(wrong, "100", day(10).Add(time.Hour), true); len(right.Former) != 0 {
		t.Errorf("read again, and as before: %+v", right)
	}
	// A list that names somebody new twice says of their past nothing.
	if twice := take(Contact{Value: "100", Created: day(0), Updated: day(0)}, "80", day(0), true); len(twice.Former) != 0 {
		t.Errorf("named twice: %+v", twice)
	}
	many := Contact{Value: "0", Updated: day(0)}
	for n := range 300 {
		many = take(many, fmt.Sprint(n+1), day(n+1), false)
	}
	if len(many.Former) != MaxFormer || many.ValueAt(day(0)) != "0" || many.ValueAt(day(299).Add(time.Hour)) != "299" || many.ValueAt(day(301)) != "300" {
		t.Errorf("%d: %+v", len(many.Former), many.Former)
	}
	if far, near := many.Former[1].Until.Sub(many.Former[0].Until), many.Former[MaxFormer-1].Until.Sub(many.Former[MaxFormer-2].Until); near > far {
		t.Errorf("what was lately is known less precisely: %v, long ago %v", near, far)
	}
}
