// Package logo checks the pictures that companies upload. It stands apart from brand for its decoders: a page that only shows
// colours need not hold them.
package logo

import (
	"bytes"
	"image"
	_ "image/jpeg" // what a logo may be
	_ "image/png"

	"onetap/internal/apperr"
	"onetap/internal/theme"
)

// Limits of a logo: small enough for a letter's reader on a train, large enough for a sharp screen.
const (
	MaxBytes     = 100_000 // of a file
	maxSide      = 2000    // pixels
	shownWidth   = 200     // CSS pixels, at most
	shownHeight  = 40
	visible      = 3.0 // contrast that a shape needs (WCAG 1.4.11)
	visibleShare = 200 // one of so many pixels has to be visible
)

// Check checks a picture and says how large it is shown. It has to be seen on white, on which it is shown in both themes.
// SVG is refused: it can hold scripts, and mail programs do not show it. Problems: logo_too_large, logo_format,
// logo_pixels, logo_too_light.
func Check(b []byte) (media string, width, height int, err error) {
	if len(b) > MaxBytes {
		return "", 0, 0, apperr.New(apperr.TooLarge, "logo_too_large", "logo", "Limit", MaxBytes/1000)
	}
	c, format, err := image.DecodeConfig(bytes.NewReader(b))
	if err != nil || format != "png" && format != "jpeg" {
		return "", 0, 0, apperr.New(apperr.Invalid, "logo_format", "logo")
	}
	if c.Width < 1 || c.Height < 1 || c.Width > maxSide || c.Height > maxSide {
		return "", 0, 0, apperr.New(apperr.Invalid, "logo_pixels", "logo", "Limit", maxSide)
	}
	picture, _, err := image.Decode(bytes.NewReader(b))
	if err != nil {
		return "", 0, 0, apperr.New(apperr.Invalid, "logo_format", "logo")
	}
	if !visibleOnWhite(picture) {
		return "", 0, 0, apperr.New(apperr.Invalid, "logo_too_light", "logo")
	}
	scale := min(1, shownWidth/float64(c.Width), shownHeight/float64(c.Height))
	return "image/" + format, max(1, int(float64(c.Width)*scale)), max(1, int(float64(c.Height)*scale)), nil
}

// visibleOnWhite looks at up to 250,000 pixels.
func visibleOnWhite(p image.Image) bool {
	bounds, white := p.Bounds(), theme.Colour{255, 255, 255}
	step := max(1, max(bounds.Dx(), bounds.Dy())/500)
	seen, all := 0, 0
	for y := bounds.Min.Y; y < bounds.Max.Y; y += step {
		for x := bounds.Min.X; x < bounds.Max.X; x += step {
			r, g, b, a := p.At(x, y).RGBA() // multiplied by a already
			under := 0xffff - a
			all++
			if theme.Contrast(theme.Colour{uint8((r + under) >> 8), uint8((g + under) >> 8), uint8((b + under) >> 8)}, white) >= visible {
				seen++
			}
		}
	}
	return seen*visibleShare >= all
}
