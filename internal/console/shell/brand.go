package shell

import (
	"net/http"

	"onetap/internal/apperr"
	"onetap/internal/survey"
	"onetap/internal/theme"
	"onetap/internal/web"
)

// BrandStyle serves the stylesheet of the colour that its address names: the policy of the pages forbids a style within them.
// Problems: no_such_page.
func BrandStyle(w http.ResponseWriter, r *http.Request) {
	c, ok := theme.Parse(r.PathValue("colour"))
	if !ok {
		web.Fail(w, r, apperr.New(apperr.Unknown, "no_such_page", ""))
		return
	}
	w.Header().Set("Content-Type", mediaTypes[".css"])
	cacheForGood(w)
	w.Write([]byte(theme.Style(c.String())))
}

// look is what every page shows of the company.
type look struct {
	Company       string
	Logo          string // address; "": Onetap's mark
	Width, Height int
	Style         string // address of the colour's stylesheet; "": Onetap's own colours
}

func lookOf(s survey.Settings) look {
	v := look{Company: s.Company, Width: 24, Height: 24}
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
