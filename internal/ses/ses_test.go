package ses

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"

	"onetap/internal/mail"
)

// SES names addresses in its refusals (in the sandbox: "The following identities failed the check"). What is logged of a
// refusal has none of them, and its kind can still be told (promise 6).
func TestRefusalsNameNoAddress(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Amzn-ErrorType", "MessageRejected")
		w.WriteHeader(http.StatusBadRequest)
		io.WriteString(w, `{"message":"Email address is not verified. The following identities failed the check in region EU-WEST-1: anna@example.com"}`)
	}))
	defer server.Close()
	c := New(aws.Config{Region: "eu-west-1", BaseEndpoint: &server.URL, Credentials: aws.AnonymousCredentials{}}, "")
	_, sent := c.Send(t.Context(), mail.Message{From: "nps@example.com", To: "anna@example.com", Subject: "s", Text: "t", HTML: "h"})
	if refusal := mail.RefusalOf(sent); refusal == nil || !refusal.Message {
		t.Errorf("%v is not known as a refusal of the message", sent)
	}
	_, asked := c.Verified(t.Context(), "nps@example.com")
	for _, err := range []error{sent, asked} {
		var api smithy.APIError
		if err == nil || !errors.As(err, &api) || api.ErrorCode() != "MessageRejected" || !strings.Contains(err.Error(), "MessageRejected") {
			t.Errorf("the kind is lost: %v", err != nil)
		}
		if err != nil && strings.Contains(err.Error(), "@") {
			t.Error("the refusal names an address")
		}
	}
}

// A message that is to go once is not sent again where nobody knows whether SES took it, and is where SES has said that it did not; any other is in both.
func TestOnce(t *testing.T) {
	t.Parallel()
	for _, one := range []struct {
		what   string
		once   bool
		status int // 0: the reply is lost
		calls  int
	}{{"an alert, its reply lost", false, 0, 2}, {"told, its reply lost", true, 0, 1}, {"told, too fast", true, 429, 2}, {"told, SES is ill", true, 500, 1}} {
		t.Run(one.what, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int32
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if calls.Add(1) > 1 {
					io.WriteString(w, `{"MessageId":"1"}`)
					return
				}
				if one.status == 0 {
					panic(http.ErrAbortHandler)
				}
				w.Header().Set("X-Amzn-ErrorType", map[int]string{429: "TooManyRequestsException", 500: "InternalFailure"}[one.status])
				w.WriteHeader(one.status)
				io.WriteString(w, `{"message":"no"}`)
			}))
			defer server.Close()
			c := New(aws.Config{Region: "eu-west-1", BaseEndpoint: &server.URL, Credentials: aws.AnonymousCredentials{}}, "")
			_, err := c.Send(t.Context(), mail.Message{From: "nps@example.com", To: "anna@example.com", Subject: "s", Text: "t", HTML: "h", Once: one.once})
			if n := int(calls.Load()); n != one.calls || (err == nil) != (one.calls == 2) {
				t.Errorf("%d calls, want %d; %v", n, one.calls, err)
			}
		})
	}
}
