package storetest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// direct has the clients of As call a handler in this process where they are told to call that address, without a connection between: the
// same requests and replies, byte for byte, at half the price. What connections themselves do is tried where that is the point (awsenv, the
// whole laptop). It ends with the test.
func direct(t testing.TB, address string, h http.Handler) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	handlers.Store(u.Host, h)
	t.Cleanup(func() { handlers.Delete(u.Host) })
}

// handlers of direct, http.Handler by host and port.
var handlers sync.Map

// nearby calls the handlers of direct, and everybody else over the network.
type nearby struct{ others aws.HTTPClient }

func (c nearby) Do(r *http.Request) (*http.Response, error) {
	h, ok := handlers.Load(r.URL.Host)
	if !ok {
		return c.others.Do(r)
	}
	failed := func(err error) (*http.Response, error) {
		return nil, &url.Error{Op: r.Method, URL: r.URL.String(), Err: err} // as http.Client says it
	}
	var body []byte
	if r.Body != nil {
		var err error
		body, err = io.ReadAll(r.Body)
		if err = errors.Join(err, r.Body.Close()); err != nil {
			return failed(err)
		}
	}
	if err := r.Context().Err(); err != nil {
		return failed(err)
	}
	// As over a connection, whoever asks stops waiting when its context ends, and the handler hears of it and goes on.
	ctx, gone := context.WithCancel(context.WithoutCancel(r.Context()))
	asked := r.Clone(ctx)
	asked.Host, asked.RequestURI, asked.RemoteAddr = r.URL.Host, r.URL.RequestURI(), "127.0.0.1:1"
	asked.Body, asked.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	reply, done := &reply{header: http.Header{}, status: http.StatusOK}, make(chan any, 1)
	go func() {
		defer gone()
		defer func() { done <- recover() }()
		h.(http.Handler).ServeHTTP(reply, asked)
	}()
	select {
	case <-r.Context().Done():
		gone()
		return failed(r.Context().Err())
	case broken := <-done:
		switch {
		case broken == http.ErrAbortHandler:
			return failed(io.EOF) // the connection was closed without a reply
		case broken != nil:
			panic(broken)
		}
	}
	return &http.Response{
		Status: http.StatusText(reply.status), StatusCode: reply.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: reply.header,
		Body: io.NopCloser(&reply.body), ContentLength: int64(reply.body.Len()), Request: r,
	}, nil
}

// reply keeps what a handler answers.
type reply struct {
	header  http.Header
	status  int
	written bool
	body    bytes.Buffer
}

func (w *reply) Header() http.Header { return w.header }

func (w *reply) WriteHeader(status int) {
	if !w.written {
		w.written, w.status, w.header = true, status, w.header.Clone()
	}
}

func (w *reply) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(b)
}
