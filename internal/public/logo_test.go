package public

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"onetap/internal/theme"
)

const aLogo = "0123456789abcdef0123"

func withLogo(t *testing.T) *stage {
	t.Helper()
	s := newStage(t)
	s.logos = map[string]theme.Logo{aLogo: {Hash: aLogo, Media: "image/png", Bytes: []byte("\x89PNG")}}
	return s
}

// Whoever reads a letter sees the logo; it never changes under its name, so a process reads it once.
func TestLogo(t *testing.T) {
	t.Parallel()
	s := withLogo(t)
	for range 100 {
		w := s.do("GET", "/logo/"+aLogo, "")
		if w.Code != 200 || w.Body.String() != "\x89PNG" || w.Header().Get("Content-Type") != "image/png" ||
			!strings.Contains(w.Header().Get("Cache-Control"), "immutable") || w.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Fatalf("the logo comes as %d %q with %v", w.Code, w.Body, w.Header())
		}
		s.now = s.now.Add(time.Hour)
	}
	if s.lookups != 1 {
		t.Errorf("read %d times", s.lookups)
	}
}

// What no logo can be called costs nothing at all.
func TestNoLogosName(t *testing.T) {
	t.Parallel()
	s := withLogo(t)
	for _, name := range []string{
		"nothing", aLogo[1:], aLogo + "0", strings.ToUpper(aLogo), "0123456789abcdef012g", "0123456789abcdef012%20",
		"%00123456789abcdef012", strings.Repeat("0", 4000), aLogo[:19] + "%D0%B0",
	} {
		if w := s.do("GET", "/logo/"+name, ""); w.Code != 404 {
			t.Errorf("%.30s: %d", name, w.Code)
		}
	}
	if s.lookups != 0 {
		t.Errorf("read %d times", s.lookups)
	}
}

// Somebody who makes names up costs a look-up a second at most, and takes nothing from those who read letters.
func TestMadeUpLogos(t *testing.T) {
	t.Parallel()
	s := withLogo(t)
	if w := s.do("GET", "/logo/"+aLogo, ""); w.Code != 200 {
		t.Fatal(w.Code)
	}
	status := map[int]int{}
	for n := range 5000 {
		status[s.do("GET", fmt.Sprintf("/logo/%020x", n), "").Code]++
	}
	if s.lookups > maxLookups+1 || status[404]+status[429] != 5000 || status[429] == 0 {
		t.Errorf("read %d times, answered %v", s.lookups, status)
	}
	before := s.lookups
	if w := s.do("GET", "/logo/"+aLogo, ""); w.Code != 200 || s.lookups != before {
		t.Errorf("the good one: %d after %d more reads", w.Code, s.lookups-before)
	}
	s.now = s.now.Add(10 * time.Second)
	for n := range 5000 {
		s.do("GET", fmt.Sprintf("/logo/f%019x", n), "")
	}
	if got := s.lookups - before; got != 10 {
		t.Errorf("ten seconds later %d more are looked for, want 10", got)
	}
	// The same one again and again is asked for once a minute.
	s.now, before = s.now.Add(time.Hour), s.lookups
	for range 20 {
		s.do("GET", "/logo/"+strings.Repeat("a", 20), "")
	}
	if got := s.lookups - before; got != 1 {
		t.Errorf("one that is not there is looked for %d times", got)
	}
	// One that was uploaded meanwhile is found.
	s.logos[strings.Repeat("a", 20)] = theme.Logo{Hash: strings.Repeat("a", 20), Media: "image/jpeg"}
	s.now = s.now.Add(unknownLife)
	if w := s.do("GET", "/logo/"+strings.Repeat("a", 20), ""); w.Code != 200 {
		t.Errorf("a new one: %d", w.Code)
	}
}

func TestLogosAreBounded(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.logos = map[string]theme.Logo{}
	for n := range 10 * maxLogos {
		hash := fmt.Sprintf("%020x", n)
		s.logos[hash] = theme.Logo{Hash: hash, Media: "image/png", Bytes: []byte(hash)}
		if w := s.do("GET", "/logo/"+hash, ""); w.Code != 200 || w.Body.String() != hash {
			t.Fatalf("%d: %d %q", n, w.Code, w.Body)
		}
		if kept := &s.pages.logos; len(kept.kept) > maxLogos || len(kept.order) != len(kept.kept) {
			t.Fatalf("holds %d logos, %d names", len(kept.kept), len(kept.order))
		}
		s.now = s.now.Add(lookupEvery)
	}
	before := s.lookups
	for n := 9 * maxLogos; n < 10*maxLogos; n++ {
		s.do("GET", fmt.Sprintf("/logo/%020x", n), "")
	}
	if s.lookups != before {
		t.Errorf("of the last ones %d are read again", s.lookups-before)
	}
}

// A read that fails is no answer to keep.
func TestALogoThatCouldNotBeRead(t *testing.T) {
	t.Parallel()
	s := withLogo(t)
	s.lookupsLost = 1
	if w := s.do("GET", "/logo/"+aLogo, ""); w.Code != 500 || w.Header().Get("Cache-Control") == "public, max-age=31536000, immutable" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	if w := s.do("GET", "/logo/"+aLogo, ""); w.Code != 200 {
		t.Errorf("again: %d", w.Code)
	}
}

func TestManyAskForALogo(t *testing.T) {
	t.Parallel()
	s := withLogo(t)
	var wg sync.WaitGroup
	for n := range 50 {
		wg.Go(func() {
			if w := s.do("GET", "/logo/"+aLogo, ""); w.Code != 200 && w.Code != 429 {
				t.Errorf("%d: %d", n, w.Code)
			}
		})
	}
	wg.Wait()
	if len(s.pages.logos.order) != 1 {
		t.Errorf("kept %v", s.pages.logos.order)
	}
}
