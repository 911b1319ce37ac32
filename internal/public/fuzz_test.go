package public

import (
	"testing"
	"unicode/utf8"

	"onetap/internal/survey"
)

// Whatever form a stranger sends with a good link: no 5xx, and what is stored is an answer that the page could have sent.
func FuzzForm(f *testing.F) {
	f.Add("score=9&gesture=button&digest=a", "application/x-www-form-urlencoded")
	f.Add("score=9&score=11&gesture=script&why=%ff%00&why_was=0", "application/x-www-form-urlencoded")
	f.Add("--x\r\nContent-Disposition: form-data; name=\"score\"\r\n\r\n9\r\n--x--", "multipart/form-data; boundary=x")
	f.Add(";;&=%zz", "")
	f.Fuzz(func(t *testing.T, body, media string) {
		s := newStage(t)
		w := s.do("POST", "/r/TOKEN", body, "Content-Type: "+media)
		if w.Code >= 500 {
			t.Fatalf("%q: %d", body, w.Code)
		}
		if r, ok := s.responses[s.id]; ok {
			if r.Score < 0 || r.Score > 10 || !utf8.ValidString(r.Why+r.Wish) || utf8.RuneCountInString(r.Why) > survey.MaxComment || r.Version != 1 {
				t.Fatalf("%q is stored as %+v", body, r)
			}
			if w.Code != 303 {
				t.Fatalf("%q: stored, and answered %d", body, w.Code)
			}
		} else if w.Code < 400 {
			t.Fatalf("%q: answered %d, and nothing is stored", body, w.Code)
		}
	})
}

// Whatever path and query a scanner makes up: nothing is written, and no 5xx.
func FuzzGet(f *testing.F) {
	f.Add("/r/", "/9", "lang=ru")
	f.Add("/u/", "", "confirm=yes&List-Unsubscribe=One-Click")
	f.Fuzz(func(t *testing.T, prefix, score, query string) {
		s := newStage(t)
		for _, method := range []string{"GET", "HEAD", "OPTIONS"} {
			w, ok := s.try(method, prefix+s.token+score, query)
			if ok && w.Code >= 500 {
				t.Fatalf("%s %q: %d", method, prefix+score, w.Code)
			}
		}
		if len(s.written()) > 0 {
			t.Fatalf("written: %v", s.written())
		}
	})
}
