package main

import (
	"context"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"onetap/internal/web"
)

// BenchmarkShow and BenchmarkTake are one event through the adapter, the pages and a store in memory.
func BenchmarkShow(b *testing.B) { benchmark(b, "GET", "/r/TOKEN/9", "") }

func BenchmarkTake(b *testing.B) {
	benchmark(b, "POST", "/r/TOKEN", "score=9&gesture=gesture&digest=a")
}

func benchmark(b *testing.B, method, path, body string) {
	s := newStage(b)
	h := web.Handler(s.pages.routes())
	e := events.APIGatewayV2HTTPRequest{RawPath: "/r/" + s.token + path[len("/r/TOKEN"):], Body: body,
		Headers: map[string]string{"content-type": "application/x-www-form-urlencoded", "accept": "application/json", "accept-language": "ru"}}
	e.RequestContext.HTTP.Method = method
	for b.Loop() {
		if got, err := h(context.Background(), e); err != nil || got.StatusCode != 200 {
			b.Fatal(got.StatusCode, err)
		}
	}
}
