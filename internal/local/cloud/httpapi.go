package cloud

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Limits of an HTTP API (docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html).
const (
	maxBody       = 10 << 20
	maxHeaders    = 10240 // bytes of request line and headers together
	gatewayLimit  = 30 * time.Second
	gatewayUnit   = 512 << 10 // bytes that are billed as one request
	noSuchRoute   = "Not Found"
	functionFails = "Internal Server Error"
)

// ownRoute is the route of everything at a function's own address.
const ownRoute = "$default"

// door is a way in from the web: the HTTP API, or a function's own address.
type door struct {
	idHeader    string
	maxBody     int64
	failed      int                                                                             // status of a function that failed
	unavailable int                                                                             // status of one that could not be called
	call        func(f *function, payload []byte) result                                        // runs it for as long as somebody waits
	meter       func(in, out int)                                                               // bytes of the bodies
	leads       func(r *http.Request) (f *function, routeKey, path string, p map[string]string) // f is nil where nothing is there
}

// HTTPAPI serves the routes of the template as an HTTP API with payload format 2.0 does.
func (c *Cloud) HTTPAPI() http.Handler {
	return c.open(door{
		idHeader: "Apigw-Requestid", maxBody: maxBody, failed: http.StatusInternalServerError, unavailable: http.StatusServiceUnavailable,
		call: c.callForGateway, meter: c.meterHTTP,
		leads: func(r *http.Request) (*function, string, string, map[string]string) {
			// An HTTP API hands the path on decoded, and only what stands before a decoded question mark.
			path, _, _ := strings.Cut(r.URL.Path, "?")
			found, parameters := findRoute(c.routes, r.Method, path)
			if found == nil {
				return nil, "", path, nil
			}
			return found.fn, found.key(), path, parameters
		},
	})
}

// FunctionURL serves the own address of a function (a function URL), whose events are those of an HTTP API without routes;
// nil where the template gives it none (docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html).
func (c *Cloud) FunctionURL(id string) http.Handler {
	f := c.functions[id]
	if f == nil || !f.URL {
		return nil
	}
	return c.open(door{
		idHeader: "X-Amzn-Requestid", maxBody: maxPayload, failed: http.StatusBadGateway, unavailable: http.StatusTooManyRequests,
		call: func(f *function, payload []byte) result { return f.invoke(context.Background(), payload) },
		meter: func(_, out int) {
			c.meter.count(func(r *Report) *int64 { return &r.URL }, 1)
			c.meter.count(func(r *Report) *int64 { return &r.URLBytes }, int64(out))
		},
		// A function URL hands the path on as it came.
		leads: func(r *http.Request) (*function, string, string, map[string]string) {
			return f, ownRoute, r.URL.EscapedPath(), nil
		},
	})
}

// open serves a door.
func (c *Cloud) open(d door) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if headerBytes(r) > maxHeaders {
			gatewayError(w, http.StatusRequestHeaderFieldsTooLarge, "Request Header Fields Too Large")
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, d.maxBody))
		if err != nil {
			var tooLarge *http.MaxBytesError
			if errors.As(err, &tooLarge) {
				gatewayError(w, http.StatusRequestEntityTooLarge, "Request Entity Too Large")
				return
			}
			gatewayError(w, http.StatusRequestTimeout, "Request Timeout") // or the client is gone, and hears nothing
			return
		}
		id := newID()
		w.Header().Set(d.idHeader, id)
		status, answer := d.ask(c, r, id, body)
		if status != 0 {
			d.meter(len(body), 0)
			gatewayError(w, status, refusals[status])
			return
		}
		d.meter(len(body), writeAnswer(w, answer, d.failed))
	})
}

// refusals are what is said where there is no answer of a function.
var refusals = map[int]string{
	http.StatusNotFound:              noSuchRoute,
	http.StatusRequestEntityTooLarge: "Request Entity Too Large",
	http.StatusTooManyRequests:       "Too Many Requests",
	http.StatusInternalServerError:   functionFails,
	http.StatusBadGateway:            functionFails,
	http.StatusServiceUnavailable:    "Service Unavailable",
}

