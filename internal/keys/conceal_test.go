package keys_test

import (
	"strings"
	"testing"

	"onetap/internal/keys"
)

func TestConceal(t *testing.T) {
	t.Parallel()
	keys := func(master string) *keys.Keys {
		k, err := keys.NewKeys(strings.Repeat(master, 32), 1)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	k, other := keys("k"), keys("o")
	seen := map[string]bool{}
	for _, text := range []string{"anna@example.com", "petrova", "x", "Анна Петрова", "a b/c?d=e&f#g", "anna@пример.рф", strings.Repeat("long@example.com", 20), "\x00\xff"} {
		c := k.Conceal("staff", text)
		got, ok := k.Reveal("staff", c)
		if !ok || got != text || seen[c] || c != k.Conceal("staff", text) {
			t.Errorf("%q becomes %q and %q", text, c, got)
		}
		seen[c] = true
		if len(text) > 3 && strings.Contains(c, text) || strings.Trim(c, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			t.Errorf("%q is not fit for an address", c)
		}
		for name, forged := range map[string]string{"cut": c[:len(c)-4], "longer": c + "AAAA", "other first": flipped(c, 0), "other last": flipped(c, len(c)-2), "plain": text, "none": ""} {
			if got, ok := k.Reveal("staff", forged); ok {
				t.Errorf("%s of %q reads %q", name, text, got)
			}
		}
		if _, ok := k.Reveal("token", c); ok {
			t.Errorf("%q is read for another purpose", text)
		}
		if _, ok := other.Reveal("staff", c); ok {
			t.Errorf("%q is read with another key", text)
		}
	}
}

func flipped(s string, i int) string {
	c := byte('A')
	if s[i] == c {
		c = 'B'
	}
	return s[:i] + string(c) + s[i+1:]
}
