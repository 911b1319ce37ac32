package shell

import (
	"onetap/internal/insight"
	"onetap/internal/lang"
	"onetap/internal/money"
	"onetap/internal/survey"
)

// AccountHref is the page of an account.
func AccountHref(a survey.Audience, id survey.AccountID) string {
	return "/accounts/" + string(a) + "/" + string(id)
}

// MoneyText is an amount as people write it, without hundredths from a hundred on.
func MoneyText(l lang.Language, a money.Amount) string {
	text := l.Number(a.Minor / 100)
	if a.Minor%100 != 0 && a.Minor < 100_00 && a.Minor > -100_00 {
		text = l.Decimal(float64(a.Minor)/100, 2)
	}
	if a.Currency != "" {
		text += "\u00a0" + a.Currency
	}
	return text
}

// AccountValue is what an account is worth; "" where nothing says so.
func AccountValue(l lang.Language, a insight.Account) string {
	if !a.Valued {
		return ""
	}
	return MoneyText(l, a.Value)
}
