package campaigns_test

import (
	"strings"
	"testing"

	"onetap/internal/console/consoletest"
	"onetap/internal/survey"
)

// The languages that a campaign is narrowed to are named before its launch, not shown as codes.
func TestLanguagesOfAFilterAreNamed(t *testing.T) {
	t.Parallel()
	w, v, c := consoletest.Planned(t, 3)
	w.Become(c.ID, func(c *survey.Campaign) { c.Filter.Languages = []string{"ru", ""} })
	_, page := v.Get("/campaigns/abcdefgh/edit?step=check")
	v.Says(page, "Russian, ")
	if strings.Contains(page, ">ru, ") || strings.Contains(page, ">ru<") {
		t.Error("a language is a code")
	}
}
