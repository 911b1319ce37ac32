package guard

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestNamesOfThisMachine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		hosts []string
		host  string
		want  bool
	}{
		{nil, "localhost", true},
		{nil, "localhost:8025", true},
		{nil, "LocalHost.", true},
		{nil, "127.0.0.1", true},
		{nil, "127.0.0.1:1", true},
		{nil, "127.8.8.8:80", true},
		{nil, "[::1]", true},
		{nil, "[::1]:8025", true},
		{nil, "[::ffff:127.0.0.1]:80", true},
		{nil, "evil.example", false},
		{nil, "evil.example:8025", false},
		{nil, "", false},
		{nil, ":8025", false},
		{nil, "0.0.0.0:8025", false},
		{nil, "[::]:8025", false},
		{nil, "127.0.0.1.evil.example", false},
		{nil, "localhost.evil.example", false},
		{nil, "evil.example.localhost", false},
		{nil, "localhost@evil.example", false},
		{nil, "2130706433", false},
		{nil, "127.1", false},
		{nil, "192.168.1.5:8025", false},
		{nil, "[fe80::1%25eth0]", false},
		{nil, "localhost,evil.example", false},
		{nil, "[::1].evil.example", false},
		{nil, "evil.example#localhost", false},
		{nil, " localhost", false},
		{[]string{"127.0.0.1:8080"}, "evil.example", false},
		{[]string{""}, "", false},
		{[]string{""}, "evil.example", false},
		{[]string{"shop.lan:8080"}, "shop.lan:8080", true},
		{[]string{"shop.lan:8080"}, "SHOP.lan", true},
		{[]string{"shop.lan:8080"}, "x.shop.lan", false},
		{[]string{"", "https://nps.example.com"}, "nps.example.com", true},
		{[]string{"https://nps.example.com:8443"}, "nps.example.com", true},
		{[]string{"https://nps.example.com"}, "evil.example", false},
		{[]string{"192.168.1.5:8080"}, "192.168.1.5:8080", true},
		{[]string{"192.168.1.5:8080"}, "192.168.1.6:8080", false},
		{[]string{"0.0.0.0:8080"}, "192.168.1.5:8080", true},
		{[]string{":8080"}, "192.168.1.5:8080", true},
		{[]string{"[::]:8080"}, "[2001:db8::1]:8080", true},
		{[]string{"0.0.0.0:8080"}, "evil.example:8080", false},
	} {
		if got := names(c.hosts).allow(c.host); got != c.want {
			t.Errorf("set to %q, asked for as %q: %v, want %v", c.hosts, c.host, got, c.want)
		}
	}
}

// connect serves a server on a pipe of net's own and gives the client's end.
func connect(t *testing.T, s *http.Server) net.Conn {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go s.Serve(l)
	t.Cleanup(func() { s.Close() })
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func ask(t *testing.T, s *http.Server, request string) (status int, answer string) {
	t.Helper()
	conn := connect(t, s)
	io.WriteString(conn, request)
	r, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	b, _ := io.ReadAll(io.LimitReader(r.Body, r.ContentLength))
	return r.StatusCode, string(b)
}

var secret = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "secret") })

// By no name that a page elsewhere has in its hand does a server answer, whatever the method.
func TestRebinding(t *testing.T) {
	t.Parallel()
	for _, host := range []string{"evil.example", "evil.example:8025", "127.0.0.1.nip.example", "localhost.evil.example", "0.0.0.0", ""} {
		for _, method := range []string{"GET", "HEAD", "POST", "DELETE", "OPTIONS"} {
			for name, s := range map[string]*http.Server{"own": Own(secret), "functions": Server(secret)} {
				status, answer := ask(t, s, method+" /messages.json HTTP/1.1\r\nHost: "+host+"\r\nContent-Length: 0\r\n\r\n")
				if status != 403 || strings.Contains(answer, "secret") || method == "GET" && !strings.Contains(answer, "ONETAP_INBOX") {
					t.Errorf("%s: %s as %q: %d %s", name, method, host, status, answer)
				}
			}
		}
	}
	for _, host := range []string{"localhost:8025", "127.0.0.1", "[::1]:1"} {
		if status, answer := ask(t, Own(secret), "GET / HTTP/1.1\r\nHost: "+host+"\r\n\r\n"); status != 200 || answer != "secret" {
			t.Errorf("as %q: %d %s", host, status, answer)
		}
	}
}

