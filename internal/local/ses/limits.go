package ses

import (
	"sync"
	"time"
)

// unlimitedRate is what GetAccount gives as the rate when none is set; SES knows no unlimited rate.
const unlimitedRate = 100_000

// limiter is the account's sending rate: a bucket of one second's worth of recipients, filled at the rate.
type limiter struct {
	mu     sync.Mutex
	rate   float64 // recipients a second; 0: no limit
	tokens float64 // below zero after a message to more recipients than were left
	last   time.Time
}

// burst is how many recipients may be sent to at once after a pause.
func (l *limiter) burst() float64 { return max(l.rate, 1) }

func (l *limiter) set(rate float64, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rate = rate
	l.tokens, l.last = l.burst(), now
}

// spend asks for n recipients of one message. It lets them through while a whole one is left, as SES does, and waits
// afterwards for what was overdrawn.
func (l *limiter) spend(n int, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.rate <= 0 {
		return true
	}
	if passed := now.Sub(l.last).Seconds(); passed > 0 { // a clock set back fills nothing
		l.tokens = min(l.burst(), l.tokens+passed*l.rate)
	}
	l.last = now
	if l.tokens < 1-1e-9 { // 0.1 s × 10/s is a hair below 1
		return false
	}
	l.tokens -= float64(n)
	return true
}

// quota counts recipients of the past 24 hours by the minute.
type quota struct {
	mu      sync.Mutex
	limit   int // recipients in 24 hours; 0: no limit
	minutes map[int64]int
	total   int
}

const quotaMinutes = 24 * 60

func minuteOf(t time.Time) int64 { return t.Unix() / 60 }

// forget drops the minutes that are over 24 hours old.
func (q *quota) forget(now time.Time) {
	for m, n := range q.minutes {
		if m <= minuteOf(now)-quotaMinutes {
			q.total -= n
			delete(q.minutes, m)
		}
	}
}

// spend asks for n recipients of one message; like the rate it may overdraw.
func (q *quota) spend(n int, now time.Time) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.limit > 0 && q.total >= q.limit {
		if q.forget(now); q.total >= q.limit {
			return false
		}
	}
	q.minutes[minuteOf(now)] += n
	q.total += n
	return true
}

// of is the count of a minute, for keeping it.
func (q *quota) of(minute int64) int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.minutes[minute]
}

func (q *quota) sent(now time.Time) (sent, limit int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.forget(now)
	return q.total, q.limit
}

func (q *quota) set(limit int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.limit = limit
}
