package cloud

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"onetap/internal/local/cloud/template"
)

func routes(keys ...string) []route {
	var list []route
	for _, key := range keys {
		method, path, _ := strings.Cut(key, " ")
		list = append(list, newRoute(nil, template.Route{Method: method, Path: path}))
	}
	sortRoutes(list)
	return list
}

func TestRoutes(t *testing.T) {
	t.Parallel()
	list := routes("ANY /{proxy+}", "GET /", "ANY /r/{token}", "GET /r/{token}/{score}", "ANY /api/v1/{proxy+}", "GET /api/v1/health",
		"ANY /api/v1/health", "POST /api/v1/{id}", "GET /pets/dog/1", "GET /pets/dog/{id}", "GET /pets/{proxy+}")
	tests := []struct{ method, path, want, parameters string }{
		{"GET", "/", "GET /", ""},
		{"POST", "/", "", ""},
		{"GET", "/pets/dog/1", "GET /pets/dog/1", ""},
		{"GET", "/pets/dog/2", "GET /pets/dog/{id}", "id=2"},
		{"GET", "/pets/cat/1", "GET /pets/{proxy+}", "proxy=cat/1"},
		{"POST", "/pets/dog/1", "ANY /{proxy+}", "proxy=pets/dog/1"},
		{"HEAD", "/r/abc", "ANY /r/{token}", "token=abc"},
		{"GET", "/r/abc/9", "GET /r/{token}/{score}", "score=9&token=abc"},
		{"GET", "/r/abc/9/x", "ANY /{proxy+}", "proxy=r/abc/9/x"},
		{"GET", "/r/", "ANY /{proxy+}", "proxy=r/"},
		{"GET", "/api/v1/health", "GET /api/v1/health", ""},
		{"PUT", "/api/v1/health", "ANY /api/v1/health", ""},
		{"POST", "/api/v1/7", "POST /api/v1/{id}", "id=7"},
		{"GET", "/api/v1/7", "ANY /api/v1/{proxy+}", "proxy=7"},
		{"GET", "/api/v1/a/b", "ANY /api/v1/{proxy+}", "proxy=a/b"},
	}
	for _, test := range tests {
		found, parameters := findRoute(list, test.method, test.path)
		key := ""
		if found != nil {
			key = found.key()
		}
		values := url.Values{}
		for name, value := range parameters {
			values.Set(name, value)
		}
		if got, _ := url.QueryUnescape(values.Encode()); key != test.want || got != test.parameters {
			t.Errorf("%s %s: route %q with %q, want %q with %q", test.method, test.path, key, got, test.want, test.parameters)
		}
	}
}

// site starts a lab with one function behind an HTTP API.
func site(t *testing.T) (*lab, *httptest.Server) {
	t.Helper()
	l := newLab(t, `  Api: {Type: AWS::Serverless::HttpApi}
`+fnResource("F", `Timeout: 60
Events:
  One: {Type: HttpApi, Properties: {ApiId: !Ref Api, Path: '/r/{token}', Method: ANY}}
  Two: {Type: HttpApi, Properties: {ApiId: !Ref Api, Path: '/files/{proxy+}', Method: POST}}`))
	server := httptest.NewServer(l.HTTPAPI())
	t.Cleanup(server.Close)
	return l, server
}

