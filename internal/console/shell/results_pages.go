package shell

import (
	"onetap/internal/insight"
	"onetap/internal/lang"
	"onetap/internal/survey"
)

// ResultTab is one way to look at a campaign.
type ResultTab struct {
	Href, Label string
	Here        bool
}

// KindLabel is what a breakdown is called: an attribute as the list's column is.
func KindLabel(l lang.Language, kind string) string {
	if h := survey.Heading(kind); h != "" {
		return h
	}
	return l.T("results.by." + kind)
}

// WithheldText says why figures are not shown; "" where they are.
func WithheldText(l lang.Language, why insight.Withheld) string {
	if why == "" {
		return ""
	}
	return l.T("results.withheld."+string(why), lang.Values{"Least": insight.LeastFigures})
}
