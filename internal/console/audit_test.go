package console

import (
	"slices"
	"strings"
	"testing"

	"onetap/internal/lang"
	"onetap/internal/mailing"
)

// unauditedBecause lists what posts, or changes something, and stands in no audit list, with the reason.
var unauditedBecause = map[string]string{
	"POST /api/v1/campaigns/{campaign}/preview":       "shows a letter and changes nothing",
	"POST /campaigns/{campaign}/letter":               "shows a letter and changes nothing",
	"POST /campaigns/{campaign}/count":                "counts people and changes nothing",
	"POST /api/v1/campaigns/{campaign}/results/count": "counts answers and changes nothing; what is looked for is posted to stay out of addresses",
	"POST /results/{campaign}/count/{kind}":           "counts answers and changes nothing; what is looked for is posted to stay out of addresses",
	"POST /results/{campaign}/by/{kind}":              "reads; what is looked for is posted to stay out of addresses",
	"POST /results/{campaign}/answers":                "reads; what is looked for is posted to stay out of addresses",
	"POST /cases/find":                                "reads; what is looked for is posted to stay out of addresses",
	"POST /contacts/search":                           "reads; what is looked for is posted to stay out of addresses",
	"POST /staff/search":                              "reads; what is looked for is posted to stay out of addresses",
	"POST /contacts/upload/check":                     "looks at a file and keeps nothing",
	"PUT /contacts/imports/{import}/parts/{part}":     "sent by the page's script, many an upload, whose beginning and end are in the list",
	"POST /language":                                  "one's own browser",
	"POST /sign-out":                                  "one's own session",
	"POST /sign-in":                                   "nobody is known yet",
	"POST /sign-in/{token}":                           "the door itself writes who signed in",
}

// Every route that posts says under what name it stands in the audit list, which has words for it in every language, or
// why it does not. What only reads is not in the list.
func TestAuditNames(t *testing.T) {
	t.Parallel()
	d := &Desk{mailing: &mailing.Campaigns{}}
	met := map[string]bool{}
	for _, rt := range slices.Concat(d.routes(), d.pages(), d.guests()) {
		reads := strings.HasPrefix(rt.pattern, "GET ")
		_, excused := unauditedBecause[rt.pattern]
		met[rt.pattern] = true
		switch {
		case reads && (rt.audit != "" || excused):
			t.Errorf("%s reads and is audited as %q, or excused", rt.pattern, rt.audit)
		case !reads && (rt.audit == unaudited) != excused:
			t.Errorf("%s is audited as %q; excused: %v", rt.pattern, rt.audit, excused)
		}
		for _, l := range lang.All() {
			if rt.audit != "" && !l.Has("audit."+rt.audit) {
				t.Errorf("%s: audit.%s is missing in %s", rt.pattern, rt.audit, l)
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
	d := &Desk{mailing: &mailing.Campaigns{}}
	names := map[string]string{}
	for _, rt := range slices.Concat(d.routes(), d.pages()) {
		names[rt.pattern] = rt.audit
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
	for _, want := range [][3]string{{"/staff/x?done=y", "staff", "x"}, {"/api/v1/campaigns/c", "campaigns", "c"}, {"/campaigns/c/edit", "campaigns", ""},
		{"/contacts/segments", "audiences.columns", ""}, {"", "staff", ""}, {"/settings?done=x", "settings", ""}} {
		if got := madeAt(want[0], want[1]); got != want[2] {
			t.Errorf("%s of %s is %q, want %q", want[0], want[1], got, want[2])
		}
	}
}
