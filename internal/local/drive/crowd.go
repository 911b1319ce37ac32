package drive

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
)

// Crowd is customers who answer survey letters, a few a second: each opens a link of a letter and posts what the page's form
// would, some with words. It is safe for concurrent use.
type Crowd struct {
	Company *Company
	Pause   time.Duration // between two answers
	Random  *rand.Rand    // who answers what; used by one run at a time

	mu   sync.Mutex
	now  CrowdState
	stop context.CancelFunc
	done chan struct{}
}

// CrowdState is how far the last run is.
type CrowdState struct {
	Wanted, Answered int
	Working          bool
	Failed           bool // the letters or their pages could not be read
}

// newestLetters is how many of the newest letters are looked through.
const newestLetters = 2000

// Start lets so many customers answer who have not answered yet, of the newest campaign first, and does not wait for them.
// While they are at work it does nothing.
func (c *Crowd) Start(wanted int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.now.Working {
		return
	}
	ctx, stop := context.WithCancel(context.Background())
	c.now, c.stop, c.done = CrowdState{Wanted: wanted, Working: true}, stop, make(chan struct{})
	go func(done chan struct{}) {
		defer close(done)
		err := c.run(ctx, wanted)
		if err != nil && ctx.Err() == nil {
			slog.Warn("customers cannot answer", "error", err)
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.now.Working, c.now.Failed = false, err != nil
	}(c.done)
}

// State is how far they are.
func (c *Crowd) State() CrowdState {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Stop ends a run and waits for its end.
func (c *Crowd) Stop() {
	c.mu.Lock()
	stop, done := c.stop, c.done
	c.mu.Unlock()
	if stop != nil {
		stop()
		<-done
	}
}

func (c *Crowd) run(ctx context.Context, wanted int) error {
	letters, err := c.Company.newest(ctx, newestLetters)
	if err != nil {
		return err
	}
	pace := time.NewTicker(c.Pause)
	defer pace.Stop()
	answered := 0
	for _, l := range c.order(letters) {
		if answered == wanted {
			return nil
		}
		ok, err := c.answer(ctx, l)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		answered++
		c.mu.Lock()
		c.now.Answered = answered
		c.mu.Unlock()
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-pace.C:
		}
	}
	return nil
}

// order mixes the letters of each campaign; the campaign of the newest letter comes first.
func (c *Crowd) order(letters []Letter) []Letter {
	var campaigns []string
	of := map[string][]Letter{}
	for _, l := range letters {
		if l.Kind != "survey" || l.Outcome != "delivered" {
			continue
		}
		id := l.Tags["campaign"]
		if of[id] == nil {
			campaigns = append(campaigns, id)
		}
		of[id] = append(of[id], l)
	}
	var all []Letter
	for _, id := range campaigns {
		c.Random.Shuffle(len(of[id]), func(i, j int) { of[id][i], of[id][j] = of[id][j], of[id][i] })
		all = append(all, of[id]...)
	}
	return all
}

// answer is one customer; ok is false for one who has answered already, or whose survey is over.
func (c *Crowd) answer(ctx context.Context, l Letter) (ok bool, err error) {
	links, ok := l.Survey()
	if !ok {
		return false, nil
	}
	score := c.score()
	page, err := c.Company.Open(ctx, links.Scores[score])
	if err != nil || page.Status != http.StatusOK || page.Action == "" || page.Fields.Get("seen") != "0" {
		return false, err
	}
	page, err = c.Company.Submit(ctx, page, map[string]string{"score": strconv.Itoa(score)})
	if err != nil || page.Status != http.StatusOK {
		return false, err
	}
	if words := c.words(l, score); words != "" {
		if page, err = c.Company.Open(ctx, links.Scores[score]); err == nil {
			_, err = c.Company.Submit(ctx, page, map[string]string{"why": words})
		}
	}
	return true, err
}

// score draws one with many promoters and some detractors.
func (c *Crowd) score() int {
	switch x := c.Random.Float64(); {
	case x < 0.55:
		return 9 + c.Random.IntN(2)
	case x < 0.8:
		return 7 + c.Random.IntN(2)
	}
	return c.Random.IntN(7)
}

// comments are what customers say, by whether their letter is in Russian and whether they are detractors.
var comments = map[bool]map[bool][]string{
	true: {
		true:  {"Счета приходят с опозданием.", "Долго ждали ответа поддержки.", "Привезли не то, что заказывали.", "Менеджер сменился, и никто не предупредил.", "Цена выросла, а качество нет."},
		false: {"Всё вовремя, спасибо!", "Менеджер всегда на связи.", "Удобно работать с вами.", "Хорошая поддержка, могли бы быть скидки.", "Доставка быстрая."},
	},
	false: {
		true:  {"The invoices are always late.", "Support took a week to answer.", "We got the wrong parts, twice.", "Our account manager changed and nobody told us.", "The price went up, the quality did not."},
		false: {"Always on time, thank you!", "Our manager is easy to reach.", "A pleasure to work with.", "Good service, the portal could be faster.", "Quick delivery."},
	},
}

// words are what somebody adds; most of the unhappy and some of the others do.
func (c *Crowd) words(l Letter, score int) string {
	unhappy := score <= 6
	if share := map[bool]float64{true: 0.8, false: 0.4}[unhappy]; c.Random.Float64() >= share {
		return ""
	}
	some := comments[strings.ContainsFunc(l.Text, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) })][unhappy]
	return some[c.Random.IntN(len(some))]
}
