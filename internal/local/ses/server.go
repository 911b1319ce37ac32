package ses

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

// Options of a Server. The zero value is a server without limits whose events go nowhere.
type Options struct {
	Now  func() time.Time // nil: time.Now
	Rand *rand.Rand       // nil: seeded by the system

	Rate       float64 // recipients a second; 0: no limit
	DailyQuota int     // recipients in 24 hours; 0: no limit

	// Words are the texts of the inbox; nil: English. Kinds are the sorts of messages that it tells apart.
	Words Words
	Kinds []Kind
	// Actions are what its list offers buttons for.
	Actions []Action

	// ConfigurationSets names the sets that exist, each with the event types that its EventBridge destination wants:
	// SEND, REJECT, BOUNCE, COMPLAINT, DELIVERY, RENDERING_FAILURE, DELIVERY_DELAY. nil: every name exists and wants all.
	ConfigurationSets map[string][]string
	// Identities are the verified addresses and domains one may send from; nil: all.
	Identities []string
	Region     string // "": us-east-1
	Account    string // "": 123456789012

	// Before is called before the work of each request, with the access key id of the caller. An error is answered instead of
	// working: an *APIError as it is, any other as InternalServiceErrorException.
	Before func(caller, operation string) error
	// After is called when the work is done. An error loses the reply: the connection is closed.
	After func(caller, operation string) error
	// Entry is called for each good entry of a send; a status such as ACCOUNT_THROTTLED refuses it, "" lets it through.
	Entry func(caller string, entry int) string
	// Meter is called once a request with the number of recipients accepted.
	Meter func(caller, operation string, recipients int)

	// Publish takes EventBridge envelopes, one after another from one goroutine; it should not take long.
	Publish func(event json.RawMessage)
	// EventDelay is the time to the Send event, and from each event of a message to its next; 0: 2 ms.
	EventDelay time.Duration
	// SlowDelivery is when +slow addresses get their message; 0: 5 s.
	SlowDelivery time.Duration
}

// Server is SES and its inbox.
type Server struct {
	o            Options
	now          func() time.Time
	store        *store
	suppressions *suppressionList
	rate         limiter
	quota        quota
	events       *dispatcher
	addresses    addressIndex
	off          atomic.Bool // the account may not send

	randomMu sync.Mutex
	rand     *rand.Rand

	stop   chan struct{}
	synced sync.WaitGroup
	closed sync.Once
}

// Open opens or creates the file of messages. A broken file, or one that another process uses, is one clear error.
func Open(path string, o Options) (*Server, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Rand == nil {
		o.Rand = rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64()))
	}
	if o.EventDelay == 0 {
		o.EventDelay = 2 * time.Millisecond
	}
	if o.SlowDelivery == 0 {
		o.SlowDelivery = 5 * time.Second
	}
	if o.Region == "" {
		o.Region = "us-east-1"
	}
	if o.Account == "" {
		o.Account = "123456789012"
	}
	st, err := openStore(path)
	if err != nil {
		return nil, err
	}
	s := &Server{o: o, now: o.Now, store: st, rand: o.Rand, stop: make(chan struct{})}
	s.quota = quota{limit: o.DailyQuota, minutes: map[int64]int{}}
	s.rate.set(o.Rate, s.now())
	if s.suppressions, err = loadSuppressions(st); err == nil {
		if err = st.loadQuota(&s.quota, s.now()); err == nil {
			s.events, err = startDispatcher(s)
		}
	}
	if err != nil {
		return nil, errors.Join(err, st.close())
	}
	s.synced.Add(1)
	go s.syncEverySecond()
	return s, nil
}

func (s *Server) syncEverySecond() {
	defer s.synced.Done()
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		select {
		case <-s.stop:
			return
		case <-t.C:
			_ = s.store.sync() // Close reports a disk that cannot be written
		}
	}
}

// Close stops the events, keeps those that are not yet due for the next Open, and closes the file.
func (s *Server) Close() (err error) {
	s.closed.Do(func() {
		close(s.stop)
		s.synced.Wait()
		err = errors.Join(s.events.close(), s.store.close())
	})
	return err
}

// SetLimits changes the rate (recipients a second) and the daily quota; 0 is no limit.
func (s *Server) SetLimits(rate float64, dailyQuota int) {
	s.rate.set(rate, s.now())
	s.quota.set(dailyQuota)
}

// SetSending switches the account's sending off, as AWS does while it reviews an account, and on again.
func (s *Server) SetSending(on bool) { s.off.Store(!on) }

// Rate is the sending rate in recipients a second, 0 without a limit.
func (s *Server) Rate() float64 {
	s.rate.mu.Lock()
	defer s.rate.mu.Unlock()
	return s.rate.rate
}

// Pending is the number of events that are planned and not yet published.
func (s *Server) Pending() int { return s.events.pending() }

// Accepted is the number of messages that it has taken and keeps.
func (s *Server) Accepted() int {
	first, last, err := s.store.span()
	if err != nil {
		return 0 // closed
	}
	return int(last + 1 - first)
}

func (s *Server) random() uint64 {
	s.randomMu.Lock()
	defer s.randomMu.Unlock()
	return s.rand.Uint64()
}
