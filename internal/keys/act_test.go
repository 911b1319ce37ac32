package keys

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"
)

func TestActs(t *testing.T) {
	t.Parallel()
	k, err := NewActs(strings.Repeat("k", MinMaster))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2027, 3, 2, 15, 0, 0, 0, time.UTC)
	s := k.Make("abcdefgh", "abcdefghijklmnop", "Kim", now)
	a, ok := ReadAct(s)
	if !ok || a.Campaign != "abcdefgh" || a.Contact != "abcdefghijklmnop" || a.Until != time.Date(2027, 3, 17, 0, 0, 0, 0, time.UTC) {
		t.Fatalf("%+v, %v", a, ok)
	}
	if !k.Is(a, "kim") || k.Is(a, "orlova") || k.Is(a, "") {
		t.Error("for whom a link is, is not told")
	}
	if other, _ := NewActs(strings.Repeat("x", MinMaster)); other.Is(a, "kim") {
		t.Error("another deployment's link is good")
	}
	raw, _ := base64.RawURLEncoding.DecodeString(s)
	for i := range raw {
		raw[i] ^= 1
		if a, ok := ReadAct(base64.RawURLEncoding.EncodeToString(raw)); ok && k.Is(a, "kim") {
			t.Errorf("byte %d may be changed", i)
		}
		raw[i] ^= 1
	}
	for _, bad := range []string{"", s[1:], s + "A", strings.Repeat("!", len(s))} {
		if _, ok := ReadAct(bad); ok {
			t.Errorf("%q is read", bad)
		}
	}
	if _, err := NewActs("short"); err == nil {
		t.Error("a short secret is taken")
	}
	// Keys of two purposes do not meet: what the master key signs is no act, even with the same secret.
	ks, _ := NewKeys(strings.Repeat("k", MinMaster), 1)
	if a, ok := ReadAct(ks.Make(Token{Campaign: "abcdefgh", Contact: "abcdefghijklmnop"})); ok && k.Is(a, "kim") {
		t.Error("a survey link is an act")
	}
}
