package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"onetap/internal/local/drive"
	"onetap/internal/survey"
)

// measureRecompute measures how fast answers become figures: a stream full of them into empty figures and on top of a
// million earlier ones, in turn; and answers as they come in through the pages, detractors and their alerts among them.
func measureRecompute(ctx context.Context, l *lab) (figures []Figure, err error) {
	size := l.cfg.Sizes
	empty, err := l.table(ctx, "empty", 1)
	if err != nil {
		return nil, err
	}
	defer l.clean("empty")
	var on *backlog
	if size.Earlier > 0 {
		if on, err = l.table(ctx, "earlier", 2); err != nil {
			return nil, err
		}
		defer l.clean("earlier")
		all, err := on.count(ctx, l, size.Earlier)
		if err != nil {
			return nil, err
		}
		figures = append(figures, single(fmt.Sprintf("recompute: %s answers in one go", number(float64(size.Earlier))), Bound{}, all.rate, "answers/s", "rate", size.Earlier, "answers"))
	}
	var alone, onTop, ratios, cpu, everything []float64
	for round := range size.Rounds {
		l.say("round %d of %d", round+1, size.Rounds)
		speed, err := empty.count(ctx, l, size.Answers)
		if err != nil {
			return figures, err
		}
		alone, cpu, everything = append(alone, speed.rate), append(cpu, 1000*speed.cpu), append(everything, 1000*speed.all)
		if on == nil {
			continue
		}
		if speed, err = on.count(ctx, l, size.Answers); err != nil {
			return figures, err
		}
		onTop, ratios = append(onTop, speed.rate), append(ratios, speed.rate/alone[round])
	}
	n := size.Answers * size.Rounds
	through := single("recompute: answers waiting in the stream", atLeast(4000), middle(alone), "answers/s", "median", n, "answers").
		remark("%d rounds: %s a second. Without detractors, so that it is recompute's work alone; from when the laptop is ready until the figures equal the answers.", size.Rounds, list(alone))
	figures = slices.Insert(figures, 0, through,
		single("recompute: CPU time of the function", Bound{}, middle(cpu), "s/1,000 answers", "median", n, "answers"),
		single("recompute: CPU time of everything", Bound{}, middle(everything), "s/1,000 answers", "median", n, "answers"))
	if on != nil {
		what := fmt.Sprintf("recompute: the same on top of %s", number(float64(size.Earlier)))
		figures = append(figures, single(what, Bound{}, middle(onTop), "answers/s", "median", n, "answers").remark("%s a second.", list(onTop)),
			single(what+", as a part of the rate without", atLeast(90), 100*middle(ratios), "%", "median", size.Rounds, "pairs of rounds"))
	}
	live, err := measureLive(ctx, l)
	return append(figures, live...), err
}

// backlog is a table that answers are written to while its laptop is off.
type backlog struct {
	name, table, data string
	answers           answers
}

// table starts a laptop once, so that its table and a campaign are there.
func (l *lab) table(ctx context.Context, name string, stream uint64) (*backlog, error) {
	s, err := l.start(ctx, name, nil)
	if err != nil {
		return nil, err
	}
	var c struct{ ID string }
	err = s.Call(ctx, "POST", "/campaigns", map[string]any{"name": "Measured", "audience": "customers", "company": "Example Shop", "language": "en"}, &c)
	b := &backlog{name: name, table: s.TableName(), data: s.data, answers: answers{
		campaign: survey.CampaignID(c.ID),
		random:   rand.New(rand.NewPCG(l.cfg.Seed, stream)), now: time.Now().UTC(), total: survey.Deltas{},
	}}
	return b, errors.Join(err, s.Close())
}

// countSpeed is how fast waiting answers were counted, and the CPU seconds that one took of the function and of everything.
type countSpeed struct{ rate, cpu, all float64 }

// count writes n answers, starts the laptop, and returns how many a second were counted from the moment at which it was
// ready until all were. What it has counted by then does not count: opening a large file is not recompute's work.
func (b *backlog) count(ctx context.Context, l *lab, n int) (c countSpeed, err error) {
	if err := b.answers.write(ctx, b.data, b.table, n); err != nil {
		return c, err
	}
	l.say("%d answers wait in the stream", n)
	s, err := l.start(ctx, b.name, nil)
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	figures := storeOver(s.Table(), b.table)
	binary, _ := s.Cloud().Environment("RecomputeFunction", "")
	began, before, everything := time.Now(), processes(binary), family()
	early, err := counted(ctx, figures, b.answers.campaign)
	if err != nil {
		return c, err
	}
	if err := until(ctx, func() (bool, error) {
		done, err := counted(ctx, figures, b.answers.campaign)
		return done == b.answers.made, err
	}); err != nil {
		return c, err
	}
	done := float64(max(1, b.answers.made-early)) // none is left where there were a handful
	took := time.Since(began)
	cpu, err := processes(binary).since(before)
	if err != nil {
		return c, err
	}
	c = countSpeed{done / took.Seconds(), cpu.Seconds() / done, (family() - everything).Seconds() / done}
	if err := s.settle(ctx); err != nil {
		return c, err
	}
	return c, b.answers.check(ctx, figures)
}

// until asks every 10 ms.
func until(ctx context.Context, ask func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, maxWait)
	defer cancel()
	for {
		if ok, err := ask(); ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waited %v in vain: %w", maxWait, ctx.Err())
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// measureLive has everybody answer through the pages, as fast as they take it, a sixth of them detractors with words.
func measureLive(ctx context.Context, l *lab) ([]Figure, error) {
	n := l.cfg.Sizes.Visitors
	s, id, links, err := l.surveyed(ctx, "live", n)
	if err != nil {
		return nil, err
	}
	defer l.clean("live")
	defer s.Close()
	l.say("%d people answer through the pages", n)
	r := rand.New(rand.NewPCG(l.cfg.Seed, 3))
	scores := make([]int, n)
	for i := range scores {
		scores[i] = drawScore(r)
	}
	began := time.Now()
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(4)
	for i, who := range links {
		g.Go(func() error { return answer(gctx, who, scores[i], i) })
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	posted := time.Since(began)
	figures := storeOver(s.Table(), s.TableName())
	if err := until(ctx, func() (bool, error) {
		done, err := counted(ctx, figures, survey.CampaignID(id))
		return done == int64(n), err
	}); err != nil {
		return nil, err
	}
	took := time.Since(began)
	if err := s.settle(ctx); err != nil {
		return nil, err
	}
	return []Figure{
		single("recompute: answers as they come in through the pages", Bound{}, float64(n)/took.Seconds(), "answers/s", "rate", n, "answers").
			remark("Posted by 4 at a time in %.1f s, a sixth of them detractors with words; counted %.0f ms after the last post.", posted.Seconds(), ms(took-posted)),
	}, nil
}

func answer(ctx context.Context, who drive.SurveyLinks, score, i int) error {
	if err := tap(ctx, who, score, fmt.Sprintf("live-%d", i)); err != nil || score > 6 {
		return err
	}
	return say(ctx, who, score, "An invented reason.", fmt.Sprintf("live-%dw", i))
}

// middle is the median; of an even number of values the mean of the two in the middle.
func middle(values []float64) float64 {
	s := slices.Sorted(slices.Values(values))
	if len(s) == 0 {
		return 0
	}
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}

func list(values []float64) string {
	text := ""
	for i, v := range values {
		if i > 0 {
			text += ", "
		}
		text += number(v)
	}
	return text
}
