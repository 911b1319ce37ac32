package awsenv_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"onetap/internal/store/storetest"
)

// TestConnectionIsKept: calls one after another use one connection, however fast the answers come. On a busy machine a
// call now and then begins before the connection of the last one is free again; without httpClient it is one in ten.
func TestConnectionIsKept(t *testing.T) {
	t.Parallel()
	var opened atomic.Int32
	body := []byte(`{"Item":{"holder":{"S":"h"}}}`)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		w.Write(body)
	}))
	server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			opened.Add(1)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	s := storetest.Client(server.URL, "test")
	for range 2000 {
		if _, err := s.SeeLease(context.Background(), "x"); err != nil {
			t.Fatal(err)
		}
	}
	if n := opened.Load(); n > 20 {
		t.Errorf("2000 calls opened %d connections, want 1 or hardly more", n)
	}
}