// A page of another origin changes nothing; programs, which say no origin, and the own pages do.
func TestPostsOfOtherOrigins(t *testing.T) {
	t.Parallel()
	for headers, want := range map[string]int{
		"Origin: https://evil.example":                                     403,
		"Origin: null":                                                     403,
		"Origin: http://127.0.0.1:9":                                       403,
		"Origin: http://localhost:8025":                                    403,
		"Sec-Fetch-Site: cross-site":                                       403,
		"Sec-Fetch-Site: same-site":                                        403,
		"Sec-Fetch-Site: cross-site\r\nOrigin: http://127.0.0.1:8025":      403,
		"Content-Type: text/plain\r\nOrigin: https://evil.example":         403,
		"Sec-Fetch-Site: same-origin\r\nOrigin: http://127.0.0.1:8025":     200,
		"Sec-Fetch-Site: none":                                             200,
		"Origin: http://127.0.0.1:8025":                                    200,
		"User-Agent: aws-sdk-go-v2\r\nX-Amz-Target: DynamoDB_2012.PutItem": 200,
	} {
		for _, method := range []string{"POST", "DELETE", "PUT"} {
			request := method + " /_local/events HTTP/1.1\r\nHost: 127.0.0.1:8025\r\nContent-Length: 2\r\n" + headers + "\r\n\r\n{}"
			if status, _ := ask(t, Own(secret), request); status != want {
				t.Errorf("%s with %q: %d, want %d", method, headers, status, want)
			}
		}
	}
}

// reading answers with what became of the body.
func reading(work time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			w.WriteHeader(http.StatusRequestTimeout)
			return
		}
		select {
		case <-time.After(work):
		case <-r.Context().Done(): // the client is gone, or so the server thinks
			w.WriteHeader(http.StatusTeapot)
			return
		}
		fmt.Fprintf(w, "%d bytes, %v", len(b), err)
	})
}

// pipe is a listener of one connection within the process, so that a test's own time passes on it.
type pipe struct {
	conns chan net.Conn
	done  chan struct{}
}

func (p pipe) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}
func (p pipe) Close() error   { close(p.done); return nil }
func (p pipe) Addr() net.Addr { return &net.UnixAddr{} }

// talk gives a client, which says something and meanwhile hears, one end of a connection to s, in a time that only passes when everybody waits.
func talk(t *testing.T, s *http.Server, says, client func(c net.Conn)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		p := pipe{make(chan net.Conn, 1), make(chan struct{})}
		p.conns <- theirs
		go s.Serve(p)
		var saying sync.WaitGroup
		saying.Go(func() { says(ours) })
		client(ours)
		ours.Close()
		s.Close()
		saying.Wait()
		time.Sleep(time.Minute) // the server's goroutines end after a moment of their own
	})
}

func status(c net.Conn) (int, string) {
	r, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return 0, err.Error()
	}
	b, _ := io.ReadAll(r.Body)
	return r.StatusCode, string(b)
}

