package dynamo

import (
	"fmt"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func rational(rt *rapid.T, s string) *big.Rat {
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		rt.Fatalf("%s is no number", s)
	}
	return r
}

// TestNumbers compares the engine's numbers with big rationals.
func TestNumbers(t *testing.T) {
	t.Parallel()
	text := rapid.Custom(func(rt *rapid.T) string {
		s := rapid.SampledFrom([]string{"", "-", "+"}).Draw(rt, "sign") + rapid.StringMatching(`[0-9]{1,20}(\.[0-9]{1,15})?`).Draw(rt, "digits")
		if rapid.Bool().Draw(rt, "scientific") {
			s += rapid.SampledFrom([]string{"e", "E", "e+", "E-"}).Draw(rt, "e") + fmt.Sprint(rapid.IntRange(0, 60).Draw(rt, "exponent"))
		}
		return s
	})
	rapid.Check(t, func(rt *rapid.T) {
		a, b := text.Draw(rt, "a"), text.Draw(rt, "b")
		x, y := rational(rt, a), rational(rt, b)
		ca, problem := canonicalNumber(a)
		if problem != "" {
			rt.Fatal(problem)
		}
		cb, _ := canonicalNumber(b)
		if rational(rt, ca).Cmp(x) != 0 || strings.ContainsAny(ca, "eE+") || ca == "-0" {
			rt.Fatalf("%s became %s", a, ca)
		}
		if again, _ := canonicalNumber(ca); again != ca {
			rt.Fatalf("%s became %s, and that %s", a, ca, again)
		}
		if (ca == cb) != (x.Cmp(y) == 0) || compareNumbers(ca, cb) != x.Cmp(y) {
			rt.Fatalf("%s and %s compare as %d", ca, cb, compareNumbers(ca, cb))
		}
		ka, kb := appendSortableNumber(nil, ca), appendSortableNumber(nil, cb)
		if strings.Compare(string(ka), string(kb)) != x.Cmp(y) || ca != cb && strings.HasPrefix(string(ka), string(kb)) {
			rt.Fatalf("%s and %s sort as %x and %x", ca, cb, ka, kb)
		}
		for _, minus := range []bool{false, true} {
			want := new(big.Rat).Add(x, y)
			if minus {
				want = new(big.Rat).Sub(x, y)
			}
			sum, problem := addNumbers(ca, cb, minus)
			if problem == "" && rational(rt, sum).Cmp(want) != 0 {
				rt.Fatalf("%s and %s make %s (minus: %v)", ca, cb, sum, minus)
			}
			if d, _ := parseDecimal(want.FloatString(130)); problem != "" && len(d.digits) <= maxDigits {
				rt.Fatalf("%s and %s: %s", ca, cb, problem)
			}
		}
	})
	for text, want := range map[string]int{
		"0": 1, "1": 2, "12": 2, "123": 3, "1234": 3, "12345678901234567890123456789012345678": 20, "0042": 2, "100": 2, "1010": 3, "0.0000001": 2,
		"1E125": 2, "1E-100": 2, "1.5": 3, "15": 2, "1.2": 3, "1.200": 3, "1.234": 4, "3.14159": 5, "123456": 4, "100.5": 4, "0.15": 2, "-42": 3, "-0": 1,
	} {
		n, problem := canonicalNumber(text)
		if got := numberSize(n); got != want || problem != "" {
			t.Errorf("%s has %d bytes, want %d %s", text, got, want, problem)
		}
	}
	for text, want := range map[string]string{
		"9.9999999999999999999999999999999999999E+125": "", "1E126": errNumberTooBig, "1E-130": "", "9E-131": errNumberTooTiny, "1e": errNotNumber + ": 1e", ".": errNotNumber + ": .",
		"": errNotNumber, " 1": errNotNumber + ":  1", "0x1": errNotNumber + ": 0x1", "--1": errNotNumber + ": --1", "Infinity": errNotNumber + ": Infinity", ".5": "", "5.": "", "1e9999999999999999999": errNumberTooBig,
	} {
		if _, problem := canonicalNumber(text); problem != want {
			t.Errorf("%q: %s", text, problem)
		}
	}
}
