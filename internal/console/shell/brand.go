package shell

import (
	"net/http"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/survey"
	"onetap/internal/theme"
	"onetap/internal/web"
)

// BrandStyle serves a stylesheet of the colour that its address names, for the light pages or the dark ones: the policy of the pages forbids a style within them.
// Problems: no_such_page.
func BrandStyle(w http.ResponseWriter, r *http.Request) {
	c, ok := theme.Parse(r.PathValue("colour"))
	if !ok {
		web.Fail(w, r, apperr.New(apperr.Unknown, "no_such_page", ""))
		return
	}
	w.Header().Set("Content-Type", mediaTypes[".css"])
	cacheForGood(w)
	light, dark := theme.Styles(c.String())
	if strings.HasSuffix(r.URL.Path, "/dark") {
		light = dark
	}
	w.Write([]byte(light))
}

// look is what every page shows of the company.
type look struct {
	Company       string
	Logo          string // address; "": Onetap's mark
	Width, Height int
	Style         string // address of the colour's stylesheet, with "/dark" after it of the dark pages; "": Onetap's own colours
	Theme         string // ThemeLight, ThemeDark; "": as the reader's system has it
}

// What a reader can choose the pages to be.
const (
	ThemeLight = "light"
	ThemeDark  = "dark"
)

// Dark is the media for which the dark pages' styles are linked; "" where they are not. On paper pages are light.
func (l look) Dark() string {
	switch l.Theme {
	case ThemeLight:
		return ""
	case ThemeDark:
		return "screen"
	}
	return "screen and (prefers-color-scheme:dark)"
}

func lookOf(s survey.Settings, chosen string) look {
	v := look{Company: s.Company, Width: 24, Height: 24}
	if chosen == ThemeLight || chosen == ThemeDark {
		v.Theme = chosen
	}
	if v.Company == "" {
		v.Company = "Onetap"
	}
	if b := s.Brand; b.Logo != "" {
		const maxHeight = 32 // pixels, of the bar
		v.Logo, v.Width, v.Height = "/logo/"+b.Logo, b.Width*maxHeight/max(b.Height, maxHeight), min(b.Height, maxHeight)
	}
	if c, ok := theme.Parse(s.Brand.Colour); ok {
		v.Style = "/brand/" + c.String()[1:]
	}
	return v
}