// What never ends is ended: headers, a body that pauses, one that trickles, one that nobody reads.
func TestRequestsThatNeverEnd(t *testing.T) {
	t.Parallel()
	const head = "POST / HTTP/1.1\r\nHost: localhost\r\n"
	drop := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(404) })
	for name, c := range map[string]struct {
		h      http.Handler
		first  string
		piece  string
		every  time.Duration // 0: no further piece
		within time.Duration
	}{
		"headers that pause":             {reading(0), head, "", 0, headerTime + time.Second},
		"headers that trickle":           {reading(0), head, "X: y\r\n", time.Second, headerTime + 2*time.Second},
		"a body that pauses":             {reading(0), head + "Content-Length: 100\r\n\r\nab", "", 0, bodyPause + time.Second},
		"a chunked body that pauses":     {reading(0), head + "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n", "", 0, bodyPause + time.Second},
		"a body that does not begin":     {reading(0), head + "Content-Length: 100\r\n\r\n", "", 0, bodyPause + time.Second},
		"a body that trickles":           {reading(0), head + "Content-Length: 1000000\r\n\r\n", "a", bodyPause / 2, bodyTime + bodyPause},
		"chunks that trickle":            {reading(0), head + "Transfer-Encoding: chunked\r\n\r\n", "1\r\na\r\n", bodyPause / 2, bodyTime + bodyPause},
		"a body that nobody reads":       {drop, head + "Content-Length: 100000\r\n\r\n", "", 0, bodyPause + 2*time.Second},
		"one of another name that waits": {reading(0), strings.Replace(head, "localhost", "evil.example", 1) + "Content-Length: 100000\r\n\r\n", "", 0, bodyPause + 2*time.Second},
		"one of another origin":          {reading(0), head + "Origin: https://evil.example\r\nContent-Length: 100000\r\n\r\n", "", 0, bodyPause + 2*time.Second},
		"a connection that idles":        {drop, head + "Content-Length: 0\r\n\r\n", "", 0, idleTime + time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			talk(t, Own(c.h), func(conn net.Conn) {
				_, err := io.WriteString(conn, c.first)
				for err == nil && c.every > 0 {
					time.Sleep(c.every)
					_, err = io.WriteString(conn, c.piece)
				}
			}, func(conn net.Conn) {
				began := time.Now()
				io.Copy(io.Discard, conn) // until the server closes
				if took := time.Since(began); took > c.within {
					t.Errorf("held for %s, want at most %s", took, c.within)
				}
			})
		})
	}
}

// What is slow and does end passes: a large upload, and a function that works longer than any body may take.
func TestSlowAndHonest(t *testing.T) {
	t.Parallel()
	const piece = 64 << 10
	for name, c := range map[string]struct {
		bytes int
		every time.Duration
		work  time.Duration
		want  string
	}{
		"10 MB at 200 KB a second":    {160 * piece, 320 * time.Millisecond, 0, "10485760 bytes, <nil>"},
		"a body, then a long work":    {2 * piece, time.Second, 15 * time.Minute, "131072 bytes, <nil>"},
		"no body and a long work":     {0, 0, 15 * time.Minute, "0 bytes, <nil>"},
		"pauses just short of it":     {8 * piece, bodyPause - time.Second, time.Minute, "524288 bytes, <nil>"},
		"45 MB, as SES takes, in 4 m": {720 * piece, 330 * time.Millisecond, 0, "47185920 bytes, <nil>"},
	} {
		t.Run(name, func(t *testing.T) {
			talk(t, Server(reading(c.work)), func(conn net.Conn) {
				fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n", c.bytes)
				for sent := 0; sent < c.bytes; sent += piece {
					conn.Write(make([]byte, piece))
					time.Sleep(c.every)
				}
			}, func(conn net.Conn) {
				if code, answer := status(conn); code != 200 || answer != c.want {
					t.Errorf("%d %s, want %s", code, answer, c.want)
				}
			})
		})
	}
}

func TestBodiesAreBounded(t *testing.T) {
	t.Parallel()
	talk(t, Server(reading(0)), func(conn net.Conn) {
		fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n", maxBody+1)
		for range maxBody/(1<<20) + 1 {
			if _, err := conn.Write(make([]byte, 1<<20)); err != nil {
				return
			}
		}
	}, func(conn net.Conn) {
		if code, answer := status(conn); code != 200 || !strings.Contains(answer, "too large") {
			t.Errorf("%d %s", code, answer)
		}
	})
}

// Every server of the laptop is built here: one that is not has none of this.
func TestNobodyBuildsAnotherServer(t *testing.T) {
	t.Parallel()
	found := 0
	for _, top := range []string{"..", "../../../cmd"} {
		err := filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			b, err := os.ReadFile(path)
			for _, call := range []string{"http.Server{", "http.Serve(", "http.ServeTLS(", "ListenAndServe", "httptest.NewServer", "new(http.Server)"} {
				if strings.Contains(string(b), call) {
					found++
					if filepath.Base(path) != "guard.go" {
						t.Errorf("%s has a server of its own: %s", path, call)
					}
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if found == 0 {
		t.Error("looked in the wrong place")
	}
}
