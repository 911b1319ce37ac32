package public

import (
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"testing"

	"onetap/internal/ballot"
	"onetap/internal/browsertest"
)

// A ballot is filled as an employee would, on a phone and at a desk, in both languages: the letter's tile is chosen, score and words
// go into the box together, and the page says that it is done. What the page says of anonymity can be read, too.
func TestBrowserBallot(t *testing.T) {
	t.Parallel()
	for _, width := range []int64{390, 1280} {
		for _, language := range []string{"ru", "en"} {
			s, link, _ := boxes(t)
			server := httptest.NewServer(s.handler)
			t.Cleanup(server.Close)
			b := browsertest.Open(t, server.URL)
			name := language + "-" + strconv.FormatInt(width, 10)
			look := func(page string) {
				b.Sound(page + " " + name)
				if *screenshots != "" {
					b.Shot(filepath.Join(*screenshots, page+"-"+name+".png"))
				}
			}
			b.Look(width, width == 1280, language)
			b.Go(link + "?lang=" + language + "#9")
			b.Until(`document.querySelector("input[name=score]:checked")?.value === "9"`)
			look("ballot")
			b.Type("#why", "спокойно и по делу")
			b.ClickTo("#ballot button", "#end")
			look("ballot-done")
			if all := s.opened(t); len(all) != 1 || all[0] != (ballot.Answer{Cell: 3, Score: 9, Why: "спокойно и по делу"}) {
				t.Errorf("%s: in the box: %+v", name, all)
			}
			b.ClickTo("#again", "#ballot")
			b.Go("/anonymity?lang=" + language)
			look("anonymity")
		}
	}
}
