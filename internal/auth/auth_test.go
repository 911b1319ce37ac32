package auth

import "testing"

func TestNetwork(t *testing.T) {
	t.Parallel()
	for remote, want := range map[string]string{
		"192.0.2.77:0": "192.0.2.0/24", "192.0.2.1:54321": "192.0.2.0/24", "[::ffff:192.0.2.9]:0": "192.0.2.0/24",
		"[2001:db8:1:2:3:4:5:6]:0": "2001:db8:1:2::/64", "[2001:db8:1:2::]:443": "2001:db8:1:2::/64", "[fe80::1%eth0]:0": "fe80::/64",
		"": "", "nonsense": "", "192.0.2.1": "", "2001:db8::1:0": "",
	} {
		if got := Network(remote); got != want {
			t.Errorf("%q is of %q, want %q", remote, got, want)
		}
	}
}

// sealer is a seal that is none, to see what is sealed.
type sealer struct{}

func (sealer) Seal(purpose, text string) string         { return purpose + "-" + text[len(text)-5:] }
func (s sealer) Sealed(purpose, text, seal string) bool { return s.Seal(purpose, text) == seal }

func TestKnownBrowsers(t *testing.T) {
	t.Parallel()
	cookie := ""
	people := []string{"one-a", "two-b", "three", "fourd", "fivee"}
	for i, p := range people {
		cookie = remember(sealer{}, cookie, p)
		name := knownIn(sealer{}, cookie, p)
		if len(name) != 26 {
			t.Fatalf("%q does not know %s", cookie, p)
		}
		if i > 0 && name != knownIn(sealer{}, cookie, people[i-1]) {
			t.Errorf("the browser has another name for %s", p)
		}
	}
	if knownIn(sealer{}, cookie, people[0]) != "" {
		t.Error("a fifth person is remembered")
	}
	if again := remember(sealer{}, cookie, "three"); len(again) != len(cookie) {
		t.Errorf("signing in again makes %q of %q", again, cookie)
	}
	for _, forged := range []string{"", ".", "..", "x", "x.known-one-a", "." + cookie, cookie[:26], "known-one-a"} {
		if got := knownIn(sealer{}, forged, "one-b"); got != "" {
			t.Errorf("%q knows: %q", forged, got)
		}
	}
}