// ask calls the function behind the door. A status other than 0 says why there is no answer.
func (d door) ask(c *Cloud, r *http.Request, id string, body []byte) (status int, answer []byte) {
	f, routeKey, path, parameters := d.leads(r)
	if f == nil {
		return http.StatusNotFound, nil
	}
	var payload bytes.Buffer
	encoder := json.NewEncoder(&payload)
	encoder.SetEscapeHTML(false) // or < and & would take six bytes each of Lambda's 6 MB
	if err := encoder.Encode(c.httpEvent(r, id, path, routeKey, parameters, body)); err != nil {
		return d.failed, nil
	}
	switch res := d.call(f, payload.Bytes()); {
	case errors.Is(res.err, errTooLarge):
		return http.StatusRequestEntityTooLarge, nil
	case res.err != nil:
		return d.unavailable, nil
	case res.failed:
		return d.failed, nil
	default:
		return 0, res.payload
	}
}

// meterHTTP counts a request by what it carried in and out, in bytes.
func (c *Cloud) meterHTTP(in, out int) {
	c.meter.count(func(r *Report) *int64 { return &r.HTTP }, 1)
	c.meter.count(func(r *Report) *int64 { return &r.HTTPUnits }, int64(max(1, (max(in, out)+gatewayUnit-1)/gatewayUnit)))
	c.meter.count(func(r *Report) *int64 { return &r.HTTPBytes }, int64(out))
}

// callForGateway runs the function for a request of the API. One that takes longer than the gateway waits runs on, unheard.
func (c *Cloud) callForGateway(f *function, payload []byte) result {
	ctx, cancel := context.WithTimeout(context.Background(), c.gatewayLimit)
	defer cancel()
	done := make(chan result, 1)
	go func() { done <- f.invoke(ctx, payload) }()
	select {
	case <-ctx.Done():
		return result{err: ctx.Err()}
	case res := <-done:
		return res
	}
}

// headerBytes counts what the request line and the headers took on the wire.
func headerBytes(r *http.Request) int {
	n := len(r.Method) + len(r.RequestURI) + len(" HTTP/1.1\r\n") + 1 + len("Host: \r\n") + len(r.Host)
	for name, values := range r.Header {
		for _, value := range values {
			n += len(name) + len(": \r\n") + len(value)
		}
	}
	return n
}

func gatewayError(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json")
	writeJSON(w, status, map[string]string{"message": message})
}

// httpEvent is an event of payload format 2.0, with nothing that an API without authorizer leaves out.
type httpEvent struct {
	Version        string            `json:"version"`
	RouteKey       string            `json:"routeKey"`
	RawPath        string            `json:"rawPath"`
	RawQuery       string            `json:"rawQueryString"`
	Cookies        []string          `json:"cookies,omitempty"`
	Headers        map[string]string `json:"headers"`
	Query          map[string]string `json:"queryStringParameters,omitempty"`
	RequestContext httpContext       `json:"requestContext"`
	PathParameters map[string]string `json:"pathParameters,omitempty"`
	Body           string            `json:"body,omitempty"`
	Base64         bool              `json:"isBase64Encoded"`
}

type httpContext struct {
	AccountID    string `json:"accountId"`
	APIID        string `json:"apiId"`
	DomainName   string `json:"domainName"`
	DomainPrefix string `json:"domainPrefix"`
	HTTP         struct {
		Method    string `json:"method"`
		Path      string `json:"path"`
		Protocol  string `json:"protocol"`
		SourceIP  string `json:"sourceIp"`
		UserAgent string `json:"userAgent"`
	} `json:"http"`
	RequestID string `json:"requestId"`
	RouteKey  string `json:"routeKey"`
	Stage     string `json:"stage"`
	Time      string `json:"time"`
	TimeEpoch int64  `json:"timeEpoch"`
}

func (c *Cloud) httpEvent(r *http.Request, id, path, routeKey string, parameters map[string]string, body []byte) httpEvent {
	now := c.now().UTC()
	prefix, _, _ := strings.Cut(r.Host, ".")
	account := c.cfg.Template.Account
	if routeKey == ownRoute {
		account = "anonymous"
	}
	e := httpEvent{
		Version: "2.0", RouteKey: routeKey, RawPath: path, RawQuery: r.URL.RawQuery, PathParameters: parameters,
		RequestContext: httpContext{
			AccountID: account, APIID: "laptop", DomainName: r.Host, DomainPrefix: prefix, RequestID: id,
			RouteKey: routeKey, Stage: "$default", Time: now.Format("02/Jan/2006:15:04:05 -0700"), TimeEpoch: now.UnixMilli(),
		},
	}
	h := &e.RequestContext.HTTP
	h.Method, h.Path, h.Protocol, h.UserAgent = r.Method, path, r.Proto, r.UserAgent()
	var err error
	if h.SourceIP, _, err = net.SplitHostPort(r.RemoteAddr); err != nil {
		h.SourceIP = r.RemoteAddr
	}
	e.Headers, e.Cookies = httpHeaders(r, h.SourceIP, id, len(body))
	if query, _ := url.ParseQuery(r.URL.RawQuery); len(query) > 0 {
		e.Query = map[string]string{}
		for name, values := range query {
			e.Query[name] = strings.Join(values, ",")
		}
	}
	if len(body) > 0 {
		if e.Base64 = !isText(r.Header.Get("Content-Type")) || !utf8.Valid(body); e.Base64 {
			e.Body = base64.StdEncoding.EncodeToString(body)
		} else {
			e.Body = string(body)
		}
	}
	return e
}

