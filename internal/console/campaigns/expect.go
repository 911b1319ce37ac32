package campaigns

import (
	"onetap/internal/lang"
	"onetap/internal/mailing"
)

// expected says how many answers are expected, and what they will tell.
func expected(l lang.Language, e mailing.Expected) []string {
	n := func(v int64) string { return l.Number(v) }
	with := lang.Values{
		"People": n(int64(e.People)), "Answers": n(e.Answers), "Percent": l.Decimal(e.Percent, 0), "Asked": n(e.Asked), "Count": e.Campaigns,
		"Low": l.Decimal(e.Rate.Low, 0), "High": l.Decimal(e.Rate.High, 0), "Before": e.Before, "Heard": n(e.Heard), "Points": l.Decimal(e.Points, 0), "Need": n(e.Need),
	}
	first, then := "campaign.expect", "campaign.expect_change"
	if e.Guessed {
		first = "campaign.expect_guess"
	}
	switch {
	case e.Answers == 0:
		then = "campaign.expect_none"
	case e.Before == "":
		then = "campaign.expect_margin"
	case e.Need == 0:
		then = "campaign.expect_never"
	}
	return []string{l.T(first, with), l.T(then, with)}
}
