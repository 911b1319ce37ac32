package bench

import (
	"context"
	"fmt"
	"strconv"
	"time"
)

// measureExports takes the answers of one campaign out as CSV and as a workbook, each size on a laptop of its own: four in ten with a comment. What is
// small the desk makes at once, the rest is written by the function report into the bucket.
func measureExports(ctx context.Context, l *lab) (all []Figure, err error) {
	for _, n := range l.cfg.Sizes.Grow {
		figures, err := l.exports(ctx, n)
		if err != nil {
			return all, fmt.Errorf("%d answers: %w", n, err)
		}
		all = append(all, figures...)
	}
	return all, nil
}

func (l *lab) exports(ctx context.Context, n int) ([]Figure, error) {
	name := strconv.Itoa(n)
	s, err := l.start(ctx, name, nil)
	if err != nil {
		return nil, err
	}
	defer l.clean(name)
	defer s.Close()
	if err := s.bringAs(ctx, "name:Everything", formerAnswers(n, formerPart, l.cfg.Seed), n, 0); err != nil {
		return nil, err
	}
	if err := s.counted(ctx, n); err != nil {
		return nil, err
	}
	var list struct {
		Campaigns []struct{ ID string }
	}
	if err := s.Call(ctx, "GET", "/campaigns?audience=customers", nil, &list); err != nil {
		return nil, err
	}
	at, per := ", at "+number(float64(n)), 1000/float64(n)
	var figures []Figure
	for _, format := range []string{"csv", "xlsx"} {
		s.Cloud().Meter().Reset(time.Now())
		began, bytes := time.Now(), 0
		for _, c := range list.Campaigns { // somebody who answered twice is in a second one
			file, err := s.Download(ctx, "/campaigns/"+c.ID+"/responses."+format, maxWait)
			if err != nil {
				return figures, err
			}
			bytes += len(file)
		}
		took, used := time.Since(began), s.Cloud().Meter().Report(time.Now())
		desk, report := used.Of("DeskFunction"), used.Of("ReportFunction")
		l.say("%d answers as %s: %.1f s, %.1f MB, report %.0f MB of memory", n, format, took.Seconds(), float64(bytes)/1e6, report.PeakMB)
		figures = append(figures,
			single("exports: "+format+at, Bound{}, 1000*took.Seconds()*per, "ms/1,000 answers", "mean", n, "answers"),
			single("exports: read units, "+format+at, Bound{}, (desk.ReadUnits+report.ReadUnits)*per, "/1,000 answers", "mean", n, "answers"))
		if report.Requests > 0 {
			figures = append(figures, single("exports: memory of the function, "+format+at, atMost(128), report.PeakMB, "MB", "peak", n, "answers"))
		}
	}
	return figures, nil
}
