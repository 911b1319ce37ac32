package shell

import (
	"strings"
	"testing"
	"time"

	"onetap/internal/authz"
	"onetap/internal/insight"
	"onetap/internal/lang"
	"onetap/internal/nps"
	"onetap/internal/survey"
)

// An interval has two ends, however many have answered, and the figure stands between them as it is written.
func TestIntervalsHaveTwoEnds(t *testing.T) {
	t.Parallel()
	scores := func(detractors, passives, promoters, responded, sent int64) nps.Tally {
		t := nps.Tally{Responded: responded, Sent: sent}
		t.Scores[3], t.Scores[7], t.Scores[10] = detractors, passives, promoters
		return t
	}
	anybody := insight.Of(survey.Campaign{Audience: survey.Customers}, authz.Who{Staff: survey.Staff{Role: survey.RoleAdministrator}}, time.Now())
	for name, test := range map[string]struct {
		tally                     nps.Tally
		nps, interval, rate, ends string
	}{
		"few":               {scores(1, 1, 2, 4, 10), "+25", "−44 to +73", "40%", "17% to 69%"},
		"hundreds":          {scores(100, 100, 200, 400, 1000), "+25", "+17 to +33", "40%", "37% to 43%"},
		"a million":         {scores(250_000, 250_000, 500_000, 1_000_000, 2_000_000), "+25.0", "+24.8 to +25.2", "50.0%", "49.9% to 50.1%"},
		"a small rate":      {scores(0, 0, 30_000, 30_000, 1_000_000), "+100.00", "+99.98 to +100.00", "3.00%", "2.97% to 3.03%"},
		"all of very many":  {scores(0, 0, 3_000_000, 3_000_000, 3_000_000), "+100", "", "100%", ""},
		"none of very many": {scores(3_000_000, 0, 0, 3_000_000, 900_000_000), "−100", "", "0.333%", ""},
	} {
		for _, l := range lang.All() {
			shown := anybody.Disclose(test.tally)
			v := ViewNPS(l, shown, "")
			for what, ends := range map[string]string{"NPS": v.Interval, "rate": v.RateEnds} {
				low, high, _ := strings.Cut(strings.TrimPrefix(ends, "от "), map[lang.Language]string{"en": " to ", "ru": " до "}[l])
				if low == high {
					t.Errorf("%s, %s: the interval of the %s is %q", name, l, what, ends)
				}
			}
			if l != "en" || test.interval == "" {
				continue
			}
			if v.NPS != test.nps || v.Interval != test.interval || v.Rate != test.rate || v.RateEnds != test.ends {
				t.Errorf("%s: %q %q %q %q", name, v.NPS, v.Interval, v.Rate, v.RateEnds)
			}
			if row := ViewRow(l, "", "", shown); row.NPS != test.nps || row.Interval != test.interval {
				t.Errorf("%s: as a row %q %q", name, row.NPS, row.Interval)
			}

		}
	}
}
