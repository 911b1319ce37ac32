package brand_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"onetap/internal/brand"
)

func TestContrast(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want float64
	}{ // WebAIM's contrast checker
		{"#000", "#ffffff", 21}, {"#777777", "#ffffff", 4.48}, {"#1a5fb4", "#fff", 6.3}, {"#ffcc00", "#ffffff", 1.5}, {"#abcdef", "#abcdef", 1},
	} {
		a, _ := brand.Parse(c.a)
		b, ok := brand.Parse(c.b)
		if got := brand.Contrast(a, b); !ok || math.Abs(got-c.want) > 0.05 {
			t.Errorf("%s on %s: %.3f, want %.2f", c.a, c.b, got, c.want)
		}
	}
	for _, s := range []string{"", "#", "red", "#12345", "#1234567", "#gggggg", "#-12345", "rgb(1,2,3)", "#1a5fb4;}"} {
		if c, ok := brand.Parse(s); ok {
			t.Errorf("%q is %s", s, c)
		}
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	for from, want := range map[string]string{"#1a5fb4": "#1a5fb4", "#ffcc00": "#ffcc00", "#ffffff": "#ffffff", "#808080": "#767676", "#e53935": "#dc3733"} {
		c, _ := brand.Parse(from)
		if got := brand.Nearest(c).String(); got != want {
			t.Errorf("nearest to %s: %s, want %s", from, got, want)
		}
	}
}

// Whatever the colour, what comes of it can be read.
func TestShades(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := brand.Colour{rapid.Byte().Draw(t, "r"), rapid.Byte().Draw(t, "g"), rapid.Byte().Draw(t, "b")}
		if _, contrast := brand.On(brand.Nearest(c)); contrast < brand.Enough {
			t.Errorf("nearest to %s: %.2f", c, contrast)
		}
		onLight, onDark := brand.Shades(c)
		white, _ := brand.Parse("#ffffff")
		dark, _ := brand.Parse("#12161c")
		if l, d := brand.Contrast(onLight, white), brand.Contrast(onDark, dark); l < brand.Enough || d < brand.Enough {
			t.Errorf("shades of %s: %.2f on white, %.2f on dark", c, l, d)
		}
		if again, ok := brand.Parse(c.String()); !ok || again != c {
			t.Errorf("%s reads as %s", c, again)
		}
	})
}
