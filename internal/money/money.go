// Package money is amounts of money as lists write them: exact decimals with a currency, without floating point.
package money

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Amount is an amount of money. The zero Amount is nothing, of no currency.
type Amount struct {
	Minor    int64  `json:"minor"`              // hundredths, of every currency: what has no hundredths is kept in them all the same
	Currency string `json:"currency,omitempty"` // ISO 4217, "RUB"; "": nobody has said which
}

// Most is the largest amount that is read, in hundredths: a million of them can be added up.
const Most = math.MaxInt64 / 1_000_000

// Currencies are those that are known, in the order in which they are offered.
var Currencies = []string{
	"RUB", "USD", "EUR", "GBP", "CNY", "KZT", "BYN", "UAH", "AMD", "AZN", "GEL", "KGS", "UZS", "TRY", "AED", "INR", "JPY", "CHF", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "RON",
	"ILS", "CAD", "AUD", "NZD", "BRL", "MXN", "ZAR", "SGD", "HKD", "KRW", "THB", "RSD",
}

// Known reports whether a currency is one of Currencies.
func Known(currency string) bool { return slices.Contains(Currencies, currency) }

// signs are how lists name currencies, the longer before what they begin with; "$" is the dollar of the United States unless another stands before it.
var signs = []struct{ sign, currency string }{
	{"рублей", "RUB"},
	{"рубля", "RUB"},
	{"рубль", "RUB"},
	{"руб.", "RUB"},
	{"руб", "RUB"},
	{"rur", "RUB"},
	{"₽", "RUB"},
	{"р.", "RUB"},
	{"us$", "USD"},
	{"ca$", "CAD"},
	{"a$", "AUD"},
	{"r$", "BRL"},
	{"долл.", "USD"},
	{"долларов", "USD"},
	{"$", "USD"},
	{"евро", "EUR"},
	{"euro", "EUR"},
	{"€", "EUR"},
	{"£", "GBP"},
	{"тенге", "KZT"},
	{"₸", "KZT"},
	{"₴", "UAH"},
	{"грн.", "UAH"},
	{"грн", "UAH"},
	{"byr", "BYN"},
	{"¥", "CNY"},
	{"₹", "INR"},
	{"₺", "TRY"},
	{"₪", "ILS"},
	{"zł", "PLN"},
	{"₾", "GEL"},
	{"р", "RUB"},
}

// scales are words for powers of ten.
var scales = []struct {
	word string
	ten  int
}{
	{"миллиардов", 9},
	{"миллиарда", 9},
	{"миллиард", 9},
	{"млрд.", 9},
	{"млрд", 9},
	{"billion", 9},
	{"bln", 9},
	{"bn", 9},
	{"миллионов", 6},
	{"миллиона", 6},
	{"миллион", 6},
	{"млн.", 6},
	{"млн", 6},
	{"million", 6},
	{"mln", 6},
	{"mio", 6},
	{"mm", 6},
	{"m", 6},
	{"тысяч", 3},
	{"тыс.", 3},
	{"тыс", 3},
	{"thousand", 3},
	{"k", 3},
	{"т.", 3},
}

// Parse reads an amount as a list writes it: "1 200 000,50 ₽", "$1,200.50", "1.200,50 EUR", "12,5 тыс. руб.", "(300)". Without a
// currency it is of the one that is taken for granted, which may be "". ok is false for what is no amount, or a larger one than Most.
//
// Which of comma and point divides thousands is told by the amount itself: of two kinds the last is the decimal mark; one kind that
// stands several times, or before exactly three digits, divides thousands (nobody writes money with three decimals).
func Parse(text, granted string) (a Amount, ok bool) {
	rest := strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Cf, r):
			return -1
		case unicode.IsSpace(r):
			return ' '
		case r == '\u2212' || r == '–' || r == '—':
			return '-'
		case r == '’' || r == '`' || r == '\'':
			return '\''
		}
		return unicode.ToLower(r)
	}, strings.TrimSpace(text))
	negative := false
	if in, is := strings.CutPrefix(rest, "("); is && strings.HasSuffix(in, ")") {
		rest, negative = in[:len(in)-1], true
	}
	first := strings.IndexAny(rest, "0123456789")
	last := strings.LastIndexAny(rest, "0123456789")
	if first < 0 {
		return a, false
	}
	start := first
	for start > 0 && strings.ContainsRune("-+", rune(rest[start-1])) {
		start--
	}
	before, number, after := strings.TrimSpace(rest[:start]), rest[start:last+1], strings.TrimSpace(rest[last+1:])
	if sign, is := strings.CutPrefix(before, "-"); is { // "-$5"
		before, negative = strings.TrimSpace(sign), true
	}
	if digits, is := strings.CutPrefix(number, "-"); is {
		number, negative = digits, true
	}
	number = strings.TrimPrefix(number, "+")
	ten := 0
	if a.Currency, ten, ok = unit(before, after); !ok {
		return Amount{}, false
	}
	a.Currency = cmp.Or(a.Currency, granted)
	if a.Minor, ok = minor(number, ten); !ok {
		return Amount{}, false
	}
	if negative {
		a.Minor = -a.Minor
	}
	return a, true
}

