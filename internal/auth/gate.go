package auth

import (
	"net/netip"
	"sync"
	"time"

	"onetap/internal/authz"
)

// Limits bounds the letters to one address. Whoever is refused one has another in the mailbox, at most ten minutes old,
// whose link works for five minutes more: strangers cannot lock anybody out by asking too often.
var Limits = authz.AskLimits{Span: 10 * time.Minute, Browser: 3, Network: 6, All: 10, Hour: 15}

// What one process lets through before it asks the table anything, in requests: a burst, and how many a second after it.
const (
	networkBurst, networkRate = 60, 1.0
	wholeBurst, wholeRate     = 200, 10.0
	maxNetworks               = 4096 // that a process remembers
)

// Gate bounds the requests for links in one process, by network and on the whole, in memory: a flood is refused before
// it costs anything. Tokens come back evenly, so that in a flood on the whole somebody gets in all the time. The zero
// value is ready; it is safe for concurrent use.
type Gate struct {
	mu       sync.Mutex
	whole    bucket
	networks map[string]*bucket
}

// bucket is a token bucket that was full at the zero time.
type bucket struct {
	left float64
	at   time.Time
}

func (b *bucket) refill(burst, rate float64, now time.Time) {
	if b.at.IsZero() || now.Sub(b.at).Seconds()*rate >= burst {
		b.left = burst
	} else if now.After(b.at) {
		b.left = min(burst, b.left+now.Sub(b.at).Seconds()*rate)
	}
	b.at = now
}

// Admit reports whether a request from a network may go on. What the network is refused does not count on the whole.
func (g *Gate) Admit(network string, now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	b := g.networks[network]
	if b == nil {
		if len(g.networks) >= maxNetworks || g.networks == nil {
			g.networks = map[string]*bucket{} // forgets: the bound on the whole stays
		}
		b = &bucket{}
		g.networks[network] = b
	}
	b.refill(networkBurst, networkRate, now)
	g.whole.refill(wholeBurst, wholeRate, now)
	if b.left < 1 || g.whole.left < 1 {
		return false
	}
	b.left--
	g.whole.left--
	return true
}

// Network is where a request comes from, as coarse as providers give addresses out: the first 24 bits of an IPv4 address, 64
// of an IPv6 one. remote is "address:port"; what does not parse is one network of its own.
func Network(remote string) string {
	at, err := netip.ParseAddrPort(remote)
	if err != nil {
		return ""
	}
	ip := at.Addr().Unmap().WithZone("")
	bits := 64
	if ip.Is4() {
		bits = 24
	}
	p, err := ip.Prefix(bits)
	if err != nil {
		return ""
	}
	return p.String()
}
