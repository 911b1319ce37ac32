package public

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"onetap/internal/web"
)

// BenchmarkShow, BenchmarkShowPacked and BenchmarkTake are one event through the adapter, the pages and a store in memory, and
// its answer as JSON.
func BenchmarkShow(b *testing.B) { benchmark(b, "GET", "/r/TOKEN/9", "", "") }

func BenchmarkShowPacked(b *testing.B) { benchmark(b, "GET", "/r/TOKEN/9", "", "gzip, deflate, br") }

func BenchmarkTake(b *testing.B) {
	benchmark(b, "POST", "/r/TOKEN", "score=9&gesture=gesture&digest=a", "")
}

func benchmark(b *testing.B, method, path, body, takes string) {
	s := newStage(b)
	h := web.Handler(s.pages.routes())
	e := events.APIGatewayV2HTTPRequest{
		RawPath: "/r/" + s.token + path[len("/r/TOKEN"):], Body: body,
		Headers: map[string]string{"content-type": "application/x-www-form-urlencoded", "accept": "application/json", "accept-language": "ru", "accept-encoding": takes},
	}
	e.RequestContext.HTTP.Method = method
	size := 0
	for b.Loop() {
		got, err := h(context.Background(), e)
		if err != nil || got.StatusCode != 200 {
			b.Fatal(got.StatusCode, err)
		}
		answer, err := json.Marshal(got)
		if err != nil {
			b.Fatal(err)
		}
		size = len(answer)
	}
	b.ReportMetric(float64(size), "bytes/answer")
}
