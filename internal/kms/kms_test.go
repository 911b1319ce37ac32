package kms_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"

	"onetap/internal/awsenv"
	"onetap/internal/kms"
	standin "onetap/internal/local/cloud/kms"
	"onetap/internal/seal"
	"onetap/internal/seal/sealtest"
)

const dataKey, ballotsKey = "arn:aws:kms:eu-central-1:000000000000:key/data", "arn:aws:kms:eu-central-1:000000000000:key/ballots"

// world is the laptop's KMS; before is asked before each call of it and may answer instead.
type world struct {
	config aws.Config
	calls  atomic.Int32
	last   atomic.Pointer[http.Request]
	before func(n int32, w http.ResponseWriter) (answered bool)
}

func newWorld(t *testing.T) *world {
	t.Helper()
	keys := []standin.Key{
		{ID: "11111111-1111-5111-8111-111111111111", ARN: dataKey, Aliases: []string{"alias/onetap-data"}},
		{ID: "22222222-2222-5222-8222-222222222222", ARN: ballotsKey},
	}
	server, err := standin.Open(standin.Options{Keys: keys})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{}
	listener := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		n := w.calls.Add(1)
		w.last.Store(r)
		if w.before != nil && w.before(n, rw) {
			return
		}
		server.ServeHTTP(rw, r)
	}))
	t.Cleanup(listener.Close)
	w.config = awsenv.Config()
	w.config.Region, w.config.BaseEndpoint = "eu-central-1", aws.String(listener.URL)
	w.config.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: "DeskFunction", SecretAccessKey: "x", SessionToken: "session"}, nil
	})
	w.config.Retryer = func() aws.Retryer {
		return retry.NewStandard(func(o *retry.StandardOptions) { o.MaxAttempts, o.MaxBackoff = 4, time.Millisecond })
	}
	return w
}

var contacts = map[string]string{"purpose": "contacts"}

// Keys are made and wrapped by KMS and come back the same; the calls are signed for it.
func TestKeysComeBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, name := range []string{dataKey, "alias/onetap-data"} {
		c := kms.New(w.config, name)
		plain, wrapped, err := c.NewKey(t.Context(), contacts)
		if err != nil || len(plain) != 32 || strings.Contains(string(wrapped), string(plain)) {
			t.Fatalf("%d bytes, wrapped in %d, %v", len(plain), len(wrapped), err)
		}
		if got, err := c.Unwrap(t.Context(), contacts, wrapped); err != nil || string(got) != string(plain) {
			t.Errorf("%x, %v", got, err)
		}
		if wrapped, err = c.Wrap(t.Context(), contacts, []byte("private half")); err != nil {
			t.Fatal(err)
		}
		if got, err := c.Unwrap(t.Context(), contacts, wrapped); err != nil || string(got) != "private half" {
			t.Errorf("%q, %v", got, err)
		}
	}
	r := w.last.Load()
	if a := r.Header.Get("Authorization"); !strings.Contains(a, "Credential=DeskFunction/") || !strings.Contains(a, "/eu-central-1/kms/aws4_request") ||
		!strings.Contains(a, "x-amz-target") || r.Header.Get("X-Amz-Security-Token") != "session" {
		t.Errorf("signed as %q", a)
	}
}

// What KMS refuses is named, and not asked again.
func TestRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := kms.New(w.config, dataKey)
	_, wrapped, err := c.NewKey(t.Context(), contacts)
	if err != nil {
		t.Fatal(err)
	}
	for want, call := range map[string]func() error{
		"InvalidCiphertextException": func() error {
			_, err := c.Unwrap(t.Context(), map[string]string{"purpose": "words"}, wrapped)
			return err
		},
		"IncorrectKeyException": func() error {
			_, err := kms.New(w.config, ballotsKey).Unwrap(t.Context(), contacts, wrapped)
			return err
		},
		"NotFoundException": func() error {
			_, _, err := kms.New(w.config, "alias/none").NewKey(t.Context(), contacts)
			return err
		},
	} {
		before := w.calls.Load()
		err := call()
		var e *kms.Error
		if !errors.As(err, &e) || e.Code != want || w.calls.Load() != before+1 {
			t.Errorf("%v after %d calls, want %s after one", err, w.calls.Load()-before, want)
		}
	}
}

// A throttled call, a fault of the server and a broken connection are tried again, until it is enough.
func TestTriesAgain(t *testing.T) {
	t.Parallel()
	for name, bad := range map[string]func(http.ResponseWriter){
		"throttled": func(w http.ResponseWriter) {
			w.WriteHeader(http.StatusBadRequest)
			io.WriteString(w, `{"__type":"ThrottlingException","message":"Rate exceeded"}`)
		},
		"a fault of the server": func(w http.ResponseWriter) {
			w.WriteHeader(http.StatusInternalServerError)
			io.WriteString(w, `{"__type":"KMSInternalException"}`)
		},
		"no JSON at all":        func(w http.ResponseWriter) { w.WriteHeader(http.StatusServiceUnavailable) },
		"the connection breaks": func(http.ResponseWriter) { panic(http.ErrAbortHandler) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.before = func(n int32, rw http.ResponseWriter) bool {
				if n == 2 || n >= 4 {
					bad(rw)
					return true
				}
				return false
			}
			c := kms.New(w.config, dataKey)
			_, wrapped, err := c.NewKey(t.Context(), contacts) // the first call
			if err != nil {
				t.Fatal(err)
			}
			if _, err := c.Unwrap(t.Context(), contacts, wrapped); err != nil || w.calls.Load() != 3 { // the second and third
				t.Errorf("after %d calls: %v", w.calls.Load(), err)
			}
			if _, err := c.Unwrap(t.Context(), contacts, wrapped); err == nil || w.calls.Load() != 3+4 {
				t.Errorf("after %d calls: %v", w.calls.Load(), err)
			}
		})
	}
}

// A sealer over the real protocol: another process with the same key opens, one with the other key does not, and neither does one
// that says another purpose.
func TestSealer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rings := &sealtest.Rings{}
	process := func(key string) *seal.Sealer {
		return seal.New(seal.Options{Rings: rings, KMS: kms.New(w.config, key), Now: time.Now})
	}
	at := seal.Place{Partition: "CONTACTS#customers#03", Sort: "abc", Attribute: "person"}
	value, err := process(dataKey).Seal(t.Context(), seal.Contacts, at, []byte("Anna"))
	if err != nil {
		t.Fatal(err)
	}
	calls := w.calls.Load()
	other := process("alias/onetap-data")
	for range 3 {
		if text, err := other.Open(t.Context(), seal.Contacts, at, value); err != nil || string(text) != "Anna" {
			t.Fatalf("%q, %v", text, err)
		}
	}
	if n := w.calls.Load() - calls; n != 1 {
		t.Errorf("KMS was asked %d times, want once", n)
	}
	var e *kms.Error
	if _, err := process(ballotsKey).Open(t.Context(), seal.Contacts, at, value); !errors.As(err, &e) || e.Code != "IncorrectKeyException" || errors.Is(err, seal.ErrBroken) {
		t.Errorf("by the other key: %v", err)
	}
}
