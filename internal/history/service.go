package history

import (
	"slices"

	"onetap/internal/contacts"
)

// services are survey services by headings that only their exports have together.
var services = []struct {
	name     string
	headings []string
}{
	{"Delighted", []string{"permalink", "score"}},
	{"Formbricks", []string{"responseid", "surveyid", "finished"}},
	{"CustomerGauge", []string{"datesurveysent", "npsscore"}},
	{"Retently", []string{"feedbacktags", "score"}},
}

// serviceOf is the service from which a list comes, as far as its headings tell; "": any.
func serviceOf(headings []string) string {
	keys := make([]string, len(headings))
	for i, h := range headings {
		keys[i] = contacts.HeadingKey(h)
	}
	for _, s := range services {
		if !slices.ContainsFunc(s.headings, func(h string) bool { return !slices.Contains(keys, h) }) {
			return s.name
		}
	}
	return ""
}
