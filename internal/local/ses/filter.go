package ses

import (
	"net/mail"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Page sizes of /messages.json.
const (
	defaultLimit = 1000
	maxLimit     = 10000
)

// undelivered asks for messages that reached nobody.
const undelivered = "undelivered"

// filter is the query of a list.
type filter struct {
	to      string // a whole address, in lower case
	search  string // part of an address or the subject, in lower case
	outcome string // "": those that reached somebody; all; undelivered; or one outcome
	since   time.Time
	after   uint64
	newest  bool
	limit   int
	brief   bool
}

func (f *filter) match(r *record) bool {
	if r.time < f.since.UnixMilli() && !f.since.IsZero() {
		return false
	}
	switch f.outcome {
	case "all":
	case undelivered:
		if r.outcome().arrives() {
			return false
		}
	case "":
		if !r.outcome().arrives() {
			return false
		}
	default:
		if r.outcome().String() != f.outcome {
			return false
		}
	}
	if f.to != "" && !slices.ContainsFunc(r.recipients, func(p recipient) bool {
		bare, _ := address(p.address)
		return lower(bare) == f.to
	}) {
		return false
	}
	if f.search == "" {
		return true
	}
	return strings.Contains(strings.ToLower(r.subject), f.search) || slices.ContainsFunc(r.recipients, func(p recipient) bool {
		return strings.Contains(lower(p.address), f.search)
	})
}

// readFilter says in words what is wrong with a query.
func readFilter(q url.Values) (f filter, problem string) {
	f = filter{search: strings.ToLower(q.Get("q")), outcome: q.Get("outcome"), newest: q.Get("order") == "newest", limit: defaultLimit}
	f.brief = q.Get("brief") != "" && q.Get("brief") != "0"
	if to := q.Get("to"); to != "" {
		bare, err := address(to)
		if err != nil {
			if a, err := mail.ParseAddress(to); err == nil {
				bare = a.Address
			}
		}
		f.to = lower(bare)
	}
	if v := q.Get("since"); v != "" {
		if ms, err := strconv.ParseInt(v, 10, 64); err == nil {
			f.since = time.UnixMilli(ms)
		} else if f.since, err = time.Parse(time.RFC3339Nano, v); err != nil {
			return f, "since must be a time such as 2026-01-02T15:04:05Z, or milliseconds since 1970"
		}
	}
	if v := q.Get("limit"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 || n > maxLimit {
			return f, "limit must be a number from 1 to " + strconv.Itoa(maxLimit)
		}
		f.limit = n
	}
	if v := q.Get("after"); v != "" {
		seq, ok := seqOf(v)
		if !ok {
			return f, "after must be the id of a message"
		}
		f.after = seq
	}
	return f, ""
}

// each calls f with the messages that match, in order, until limit of them were given or f fails. It gives the last one's
// number and whether there may be more. No transaction is open while f works.
func (s *Server) each(q *filter, f func(*record) error) (more bool, err error) {
	given := 0
	give := func(list []*record) (done bool, err error) {
		for _, r := range list {
			if given == q.limit {
				return true, nil
			}
			if err := f(r); err != nil {
				return true, err
			}
			given++
		}
		return false, nil
	}
	if q.to != "" {
		return s.eachTo(q, give)
	}
	from := q.after + 1
	if q.newest {
		from = q.after - 1
		if q.after == 0 {
			from = 1<<64 - 1
		}
	}
	for {
		var list []*record
		next, left, err := s.store.scan(from, q.newest, 512, func(r *record) bool {
			if q.match(r) {
				list = append(list, r)
			}
			return true
		})
		if err != nil {
			return false, err
		}
		if done, err := give(list); done || err != nil {
			return done, err
		}
		if !left {
			return false, nil
		}
		from = next
	}
}

// eachTo is each for one address, by the index.
func (s *Server) eachTo(q *filter, give func([]*record) (bool, error)) (more bool, err error) {
	after := q.after
	if q.newest {
		after = 0
	}
	seqs, err := s.addresses.find(s.store, q.to, after)
	if err != nil {
		return false, err
	}
	if q.newest {
		slices.Reverse(seqs)
	}
	for _, seq := range seqs {
		if q.newest && q.after > 0 && seq >= q.after {
			continue
		}
		r, err := s.store.get(seq)
		if err != nil {
			return false, err
		}
		if r == nil || !q.match(r) { // another address with this hash, or emptied meanwhile
			continue
		}
		if done, err := give([]*record{r}); done || err != nil {
			return done, err
		}
	}
	return false, nil
}
