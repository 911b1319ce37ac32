package survey

import (
	"strconv"
	"testing"
	"time"

	"onetap/internal/apperr"
)

// A rule is of whoever fits all that it names; of several the strictest holds, whatever their order.
func TestStrictestRuleHolds(t *testing.T) {
	t.Parallel()
	joins := AccountJoins{Into: map[AccountID]AccountID{"old": "new"}}
	rules := []FrequencyRule{
		{Audience: Customers, Days: 30},
		{Audience: Customers, Tier: "Gold", Days: 90},
		{Audience: Customers, Role: Decides, Days: 60},
		{Audience: Customers, Tier: "gold", Role: Pays, Days: 180},
		{Audience: Customers, Account: "old", Days: 365},
		{Audience: Customers, Tier: "Silver", Days: 7}, // loosens nothing
	}
	for _, tt := range []struct {
		c    Contact
		days int
	}{
		{Contact{}, 30},
		{Contact{Tier: "Silver"}, 30},
		{Contact{Tier: "GOLD"}, 90},
		{Contact{Tier: "gold", Company: Company{Role: Decides}}, 90},
		{Contact{Company: Company{Role: Decides}}, 60},
		{Contact{Tier: "Gold", Company: Company{Role: Pays}}, 180},
		{Contact{Company: Company{Role: Pays}}, 30},
		{Contact{Tier: "Gold", Account: "new"}, 365}, // joined with the rule's
		{Contact{Account: "other"}, 30},
	} {
		for range 2 {
			c := Campaign{Rules: rules}
			if n := c.Rule(tt.c, joins); c.Rules[n].Days != tt.days {
				t.Errorf("%+v is ruled by %+v, want %d days", tt.c, c.Rules[n], tt.days)
			}
			for i, j := 0, len(rules)-1; i < j; i, j = i+1, j-1 {
				rules[i], rules[j] = rules[j], rules[i]
			}
		}
	}
	if n := (Campaign{}).Rule(Contact{}, joins); n != -1 {
		t.Errorf("without rules rule %d holds", n)
	}
	for n, r := range rules {
		if by, idle := Idle(rules, n); idle != (r.Tier == "Silver") || idle && by.Days != 30 {
			t.Errorf("%+v: idle %v because of %+v", r, idle, by)
		}
	}
}

// Days are those of the campaign's calendar: who was asked on the first at noon may be asked on the eighth at dawn by a rule of seven days, and not on the
// seventh, whatever the zone and on both days when clocks change.
func TestRulesCountDaysOfTheCalendar(t *testing.T) {
	t.Parallel()
	for _, zone := range []string{"", "Europe/Moscow", "Pacific/Auckland", "Pacific/Pago_Pago", "Europe/Berlin", "America/New_York"} {
		c := Campaign{Zone: zone, Rules: []FrequencyRule{{Audience: Customers, Days: 7}}}
		for _, d := range []time.Time{date(2026, 3, 5), date(2026, 3, 28), date(2026, 10, 24), date(2026, 10, 30), date(2026, 12, 28)} {
			y, m, day := d.Date()
			asked := time.Date(y, m, day, 20, 30, 0, 0, c.Clock())
			for n, want := range map[int]bool{0: true, 1: true, 6: true, 7: false, 8: false} {
				now := time.Date(y, m, day+n, 5, 0, 0, 0, c.Clock())
				if n == 0 {
					now = asked.Add(time.Hour)
				}
				if got := c.RuledBy(Contact{}, AccountJoins{}, asked, now) == 0; got != want {
					t.Errorf("%s: asked at %v, at %v held back: %v", zone, asked, now, got)
				}
			}
		}
	}
}

func date(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

func TestCheckFrequency(t *testing.T) {
	t.Parallel()
	many := make([]FrequencyRule, MaxFrequencyRules+1)
	for i := range many {
		many[i] = FrequencyRule{Audience: Customers, Days: i + 1, Tier: strconv.Itoa(i)}
	}
	for _, tt := range []struct {
		name        string
		rules       []FrequencyRule
		code, where string
	}{
		{"none", nil, "", ""},
		{"good", []FrequencyRule{{Audience: Customers, Days: 90}, {Audience: Employees, Days: 30}, {Audience: Customers, Tier: "Gold", Role: Uses, Days: 1}}, "", ""},
		{"most", many[:MaxFrequencyRules], "", ""},
		{"too many", many, "rules_many", "rules"},
		{"audience", []FrequencyRule{{Audience: "everybody", Days: 3}}, "rule_audience", "rules.1.audience"},
		{"no days", []FrequencyRule{{Audience: Customers, Days: 9}, {Audience: Customers, Tier: "x"}}, "rule_days", "rules.2.days"},
		{"many days", []FrequencyRule{{Audience: Customers, Days: MaxQuietDays + 1}}, "rule_days", "rules.1.days"},
		{"role", []FrequencyRule{{Audience: Customers, Role: "boss", Days: 9}}, "rule_role", "rules.1.role"},
		{"employees", []FrequencyRule{{Audience: Employees, Tier: "x", Days: 9}}, "rule_employees", "rules.1.audience"},
		{"twice", []FrequencyRule{{Audience: Customers, Tier: "Gold", Days: 9}, {Audience: Customers, Tier: " GOLD", Days: 7}}, "rule_twice", "rules.2.days"},
		{"line", []FrequencyRule{{Audience: Customers, Tier: "a\x01b", Days: 9}}, "", ""}, // cleaned
	} {
		_, err := CheckFrequency(tt.rules)
		p := apperr.As(err)
		if tt.code == "" && err != nil || tt.code != "" && (p == nil || p.Code != tt.code || p.Where != tt.where) {
			t.Errorf("%s: %+v, want %s at %s", tt.name, p, tt.code, tt.where)
		}
	}
}