func TestHTTPEvent(t *testing.T) {
	t.Parallel()
	_, server := site(t)
	r, err := http.NewRequest(http.MethodPost, server.URL+"/r/a%20b?x=1&y=a%2Cb&x=2&z", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header = http.Header{
		"Content-Type": {"application/json"}, "User-Agent": {"tester"}, "X-Many": {"one", "two"},
		"Cookie": {"a=1; b=2", "c=3"}, "X-Forwarded-For": {"203.0.113.7"}, "Accept-Encoding": {"identity"},
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var got events.APIGatewayV2HTTPRequest
	if err := json.NewDecoder(answer.Body).Decode(&got); err != nil {
		t.Fatal(err)
	}
	host := strings.TrimPrefix(server.URL, "http://")
	_, port, _ := net.SplitHostPort(host)
	prefix, _, _ := strings.Cut(host, ".")
	want := events.APIGatewayV2HTTPRequest{
		Version: "2.0", RouteKey: "ANY /r/{token}", RawPath: "/r/a b", RawQueryString: "x=1&y=a%2Cb&x=2&z",
		Cookies: []string{"a=1", "b=2", "c=3"},
		Headers: map[string]string{
			"content-type": "application/json", "user-agent": "tester", "x-many": "one,two", "accept-encoding": "identity",
			"host": host, "content-length": "2", "x-forwarded-for": "203.0.113.7, 127.0.0.1", "x-forwarded-port": port,
			"x-forwarded-proto": "http", "x-amzn-trace-id": got.Headers["x-amzn-trace-id"],
		},
		QueryStringParameters: map[string]string{"x": "1,2", "y": "a,b", "z": ""},
		PathParameters:        map[string]string{"token": "a b"},
		Body:                  "{}",
		RequestContext: events.APIGatewayV2HTTPRequestContext{
			RouteKey: "ANY /r/{token}", AccountID: "000000000000", Stage: "$default", RequestID: answer.Header.Get("Apigw-Requestid"),
			APIID: "laptop", DomainName: host, DomainPrefix: prefix, Time: got.RequestContext.Time, TimeEpoch: got.RequestContext.TimeEpoch,
			HTTP: events.APIGatewayV2HTTPRequestContextHTTPDescription{
				Method: "POST", Path: "/r/a b", Protocol: "HTTP/1.1", SourceIP: "127.0.0.1", UserAgent: "tester",
			},
		},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("event (-want +got):\n%s", d)
	}
	at, err := time.Parse("02/Jan/2006:15:04:05 -0700", got.RequestContext.Time)
	if err != nil || at.UnixMilli()/1000 != got.RequestContext.TimeEpoch/1000 || !strings.HasPrefix(got.Headers["x-amzn-trace-id"], "Root=1-") {
		t.Errorf("time %q, epoch %d, trace %q", got.RequestContext.Time, got.RequestContext.TimeEpoch, got.Headers["x-amzn-trace-id"])
	}
}

// Which bodies come as text and which as base64.
func TestHTTPBodies(t *testing.T) {
	t.Parallel()
	_, server := site(t)
	tests := []struct {
		contentType, body string
		base64            bool
	}{
		{"application/json", `{"a":"ü"}`, false},
		{"application/json; charset=utf-8", `{}`, false},
		{"text/csv", "a;b\n", false},
		{"TEXT/HTML", "<p>", false},
		{"application/xml", "<p/>", false},
		{"application/javascript", "1", false},
		{"application/x-www-form-urlencoded", "score=9", true},
		{"multipart/form-data; boundary=x", "--x--", true},
		{"application/octet-stream", "abc", true},
		{"", "abc", true},
		{"text/csv", "\xcf\xf0\xe8\xe2\xe5\xf2", true}, // cp1251
	}
	for _, test := range tests {
		answer, err := http.Post(server.URL+"/files/x", test.contentType, strings.NewReader(test.body))
		if err != nil {
			t.Fatal(err)
		}
		var got events.APIGatewayV2HTTPRequest
		err = json.NewDecoder(answer.Body).Decode(&got)
		answer.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		want := test.body
		if test.base64 {
			want = base64.StdEncoding.EncodeToString([]byte(test.body))
		}
		if got.Body != want || got.IsBase64Encoded != test.base64 {
			t.Errorf("%q as %q: body %q, base64 %v", test.body, test.contentType, got.Body, got.IsBase64Encoded)
		}
	}
}

func TestHTTPAnswers(t *testing.T) {
	t.Parallel()
	l, server := site(t)
	l.gatewayLimit = 2 * time.Second
	l.functions["F"].invoke(t.Context(), []byte(`{"do":"pid"}`)) // the gateway's short limit is not for the cold start
	tests := []struct {
		name, answer string
		status       int
		body         string
		header       string // one that must be there, as "Name: value"
	}{
		{"text", `{"statusCode":201,"headers":{"X-A":"b"},"body":"made"}`, 201, "made", "X-A: b"},
		{"default type", `{"statusCode":200,"body":"x"}`, 200, "x", "Content-Type: text/plain;charset=UTF-8"},
		{"own type", `{"statusCode":200,"headers":{"content-type":"text/html; charset=utf-8"},"body":"<p>"}`, 200, "<p>", "Content-Type: text/html; charset=utf-8"},
		{"base64", `{"statusCode":200,"body":"AP/+","isBase64Encoded":true}`, 200, "\x00\xff\xfe", "Content-Length: 3"},
		{"bad base64", `{"statusCode":200,"body":"***","isBase64Encoded":true}`, 500, `{"message":"Internal Server Error"}`, ""},
		{"cookies", `{"statusCode":200,"cookies":["a=1; Path=/","b=2"]}`, 200, "", "Set-Cookie: a=1; Path=/"},
		{"number as a header", `{"statusCode":200,"headers":{"X-N":7}}`, 200, "", "X-N: 7"},
		{"redirect", `{"statusCode":303,"headers":{"location":"/r/x"}}`, 303, "", "Location: /r/x"},
		{"no content", `{"statusCode":204}`, 204, "", ""},
		{"object without a status", `{"hello":"world"}`, 200, `{"hello":"world"}`, "Content-Type: application/json"},
		{"string", `"hello"`, 200, "hello", "Content-Type: application/json"},
		{"status of no kind", `{"statusCode":"x"}`, 500, `{"message":"Internal Server Error"}`, ""},
		{"function error", "error", 500, `{"message":"Internal Server Error"}`, "Content-Type: application/json"},
		{"too slow", "sleep", 503, `{"message":"Service Unavailable"}`, ""},
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Head(server.URL + "/r/x?answer=" + url.QueryEscape(`{"statusCode":200,"body":"12345"}`))
	if err != nil || answer.StatusCode != 200 || answer.ContentLength != 5 {
		t.Errorf("HEAD: %v, %v", answer, err)
	}
	for _, test := range tests {
		answer, err := client.Get(server.URL + "/r/x?answer=" + url.QueryEscape(test.answer))
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		if answer.StatusCode != test.status || strings.TrimSpace(string(body)) != test.body {
			t.Errorf("%s: %d %q, want %d %q", test.name, answer.StatusCode, body, test.status, test.body)
		}
		if name, value, _ := strings.Cut(test.header, ": "); answer.Header.Get(name) != value {
			t.Errorf("%s: header %s is %q, want %q", test.name, name, answer.Header.Get(name), value)
		}
	}
}

func TestHTTPLimits(t *testing.T) {
	t.Parallel()
	l, server := site(t)
	post := func(size int, contentType, header string) (int, string) {
		r, err := http.NewRequest(http.MethodPost, server.URL+"/files/x?answer="+url.QueryEscape(`{"statusCode":200}`), io.LimitReader(zeros{}, int64(size)))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", contentType)
		r.Header.Set("X-Long", header)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		body, _ := io.ReadAll(answer.Body)
		return answer.StatusCode, string(body)
	}
	const tooLarge = `{"message":"Request Entity Too Large"}`
	tests := []struct {
		name   string
		size   int
		header int
		status int
		body   string
	}{
		{"5 MB", 5 << 20, 1, 200, ""},
		{"7 MB: the gateway takes it, Lambda does not", 7 << 20, 1, 413, tooLarge},
		{"over 10 MB", 10<<20 + 1, 1, 413, tooLarge},
		{"4.5 MB of bytes, which docs/api.md promises", 4_500_000, 1, 200, ""},
		{"4.75 MB of bytes: as base64 over Lambda's 6 MB", 4_750_000, 1, 413, tooLarge},
		{"5 MB of bytes", 5 << 20, 1, 413, tooLarge},
		{"headers below 10,240 bytes", 1, 9900, 200, ""},
		{"headers over 10,240 bytes", 1, 10200, 431, `{"message":"Request Header Fields Too Large"}`},
	}
	for _, test := range tests {
		contentType := "text/plain"
		if strings.Contains(test.name, "of bytes") {
			contentType = "application/octet-stream"
		}
		if status, body := post(test.size, contentType, strings.Repeat("h", test.header)); status != test.status || body != test.body {
			t.Errorf("%s: %d %s, want %d %s", test.name, status, body, test.status, test.body)
		}
	}
	if answer, err := http.Get(server.URL + "/nowhere"); err != nil || answer.StatusCode != 404 {
		t.Errorf("unknown route: %v, %v", answer, err)
	} else if body, _ := io.ReadAll(answer.Body); string(body) != `{"message":"Not Found"}` {
		t.Errorf("unknown route: %s", body)
	}
	r := l.Meter().Report(time.Now())
	if r.HTTP != 7 || r.HTTPUnits != 10+14+1+1+9+10+10 {
		t.Errorf("metered %d requests of %d units", r.HTTP, r.HTTPUnits)
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = '0'
	}
	return len(b), nil
}

// A path that holds an encoded question mark reaches the function as AWS hands it on: decoded and cut there.
func TestHTTPPathWithQuestionMark(t *testing.T) {
	t.Parallel()
	_, server := site(t)
	conn, err := net.Dial("tcp", strings.TrimPrefix(server.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprint(conn, "GET /r/a%3Fb?x=1 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var got events.APIGatewayV2HTTPRequest
	if err := json.NewDecoder(answer.Body).Decode(&got); err != nil {
		t.Fatal(err)
	}
	if got.RawPath != "/r/a" || got.RawQueryString != "x=1" || got.RequestContext.DomainName != "h" {
		t.Errorf("rawPath %q, query %q", got.RawPath, got.RawQueryString)
	}
}
