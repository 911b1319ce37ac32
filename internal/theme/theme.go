// Package theme makes a company's colour usable: which text can be read on it, which shade of it can be read on the pages'
// grounds, and what the nearest colour is where neither white nor dark text can. Contrast is that of WCAG 2.2.
package theme

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Enough is the contrast that text needs (WCAG 1.4.3, level AA).
const Enough = 4.5

// The texts that a brand colour is a ground for, and the grounds on which its shades are text.
const (
	Light = "#ffffff"
	Dark  = "#1d2733"

	day   = "#f2f4f7" // the darkest ground of the light pages
	night = "#232b36" // the lightest of the dark ones
)

// Colour is red, green and blue from 0 to 255.
type Colour [3]uint8

// Parse reads "#1a5fb4", "1a5fb4" or "#15b".
func Parse(s string) (Colour, bool) {
	s = strings.TrimPrefix(strings.TrimSpace(s), "#")
	if len(s) == 3 {
		s = string([]byte{s[0], s[0], s[1], s[1], s[2], s[2]})
	}
	n, err := strconv.ParseUint(s, 16, 32)
	if err != nil || len(s) != 6 {
		return Colour{}, false
	}
	return Colour{uint8(n >> 16), uint8(n >> 8), uint8(n)}, true
}

func (c Colour) String() string { return fmt.Sprintf("#%02x%02x%02x", c[0], c[1], c[2]) }

// luminance is WCAG's relative luminance, 0 to 1.
func (c Colour) luminance() float64 {
	var l [3]float64
	for i, v := range c {
		if s := float64(v) / 255; s <= 0.04045 {
			l[i] = s / 12.92
		} else {
			l[i] = math.Pow((s+0.055)/1.055, 2.4)
		}
	}
	return 0.2126*l[0] + 0.7152*l[1] + 0.0722*l[2]
}

// Contrast is 1 (none) to 21.
func Contrast(a, b Colour) float64 {
	x, y := a.luminance(), b.luminance()
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// On is the better of the two texts for a ground, and their contrast.
func On(c Colour) (text string, contrast float64) {
	light, dark := Contrast(c, must(Light)), Contrast(c, must(Dark))
	if light >= dark {
		return Light, light
	}
	return Dark, dark
}

// Nearest is the colour itself if one of the texts can be read on it, else the nearest that is darker or lighter.
func Nearest(c Colour) Colour {
	return shade(c, func(c Colour) bool { _, contrast := On(c); return contrast >= Enough })
}

// Shades are the colours of text and outlines on the light and on the dark pages.
func Shades(c Colour) (onLight, onDark Colour) {
	readable := func(ground string) func(Colour) bool {
		return func(c Colour) bool { return Contrast(c, must(ground)) >= Enough }
	}
	return shade(c, readable(day)), shade(c, readable(night))
}

// shade mixes a colour with as little black or white as will do.
func shade(c Colour, good func(Colour) bool) Colour {
	const steps = 200
	for n := range steps + 1 {
		for _, to := range []float64{0, 255} {
			if m := mix(c, to, float64(n)/steps); good(m) {
				return m
			}
		}
	}
	return c // not reached: black or white is always readable
}

func mix(c Colour, to, share float64) Colour {
	var m Colour
	for i, v := range c {
		m[i] = uint8(math.Round(float64(v)*(1-share) + to*share))
	}
	return m
}

func must(s string) Colour {
	c, ok := Parse(s)
	if !ok {
		panic("brand: " + s)
	}
	return c
}

// Style is the stylesheet that puts a colour in the place of the pages' own: --main for buttons and marks with --on-main
// on it, --link and --ring for text and outlines. "" for what is no colour.
func Style(colour string) string {
	light, dark := Styles(colour)
	if light == "" {
		return ""
	}
	return light + "@media(prefers-color-scheme:dark){" + strings.TrimSpace(dark) + "}\n"
}

// Styles is Style in two: of the light pages, and what the dark ones have instead.
func Styles(colour string) (light, dark string) {
	c, ok := Parse(colour)
	if !ok {
		return "", ""
	}
	on, _ := On(c)
	onLight, onDark := Shades(c)
	of := func(shade Colour) string {
		return fmt.Sprintf(":root{--main:%[1]s;--on-main:%[2]s;--link:%[3]s;--ring:%[3]s}\n", c, on, shade)
	}
	return of(onLight), of(onDark)
}

// Logo is a picture that the company has uploaded.
type Logo struct {
	Hash  string
	Media string // "image/png" or "image/jpeg"
	Bytes []byte
}
