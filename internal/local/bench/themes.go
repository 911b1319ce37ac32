package bench

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"time"

	"onetap/internal/insight/themes"
)

// themesAsked are the themes of which so much is asked; the others are measured beside.
var themesAsked = []string{"price", "delivery", "staff", "speed", "quality"}

// measureThemes finds the default dictionary's themes in comments that nobody has tuned it on, and in as many comments as are asked as fast as this
// machine does.
func measureThemes(_ context.Context, l *lab) (figures []Figure, err error) {
	file, err := os.Open(filepath.Join(filepath.Dir(l.cfg.Template), "samples", "labelled", "test.csv"))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	comments, err := themes.ReadLabelled(file)
	if err != nil {
		return nil, err
	}
	for _, m := range themes.Measure(themes.Default(), comments) {
		precision, recall := Bound{}, Bound{}
		if slices.Contains(themesAsked, m.Theme) {
			precision, recall = atLeast(0.8), atLeast(0.6)
		}
		figures = append(figures,
			single(fmt.Sprintf("themes: precision of %s", m.Theme), precision, m.Precision(), "", "share", m.Found, "comments found"),
			single(fmt.Sprintf("themes: recall of %s", m.Theme), recall, m.Recall(), "", "share", m.Had, "comments labelled"))
	}
	began, n := time.Now(), l.cfg.Sizes.Comments
	var all sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		all.Go(func() {
			f := themes.NewFinder(themes.Default())
			for i := w; i < n; i += workers {
				f.Find(comments[i%len(comments)].Text)
			}
		})
	}
	all.Wait()
	took := time.Since(began)
	return append(figures, single(fmt.Sprintf("themes: %d comments read", n), atMost(300), took.Seconds(), "s", "once", n, "comments")), nil
}
