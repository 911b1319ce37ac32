package awsenv

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// frozen is a connection whose process stands still: it does not see what the other side does until it writes.
type frozen struct {
	net.Conn
	still *atomic.Bool
	woken chan struct{}
}

func (c *frozen) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if err != nil && c.still.Load() {
		<-c.woken
	}
	return n, err
}

func (c *frozen) Write(b []byte) (int, error) {
	if c.still.Load() {
		select {
		case <-c.woken:
		default:
			close(c.woken)
		}
	}
	return c.Conn.Write(b)
}

// TestNoCallOnADeadConnection: a process that stood still, and whose connection was closed meanwhile, makes its next call on
// a new one. Without young the call breaks, and whether it was made is not known.
func TestNoCallOnADeadConnection(t *testing.T) {
	t.Parallel()
	const idle = 20 * time.Millisecond
	for _, tt := range []struct {
		name   string
		client httpClient
		breaks bool
	}{
		{"as all calls are made", newHTTPClient(), true},
		{"as bulk calls are made", newHTTPClient().young(idle), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var served, opened atomic.Int32
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				io.Copy(io.Discard, r.Body)
				served.Add(1)
			}))
			t.Cleanup(server.Close)
			var still atomic.Bool
			c := httpClient{tt.client.sdk.WithTransportOptions(func(tr *http.Transport) {
				tr.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
					opened.Add(1)
					inner, err := new(net.Dialer).DialContext(ctx, network, address)
					return &frozen{inner, &still, make(chan struct{})}, err
				}
			})}
			call := func() error {
				r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, strings.NewReader("fifty letters"))
				if err != nil {
					t.Fatal(err)
				}
				r.GetBody = nil // as the SDK makes them
				answer, err := c.Do(r)
				if err == nil {
					io.Copy(io.Discard, answer.Body)
					answer.Body.Close()
				}
				return err
			}
			if err := call(); err != nil {
				t.Fatal(err)
			}
			still.Store(true)
			server.CloseClientConnections()
			time.Sleep(3 * idle) // the wall clock goes on
			err := call()
			if (err != nil) != tt.breaks {
				t.Errorf("the call after a freeze: %v", err)
			}
			if !tt.breaks && (served.Load() != 2 || opened.Load() != 2) {
				t.Errorf("%d calls on %d connections, want 2 on 2", served.Load(), opened.Load())
			}
		})
	}
}
