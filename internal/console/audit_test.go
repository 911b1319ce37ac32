package console_test

import (
	"slices"
	"strings"
	"testing"

	"onetap/internal/console/consoletest"
	"onetap/internal/door"
	"onetap/internal/lang"
)

// unauditedBecause lists what posts, or changes something, and stands in no audit list, with the reason.
var unauditedBecause = map[string]string{
	"POST /api/v1/campaigns/{campaign}/preview":       "shows a letter and changes nothing",
	"POST /campaigns/{campaign}/letter":               "shows a letter and changes nothing",
	"POST /campaigns/{campaign}/count":                "counts people and changes nothing",
	"POST /api/v1/campaigns/{campaign}/results/count": "counts answers and changes nothing; what is looked for is posted to stay out of addresses",
	"POST /api/v1/campaigns/{campaign}/wave":          "has figures made anew and changes nothing of what they are made of",
	"POST /results/{campaign}/analyse":                "has figures made anew and changes nothing of what they are made of",
	"POST /settings/themes/analyze":                   "has figures made anew and changes nothing of what they are made of",
	"POST /settings/themes/{theme}/try":               "shows what a theme would find and stores nothing",
	"POST /results/{campaign}/count/{kind}":           "counts answers and changes nothing; what is looked for is posted to stay out of addresses",
	"POST /results/{campaign}/by/{kind}":              "reads; what is looked for is posted to stay out of addresses",
	"POST /results/{campaign}/accounts":               "reads; what is looked for is posted to stay out of addresses",
	"POST /accounts/{audience}":                       "reads; what is looked for is posted to stay out of addresses",
	"POST /results/{campaign}/answers":                "reads; what is looked for is posted to stay out of addresses",
	"POST /act/{token}":                               "written down as cases.act by the page itself, which alone knows who acts",
	"POST /cases/find":                                "reads; what is looked for is posted to stay out of addresses",
	"POST /contacts/search":                           "reads; what is looked for is posted to stay out of addresses",
	"POST /contacts/owner/ask":                        "asks who is meant, and changes nothing",
	"POST /api/v1/people/find":                        "reads; whom somebody looks for is posted to stay out of addresses",
	"POST /settings/people/find":                      "reads; whom somebody looks for is posted to stay out of addresses",
	"POST /search":                                    "reads; what is looked for is posted to stay out of addresses",
	"POST /staff/search":                              "reads; what is looked for is posted to stay out of addresses",
	"POST /contacts/upload/check":                     "looks at a file and keeps nothing",
	"POST /staff/import/check":                        "looks at a file and keeps nothing",
	"PUT /contacts/imports/{import}/parts/{part}":     "sent by the page's script, many an upload, whose beginning and end are in the list",
	"POST /continuous/{audience}/look":                "shows whom a continuous survey would ask and starts none",
	"POST /history/look":                              "looks at a file and brings nothing in",
	"PUT /history/imports/{import}/parts/{part}":      "sent by the page's script, many an import, whose beginning and end are in the list",
	"POST /api/v1/workbooks":                          "reads a workbook as a list and keeps nothing",
	"POST /contacts/workbooks":                        "reads a workbook as a list and keeps nothing",
	"POST /api/v1/workbooks/{digest}":                 "reads a workbook as a list and keeps nothing",
	"POST /contacts/workbooks/{digest}":               "reads a workbook as a list and keeps nothing",
	"PUT /api/v1/workbooks/{digest}/parts/{part}":     "a part of a file that is kept for a day; the upload of its list is in the list",
	"PUT /contacts/workbooks/{digest}/parts/{part}":   "a part of a file that is kept for a day; the upload of its list is in the list",
	"POST /language":                                  "one's own browser",
	"POST /theme":                                     "one's own browser",
	"POST /sign-out":                                  "one's own session",
	"POST /devices/not-own":                           "one's own browser, which is not asked again",
	"POST /sign-in":                                   "nobody is known yet",
	"POST /sign-in/resume":                            "shows what was typed, and changes nothing",
	"POST /sign-in/code":                              "the door itself writes who signed in",
	"POST /sign-in/{token}":                           "the door itself writes who signed in",
}

// Every route that posts says under what name it stands in the audit list, which has words for it in every language, or
// why it does not. What only reads is not in the list.
func TestAuditNames(t *testing.T) {
	t.Parallel()
	d := consoletest.Bare()
	met := map[string]bool{}
	for _, rt := range slices.Concat(consoletest.APIRoutes(d), d.Routes(), consoletest.GuestRoutes(d)) {
		reads := strings.HasPrefix(rt.Pattern, "GET ")
		_, excused := unauditedBecause[rt.Pattern]
		met[rt.Pattern] = true
		switch {
		case reads && (rt.Audit != "" && !strings.HasSuffix(rt.Audit, ".download") || excused): // a file that is taken out is in the list
			t.Errorf("%s reads and is audited as %q, or excused", rt.Pattern, rt.Audit)
		case !reads && (rt.Audit == door.Unaudited) != excused:
			t.Errorf("%s is audited as %q; excused: %v", rt.Pattern, rt.Audit, excused)
		}
		for _, l := range lang.All() {
			if rt.Audit != "" && !l.Has("audit."+rt.Audit) {
				t.Errorf("%s: audit.%s is missing in %s", rt.Pattern, rt.Audit, l)
			}
		}
	}
	for pattern := range unauditedBecause {
		if !met[pattern] {
			t.Errorf("%s is no route", pattern)
		}
	}
}

// A page and its twin of the API write the same name.
func TestAuditTwins(t *testing.T) {
	t.Parallel()
	d := consoletest.Bare()
	names := map[string]string{}
	for _, rt := range slices.Concat(consoletest.APIRoutes(d), d.Routes()) {
		names[rt.Pattern] = rt.Audit
	}
	twins := map[string]string{
		"POST /campaigns/new": "POST /api/v1/campaigns", "POST /campaigns/{campaign}/edit": "PATCH /api/v1/campaigns/{campaign}",
		"POST /contacts/upload": "POST /api/v1/contacts", "POST /contacts/imports": "POST /api/v1/imports",
		"POST /contacts/imports/{import}/finish": "POST /api/v1/imports/{import}/finish", "POST /contacts/segments": "PATCH /api/v1/audiences/{audience}/columns",
		"POST /contacts/{audience}/{contact}/stop": "POST /api/v1/suppressions", "POST /cases/{case}": "PATCH /api/v1/cases/{case}",
		"POST /staff/import": "POST /api/v1/staff",
	}
	for page := range names { // those whose addresses are the same
		if api := strings.Replace(page, " /", " /api/v1/", 1); names[api] != "" && page != "POST /contacts" && page != "POST /staff" {
			twins[page] = api
		}
	}
	for page, api := range twins {
		if names[page] != names[api] || names[page] == "" {
			t.Errorf("%s is %q, %s is %q", page, names[page], api, names[api])
		}
	}
}
