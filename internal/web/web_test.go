package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"github.com/a-h/templ"

	"onetap/internal/apperr"
)

// event reads the sample of AWS's documentation and lets the test change it.
func event(t testing.TB, change func(*events.APIGatewayV2HTTPRequest)) events.APIGatewayV2HTTPRequest {
	t.Helper()
	data, err := os.ReadFile("testdata/http-api-v2.json")
	if err != nil {
		t.Fatal(err)
	}
	var e events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(data, &e); err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(&e)
	}
	return e
}

func call(t testing.TB, h http.Handler, e events.APIGatewayV2HTTPRequest) events.APIGatewayV2HTTPResponse {
	t.Helper()
	got, err := Handler(h)(context.Background(), e)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestRequestIsWhatTheEventSays(t *testing.T) {
	t.Parallel()
	var got *http.Request
	var body string
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r
		b, _ := io.ReadAll(r.Body)
		body = string(b)
	})
	call(t, h, event(t, nil))
	if got.Method != "POST" || got.URL.Path != "/my/path" || got.Host != "id.execute-api.us-east-1.amazonaws.com" || got.RemoteAddr != "192.0.2.1:0" {
		t.Errorf("method, path, host, address are %s %s %s %s", got.Method, got.URL.Path, got.Host, got.RemoteAddr)
	}
	if q := got.URL.Query(); !cmp.Equal(q["parameter1"], []string{"value1", "value2"}) || q.Get("parameter2") != "value" {
		t.Errorf("query is %v", q)
	}
	if c, err := got.Cookie("cookie2"); err != nil || c.Value != "two" {
		t.Errorf("cookie2 is %v, %v", c, err)
	}
	if got.Header.Get("Header1") != "value1" || got.ContentLength != int64(len(body)) || body != "Hello from client!" {
		t.Errorf("header %q, length %d, body %q", got.Header.Get("Header1"), got.ContentLength, body)
	}
	call(t, h, event(t, func(e *events.APIGatewayV2HTTPRequest) {
		e.Body, e.IsBase64Encoded = base64.StdEncoding.EncodeToString([]byte{0, 255, 1}), true
		e.RawPath = "/a path/?#%zz" // an HTTP API decodes the path: none of this may be read as a query or refused
	}))
	if body != "\x00\xff\x01" || got.URL.Path != "/a path/?#%zz" {
		t.Errorf("body %q, path %q", body, got.URL.Path)
	}
	if _, err := Handler(h)(context.Background(), event(t, func(e *events.APIGatewayV2HTTPRequest) { e.Body, e.IsBase64Encoded = "!", true })); err == nil {
		t.Error("a body that is not base64 is taken")
	}
}

// Links that a mail program has encoded anew lead where they should at both addresses: a function URL hands the path on as
// it came, an HTTP API decoded.
func TestPathsAreDecodedOnce(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ route, raw, want string }{
		{"$default", "/r/a%5Fb/9", "/r/a_b/9"},
		{"$default", "/r/%2541/9", "/r/%41/9"},
		{"$default", "/r/%zz", "/r/%zz"},
		{"ANY /r/{link+}", "/r/a_b/9", "/r/a_b/9"},
		{"ANY /r/{link+}", "/r/%41/9", "/r/%41/9"},
	} {
		var got string
		h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { got = r.URL.Path })
		call(t, h, event(t, func(e *events.APIGatewayV2HTTPRequest) { e.RouteKey, e.RawPath = test.route, test.raw }))
		if got != test.want {
			t.Errorf("%s %s: path %q, want %q", test.route, test.raw, got, test.want)
		}
	}
}

