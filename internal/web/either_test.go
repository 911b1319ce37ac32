package web

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// What comes through the API is a request whatever a visitor writes into it; what has no request is the function's own.
func TestEither(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		event string
		own   bool
	}{
		"request":                          {`{"version":"2.0","rawPath":"/","requestContext":{"http":{"method":"GET"}}}`, false},
		"a body like a call of its own":    {`{"version":"2.0","rawPath":"/","body":"{\"sign_in\":{}}","requestContext":{"http":{"method":"POST"}}}`, false},
		"a query like a call of its own":   {`{"version":"2.0","rawPath":"/","rawQueryString":"sign_in=x","requestContext":{"http":{"method":"GET"}}}`, false},
		"headers like a call of its own":   {`{"headers":{"sign_in":"x"},"requestContext":{"http":{"method":"HEAD"}}}`, false},
		"a call of its own":                {`{"sign_in":{"email":"a@example.com"}}`, true},
		"nothing":                          {`{}`, true},
		"a call of its own with a context": {`{"sign_in":{},"requestContext":{"http":{"method":"PUT"}}}`, false},
	} {
		own, served := false, false
		_, err := Either(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { served = true }), func(_ context.Context, event []byte) error {
			own = string(event) == tc.event
			return nil
		})(t.Context(), json.RawMessage(tc.event))
		if err != nil || own != tc.own || served == tc.own {
			t.Errorf("%s: own %v, served %v, %v", name, own, served, err)
		}
	}
	if _, err := Either(nil, nil)(t.Context(), json.RawMessage(`[]`)); err == nil || !strings.Contains(err.Error(), "read event") {
		t.Errorf("a list is %v", err)
	}
}

func TestRemoteAddress(t *testing.T) {
	t.Parallel()
	for ip, want := range map[string]string{"192.0.2.1": "192.0.2.1:0", "2001:db8::1": "[2001:db8::1]:0", "::ffff:192.0.2.1": "[::ffff:192.0.2.1]:0", "": "", "::1": "[::1]:0", "fe80::1%eth0": "[fe80::1%eth0]:0"} {
		got := ""
		event, _ := json.Marshal(map[string]any{"requestContext": map[string]any{"http": map[string]any{"method": "GET", "sourceIp": ip}}})
		_, err := Either(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.RemoteAddr }), nil)(t.Context(), event)
		if err != nil || got != want {
			t.Errorf("%q is %q, want %q, %v", ip, got, want, err)
		}
	}
}
