package store

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"onetap/internal/keys"
	"onetap/internal/survey"
)

func TestShardIsEvenAndStable(t *testing.T) {
	t.Parallel()
	k, err := keys.NewKeys(strings.Repeat("k", 32), 1)
	if err != nil {
		t.Fatal(err)
	}
	var n [survey.ContactShards]int
	for i := range 16_000 {
		n[shard(k.ContactID(survey.Customers, string(rune('a'+i%26))+strings.Repeat("x", i%700)+"@example.com"+string(rune(i))))]++
	}
	for s, c := range n {
		if c < 800 || c > 1200 {
			t.Errorf("shard %d has %d of 16,000 contacts, want about 1,000", s, c)
		}
	}
}

// A stranger's text inside a key cannot leave its place, and is read back as it was.
func TestPartIsHarmless(t *testing.T) {
	t.Parallel()
	check := func(t interface{ Fatalf(string, ...any) }, s string) {
		p := part(s)
		if strings.Contains(p, "#") {
			t.Fatalf("part(%q) = %q holds a separator", s, p)
		}
		if got := unpart(p); got != s {
			t.Fatalf("unpart(part(%q)) = %q", s, got)
		}
	}
	b, err := os.ReadFile("testdata/blns.json") // minimaxir/big-list-of-naughty-strings @db33ec7b1d5d, MIT
	if err != nil {
		t.Fatal(err)
	}
	var naughty []string
	if err := json.Unmarshal(b, &naughty); err != nil {
		t.Fatal(err)
	}
	for _, s := range naughty {
		check(t, s)
	}
	rapid.Check(t, func(t *rapid.T) { check(t, rapid.String().Draw(t, "text")) })
}

func TestKindHasNoIDs(t *testing.T) {
	t.Parallel()
	id := survey.ContactID("abcdefghijklmnop")
	for want, k := range map[string]key{
		"CONTACTS/CONTACT":    contactKey(survey.Customers, id),
		"CAMPAIGN/CAMPAIGN":   campaignKey("aaaaaaaa"),
		"CAMPAIGN/INVITATION": personKey("aaaaaaaa", "INVITATION", id),
		"STAFF/STAFF":         staffKey("someone@example.com"),
	} {
		if got := k.kind(); got != want {
			t.Errorf("kind of %v = %q, want %q", k, got, want)
		}
	}
	if got := suppressionKey(survey.Customers, id).kind(); got != "CONTACTS/CONTACT" {
		t.Errorf("kind of a suppression = %q", got)
	}
}

func TestPackedContactsComeBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		ids := rapid.SliceOfN(rapid.Map(rapid.StringMatching(`[a-z2-7]{16}`), func(s string) survey.ContactID { return survey.ContactID(s) }), 0, 60).Draw(t, "ids")
		got := unpacked(packed(ids))
		if len(got) != len(ids) {
			t.Fatalf("%d of %d came back", len(got), len(ids))
		}
		for i := range ids {
			if got[i] != ids[i] {
				t.Fatalf("%s came back as %s", ids[i], got[i])
			}
		}
	})
}