// Pages for people are packed for whoever takes it; everything else goes as it is.
func TestPagesArePacked(t *testing.T) {
	t.Parallel()
	page := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		Page{Lang: "ru", Title: "Опрос", Body: templ.Raw(strings.Repeat("<p>Насколько вероятно?</p>", 100))}.Write(w, r, 200)
	})
	other := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { JSON(w, 200, strings.Repeat("a", 5000)) })
	small := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Vary", "Accept-Encoding")
		w.Write([]byte("<p>"))
	})
	ask := func(h http.Handler, method, takes string) events.APIGatewayV2HTTPResponse {
		return call(t, h, event(t, func(e *events.APIGatewayV2HTTPRequest) {
			e.RequestContext.HTTP.Method = method
			e.Headers["accept-encoding"] = takes
		}))
	}
	plain := ask(page, "GET", "")
	if plain.Headers["Content-Encoding"] != "" || plain.Headers["Vary"] != "Accept-Encoding" {
		t.Errorf("headers for who takes nothing: %v", plain.Headers)
	}
	for range 2 { // the second with a packer that was used before
		packed := ask(page, "GET", "deflate, gzip;q=1.0, br")
		raw, err := base64.StdEncoding.DecodeString(packed.Body)
		if err != nil || packed.Headers["Content-Encoding"] != "gzip" || !packed.IsBase64Encoded || len(raw) > len(plain.Body)/2 {
			t.Fatalf("%d bytes of %d, %v, headers %v", len(raw), len(plain.Body), err, packed.Headers)
		}
		r, err := gzip.NewReader(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(r); err != nil || string(got) != plain.Body {
			t.Errorf("unpacked is another page, %v", err)
		}
	}
	if got := ask(page, "HEAD", "gzip"); got.Body != "" {
		t.Errorf("HEAD has a body of %d bytes", len(got.Body))
	}
	for what, h := range map[string]http.Handler{"JSON": other, "a few bytes": small} {
		if got := ask(h, "GET", "gzip"); got.Headers["Content-Encoding"] != "" {
			t.Errorf("%s is packed", what)
		}
	}
}

func TestAnswerIsWhatTheHandlerWrote(t *testing.T) {
	t.Parallel()
	got := call(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "a", Value: "1"})
		http.SetCookie(w, &http.Cookie{Name: "b", Value: "2"})
		w.Header().Add("X-Many", "1")
		w.Header().Add("X-Many", "2")
		w.WriteHeader(http.StatusTeapot)
		w.Header().Set("X-Late", "too late")
		w.Write([]byte{0xff, 0xfe})
	}), event(t, nil))
	if got.StatusCode != http.StatusTeapot || !got.IsBase64Encoded || got.Body != "//4=" || got.Headers["X-Many"] != "1, 2" || got.Headers["X-Late"] != "" {
		t.Errorf("answer is %+v", got)
	}
	if !cmp.Equal(got.Cookies, []string{"a=1", "b=2"}) {
		t.Errorf("cookies are %v", got.Cookies)
	}
	for name, want := range map[string]string{
		"Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store",
		"X-Robots-Tag": "noindex, nofollow", "X-Frame-Options": "DENY",
		"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
	} {
		if got.Headers[name] != want {
			t.Errorf("%s is %q, want %q", name, got.Headers[name], want)
		}
	}
	if got := call(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "текст") }),
		event(t, func(e *events.APIGatewayV2HTTPRequest) { e.RequestContext.HTTP.Method = "HEAD" })); got.Body != "" || got.StatusCode != 200 {
		t.Errorf("HEAD answers %+v", got)
	}
}

func TestTooLongAnAnswerIsA500(t *testing.T) {
	t.Parallel()
	got := call(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Write(make([]byte, maxResponse+1)) }), event(t, nil))
	if got.StatusCode != 500 || len(got.Body) > 8000 {
		t.Errorf("status %d, %d bytes", got.StatusCode, len(got.Body))
	}
}

func TestUnknownRoutesHaveTheErrorShape(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/things", func(w http.ResponseWriter, r *http.Request) {})
	for _, c := range []struct{ method, path, code, allow string }{
		{"GET", "/api/v1/nothing", "no_such_page", ""},
		{"DELETE", "/api/v1/things", "method_not_allowed", "GET, HEAD"},
	} {
		got := call(t, mux, event(t, func(e *events.APIGatewayV2HTTPRequest) { e.RequestContext.HTTP.Method, e.RawPath = c.method, c.path }))
		var body struct {
			Error struct{ Code, Message, Where string }
		}
		if err := json.Unmarshal([]byte(got.Body), &body); err != nil || body.Error.Code != c.code || body.Error.Message == "" || got.Headers["Allow"] != c.allow {
			t.Errorf("%s %s: %d %q, Allow %q", c.method, c.path, got.StatusCode, got.Body, got.Headers["Allow"])
		}
	}
}

