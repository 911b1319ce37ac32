package dynamo

import (
	"math/big"
	"strings"
)

// Numbers are kept as canonical text: plain decimal notation, no exponent, no superfluous zeros, "-" only before a
// number below zero. Two numbers are equal exactly when their texts are.

// Limits of a number, from the DynamoDB developer guide: 38 significant digits, magnitudes from 1E-130 to 9.9…E+125.
const (
	maxDigits   = 38
	maxExponent = 125
	minExponent = -130
)

// decimal is a number taken apart: 0.DIGITS × 10^exp, digits without leading and trailing zeros; none for zero.
type decimal struct {
	neg    bool
	digits string
	exp    int
}

const (
	errNotNumber     = "The parameter cannot be converted to a numeric value"
	errTooPrecise    = "Attempting to store more than 38 significant digits in a Number"
	errNumberTooBig  = "Number overflow. Attempting to store a number with magnitude larger than supported range"
	errNumberTooTiny = "Number underflow. Attempting to store a number with magnitude smaller than supported range"
)

// canonicalNumber checks text and gives its canonical form, or the message that DynamoDB would answer.
func canonicalNumber(text string) (canonical, problem string) {
	if isPlainInt(text) {
		return text, ""
	}
	if text == "" {
		return "", errNotNumber
	}
	d, ok := parseDecimal(text)
	if !ok {
		return "", errNotNumber + ": " + text
	}
	return d.text()
}

// isPlainInt: up to 18 digits, canonical already, and small enough for int64. Nearly all numbers are.
func isPlainInt(s string) bool {
	digits := s
	if len(s) > 1 && s[0] == '-' {
		digits = s[1:]
	}
	if len(digits) == 0 || len(digits) > 18 || digits[0] == '0' && len(s) > 1 {
		return false
	}
	for i := 0; i < len(digits); i++ {
		if digits[i]-'0' > 9 {
			return false
		}
	}
	return true
}

// plainInt is the value of a text that isPlainInt accepted.
func plainInt(s string) (n int64) {
	neg := s[0] == '-'
	if neg {
		s = s[1:]
	}
	for i := 0; i < len(s); i++ {
		n = n*10 + int64(s[i]-'0')
	}
	if neg {
		return -n
	}
	return n
}

// parseDecimal reads what Java's BigDecimal reads: sign, digits with at most one point, exponent.
func parseDecimal(s string) (d decimal, ok bool) {
	i := 0
	if i < len(s) && (s[i] == '-' || s[i] == '+') {
		d.neg = s[i] == '-'
		i++
	}
	digits := make([]byte, 0, len(s))
	seen, point := false, false
	for ; i < len(s); i++ {
		c := s[i]
		switch {
		case c >= '0' && c <= '9':
			seen = true
			if len(digits) == 0 && c == '0' {
				if point {
					d.exp--
				}
				continue
			}
			digits = append(digits, c)
			if !point {
				d.exp++
			}
			continue
		case c == '.' && !point:
			point = true
			continue
		}
		break
	}
	if !seen {
		return d, false
	}
	if i < len(s) {
		e, ok := parseExponent(s[i:])
		if !ok {
			return d, false
		}
		d.exp += e
	}
	d.digits = strings.TrimRight(string(digits), "0")
	if d.digits == "" {
		return decimal{}, true
	}
	return d, true
}

func parseExponent(s string) (e int, ok bool) {
	if s[0] != 'e' && s[0] != 'E' {
		return 0, false
	}
	s = s[1:]
	neg := false
	if s != "" && (s[0] == '-' || s[0] == '+') {
		neg = s[0] == '-'
		s = s[1:]
	}
	if s == "" {
		return 0, false
	}
	for i := 0; i < len(s); i++ {
		if s[i]-'0' > 9 {
			return 0, false
		}
		if e < 1e6 { // far out of range already
			e = e*10 + int(s[i]-'0')
		}
	}
	if neg {
		e = -e
	}
	return e, true
}

// text is the canonical text, or the message for a number out of range.
func (d decimal) text() (canonical, problem string) {
	n := len(d.digits)
	switch {
	case n == 0:
		return "0", ""
	case d.exp-1 > maxExponent:
		return "", errNumberTooBig
	case d.exp-1 < minExponent:
		return "", errNumberTooTiny
	case n > maxDigits:
		return "", errTooPrecise
	}
	out := make([]byte, 0, n+3)
	if d.neg {
		out = append(out, '-')
	}
	switch {
	case d.exp <= 0:
		out = append(out, "0."...)
		for range -d.exp {
			out = append(out, '0')
		}
		out = append(out, d.digits...)
	case d.exp >= n:
		out = append(out, d.digits...)
		for range d.exp - n {
			out = append(out, '0')
		}
	default:
		out = append(out, d.digits[:d.exp]...)
		out = append(out, '.')
		out = append(out, d.digits[d.exp:]...)
	}
	return string(out), ""
}

