package keys

import (
	"bytes"
	"crypto/rand"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"onetap/internal/ballot"
	"onetap/internal/survey"
)

func newKeys(t *testing.T, epoch int) *Keys {
	t.Helper()
	k, err := NewKeys(strings.Repeat("k", MinMaster), epoch)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func drawBallot(t *rapid.T) Ballot {
	b := Ballot{
		Campaign: survey.CampaignID(rapid.StringMatching("[a-z2-7]{8}").Draw(t, "campaign")),
		Cell:     ballot.Number(rapid.Uint16().Draw(t, "cell")), Test: rapid.Bool().Draw(t, "test"),
	}
	copy(b.Random[:], rapid.SliceOfN(rapid.Byte(), 12, 12).Draw(t, "random"))
	return b
}

// A ballot comes back as it was made, in its epoch and in the next, and no other text is one: not one of another character, not
// one of another deployment, and no link of another purpose. Nor is a ballot any of those.
func TestBallot(t *testing.T) {
	t.Parallel()
	k, next, after, strangers := newKeys(t, 3), newKeys(t, 4), newKeys(t, 5), newKeys(t, 3)
	strangers.current.ballot, _ = derive(strings.Repeat("x", MinMaster), "ballot 3")
	rapid.Check(t, func(t *rapid.T) {
		b := drawBallot(t)
		token := k.MakeBallot(b)
		if len(token) != BallotLength || strings.Trim(token, tokenCharacters) != "" {
			t.Fatalf("%q", token)
		}
		for what, of := range map[string]*Keys{"its own keys": k, "the next epoch's": next} {
			if got, err := of.CheckBallot(token); err != nil || got != b {
				t.Fatalf("%s read %+v, %v, want %+v", what, got, err, b)
			}
		}
		for what, of := range map[string]*Keys{"the epoch after next": after, "a stranger": strangers} {
			if _, err := of.CheckBallot(token); err == nil {
				t.Fatalf("%s took it", what)
			}
		}
		if clean, ok := Path("/b/" + token); !ok || clean != "/b/"+token {
			t.Fatalf("its path is %q, %v", clean, ok)
		}
		at, with := rapid.IntRange(0, len(token)-1).Draw(t, "at"), rapid.SampledFrom([]byte(tokenCharacters)).Draw(t, "with")
		other := []byte(token)
		if other[at] != with {
			other[at] = with
			if _, err := k.CheckBallot(string(other)); err == nil {
				t.Fatalf("%q was taken for %q", other, token)
			}
		}
		if _, err := k.Check(token); err == nil {
			t.Fatal("a ballot opened a survey")
		}
		if _, err := k.CheckUnsubscribe(token); err == nil {
			t.Fatal("a ballot unsubscribed")
		}
		person := Token{Campaign: b.Campaign, Contact: survey.ContactID(rapid.StringMatching("[a-z2-7]{16}").Draw(t, "contact")), Test: b.Test}
		for what, link := range map[string]string{"a survey link": k.Make(person), "an unsubscribe link": k.MakeUnsubscribe(person)} {
			if _, err := k.CheckBallot(link); err == nil {
				t.Fatalf("%s voted", what)
			}
		}
	})
}

// Purposes are told apart by the key, not by the length alone: the same bytes under the survey's keys are no ballot.
func TestBallotHasItsOwnKey(t *testing.T) {
	t.Parallel()
	k, mixed := newKeys(t, 1), newKeys(t, 1)
	for _, other := range [][]byte{k.current.survey, k.current.unsubscribe, k.box, k.card, k.seal, k.conceal, k.contact, k.found} {
		if mixed.current.ballot = other; bytes.Equal(other, k.current.ballot) {
			t.Error("two purposes have one key")
		}
		if _, err := k.CheckBallot(mixed.MakeBallot(Ballot{Campaign: "abcdefgh"})); err == nil {
			t.Error("another purpose's signature made a ballot")
		}
	}
}

// A box is the ballot's own, of whatever cell and epoch, and says nothing of it.
func TestBox(t *testing.T) {
	t.Parallel()
	k, next := newKeys(t, 1), newKeys(t, 2)
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawBallot(t), drawBallot(t)
		box := k.Box(a)
		if len(box) != 26 || strings.Trim(box, "abcdefghijklmnopqrstuvwxyz234567") != "" || box != next.Box(a) {
			t.Fatalf("%q", box)
		}
		if same := a.Campaign == b.Campaign && a.Random == b.Random; same != (box == k.Box(b)) {
			t.Fatal("two ballots have one box, or one has two")
		}
		moved := a
		moved.Cell++
		if k.Box(moved) != box {
			t.Fatal("a box depends on the cell")
		}
	})
}

// A card's code is read however it is typed, a wrong digit and two that were exchanged are noticed, and its hash and its ballot
// are the code's own.
func TestCodes(t *testing.T) {
	t.Parallel()
	k := newKeys(t, 1)
	seen := map[string]bool{}
	for range 200 {
		code, err := NewCode(rand.Reader)
		if err != nil || len(code) != CodeDigits || seen[code] {
			t.Fatalf("%q, %v", code, err)
		}
		seen[code] = true
		for _, typed := range []string{code, ShowCode(code), " " + strings.ReplaceAll(ShowCode(code), " ", "-") + "\n", strings.ReplaceAll(ShowCode(code), " ", "\u00a0")} {
			if got, ok := ReadCode(typed); !ok || got != code {
				t.Errorf("%q was read as %q, %v", typed, got, ok)
			}
		}
		for i := range code {
			wrong := []byte(code)
			if wrong[i] = '0' + (code[i]-'0'+1)%10; ok(string(wrong)) {
				t.Errorf("%q was taken for %q", wrong, code)
			}
			if i > 0 && code[i] != code[i-1] {
				swapped := []byte(code)
				if swapped[i], swapped[i-1] = code[i-1], code[i]; ok(string(swapped)) {
					t.Errorf("%q was taken for %q", swapped, code)
				}
			}
		}
		if hash := k.CodeHash(code); seen[hash] || len(hash) != 26 || strings.Contains(hash, code) {
			t.Errorf("%q", hash)
		} else {
			seen[hash] = true
		}
		b := k.OfCode("abcdefgh", 7, code)
		if b != k.OfCode("abcdefgh", 7, code) || k.Box(b) == k.CodeHash(code) || seen[k.Box(b)] {
			t.Errorf("%+v", b)
		}
		seen[k.Box(b)] = true
	}
	if ok("") || ok("1234") || ok(strings.Repeat("0", 13)) {
		t.Error("what is no code was taken for one")
	}
}

func ok(typed string) bool {
	_, ok := ReadCode(typed)
	return ok
}