// httpHeaders are the request's headers in lower case, several of one name joined, with what the gateway adds; the
// cookies come apart.
func httpHeaders(r *http.Request, ip, id string, length int) (headers map[string]string, cookies []string) {
	headers = map[string]string{}
	for name, values := range r.Header {
		if name != "Cookie" {
			headers[strings.ToLower(name)] = strings.Join(values, ",")
		}
	}
	for _, line := range r.Header["Cookie"] {
		for cookie := range strings.SplitSeq(line, ";") {
			if cookie = strings.TrimSpace(cookie); cookie != "" {
				cookies = append(cookies, cookie)
			}
		}
	}
	headers["host"] = r.Host
	headers["content-length"] = strconv.Itoa(length)
	headers["x-forwarded-proto"] = "http"
	_, headers["x-forwarded-port"], _ = net.SplitHostPort(r.Host)
	headers["x-amzn-trace-id"], _, _ = strings.Cut(traceID(id), ";")
	if before := headers["x-forwarded-for"]; before != "" {
		ip = before + ", " + ip
	}
	headers["x-forwarded-for"] = ip
	return headers, cookies
}

// isText says which bodies an HTTP API hands on as text; all others, forms among them, come as base64. AWS does not list
// them; this is what was measured there (ministackorg/ministack, pull request 766).
func isText(contentType string) bool {
	kind, _, _ := strings.Cut(contentType, ";")
	switch kind = strings.ToLower(strings.TrimSpace(kind)); kind {
	case "application/json", "application/xml", "application/javascript":
		return true
	default:
		return strings.HasPrefix(kind, "text/")
	}
}

// writeAnswer turns what a function returned into the HTTP answer, and gives its size. What has no statusCode is taken as
// the body of a 200, as both doors do; what is no JSON is the function's failure.
func writeAnswer(w http.ResponseWriter, payload []byte, failed int) int {
	var a struct {
		StatusCode      int
		Headers         map[string]any
		Cookies         []string
		Body            *string
		IsBase64Encoded bool
	}
	var probe map[string]json.RawMessage
	if err := json.Unmarshal(payload, &probe); err != nil || probe["statusCode"] == nil {
		if !json.Valid(payload) {
			gatewayError(w, failed, functionFails)
			return 0
		}
		w.Header().Set("Content-Type", "application/json")
		body := bytes.TrimSpace(payload)
		var text string
		if json.Unmarshal(body, &text) == nil {
			body = []byte(text)
		}
		w.Write(body)
		return len(body)
	}
	if err := json.Unmarshal(payload, &a); err != nil || a.StatusCode < 100 || a.StatusCode > 599 {
		gatewayError(w, failed, functionFails)
		return 0
	}
	var body []byte
	if a.Body != nil {
		body = []byte(*a.Body)
	}
	if a.IsBase64Encoded && a.Body != nil {
		var err error
		if body, err = base64.StdEncoding.DecodeString(*a.Body); err != nil {
			gatewayError(w, failed, functionFails)
			return 0
		}
	}
	h := w.Header()
	for name, value := range a.Headers {
		if text, ok := value.(string); ok {
			h.Set(name, text)
		} else if raw, err := json.Marshal(value); err == nil {
			h.Set(name, string(raw))
		}
	}
	for _, cookie := range a.Cookies {
		h.Add("Set-Cookie", cookie)
	}
	if h.Get("Content-Type") == "" && len(body) > 0 {
		h.Set("Content-Type", "text/plain;charset=UTF-8")
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if a.StatusCode == http.StatusNoContent || a.StatusCode == http.StatusNotModified {
		h.Del("Content-Length")
	}
	w.WriteHeader(a.StatusCode)
	w.Write(body)
	return len(body)
}
