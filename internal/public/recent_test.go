package public

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"onetap/internal/survey"
)

// A mail scanner opens every link of a letter at once: what was read for the first shows on the others. What was posted
// here shows at once, what was posted elsewhere within seconds.
func TestALettersLinksAreReadOnce(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	open := func(wantGlances int, wantText string) {
		t.Helper()
		for score := range 11 {
			w := s.do("GET", "/r/TOKEN/"+strconv.Itoa(score), "")
			if w.Code != 200 || !strings.Contains(w.Body.String(), wantText) {
				t.Fatalf("link of score %d: %d, without %q", score, w.Code, wantText)
			}
		}
		if w := s.do("GET", "/u/TOKEN", ""); w.Code != 200 {
			t.Fatal(w.Code)
		}
		if s.glances != wantGlances {
			t.Errorf("read %d times, want %d", s.glances, wantGlances)
		}
	}
	open(1, "data-arm")
	s.now = s.now.Add(seenLife - time.Millisecond)
	open(1, "data-arm")
	s.do("POST", "/r/TOKEN", "score=9&gesture=button&digest=a")
	open(2, `data-last="9"`)

	elsewhere := s.responses[s.id]
	elsewhere.Score, elsewhere.Version = 4, elsewhere.Version+1
	s.responses[s.id] = elsewhere
	open(2, `data-last="9"`)
	s.now = s.now.Add(seenLife)
	open(3, `data-last="4"`)
}

// A campaign that was closed is closed on every page within seconds, and at once for who posts.
func TestClosingIsSeenWithinSeconds(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	if w := s.do("GET", "/r/TOKEN/9", ""); w.Code != 200 {
		t.Fatal(w.Code)
	}
	s.campaign(func(c *survey.Campaign) { c.State = survey.Closed })
	if w := s.do("POST", "/r/TOKEN", "score=9&gesture=button"); w.Code != 410 || len(s.written()) > 0 {
		t.Errorf("a post after the end: %d, written %v", w.Code, s.written())
	}
	s.now = s.now.Add(campaignLife)
	if w := s.do("GET", "/r/TOKEN/9", ""); w.Code != 410 {
		t.Errorf("%s after the end a page shows %d", campaignLife, w.Code)
	}
}

func TestRecentHoldsSoMany(t *testing.T) {
	t.Parallel()
	r := recent[int, int]{life: time.Second, maxKept: 3}
	for i := range 100 {
		r.put(i, i, noon)
		if len(r.kept) > 3 {
			t.Fatalf("holds %d", len(r.kept))
		}
	}
	if v, ok := r.get(99, noon); !ok || v != 99 {
		t.Errorf("the last one is %d, %v", v, ok)
	}
	if _, ok := r.get(99, noon.Add(time.Second)); ok {
		t.Error("it never ends")
	}
}