// Not parallel: it listens to the log.
func TestAStrangerNeverSeesAnInternalError(t *testing.T) {
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewJSONHandler(&log, nil)))
	defer slog.SetDefault(before)

	mux := http.NewServeMux()
	mux.HandleFunc("POST /r/{token}", func(w http.ResponseWriter, r *http.Request) { Fail(w, r, errors.New("table onetap: secret detail")) })
	mux.HandleFunc("GET /r/{token}", func(w http.ResponseWriter, r *http.Request) { panic("secret detail") })
	for _, method := range []string{"POST", "GET"} {
		log.Reset()
		got := call(t, mux, event(t, func(e *events.APIGatewayV2HTTPRequest) {
			e.RequestContext.HTTP.Method, e.RawPath, e.Body = method, "/r/personal-token", "personal body"
			e.Headers["accept-language"] = "ru"
		}))
		if got.StatusCode != 500 || strings.Contains(got.Body, "secret") || !strings.Contains(got.Body, "сломалось") || !strings.Contains(got.Body, `lang="ru"`) {
			t.Errorf("%s: %d %s", method, got.StatusCode, got.Body)
		}
		if l := log.String(); !strings.Contains(l, "secret detail") || !strings.Contains(l, method+" /r/{token}") || strings.Contains(l, "personal") {
			t.Errorf("%s: the log says %s", method, l)
		}
	}
}

func TestFail(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		path, accept, language string
		err                    error
		status                 int
		want                   string
	}{
		{
			"/api/v1/x", "", "ru-RU,ru;q=0.9", apperr.New(apperr.TooLarge, "body_too_large", "body", "Limit", 262144), 413,
			`{"error":{"code":"body_too_large","message":"Запрос больше допустимого: не больше 262` + "\u00a0" + `144` + "\u00a0" + `байт.","where":"body"}}`,
		},
		{
			"/r/x", "application/json", "", apperr.New(apperr.Unknown, "no_such_page", ""), 404,
			`{"error":{"code":"no_such_page","message":"There is no such page. Check the address."}}`,
		},
		{"/r/x", "text/html", "en", apperr.New(apperr.Unsupported, "json_wanted", "", "Got", "<script>"), 415, "“&lt;script&gt;” was sent"},
	} {
		r := httptest.NewRequest("GET", c.path, nil)
		r.Header.Set("Accept", c.accept)
		r.Header.Set("Accept-Language", c.language)
		w := httptest.NewRecorder()
		Fail(w, r, c.err)
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.want) {
			t.Errorf("%v: %d %s, want %d with %s", c.err, w.Code, w.Body, c.status, c.want)
		}
	}
	for kind := apperr.Invalid; kind <= apperr.Unsupported; kind++ {
		if Status(apperr.New(kind, "other", "")) == 500 {
			t.Errorf("kind %d has no status", kind)
		}
	}
}

type inner struct {
	Subject string `json:"subject,omitempty"`
}

type document struct {
	Name    string           `json:"name"`
	Sample  float64          `json:"sample"`
	Days    int              `json:"days"`
	At      time.Time        `json:"at,omitzero"`
	On      *bool            `json:"on"`
	Teams   []string         `json:"teams"`
	Wording map[string]inner `json:"wording"`
	Hidden  string           `json:"-"`
}