// addNumbers is a + b, or a − b when minus is set; exact, with DynamoDB's message when the result cannot be stored.
func addNumbers(a, b string, minus bool) (sum, problem string) {
	if isPlainInt(a) && isPlainInt(b) {
		x, y := plainInt(a), plainInt(b)
		if minus {
			y = -y
		}
		return intText(x + y), ""
	}
	x, _ := parseDecimal(a)
	y, _ := parseDecimal(b)
	if minus {
		y.neg = !y.neg
	}
	scale := min(x.exp-len(x.digits), y.exp-len(y.digits)) // power of ten of the last digit of either
	n := new(big.Int).Add(x.scaled(scale), y.scaled(scale))
	r := decimal{neg: n.Sign() < 0}
	digits := n.Abs(n).String()
	r.exp = len(digits) + scale
	r.digits = strings.TrimRight(digits, "0")
	if n.Sign() == 0 {
		return "0", ""
	}
	sum, problem = r.text()
	if problem == errTooPrecise {
		problem = errNumberTooBig // what DynamoDB says of a sum that it cannot hold exactly
	}
	return sum, problem
}

func intText(n int64) string {
	var buf [20]byte
	i := len(buf)
	neg := n < 0
	u := uint64(n)
	if neg {
		u = -u
	}
	for {
		i--
		buf[i] = byte('0' + u%10)
		u /= 10
		if u == 0 {
			break
		}
	}
	if neg {
		i--
		buf[i] = '-'
	}
	return string(buf[i:])
}

// scaled is d ÷ 10^scale as an integer; scale is at most the power of d's last digit.
func (d decimal) scaled(scale int) *big.Int {
	n := new(big.Int)
	if d.digits == "" {
		return n
	}
	n.SetString(d.digits, 10)
	if shift := d.exp - len(d.digits) - scale; shift > 0 {
		n.Mul(n, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(shift)), nil))
	}
	if d.neg {
		n.Neg(n)
	}
	return n
}

// compareNumbers orders two canonical numbers: -1, 0 or +1.
func compareNumbers(a, b string) int {
	if a == b {
		return 0
	}
	if isPlainInt(a) && isPlainInt(b) {
		if plainInt(a) < plainInt(b) {
			return -1
		}
		return 1
	}
	return strings.Compare(string(appendSortableNumber(nil, a)), string(appendSortableNumber(nil, b)))
}

// appendSortableNumber appends a form of a canonical number whose bytes sort as the numbers do, and of which none is
// the beginning of another: sign, exponent, pairs of digits, end. Below zero everything after the sign is inverted.
func appendSortableNumber(dst []byte, canonical string) []byte {
	d, _ := parseDecimal(canonical)
	if d.digits == "" {
		return append(dst, 2)
	}
	sign := byte(3)
	if d.neg {
		sign = 1
	}
	start := len(dst) + 1
	dst = append(dst, sign, byte(d.exp-minExponent-1)) // exp runs from −129 to 126: 0 to 255
	for i := 0; i < len(d.digits); i += 2 {
		pair := (d.digits[i] - '0') * 10
		if i+1 < len(d.digits) {
			pair += d.digits[i+1] - '0'
		}
		dst = append(dst, pair+1)
	}
	dst = append(dst, 0)
	if d.neg {
		for i := start; i < len(dst); i++ {
			dst[i] = ^dst[i]
		}
	}
	return dst
}

// numberSize is what a number adds to an item's size: a byte, one for every two significant digits before the point and
// one for every two behind it, and one for a minus sign. The developer guide puts it more simply and less exactly; this
// is what the limit of an item's size was measured to count.
func numberSize(canonical string) int {
	i, j, lead := 0, len(canonical), 0
	if canonical[0] == '-' {
		i, lead = 1, 1
	}
	if j-i == 1 {
		if canonical[i] == '0' {
			return 1
		}
		return 2 + lead
	}
	d, _ := parseDecimal(canonical)
	whole := min(max(d.exp, 0), len(d.digits))
	return 1 + (whole+1)/2 + (len(d.digits)-whole+1)/2 + lead
}
