package awsenv_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"onetap/internal/awsenv"
	"onetap/internal/store/storetest"
)

// The sender is called as Lambda's Invoke wants it, signed, and not waited for.
func TestWaker(t *testing.T) {
	t.Parallel()
	status := http.StatusAccepted
	var got *http.Request
	var body []byte
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		w.WriteHeader(status)
		fmt.Fprint(w, `{"Message":"Function not found"}`)
	}))
	t.Cleanup(server.Close)
	c := storetest.As(awsenv.Config(), "DeskFunction")
	c.Region, c.BaseEndpoint = "eu-central-1", aws.String(server.URL)
	wake := awsenv.Waker(c, "stack-send")
	if err := wake(context.Background()); err != nil {
		t.Fatal(err)
	}
	if got.Method != "POST" || got.URL.Path != "/2015-03-31/functions/stack-send/invocations" || got.Header.Get("X-Amz-Invocation-Type") != "Event" || string(body) != "{}" {
		t.Errorf("%s %s %v %s", got.Method, got.URL.Path, got.Header, body)
	}
	if a := got.Header.Get("Authorization"); !strings.Contains(a, "Credential=DeskFunction/") || !strings.Contains(a, "/eu-central-1/lambda/aws4_request") {
		t.Errorf("signed as %q", a)
	}
	status = http.StatusNotFound
	if err := wake(context.Background()); err == nil || !strings.Contains(err.Error(), "Function not found") {
		t.Errorf("no such function: %v", err)
	}
	ask := awsenv.Asker(c, "stack-sheets")
	status = http.StatusOK
	if answer, err := ask(context.Background(), []byte(`{"file":""}`)); err != nil || !strings.Contains(string(answer), "Message") || string(body) != `{"file":""}` || got.Header.Get("X-Amz-Invocation-Type") != "RequestResponse" {
		t.Errorf("asked: %s, %v, %v", answer, err, got.Header)
	}
	status = http.StatusTooManyRequests
	if _, err := ask(context.Background(), nil); err == nil {
		t.Error("a refused call is an answer")
	}
	if awsenv.Waker(c, "") != nil || awsenv.Asker(c, "") != nil {
		t.Error("a sender without a name can be called")
	}
}
