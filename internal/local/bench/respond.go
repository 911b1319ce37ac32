package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"onetap/internal/local/drive"
)

// measureRespond measures the public pages: from nothing, and under a steady load of pages opened and scores posted.
func measureRespond(ctx context.Context, l *lab) (figures []Figure, err error) {
	size := l.cfg.Sizes
	s, _, links, err := l.surveyed(ctx, "pages", size.Visitors)
	if err != nil {
		return nil, err
	}
	defer l.clean("pages")
	defer s.Close()

	l.say("%d cold starts", size.ColdStarts)
	var ready, first []time.Duration
	for i := range size.ColdStarts {
		one, err := s.coldStart(ctx, links[i%len(links)].Scores[9])
		if err != nil {
			return nil, err
		}
		ready, first = append(ready, one.ready), append(first, one.answer)
	}
	figures = append(figures,
		spread("respond: cold start, process start to first answer", atMost(60), "starts", "median", first),
		spread("respond: of it, until it asks for an event", Bound{}, "starts", "median", ready))
	binary, _ := s.Cloud().Environment("RespondFunction", "")
	start, err := initFigure(binary, size.ColdStarts)
	if err != nil {
		return figures, err
	}
	figures = append(figures, start)
	late, _, err := openLoop(size.Rates[0], int(size.Rates[0]*size.RateFor.Seconds()/5), func(int) error { return nil })
	if err != nil {
		return figures, err
	}
	figures = append(figures, spread("the machine: how late it begins what is due, doing nothing else", Bound{}, "moments", "p99", late))
	for i, rate := range size.Rates {
		l.say("%v requests a second for %v", rate, size.RateFor)
		more, err := s.steady(ctx, links, rate, size.RateFor, atMost(5), l.cfg.Seed+uint64(i))
		if err != nil {
			return figures, err
		}
		figures = append(figures, more...)
	}
	return figures, s.settle(ctx)
}

// steady opens pages and posts scores in turn, at a steady rate. It begins with two seconds that do not count, in which
// the processes start.
func (s *stage) steady(ctx context.Context, links []drive.SurveyLinks, rate float64, how time.Duration, asked Bound, seed uint64) ([]Figure, error) {
	r := rand.New(rand.NewPCG(seed, 2))
	n, warm := int(rate*how.Seconds()), int(2*rate)
	scores := make([]int, warm+n)
	for i := range scores {
		scores[i] = drawScore(r)
	}
	visit := func(i int) error {
		who, score := links[i/2%len(links)], scores[i-i%2] // one opens the page and posts what stands chosen
		if i%2 == 0 {
			return open(ctx, who.Scores[score])
		}
		return tap(ctx, who, score, "m"+strconv.FormatUint(seed, 36)+"-"+strconv.Itoa(i))
	}
	if _, _, err := openLoop(rate, warm, visit); err != nil {
		return nil, err
	}
	binary, _ := s.Cloud().Environment("RespondFunction", "")
	before := processes(binary)
	began := time.Now()
	took, overdue, err := openLoop(rate, n, func(i int) error { return visit(warm + i) })
	if err != nil {
		return nil, err
	}
	cpu, err := processes(binary).since(before)
	if err != nil {
		return nil, err
	}
	alone, err := s.handlerTimes("respond", began)
	if err != nil {
		return nil, err
	}
	what := fmt.Sprintf("respond: warm, %v requests/s, ", rate)
	var gets, posts []time.Duration
	for i, t := range took {
		if i%2 == 0 {
			gets = append(gets, t)
		} else {
			posts = append(posts, t)
		}
	}
	site := spread(what+"at the links' address", asked, "requests", "p99", took)
	if overdue > 0 {
		site = site.remark("%d had no answer within 30 s.", overdue)
	}
	figures := []Figure{
		site,
		spread(what+"pages opened", Bound{}, "requests", "p99", gets),
		spread(what+"scores posted", Bound{}, "requests", "p99", posts),
		spread(what+"the function alone", asked, "requests", "p99", alone),
	}
	if before.known {
		figures = append(figures, single(what+"CPU time of the function", Bound{}, ms(cpu)/float64(n), "ms/request", "mean", n, "requests"))
	}
	return figures, nil
}

// drawScore draws a score as companies get them: a sixth detractors, a sixth passives.
func drawScore(r *rand.Rand) int {
	switch r.IntN(6) {
	case 0:
		return r.IntN(7)
	case 1:
		return 7 + r.IntN(2)
	}
	return 9 + r.IntN(2)
}

// handlerTimes reads from a function's log how long its invocations since then took; cold ones are left out.
func (s *stage) handlerTimes(function string, since time.Time) ([]time.Duration, error) {
	f, err := os.Open(filepath.Join(s.data, "logs", function+".log"))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var all []time.Duration
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var line struct {
			Time       time.Time
			Type       string
			InitMs     float64 `json:"initDurationMs"`
			DurationMs float64 `json:"durationMs"`
		}
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Type == "platform.report" && line.InitMs == 0 && line.Time.After(since) {
			all = append(all, time.Duration(line.DurationMs*float64(time.Millisecond)))
		}
	}
	return all, lines.Err()
}
