// Package web joins HTTP API events to net/http, and is the one place where an error becomes an answer to a person.
//
// Functions behind the API are ordinary handlers over http.ServeMux; Start runs them. What they refuse is a
// problem.Error given to Fail; whatever else goes wrong is logged and shown as a plain 500. Neither the log nor the
// answers carry personal data: no paths (a path holds a respondent's link), no bodies, no header values.
package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"runtime/debug"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"onetap/internal/logs"
)

// maxResponse is what Lambda takes as one answer, 6 MB, less room for the JSON around it.
const maxResponse = 6<<20 - 64<<10

// Start serves h as a Lambda function behind an HTTP API or at a function URL and does not return. It makes the log JSON.
func Start(h http.Handler) {
	slog.SetDefault(logs.New(os.Stderr))
	lambda.Start(Handler(h))
}

// StartWith is Start for a function that is called with events of its own besides (Either).
func StartWith(h http.Handler, own func(ctx context.Context, event []byte) error) {
	slog.SetDefault(logs.New(os.Stderr))
	lambda.Start(Either(h, own))
}

// Either serves HTTP API events by h and gives own whatever else comes. Strangers cannot make anything else: theirs come
// through the API, which writes down in each that it is a request.
func Either(h http.Handler, own func(ctx context.Context, event []byte) error) func(ctx context.Context, event json.RawMessage) (any, error) {
	serve := Handler(h)
	return func(ctx context.Context, event json.RawMessage) (any, error) {
		var e events.APIGatewayV2HTTPRequest
		if err := json.Unmarshal(event, &e); err != nil {
			return nil, fmt.Errorf("read event: %w", err)
		}
		if e.RequestContext.HTTP.Method == "" {
			return nil, own(ctx, event)
		}
		return serve(ctx, e)
	}
}

// Handler turns an HTTP API event (payload format 2.0) into a request to h, and h's answer into the event's.
// It adds the headers of Secure, answers unknown routes of a ServeMux in the shape of Fail, and turns a panic into a 500.
func Handler(h http.Handler) func(ctx context.Context, e events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
	h = Secure(h)
	return func(ctx context.Context, e events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
		w := &answer{header: http.Header{}}
		r, err := request(ctx, e)
		if err != nil {
			return events.APIGatewayV2HTTPResponse{}, fmt.Errorf("read HTTP API event: %w", err)
		}
		serve(h, w, r)
		if w.body.Len() > maxResponse {
			tooLong := w.body.Len()
			w = &answer{header: http.Header{}}
			Fail(w, r, fmt.Errorf("answer of %d bytes, Lambda takes %d", tooLong, maxResponse))
		}
		w.compress(r)
		return w.event(r.Method), nil
	}
}

// serve calls h; a panic becomes a 500 and a line in the log, and the process lives on.
func serve(h http.Handler, w *answer, r *http.Request) {
	defer func() {
		if p := recover(); p != nil {
			*w = answer{header: http.Header{}}
			Fail(w, r, fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
		}
	}()
	h.ServeHTTP(w, r)
}

// ownRoute is the route of events that come to a function's own address, a function URL: the template's API has none of
// that name.
const ownRoute = "$default"

// request makes the request that the event tells of. An HTTP API gives rawPath decoded, a function URL as it came, and both
// rawQueryString as it came.
func request(ctx context.Context, e events.APIGatewayV2HTTPRequest) (*http.Request, error) {
	body := []byte(e.Body)
	if e.IsBase64Encoded {
		var err error
		if body, err = base64.StdEncoding.DecodeString(e.Body); err != nil {
			return nil, fmt.Errorf("body is not base64: %w", err)
		}
	}
	path := e.RawPath
	if decoded, err := url.PathUnescape(path); err == nil && e.RouteKey == ownRoute {
		path = decoded
	}
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	r := (&http.Request{
		Method:        e.RequestContext.HTTP.Method,
		URL:           &url.URL{Path: path, RawQuery: e.RawQueryString},
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        make(http.Header, len(e.Headers)+1),
		Body:          io.NopCloser(bytes.NewReader(body)),
		ContentLength: int64(len(body)),
		Host:          e.RequestContext.DomainName,
	}).WithContext(ctx)
	r.RequestURI = r.URL.RequestURI()
	for name, value := range e.Headers {
		r.Header.Set(name, value)
	}
	if len(e.Cookies) > 0 {
		r.Header.Set("Cookie", strings.Join(e.Cookies, "; "))
	}
	if host := r.Header.Get("Host"); host != "" {
		r.Host = host
		r.Header.Del("Host")
	}
	if ip := e.RequestContext.HTTP.SourceIP; ip != "" {
		r.RemoteAddr = net.JoinHostPort(ip, "0") // with brackets around IPv6
	}
	return r, nil
}

// answer collects what a handler writes.
type answer struct {
	header http.Header
	status int
	sent   http.Header // as it was at WriteHeader: later changes do not count, as in net/http
	body   bytes.Buffer
}

func (a *answer) Header() http.Header { return a.header }

func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status, a.sent = status, a.header.Clone()
	}
}

func (a *answer) Write(p []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(p)
}

// worthPacking is the size in bytes below which gzip gains nothing.
const worthPacking = 1000

// packer is the one gzip writer of a process, which serves one event at a time: its tables are most of a megabyte.
var (
	packer  *gzip.Writer
	packing sync.Mutex
)

// compress packs an answer that says that it may be, by "Vary: Accept-Encoding", for whoever takes gzip: neither an HTTP API
// nor a function URL does it.
func (a *answer) compress(r *http.Request) {
	if a.sent.Get("Vary") != "Accept-Encoding" || a.body.Len() < worthPacking || !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		return
	}
	packing.Lock()
	defer packing.Unlock()
	var packed bytes.Buffer
	if packer == nil {
		packer, _ = gzip.NewWriterLevel(&packed, gzip.BestSpeed) // the level is one that there is
	}
	packer.Reset(&packed)
	packer.Write(a.body.Bytes()) // a buffer takes everything
	packer.Close()
	a.sent.Set("Content-Encoding", "gzip")
	a.body = packed
}

func (a *answer) event(method string) events.APIGatewayV2HTTPResponse {
	a.WriteHeader(http.StatusOK)
	e := events.APIGatewayV2HTTPResponse{StatusCode: a.status, Headers: make(map[string]string, len(a.sent))}
	for name, values := range a.sent {
		if name == "Set-Cookie" {
			e.Cookies = values
			continue
		}
		e.Headers[name] = strings.Join(values, ", ")
	}
	switch body := a.body.Bytes(); {
	case method == http.MethodHead || a.status == http.StatusNoContent || a.status == http.StatusNotModified:
	case utf8.Valid(body) && e.Headers["Content-Encoding"] == "":
		e.Body = string(body)
	default:
		e.Body, e.IsBase64Encoded = base64.StdEncoding.EncodeToString(body), true
	}
	return e
}

// requestID names the invocation in the log, so that a person's report can be found; "" outside Lambda.
func requestID(ctx context.Context) string {
	if lc, ok := lambdacontext.FromContext(ctx); ok {
		return lc.AwsRequestID
	}
	return ""
}
