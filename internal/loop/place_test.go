package loop

import "testing"

func TestSilentFor(t *testing.T) {
	t.Parallel()
	silent, answered, none, unasked := Place{Asked: true}, Place{Asked: true, Answered: true}, Place{}, Place{Answered: true}
	for _, c := range []struct {
		places []Place
		want   int
	}{
		{nil, 0},
		{[]Place{none, none}, 0},
		{[]Place{answered, silent}, 0},
		{[]Place{silent, answered, silent}, 1},
		{[]Place{silent, none, silent, unasked, silent}, 2}, // who was not asked was not silent; a link answers as well as a letter
	} {
		if got := SilentFor(c.places); got != c.want {
			t.Errorf("%+v: %d, want %d", c.places, got, c.want)
		}
	}
}
