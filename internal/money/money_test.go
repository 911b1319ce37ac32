package money_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"onetap/internal/money"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"1 200 000,50 ₽":                  "1200000.50 RUB",
		"1\u00a0200\u202f000 руб.":        "1200000.00 RUB",
		"$1,200.50":                       "1200.50 USD",
		"1.200,50 EUR":                    "1200.50 EUR",
		"€ 1.200":                         "1200.00 EUR",
		"1,200":                           "1200.00 XXX",
		"1.200":                           "1200.00 XXX",
		"0,500":                           "0.50 XXX",
		"0.125":                           "0.13 XXX",
		"12,5":                            "12.50 XXX",
		"1200000":                         "1200000.00 XXX",
		"1200000.0000":                    "1200000.00 XXX",
		"12,34,567.89 ₹":                  "1234567.89 INR",
		"CHF 1'234'567.5":                 "1234567.50 CHF",
		"12,5 тыс. руб.":                  "12500.00 RUB",
		"3 млн ₽":                         "3000000.00 RUB",
		"$2.5M":                           "2500000.00 USD",
		"450k":                            "450000.00 XXX",
		"-$5":                             "-5.00 USD",
		"(300)":                           "-300.00 XXX",
		"\u2212 7":                        "-7.00 XXX",
		"500,-":                           "500.00 XXX",
		"usd 10":                          "10.00 USD",
		"1 200.500":                       "1200.50 XXX",
		"5 000 р.":                        "5000.00 RUB",
		"0":                               "0.00 XXX",
		"+7":                              "7.00 XXX",
		"":                                "",
		"много":                           "",
		"по договору 12":                  "",
		"12 штук":                         "",
		"1,2,3":                           "",
		"1.2.3":                           "",
		"12.03.2026":                      "",
		"1 2 3":                           "",
		"10–20":                           "",
		"$5 €":                            "",
		"99999999999999999999":            "",
		"1.200.50,5,5":                    "",
		"5%":                              "",
		strings.Repeat("9", 12) + " млрд": "",
	} {
		a, ok := money.Parse(text, "XXX")
		got := a.String()
		if !ok {
			got = ""
		}
		if got != want {
			t.Errorf("Parse(%q) = %q, want %q", text, got, want)
		}
	}
	if a, ok := money.Parse("7", ""); !ok || a.String() != "7.00" {
		t.Errorf("without a currency: %q, %v", a, ok)
	}
}

// What is written in any country's way is read as the same amount.
func TestEveryWayOfWriting(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := money.Amount{Minor: rapid.Int64Range(0, money.Most-1).Draw(t, "minor"), Currency: "EUR"}
		ways := rapid.SampledFrom([][2]string{{",", "."}, {".", ","}, {" ", ","}, {"\u00a0", "."}, {"'", "."}, {"", "."}, {"", ","}}).Draw(t, "marks")
		whole, cents, _ := strings.Cut(want.Decimal(), ".")
		divided := ""
		for i, r := range whole {
			if i > 0 && (len(whole)-i)%3 == 0 {
				divided += ways[0]
			}
			divided += string(r)
		}
		for _, text := range []string{divided + ways[1] + cents + " €", "EUR " + divided + ways[1] + cents} {
			if got, ok := money.Parse(text, "RUB"); !ok || got != want {
				t.Fatalf("Parse(%q) = %v, %v, want %v", text, got, ok, want)
			}
		}
	})
}

func TestPlus(t *testing.T) {
	t.Parallel()
	a := money.Amount{Minor: 150, Currency: "RUB"}
	if sum, ok := (money.Amount{}).Plus(a); !ok || sum != a {
		t.Errorf("nothing and %v: %v, %v", a, sum, ok)
	}
	if sum, ok := a.Plus(money.Amount{Minor: -200, Currency: "RUB"}); !ok || sum.String() != "-0.50 RUB" {
		t.Errorf("sum %v, %v", sum, ok)
	}
	if sum, ok := a.Plus(money.Amount{Minor: 1, Currency: "USD"}); ok || sum != a {
		t.Errorf("of two currencies %v, %v", sum, ok)
	}
}
