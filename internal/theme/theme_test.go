package theme_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"onetap/internal/theme"
)

func TestContrast(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want float64
	}{ // WebAIM's contrast checker
		{"#000", "#ffffff", 21}, {"#777777", "#ffffff", 4.48}, {"#1a5fb4", "#fff", 6.3}, {"#ffcc00", "#ffffff", 1.5}, {"#abcdef", "#abcdef", 1},
	} {
		a, _ := theme.Parse(c.a)
		b, ok := theme.Parse(c.b)
		if got := theme.Contrast(a, b); !ok || math.Abs(got-c.want) > 0.05 {
			t.Errorf("%s on %s: %.3f, want %.2f", c.a, c.b, got, c.want)
		}
	}
	for _, s := range []string{"", "#", "red", "#12345", "#1234567", "#gggggg", "#-12345", "rgb(1,2,3)", "#1a5fb4;}"} {
		if c, ok := theme.Parse(s); ok {
			t.Errorf("%q is %s", s, c)
		}
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	for from, want := range map[string]string{"#1a5fb4": "#1a5fb4", "#ffcc00": "#ffcc00", "#ffffff": "#ffffff", "#808080": "#767676", "#e53935": "#dc3733"} {
		c, _ := theme.Parse(from)
		if got := theme.Nearest(c).String(); got != want {
			t.Errorf("nearest to %s: %s, want %s", from, got, want)
		}
	}
}

// Whatever the colour, what comes of it can be read.
func TestShades(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := theme.Colour{rapid.Byte().Draw(t, "r"), rapid.Byte().Draw(t, "g"), rapid.Byte().Draw(t, "b")}
		if _, contrast := theme.On(theme.Nearest(c)); contrast < theme.Enough {
			t.Errorf("nearest to %s: %.2f", c, contrast)
		}
		onLight, onDark := theme.Shades(c)
		white, _ := theme.Parse("#ffffff")
		dark, _ := theme.Parse("#12161c")
		if l, d := theme.Contrast(onLight, white), theme.Contrast(onDark, dark); l < theme.Enough || d < theme.Enough {
			t.Errorf("shades of %s: %.2f on white, %.2f on dark", c, l, d)
		}
		if again, ok := theme.Parse(c.String()); !ok || again != c {
			t.Errorf("%s reads as %s", c, again)
		}
	})
}
