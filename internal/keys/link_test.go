package keys

import (
	"encoding/base64"
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

// The first raise leaves links alone, the second ends them, be they two steps or one; lowered, it ends them too.
func TestRotation(t *testing.T) {
	t.Parallel()
	for _, of := range []int{1, 2, 3, 100, maxEpoch} {
		k := keys(t, of)
		survey, unsubscribe := k.Make(sample(k)), k.MakeUnsubscribe(sample(k))
		for epoch := max(1, of-3); epoch <= min(maxEpoch, of+3); epoch++ {
			now, want := keys(t, epoch), epoch == of || epoch == of+1
			_, err1 := now.Check(survey)
			_, err2 := now.CheckUnsubscribe(survey)
			_, err3 := now.CheckUnsubscribe(unsubscribe)
			if got := [3]bool{err1 == nil, err2 == nil, err3 == nil}; got != [3]bool{want, want, want} {
				t.Errorf("epoch %d accepts links of epoch %d: %v, want %v", epoch, of, got, want)
			}
		}
	}
	if keys(t, 1).ContactID(survey.Customers, "a@example.com") != keys(t, 9).ContactID(survey.Customers, "a@example.com") {
		t.Error("rotating links changed contact ids")
	}
}

// Each token opens what it is for: List-Unsubscribe's does not open the survey, whatever else is tried with it.
func TestAPurposeEach(t *testing.T) {
	t.Parallel()
	k := keys(t, 4)
	for _, test := range []bool{false, true} {
		want := sample(k)
		want.Test = test
		for name, c := range map[string]struct {
			token               string
			survey, unsubscribe bool
		}{
			"survey":                     {k.Make(want), true, true},
			"unsubscribe":                {k.MakeUnsubscribe(want), false, true},
			"survey of the epoch before": {keys(t, 3).Make(want), true, true},
			"unsubscribe, epoch before":  {keys(t, 3).MakeUnsubscribe(want), false, true},
			"survey two epochs ago":      {keys(t, 2).Make(want), false, false},
			"unsubscribe two epochs ago": {keys(t, 2).MakeUnsubscribe(want), false, false},
			"unsubscribe, later epoch":   {keys(t, 5).MakeUnsubscribe(want), false, false},
		} {
			if len(c.token) != 32 {
				t.Errorf("%s: %d characters, want 32", name, len(c.token))
			}
			got, err := k.Check(c.token)
			if (err == nil) != c.survey || c.survey && got != want {
				t.Errorf("%s opens the survey: %v as %+v, want %v", name, err == nil, got, c.survey)
			}
			got, err = k.CheckUnsubscribe(c.token)
			if (err == nil) != c.unsubscribe || c.unsubscribe && got != want {
				t.Errorf("%s unsubscribes: %v as %+v, want %v", name, err == nil, got, c.unsubscribe)
			}
		}
	}
}

// A link of a letter that was sent before tokens had purposes, made then by this test's master key: it opens both.
func TestALetterOfLongAgo(t *testing.T) {
	t.Parallel()
	const old = "AwECAwQFQXgSHu0WTUraVA613HDWzonU"
	k := keys(t, 3)
	for name, check := range map[string]func(string) (Token, error){"survey": k.Check, "unsubscribe": k.CheckUnsubscribe} {
		if got, err := check(old); err != nil || got != sample(k) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

// There is no epoch 0, and so no key of it: what somebody signs with an empty one is forged.
func TestNoKeyIsNoKey(t *testing.T) {
	t.Parallel()
	for _, epoch := range []int{1, 2, maxEpoch} {
		k := keys(t, epoch)
		for first := range 256 {
			for _, key := range [][]byte{nil, {}, {0}, make([]byte, 32)} {
				b, err := base64.RawURLEncoding.DecodeString(k.Make(sample(k)))
				if err != nil {
					t.Fatal(err)
				}
				b[0] = byte(first)
				copy(b[16:], mac(key, b[:16]))
				s := base64.RawURLEncoding.EncodeToString(b)
				_, err1 := k.Check(s)
				_, err2 := k.CheckUnsubscribe(s)
				if err1 == nil || err2 == nil {
					t.Fatalf("epoch %d: a token that begins with %d and is signed with the key %v is accepted", epoch, first, key)
				}
			}
		}
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
	f.Add(k.MakeUnsubscribe(sample(k)))
	f.Add("")
	f.Add(strings.Repeat("A", 32))
	f.Add(good[:31] + "=")
	f.Fuzz(func(t *testing.T, s string) {
		opens, errOpens := k.Check(s)
		leaves, errLeaves := k.CheckUnsubscribe(s)
		for _, err := range []error{errOpens, errLeaves} {
			if err != nil && !errors.Is(err, ErrForged) {
				t.Fatalf("error is %v, want ErrForged", err)
			}
		}
		before := keys(t, 1)
		if errOpens == nil && (errLeaves != nil || k.Make(opens) != s && before.Make(opens) != s) {
			t.Fatalf("%q opens the survey and is not what Make makes", s)
		}
		if errOpens != nil && errLeaves == nil && k.MakeUnsubscribe(leaves) != s && before.MakeUnsubscribe(leaves) != s {
			t.Fatalf("%q unsubscribes and is not what MakeUnsubscribe makes", s)
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
			if _, err := k.CheckUnsubscribe(good[:i] + string(c) + good[i+1:]); err == nil {
				t.Fatalf("a changed character %d is accepted", i)
			}
		}
	}
}

func TestStaffIDs(t *testing.T) {
	t.Parallel()
	one, other := keys(t, 1), keys(t, 2)
	id := one.StaffID("anna@example.com")
	if len(id) != 17 || id != other.StaffID("anna@example.com") || id == one.StaffID("anna@example.ru") || id[1:] == string(one.ContactID(survey.Employees, "anna@example.com")) {
		t.Errorf("the id is %q", id)
	}
}
