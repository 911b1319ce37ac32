package public

import (
	"net/http"
	"strings"
	"testing"

	"onetap/internal/ballot"
	"onetap/internal/keys"
	"onetap/internal/seal"
	"onetap/internal/survey"
)

// boxes is a stage with a campaign of employees, and two links to it: a ballot and a test letter's.
func boxes(t *testing.T) (s *stage, link, test string) {
	t.Helper()
	s = newStage(t)
	var id survey.CampaignID
	s.campaign(func(c *survey.Campaign) { c.Audience, c.Ballots, id = survey.Employees, true, c.ID })
	if err := s.sealer.MakePair(t.Context(), seal.Ballots.Of(string(id))); err != nil {
		t.Fatal(err)
	}
	b := keys.Ballot{Campaign: id, Cell: 3, Random: ballot.Random{1, 2, 3}}
	link = "/b/" + s.keys.MakeBallot(b)
	b.Test = true
	return s, link, "/b/" + s.keys.MakeBallot(b)
}

// opened is what lies in the box.
func (s *stage) opened(t *testing.T) (all []ballot.Answer) {
	t.Helper()
	for box, sealed := range s.casts {
		for id := range s.campaigns {
			plain, err := s.sealer.Open(t.Context(), seal.Ballots.Of(string(id)), s.BallotPlace(id, box), sealed)
			if err != nil {
				t.Fatal(err)
			}
			a, err := ballot.Read(plain)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, a)
		}
	}
	return all
}

const asForm = "Content-Type: application/x-www-form-urlencoded"

// GET and HEAD of a ballot's link write nothing; a person's post seals score and words together; another takes its place whole, and of
// two devices at once the last one's stays: one ballot is one answer. The server can show none of it.
func TestBallot(t *testing.T) {
	t.Parallel()
	s, link, test := boxes(t)
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		if w := s.do(method, link, ""); w.Code != http.StatusOK || len(s.writes) != 0 {
			t.Errorf("%s: %d, written %v", method, w.Code, s.writes)
		}
	}
	page := s.do(http.MethodGet, link, "").Body.String()
	if !strings.Contains(page, `href="/anonymity?lang=ru"`) || !strings.Contains(page, `method="post"`) || !strings.Contains(page, "required") {
		t.Error("the page does not say why it is anonymous, or has no form of its own")
	}
	for _, tc := range []struct {
		link, body string
		status     int
		boxes      int
	}{
		{link, "gesture=script&score=9", http.StatusNoContent, 0},
		{test, "gesture=button&score=9&why=x", http.StatusSeeOther, 0},
		{link, "score=9", http.StatusBadRequest, 0},
		{link, "gesture=button&score=11", http.StatusBadRequest, 0},
		{link, "gesture=button&why=x", http.StatusBadRequest, 0},
		{link[:len(link)-1] + "_", "gesture=button&score=9", http.StatusNotFound, 0},
		{link, "gesture=button&score=3&why=" + strings.Repeat("d", 6000), http.StatusSeeOther, 1},
		{link, "gesture=button&score=9&wish=tea", http.StatusSeeOther, 1},
	} {
		if w := s.do(http.MethodPost, tc.link, tc.body, asForm); w.Code != tc.status || len(s.casts) != tc.boxes {
			t.Errorf("%.60s: %d with %d in the box, want %d with %d", tc.body, w.Code, len(s.casts), tc.status, tc.boxes)
		}
	}
	if all := s.opened(t); len(all) != 1 || all[0] != (ballot.Answer{Cell: 3, Score: 9, Wish: "tea"}) {
		t.Errorf("in the box: %+v", all)
	}
	s.meddling = func() { s.changes[s.boxOf(link)]++ } // another device, between our look and our write
	if w := s.do(http.MethodPost, link, "gesture=button&score=1", asForm); w.Code != http.StatusSeeOther {
		t.Errorf("beside another device: %d", w.Code)
	}
	if all := s.opened(t); len(all) != 1 || all[0].Score != 1 {
		t.Errorf("after another device: %+v", all)
	}
	s.changes[s.boxOf(link)] = maxCasts
	if w := s.do(http.MethodPost, link, "gesture=button&score=2", asForm); w.Code != http.StatusForbidden {
		t.Errorf("the answer was changed for ever: %d", w.Code)
	}
	if page := s.do(http.MethodGet, link+"?saved=1", "").Body.String(); strings.Contains(page, "tea") {
		t.Error("the server shows words")
	}
}

func (s *stage) boxOf(link string) string {
	b, err := s.keys.CheckBallot(strings.TrimPrefix(link, "/b/"))
	if err != nil {
		panic(err)
	}
	return s.keys.Box(b)
}

// What somebody wrote has one length in the box.
func TestBallotsAreOfOneLength(t *testing.T) {
	t.Parallel()
	s, link, _ := boxes(t)
	lengths := map[int]bool{}
	for _, words := range []string{"", "short", strings.Repeat("long", 1500), "%D0%AB%D0%AB"} {
		s.do(http.MethodPost, link, "gesture=button&score=5&why="+words, asForm)
		lengths[len(s.casts[s.boxOf(link)])] = true
	}
	if len(lengths) != 1 || !lengths[ballot.Padded+seal.PairOverhead] {
		t.Errorf("lengths %v", lengths)
	}
}

// After the survey has closed nothing more comes into the box, and the page says whose it was.
func TestBallotAfterClosing(t *testing.T) {
	t.Parallel()
	s, link, _ := boxes(t)
	s.campaign(func(c *survey.Campaign) { c.State = survey.Closed })
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		w := s.do(method, link, "gesture=button&score=9", asForm)
		if w.Code != http.StatusGone || !strings.Contains(w.Body.String(), "Ромашка") || len(s.casts) != 0 {
			t.Errorf("%s: %d, %d in the box", method, w.Code, len(s.casts))
		}
	}
}

// The page that explains stands open to everybody, in both languages.
func TestAnonymityPage(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for lang, want := range map[string]string{"ru": "запечатан", "en": "sealed"} {
		if w := s.do(http.MethodGet, "/anonymity?lang="+lang, ""); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %d", lang, w.Code)
		}
	}
}
