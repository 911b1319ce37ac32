// Package guard builds every HTTP server that the laptop opens, so that none of them serves what a web page elsewhere makes
// a browser ask, or waits without end.
//
// A browser on this machine runs pages of anybody. By a name of its own that leads to 127.0.0.1 for a moment (DNS rebinding)
// such a page would read the inbox as if it were its own; by a form it would post. So a server answers to names of this
// machine only, and the laptop's own pages take no posts from other origins.
package guard

import (
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Limits of every server. There is none for answering: a function may run for 15 minutes.
const (
	headerTime = 10 * time.Second // for the request line and the headers
	bodyPause  = 30 * time.Second // between two pieces of a body
	bodyTime   = 5 * time.Minute  // for a whole one: 45 MB to SES while eight other programs have the processor
	idleTime   = 5 * time.Minute  // longer than clients keep a connection, so that it is they who close it
	maxBody    = 64 << 20         // bytes; what is behind it has smaller limits of its own
	maxHeaders = 64 << 10         // bytes; an HTTP API takes ten thousand
)

// Server serves h to whoever names it as this machine, or by one of hosts: what somebody has set it to, "host", "host:port" or
// a URL. To listen at every address (0.0.0.0) is to be asked for by any of them, but not by a name that is not in hosts.
func Server(h http.Handler, hosts ...string) *http.Server {
	return server(limits{bodyPause, bodyTime}, h, hosts...)
}

// Own serves h as Server does and takes no posts that a page of another origin makes: for what the laptop says and does itself.
// Functions look after that themselves, as they have to in the cloud.
func Own(h http.Handler, hosts ...string) *http.Server {
	return Server(http.NewCrossOriginProtection().Handler(h), hosts...)
}

// limits are how long a body may take.
type limits struct{ pause, whole time.Duration }

func server(l limits, h http.Handler, hosts ...string) *http.Server {
	named := names(hosts)
	return &http.Server{
		ReadHeaderTimeout: headerTime, IdleTimeout: idleTime, MaxHeaderBytes: maxHeaders,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Body != http.NoBody {
				r.Body = http.MaxBytesReader(w, newBody(w, r, l), maxBody)
			}
			if !named.allow(r.Host) {
				w.Header().Set("Connection", "close")
				http.Error(w, "This laptop is asked for by a name that is not its own. Open it as localhost or 127.0.0.1; for another name, "+
					"set its address (ONETAP_START, ONETAP_SITE, ONETAP_LINKS, ONETAP_INBOX, ONETAP_AWS).", http.StatusForbidden)
				return
			}
			h.ServeHTTP(w, r)
		}),
	}
}

// allowed are the names a server answers to beside those of the loopback.
type allowed struct {
	hosts    []string
	everyone bool // it listens at every address
}

func names(hosts []string) (a allowed) {
	for _, h := range hosts {
		if u, err := url.Parse(h); err == nil && u.Host != "" {
			h = u.Host
		}
		name := hostOf(h)
		if ip, err := netip.ParseAddr(name); err == nil && ip.IsUnspecified() || name == "" && strings.HasPrefix(h, ":") {
			a.everyone = true
		}
		if name != "" {
			a.hosts = append(a.hosts, name)
		}
	}
	return a
}

func (a allowed) allow(host string) bool {
	name := hostOf(host)
	ip, err := netip.ParseAddr(name)
	isIP := err == nil && ip.Zone() == ""
	return name == "localhost" || isIP && ip.Unmap().IsLoopback() ||
		isIP && a.everyone || // an address is no name that somebody could let lead elsewhere
		name != "" && slices.Contains(a.hosts, name)
}

// hostOf is the host of "host", "host:port" or "[host]:port", in lower case and without a full stop at its end.
func hostOf(s string) string {
	if host, _, err := net.SplitHostPort(s); err == nil {
		s = host
	} else {
		s = strings.TrimSuffix(strings.TrimPrefix(s, "["), "]")
	}
	return strings.ToLower(strings.TrimSuffix(s, "."))
}

// body reads a request's body with a deadline for each piece and one for the whole; after it there is none, so that the
// handler may take its time. A server's own ReadTimeout would go on to count while the handler works.
type body struct {
	io.ReadCloser
	conn  *http.ResponseController
	pause time.Duration
	end   time.Time
}

func newBody(w http.ResponseWriter, r *http.Request, l limits) *body {
	b := &body{r.Body, http.NewResponseController(w), l.pause, time.Now().Add(l.whole)}
	b.wait() // for who does not read it as well: the server reads a rest itself
	return b
}

func (b *body) wait() {
	until := time.Now().Add(b.pause)
	if b.end.Before(until) {
		until = b.end
	}
	b.conn.SetReadDeadline(until) // a writer without deadlines is a test's
}

func (b *body) Read(p []byte) (int, error) {
	b.wait()
	n, err := b.ReadCloser.Read(p)
	if err == io.EOF {
		b.conn.SetReadDeadline(time.Time{})
	}
	return n, err
}