func TestDecode(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ body, code, where string }{
		{`{"name":"a","sample":0.5,"days":3,"at":"2026-03-01T09:00:00+03:00","on":true,"teams":["x"],"wording":{"ru":{"subject":"s"}}}`, "", ""},
		{`{"name":null}`, "", ""},
		{``, "body_empty", ""},
		{" \n", "body_empty", ""},
		{"{\n  \"name\": 'a'}", "json_syntax", "line 2"},
		{`{"name":"a"`, "json_syntax", "line 1"},
		{`{} {}`, "json_trailing", ""},
		{`{"nane":"a"}`, "json_unknown_field", "nane"},
		{`{"Name":"a"}`, "json_unknown_field", "Name"},
		{`{"Hidden":"a"}`, "json_unknown_field", "Hidden"},
		{`{"wording":{"ru":{"subjct":"a"}}}`, "json_unknown_field", "wording.ru.subjct"},
		{`{"name":5}`, "json_want_string", "name"},
		{`{"days":"5"}`, "json_want_whole", "days"},
		{`{"days":5.5}`, "json_want_whole", "days"},
		{`{"days":99999999999999999999}`, "json_want_whole", "days"},
		{`{"sample":true}`, "json_want_number", "sample"},
		{`{"on":"yes"}`, "json_want_boolean", "on"},
		{`{"teams":"x"}`, "json_want_list", "teams"},
		{`{"teams":["x",1]}`, "json_want_string", "teams[1]"},
		{`{"wording":[]}`, "json_want_object", "wording"},
		{`{"at":"tomorrow"}`, "json_want_time", "at"},
		{`[]`, "json_want_object", ""},
		{`{"name":"` + strings.Repeat("a", 1000) + `"}`, "body_too_large", ""},
	} {
		r := httptest.NewRequest("POST", "/", strings.NewReader(c.body))
		var d document
		err := Decode(r, &d, 900)
		p := apperr.As(err)
		switch {
		case c.code == "" && err != nil:
			t.Errorf("%s is refused: %v", c.body, err)
		case c.code != "" && (p == nil || p.Code != c.code || p.Where != c.where):
			t.Errorf("%.60s gives %v, want %s at %q", c.body, err, c.code, c.where)
		}
	}
	r := httptest.NewRequest("POST", "/", strings.NewReader(`{}`))
	r.Header.Set("Content-Type", "text/csv")
	if err := Decode(r, &document{}, 900); !apperr.Is(err, "json_wanted") {
		t.Errorf("text/csv gives %v", err)
	}
}

// Whatever bytes come: Decode answers with a problem or with what encoding/json makes of a document that fits.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{`{"name":"a"}`, `{"teams":[null]}`, "\xff", `{"wording":{"":{}}}`, `{"days":1e2}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		var d document
		err := Decode(httptest.NewRequest("POST", "/", strings.NewReader(body)), &d, 1<<16)
		if err != nil {
			if apperr.As(err) == nil {
				t.Fatalf("%q: %v is not a problem", body, err)
			}
			return
		}
		var again document
		strict := json.NewDecoder(strings.NewReader(body))
		strict.DisallowUnknownFields()
		if err := strict.Decode(&again); err != nil || !cmp.Equal(d, again) {
			t.Fatalf("%q: taken as %+v, encoding/json says %+v, %v", body, d, again, err)
		}
	})
}

// Whatever event strangers cause: an answer with a status and no error, and the handler sees their very body.
func FuzzHandler(f *testing.F) {
	f.Add("GET", "/r/x/9", "lang=ru", "", "a=b")
	f.Add("\x00", "//..//%2f", "%zz;&", "\xff", "=;,")
	f.Fuzz(func(t *testing.T, method, path, query, body, cookie string) {
		var seen string
		mux := http.NewServeMux()
		mux.HandleFunc("/r/{token}", func(w http.ResponseWriter, r *http.Request) {
			b, _ := io.ReadAll(r.Body)
			seen = string(b)
			r.URL.Query()
			r.Cookies()
		})
		got, err := Handler(mux)(context.Background(), event(t, func(e *events.APIGatewayV2HTTPRequest) {
			e.RequestContext.HTTP.Method, e.RawPath, e.RawQueryString, e.Body, e.Cookies = method, path, query, body, []string{cookie}
		}))
		if err != nil || got.StatusCode < 200 || got.StatusCode > 499 {
			t.Fatalf("%q %q: %d, %v", method, path, got.StatusCode, err)
		}
		if seen != "" && seen != body {
			t.Fatalf("handler read %q of %q", seen, body)
		}
	})
}
