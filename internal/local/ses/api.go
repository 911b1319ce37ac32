package ses

import (
	"crypto/rand"
	_ "embed"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// call is one request to the API.
type call struct {
	who
	body       []byte
	query      url.Values
	label      string // the {EmailAddress} of the path
	recipients int    // accepted, for the meter
}

// built holds the operations that work here.
var built = map[string]func(*Server, *call) (any, error){
	"SendEmail":                   (*Server).sendEmail,
	"SendBulkEmail":               (*Server).sendBulkEmail,
	"GetAccount":                  (*Server).getAccount,
	"GetEmailIdentity":            (*Server).getIdentity,
	"PutSuppressedDestination":    (*Server).putSuppressed,
	"GetSuppressedDestination":    (*Server).getSuppressed,
	"DeleteSuppressedDestination": (*Server).deleteSuppressed,
	"ListSuppressedDestinations":  (*Server).listSuppressed,
}

// operationsText lists every operation of SES v2 as "METHOD path name", taken from the SDK's schemas (sesv2 v1.79.7).
//
//go:embed operations.txt
var operationsText string

// route is one line of operationsText.
type route struct {
	method string
	path   []string // segments; {…} stands for any
	name   string
}

var routes = func() []route {
	var list []route
	for line := range strings.Lines(operationsText) {
		f := strings.Fields(line)
		list = append(list, route{f[0], strings.Split(f[1], "/"), f[2]})
	}
	return list
}()

// find gives the operation of a request, and what stands for the last {…} of its path.
func find(method, escapedPath string) (name, label string) {
	segments := strings.Split(strings.TrimSuffix(escapedPath, "/"), "/")
next:
	for _, r := range routes {
		if r.method != method || len(r.path) != len(segments) {
			continue
		}
		label := ""
		for i, p := range r.path {
			switch {
			case strings.HasPrefix(p, "{"):
				label = segments[i]
			case p != segments[i]:
				continue next
			}
		}
		plain, err := url.PathUnescape(label)
		if err != nil {
			continue
		}
		return r.name, plain
	}
	return "", ""
}

// API serves SES v2's wire protocol (rest-json) under /v2/email/.
func (s *Server) API() http.Handler { return http.HandlerFunc(s.serveAPI) }

func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Amzn-Requestid", requestID())
	name, label := find(r.Method, r.URL.EscapedPath())
	do := built[name]
	if do == nil {
		refuse(w, r, name)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequestBytes))
	if err != nil {
		var tooBig *http.MaxBytesError
		if errors.As(err, &tooBig) {
			(&APIError{"RequestEntityTooLargeException", http.StatusRequestEntityTooLarge, fmt.Sprintf("The request is longer than %d bytes.", maxRequestBytes)}).write(w)
		}
		return // otherwise the caller is gone
	}
	c := &call{who: callerOf(r), body: body, query: r.URL.Query(), label: label}
	if s.o.Before != nil {
		if err := s.o.Before(c.caller, name); err != nil {
			asAPIError(err).write(w)
			return
		}
	}
	out, err := do(s, c)
	if s.o.Meter != nil {
		s.o.Meter(c.caller, name, c.recipients)
	}
	if s.o.After != nil {
		if lost := s.o.After(c.caller, name); lost != nil {
			hangUp(w)
			return
		}
	}
	if err != nil {
		asAPIError(err).write(w)
		return
	}
	reply, err := json.Marshal(out)
	if err != nil {
		asAPIError(err).write(w)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(reply)
}

// refuse answers what is not built here, by name.
func refuse(w http.ResponseWriter, r *http.Request, name string) {
	e := &APIError{"UnknownOperationException", http.StatusNotFound, fmt.Sprintf("SES v2 has no operation %s %s.", r.Method, cut(r.URL.Path, 80))}
	if name != "" {
		e = &APIError{"UnknownOperationException", http.StatusNotImplemented, fmt.Sprintf("The operation %s is not supported by the laptop's SES.", name)}
	}
	e.write(w)
}

// hangUp closes the connection without an answer: the caller cannot know what was done.
func hangUp(w http.ResponseWriter) {
	if h, ok := w.(http.Hijacker); ok {
		if conn, _, err := h.Hijack(); err == nil {
			_ = conn.Close()
			return
		}
	}
	panic(http.ErrAbortHandler) // HTTP/2, where a connection cannot be taken over
}

// callerOf reads the access key id of an AWS signature, which is not verified, and where the call came from.
func callerOf(r *http.Request) who {
	w := who{caller: "anonymous", ip: "127.0.0.1"}
	if _, after, ok := strings.Cut(r.Header.Get("Authorization"), "Credential="); ok {
		if id, _, ok := strings.Cut(after, "/"); ok && id != "" {
			w.caller = id
		}
	}
	if host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		w.ip = host
	}
	return w
}

func requestID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return uuid(b)
}

func uuid(b [16]byte) string {
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// token hides where a list stopped, so that nobody builds on its form.
func token(after string) string { return base64.RawURLEncoding.EncodeToString([]byte("1" + after)) }

func openToken(t string) (after string, ok bool) {
	if t == "" {
		return "", true
	}
	b, err := base64.RawURLEncoding.DecodeString(t)
	if err != nil || len(b) < 1 || b[0] != '1' {
		return "", false
	}
	return string(b[1:]), true
}
