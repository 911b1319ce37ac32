package bench

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"onetap/internal/local/drive"
	"onetap/internal/local/startpage"
)

// measurePages measures the desk's pages as an administrator's browser asks for them, one after another, in a workspace in which one
// campaign has written to many, and 24 past waves were brought in. A page's time is until its last byte is there; what it loads besides is kept by the browser.
func measurePages(ctx context.Context, l *lab) ([]Figure, error) {
	n := l.cfg.Sizes.Letters
	s, id, links, err := l.surveyed(ctx, "people", n)
	if err != nil {
		return nil, err
	}
	defer l.clean("people")
	defer s.Close()
	answers := n / 20
	l.say("%d answers", answers)
	for i, who := range links[:answers] {
		if err := tap(ctx, who, i%11, fmt.Sprintf("p%d", i)); err != nil {
			return nil, err
		}
		if i%5 == 0 {
			if err := say(ctx, who, i%11, "The queue in the evening is too long", fmt.Sprintf("w%d", i)); err != nil {
				return nil, err
			}
		}
	}
	before := 50 * formerMonths // answers of past waves
	if err := s.bring(ctx, formerAnswers(before, formerPart, l.cfg.Seed), before, 0); err != nil {
		return nil, err
	}
	if err := s.settle(ctx); err != nil {
		return nil, err
	}
	for range 2 { // the index of the search
		if err := s.Tick(ctx, "analyse"); err != nil {
			return nil, err
		}
	}
	b, err := s.signIn(ctx)
	if err != nil {
		return nil, err
	}
	pages := []struct{ name, path string }{
		{"home", "/"},
		{"campaigns", "/campaigns"},
		{"campaign", "/campaigns/" + id},
		{"letters sent", "/campaigns/" + id + "/people?part=sent"},
		{"results of 24 past waves", "/results?audience=customers"},
		{"results", "/results/" + id},
		{"results by team", "/results/" + id + "/by/team"},
		{"answers", "/results/" + id + "/answers"},
		{"answers with a word", "/results/" + id + "/answers?q=queue"},
		{"cases", "/cases"},
		{"contacts", "/contacts?audience=customers"},
		{"search", "/search?q=Galina"},
	}
	took := make([][]time.Duration, len(pages))
	size := make([]int, len(pages))
	for round := range l.cfg.Sizes.PageLoads + 1 {
		for i, p := range pages {
			began := time.Now()
			text, err := b.Load(ctx, http.MethodGet, p.path, nil)
			if err != nil {
				return nil, err
			}
			if size[i] = len(text); round > 0 { // the first one warms up
				took[i] = append(took[i], time.Since(began))
			}
		}
	}
	var figures []Figure
	for i, p := range pages {
		figures = append(figures, spread("pages: "+p.name+", "+number(float64(n))+" letters", atMost(50), "loads", "p99", took[i]).
			remark("%.0f KB, unpacked.", float64(size[i])/1000))
	}
	return figures, nil
}

// signIn signs the administrator in by a link, as a letter holds it.
func (s *stage) signIn(ctx context.Context) (*drive.Browser, error) {
	link, err := startpage.Link(ctx, startpage.OpenTable(s.AWS(), s.TableName()), "", time.Now())
	if err != nil {
		return nil, err
	}
	return drive.NewBrowser(ctx, s.Stack.Site(), link)
}