// unit reads what stands before and behind the number.
func unit(before, after string) (currency string, ten int, ok bool) {
	if after = strings.Trim(after, " "); after == ",-" || after == ".-" || after == "-" { // "500,-"
		after = ""
	}
	for _, s := range scales {
		if left, is := strings.CutPrefix(after, s.word); is && (left == "" || !unicode.IsLetter([]rune(left)[0])) {
			after, ten = strings.TrimSpace(left), s.ten
			break
		}
	}
	for _, side := range []string{before, after} {
		if side = strings.TrimSpace(side); side == "" {
			continue
		}
		found := named(side)
		if found == "" || currency != "" && found != currency {
			return "", 0, false
		}
		currency = found
	}
	return currency, ten, true
}

// named is the currency that is called so; "": none.
func named(text string) string {
	for _, s := range signs {
		if text == s.sign {
			return s.currency
		}
	}
	if code := strings.ToUpper(strings.Trim(text, ".")); Known(code) {
		return code
	}
	return ""
}

// minor makes hundredths of a number times a power of ten. What is less than a hundredth is rounded half up.
func minor(number string, ten int) (int64, bool) {
	whole, decimals, ok := split(number)
	if !ok {
		return 0, false
	}
	for len(decimals) < ten+3 {
		decimals += "0"
	}
	round := decimals[ten+2] >= '5'
	digits := strings.TrimLeft(whole+decimals[:ten+2], "0")
	if digits == "" {
		digits = "0"
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n >= Most {
		return 0, false
	}
	if round {
		n++
	}
	return n, true
}

// split takes a number apart at its decimal mark.
func split(number string) (whole, decimals string, ok bool) {
	mark := ""
	points, commas := strings.Count(number, "."), strings.Count(number, ",")
	switch {
	case points > 0 && commas > 0:
		mark = "."
		if strings.LastIndex(number, ",") > strings.LastIndex(number, ".") {
			mark = ","
		}
		if strings.Count(number, mark) > 1 {
			return "", "", false
		}
	case points == 1 && !thousand(number, "."):
		mark = "."
	case commas == 1 && !thousand(number, ","):
		mark = ","
	}
	whole = number
	if mark != "" {
		whole, decimals, _ = strings.Cut(number, mark)
	}
	if strings.Trim(decimals, "0123456789") != "" {
		return "", "", false
	}
	groups := strings.FieldsFunc(whole, func(r rune) bool { return r == ' ' || r == '\'' || r == '.' || r == ',' })
	divided := strings.ContainsAny(whole, " '.,")
	for i, g := range groups {
		if strings.Trim(g, "0123456789") != "" {
			return "", "", false
		}
		switch { // groups of three; of two in India but for the last
		case !divided, i == 0 && len(g) <= 3, i == len(groups)-1 && len(g) == 3, i > 0 && i < len(groups)-1 && (len(g) == 3 || len(g) == 2):
		default:
			return "", "", false
		}
	}
	return strings.Join(groups, ""), decimals, true
}

// thousand reports whether the only mark of a number divides thousands: three digits follow, and one to three that are no lone zero go before.
func thousand(number, mark string) bool {
	before, after, _ := strings.Cut(number, mark)
	if i := strings.LastIndexAny(before, " '"); i >= 0 {
		before = before[i+1:]
		if len(before) == 3 { // "1 200.500": thousands are divided by spaces, and this is the decimal mark
			return false
		}
	}
	return len(after) == 3 && before != "" && len(before) <= 3 && strings.Trim(before, "0") != ""
}

// Plus adds an amount of the same currency; ok is false for another's, and for a sum that is too large.
func (a Amount) Plus(b Amount) (Amount, bool) {
	if a == (Amount{}) {
		return b, true
	}
	sum := a.Minor + b.Minor
	if a.Currency != b.Currency || (sum > a.Minor) != (b.Minor > 0) && b.Minor != 0 {
		return a, false
	}
	return Amount{sum, a.Currency}, true
}

// String is the amount as programs write it: "1200000.50 RUB".
func (a Amount) String() string {
	text := a.Decimal()
	if a.Currency != "" {
		text += " " + a.Currency
	}
	return text
}

// Decimal is the number with a point and two decimals, "1200000.50".
func (a Amount) Decimal() string {
	n, sign := a.Minor, ""
	if n < 0 {
		n, sign = -n, "-"
	}
	cents := strconv.FormatInt(n%100, 10)
	if len(cents) < 2 {
		cents = "0" + cents
	}
	return sign + strconv.FormatInt(n/100, 10) + "." + cents
}
