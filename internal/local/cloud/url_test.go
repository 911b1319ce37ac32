package cloud

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
)

// address starts a lab with one function that has an address of its own.
func address(t *testing.T) (*lab, *httptest.Server) {
	t.Helper()
	l := newLab(t, fnResource("F", "Timeout: 1")+fnResource("G", "Timeout: 1")+`
  Address:
    Type: AWS::Lambda::Url
    Properties: {AuthType: NONE, TargetFunctionArn: !Ref F}
  Everybody:
    Type: AWS::Lambda::Permission
    Properties: {Action: lambda:InvokeFunctionUrl, FunctionName: !Ref F, Principal: '*', FunctionUrlAuthType: NONE}
  ByItsAddress:
    Type: AWS::Lambda::Permission
    Properties: {Action: lambda:InvokeFunction, FunctionName: !Ref F, Principal: '*', InvokedViaFunctionUrl: true}
`)
	if l.FunctionURL("G") != nil || l.FunctionURL("Nobody") != nil {
		t.Error("a function without a URL is open to everybody")
	}
	server := httptest.NewServer(l.FunctionURL("F"))
	t.Cleanup(server.Close)
	return l, server
}

// A function's own address hands on what an HTTP API does, without routes and with the path as it came.
func TestFunctionURLEvent(t *testing.T) {
	t.Parallel()
	_, server := address(t)
	answer, err := http.Post(server.URL+"/r/a%20b%2Fc?x=1&x=2", "application/x-www-form-urlencoded", strings.NewReader("score=9"))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var got events.APIGatewayV2HTTPRequest
	if err := json.NewDecoder(answer.Body).Decode(&got); err != nil {
		t.Fatal(err)
	}
	if got.Version != "2.0" || got.RouteKey != "$default" || got.RequestContext.RouteKey != "$default" || got.RawPath != "/r/a%20b%2Fc" ||
		got.RawQueryString != "x=1&x=2" || got.PathParameters != nil || got.Body != "c2NvcmU9OQ==" || !got.IsBase64Encoded ||
		got.RequestContext.HTTP.Method != "POST" || got.RequestContext.RequestID != answer.Header.Get("X-Amzn-Requestid") {
		t.Errorf("event %+v", got)
	}
}

func TestFunctionURLAnswers(t *testing.T) {
	t.Parallel()
	l, server := address(t)
	l.functions["F"].invoke(t.Context(), []byte(`{"do":"pid"}`)) // the short timeout is not for the cold start
	l.Meter().Reset(time.Now())
	get := func(answer string) (int, string) {
		t.Helper()
		a, err := http.Get(server.URL + "/anything?answer=" + url.QueryEscape(answer))
		if err != nil {
			t.Fatal(err)
		}
		defer a.Body.Close()
		body, _ := io.ReadAll(a.Body)
		return a.StatusCode, strings.TrimSpace(string(body))
	}
	for _, test := range []struct {
		answer string
		status int
		body   string
	}{
		{`{"statusCode":201,"body":"made"}`, 201, "made"},
		{`{"statusCode":"x"}`, 502, `{"message":"Internal Server Error"}`},
		{"error", 502, `{"message":"Internal Server Error"}`},
		{"sleep", 502, `{"message":"Internal Server Error"}`}, // over its time
	} {
		if status, body := get(test.answer); status != test.status || body != test.body {
			t.Errorf("%s: %d %s, want %d %s", test.answer, status, body, test.status, test.body)
		}
	}
	for size, want := range map[int64]int{5 << 20: 200, 6<<20 + 1: 413} {
		a, err := http.Post(server.URL+"/?answer="+url.QueryEscape(`{"statusCode":200}`), "text/plain", io.LimitReader(zeros{}, size))
		if err != nil {
			t.Fatal(err)
		}
		a.Body.Close()
		if a.StatusCode != want {
			t.Errorf("%d bytes: %d, want %d", size, a.StatusCode, want)
		}
	}
	if r := l.Meter().Report(time.Now()); r.URL != 6 || r.URLBytes != 4 || r.HTTP != 0 {
		t.Errorf("metered %d requests with %d bytes, %d of the API", r.URL, r.URLBytes, r.HTTP)
	}
}
