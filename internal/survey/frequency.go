package survey

import (
	"regexp"
	"slices"
	"strconv"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/celltext"
)

const (
	// MaxFrequencyRules is how many rules of frequency a workspace has at most: each campaign carries those of its audience.
	MaxFrequencyRules = 50
	// maxTier is how long a tier may be that a rule is of, in bytes.
	maxTier = 200
)

// accountID is what an AccountID looks like.
var accountID = regexp.MustCompile(`^[a-z2-7]{16}$`)

// FrequencyRule says that the people it fits are asked once in so many days at most, by whichever campaign or continuous survey. An empty field does not
// narrow it. A person may fit several: then the strictest holds, so that no rule loosens another and their order says nothing.
type FrequencyRule struct {
	Audience Audience    `json:"audience"`
	Tier     string      `json:"tier,omitempty"`    // the contact's, as written
	Role     AccountRole `json:"role,omitempty"`    // what the contact does at its company
	Account  AccountID   `json:"account,omitempty"` // the contact's company, or one that is joined with it
	Days     int         `json:"every_days"`        // days of the calendar between two first letters, at least
}

// Fits reports whether a rule is of a contact.
func (f FrequencyRule) Fits(c Contact, joins AccountJoins) bool {
	return (f.Tier == "" || celltext.Fold(f.Tier) == celltext.Fold(c.Tier)) && (f.Role == "" || f.Role == c.Company.Role) &&
		(f.Account == "" || c.Account != "" && joins.Of(f.Account) == joins.Of(c.Account))
}

// covers reports whether whoever fits another rule fits this one.
func (f FrequencyRule) covers(other FrequencyRule) bool {
	return f.Audience == other.Audience && (f.Tier == "" || celltext.Fold(f.Tier) == celltext.Fold(other.Tier)) &&
		(f.Role == "" || f.Role == other.Role) && (f.Account == "" || f.Account == other.Account)
}

// Idle is the rule because of which one of several never decides: it fits everybody whom that one fits, and is as strict or stricter.
func Idle(rules []FrequencyRule, n int) (because FrequencyRule, idle bool) {
	for i, r := range rules {
		if i != n && r.Days >= rules[n].Days && r.covers(rules[n]) && (r.Days > rules[n].Days || !rules[n].covers(r) || i < n) {
			return r, true
		}
	}
	return because, false
}

// CheckFrequency brings rules into shape, or says what is wrong with one; Where is "rules.3.tier" of the third. Problems: rules_many, rule_audience, rule_days,
// rule_tier_long, rule_role, rule_account, rule_employees, rule_twice, and those of CheckLine.
func CheckFrequency(rules []FrequencyRule) ([]FrequencyRule, error) {
	if len(rules) > MaxFrequencyRules {
		return nil, apperr.New(apperr.Invalid, "rules_many", "rules", "Limit", MaxFrequencyRules)
	}
	var good []FrequencyRule
	for n, r := range rules {
		r.Tier = celltext.Clean(r.Tier)
		if err := r.check(n + 1); err != nil {
			return nil, err
		}
		for m, other := range good {
			if r.covers(other) && other.covers(r) {
				return nil, apperr.New(apperr.Invalid, "rule_twice", ruleField(n+1, "days"), "Line", n+1, "Other", m+1)
			}
		}
		good = append(good, r)
	}
	return good, nil
}

func (f FrequencyRule) check(line int) error {
	invalid := func(code, field string, with ...any) error {
		return apperr.New(apperr.Invalid, code, ruleField(line, field), append(with, "Line", line)...)
	}
	switch {
	case !f.Audience.Valid():
		return invalid("rule_audience", "audience")
	case f.Days < 1 || f.Days > MaxQuietDays:
		return invalid("rule_days", "days", "Limit", MaxQuietDays)
	case len(f.Tier) > maxTier:
		return invalid("rule_tier_long", "tier", "Limit", maxTier)
	case f.Role != "" && !slices.Contains(AccountRoles, f.Role):
		return invalid("rule_role", "role")
	case f.Account != "" && !accountID.MatchString(string(f.Account)):
		return invalid("rule_account", "company")
	case f.Audience.Anonymous() && (f.Tier != "" || f.Role != "" || f.Account != ""):
		return invalid("rule_employees", "audience")
	}
	return CheckLine(f.Tier, ruleField(line, "tier"))
}

// Ruled are the rules of an audience.
func Ruled(rules []FrequencyRule, a Audience) []FrequencyRule {
	return slices.DeleteFunc(slices.Clone(rules), func(r FrequencyRule) bool { return r.Audience != a })
}

// Rule is the place among a campaign's rules of the strictest that fits a contact, -1 where none does.
func (c Campaign) Rule(contact Contact, joins AccountJoins) int {
	strictest := -1
	for n, r := range c.Rules {
		if r.Fits(contact, joins) && (strictest < 0 || r.Days > c.Rules[strictest].Days) {
			strictest = n
		}
	}
	return strictest
}

// RuledBy is the place among a campaign's rules of the one by which a contact may not be asked at now who was asked last at a time, -1 where they may.
func (c Campaign) RuledBy(contact Contact, joins AccountJoins, asked, now time.Time) int {
	if n := c.Rule(contact, joins); n >= 0 && !asked.Before(c.daysAgo(c.Rules[n].Days, now)) {
		return n
	}
	return -1
}

// RuledSince is how far back its rules look; zero where it has none.
func (c Campaign) RuledSince(now time.Time) (since time.Time) {
	most := 0
	for _, r := range c.Rules {
		most = max(most, r.Days)
	}
	if most == 0 {
		return since
	}
	return c.daysAgo(most, now)
}

// daysAgo is the beginning of the first of so many days the last of which is today, on the campaign's clock: a letter before it is so many days old.
func (c Campaign) daysAgo(days int, now time.Time) time.Time {
	y, m, d := now.In(c.Clock()).Date()
	return time.Date(y, m, d-days+1, 0, 0, 0, 0, c.Clock())
}

// ruleField names a field of a rule, the first being 1, as a form and the API do.
func ruleField(line int, field string) string { return "rules." + strconv.Itoa(line) + "." + field }
