package public

import (
	"fmt"
	"strings"
	"testing"

	"onetap/internal/survey"
)

func askedOf(n int) func(*survey.Campaign) {
	return func(c *survey.Campaign) {
		c.Touchpoints = nil
		for i := range n {
			c.Touchpoints = append(c.Touchpoints, survey.Touchpoint{ID: survey.TouchpointID(fmt.Sprint("t", i+1)), Kind: "service", Names: map[string]string{"ru": fmt.Sprint("Доставка ", i+1), "en": fmt.Sprint("Delivery ", i+1)}})
		}
	}
}

func (s *stage) ratings() survey.Ratings {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.responses {
		return r.Ratings
	}
	return ""
}

// Whoever has given a score rates touchpoints, changes that, and leaves them alone; a script does not, and nothing but the three words is taken.
func TestTouchpointsAreRated(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.campaign(askedOf(3))
	for _, step := range []struct {
		body string
		code int
		want survey.Ratings
	}{
		{"t1=w&gesture=button", 400, ""}, // of nobody's score
		{"score=9&t1=w&gesture=script&digest=a", 303, ""},
		{"t1=w&gesture=button&digest=b", 303, "t1w"}, // a scanner's score is beside it: kept, and not counted
		{"score=9&gesture=button&digest=c&seen=2", 303, "t1w"},
		{"t2=p&t1=f&gesture=gesture&digest=d", 303, "t1f t2p"},
		{"t2=w&t1=w&gesture=script&digest=e", 303, "t1f t2p"},
		{"t3=w&t1=w&t2=p&rated_was=t1w t2p&why=&wish=&gesture=button&digest=f", 303, "t1f t2p t3w"}, // an old page says only what was changed on it
		{"t3=x&gesture=button&digest=g", 400, "t1f t2p t3w"},
		{"t4=w&score=9&gesture=button&digest=h", 303, "t1f t2p t3w"}, // that nobody asked of
		{"t2=p&gesture=button&digest=i", 303, "t1f t2p t3w"},
		{"t2=f&gesture=button&digest=d", 303, "t1f t2p t3w"}, // a post that was taken
	} {
		if w := s.do("POST", "/r/TOKEN", step.body); w.Code != step.code || s.ratings() != step.want {
			t.Errorf("%s: %d with %q, want %d with %q\n%s", step.body, w.Code, s.ratings(), step.code, step.want, w.Body)
		}
	}
	page := unbroken(s.do("GET", "/r/TOKEN?lang=en", ""))
	for _, want := range []string{`name="t1" value="f" checked`, `name="t2" value="p" checked`, `name="t3" value="w" checked`, ">Delivery 2<", ">Poor<", `name="rated_was" value="t1f t2p t3w"`} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q on the page", want)
		}
	}
	if ru := unbroken(s.do("GET", "/r/TOKEN", "")); !strings.Contains(ru, ">Отстой<") || !strings.Contains(ru, ">Доставка 1<") {
		t.Error("not in Russian")
	}
}

// Of more touchpoints than one person is asked of, the page has the person's share, and takes no other.
func TestOnlyTheDealtAreAsked(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.campaign(askedOf(20))
	page := s.do("GET", "/r/TOKEN", "").Body.String()
	if n := strings.Count(page, `class="rate"`); n != survey.MaxDealt {
		t.Errorf("%d are asked, want %d", n, survey.MaxDealt)
	}
	body, want := "score=8&gesture=button", 0
	for i := range 20 {
		body += fmt.Sprintf("&t%d=w", i+1)
	}
	s.do("POST", "/r/TOKEN", body)
	s.ratings().Each(func(id survey.TouchpointID, _ survey.Rating) {
		if want++; !strings.Contains(page, `name="`+string(id)+`"`) {
			t.Errorf("%s was taken and is not on the page", id)
		}
	})
	if want != survey.MaxDealt {
		t.Errorf("%d were taken", want)
	}
}
