package link

import (
	"errors"
	"strings"
	"testing"

	"onetap/internal/survey"
)

const master = "a master key that only the tests know"

func keys(t testing.TB, epoch int) *Keys {
	t.Helper()
	k, err := NewKeys(master, epoch)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func sample(k *Keys) Token {
	return Token{Campaign: NewCampaignID([5]byte{1, 2, 3, 4, 5}), Contact: k.ContactID(survey.Customers, "anna@example.com")}
}

func TestTokenRoundTrip(t *testing.T) {
	t.Parallel()
	k := keys(t, 3)
	for _, test := range []bool{false, true} {
		want := sample(k)
		want.Test = test
		s := k.Make(want)
		if got := "/r/" + s + "/10"; len(got) > 48 {
			t.Errorf("path of %d characters, want ≤ 48", len(got))
		}
		got, err := k.Check(s)
		if err != nil || got != want {
			t.Errorf("Check(Make(%v)) = %v, %v", want, got, err)
		}
		if strings.Contains(s, string(want.Contact)) {
			t.Error("token shows the contact id in clear")
		}
	}
}

func TestRotation(t *testing.T) {
	t.Parallel()
	s := keys(t, 3).Make(sample(keys(t, 3)))
	for epoch, ok := range map[int]bool{2: false, 3: true, 4: true, 5: false} {
		if _, err := keys(t, epoch).Check(s); (err == nil) != ok {
			t.Errorf("epoch %d accepts a link of epoch 3: %v, want %v", epoch, err == nil, ok)
		}
	}
	if keys(t, 1).ContactID(survey.Customers, "a@example.com") != keys(t, 9).ContactID(survey.Customers, "a@example.com") {
		t.Error("rotating links changed contact ids")
	}
}

func TestContactIDSeparatesAudiences(t *testing.T) {
	t.Parallel()
	k := keys(t, 1)
	seen := map[survey.ContactID]survey.Audience{}
	for _, a := range survey.Audiences {
		id := k.ContactID(a, "a@example.com")
		if len(id) != 16 {
			t.Errorf("id has %d characters, want 16", len(id))
		}
		if b, twice := seen[id]; twice {
			t.Errorf("%s and %s share an id", a, b)
		}
		seen[id] = a
	}
}

func TestBadKeys(t *testing.T) {
	t.Parallel()
	if _, err := NewKeys("short", 1); err == nil {
		t.Error("a short master key is taken")
	}
	for _, e := range []int{0, -1, 128} {
		if _, err := NewKeys(master, e); err == nil {
			t.Errorf("epoch %d is taken", e)
		}
	}
}

// Every change of one character, and every other string, is refused: the property that strangers meet.
func FuzzCheck(f *testing.F) {
	k := keys(f, 2)
	good := k.Make(sample(k))
	f.Add(good)
	f.Add("")
	f.Add(strings.Repeat("A", 32))
	f.Add(good[:31] + "=")
	f.Fuzz(func(t *testing.T, s string) {
		got, err := k.Check(s)
		if err != nil {
			if !errors.Is(err, ErrForged) {
				t.Fatalf("error is %v, want ErrForged", err)
			}
			return
		}
		if k.Make(got) != s && keys(t, 1).Make(got) != s {
			t.Fatalf("%q is accepted and is not what Make makes", s)
		}
	})
}

func TestEveryFlippedBitIsForged(t *testing.T) {
	t.Parallel()
	k := keys(t, 2)
	good := k.Make(sample(k))
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	for i := range good {
		for _, c := range alphabet {
			if byte(c) == good[i] {
				continue
			}
			if _, err := k.Check(good[:i] + string(c) + good[i+1:]); err == nil {
				t.Fatalf("a changed character %d is accepted", i)
			}
		}
	}
}
