package shell

import (
	"net/http"
	"strings"

	"onetap/internal/door"
	"onetap/internal/lang"
	"onetap/internal/survey"
)

// RuleWho says whom of its audience a rule of frequency is about: "tier “Gold”, who pays, company Alpha". A company that the reader may not see, or
// that no contact is of any more, is called by its id.
func (s *Shell) RuleWho(r *http.Request, f survey.FrequencyRule) string {
	l := door.VisitOf(r).Lang
	var parts []string
	if f.Tier != "" {
		parts = append(parts, l.T("frequency.tier_is", lang.Values{"Value": f.Tier}))
	}
	if f.Role != "" {
		parts = append(parts, l.T("frequency.role_is", lang.Values{"Value": l.T("company_role." + string(f.Role))}))
	}
	if f.Account != "" {
		name := string(f.Account)
		if a, err := s.Results.Account(r.Context(), door.VisitOf(r).Who, f.Audience, f.Account); err == nil {
			name = a.Name
		}
		parts = append(parts, l.T("frequency.company_is", lang.Values{"Value": name}))
	}
	if len(parts) == 0 {
		return l.T("frequency.everybody")
	}
	return strings.Join(parts, ", ")
}

// RuleText is the same with how often: "everybody: once in 90 days".
func (s *Shell) RuleText(r *http.Request, f survey.FrequencyRule) string {
	l := door.VisitOf(r).Lang
	return l.T("frequency.line", lang.Values{"Who": s.RuleWho(r, f), "Every": l.T("frequency.every", lang.Values{"Count": f.Days})})
}
