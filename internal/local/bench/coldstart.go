package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"onetap/internal/local/guard"
)

// started are the times of one start of a function's binary, from before the process is made.
type started struct {
	ready  time.Duration // to its asking for the first event
	answer time.Duration // to its answer to it
}

// coldStart starts the respond function's binary, hands it one GET of a link as its first event, and ends it.
func (s *stage) coldStart(ctx context.Context, link string) (started, error) {
	event, err := getEvent(link)
	if err != nil {
		return started{}, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return started{}, err
	}
	binary, env := s.Cloud().Environment("RespondFunction", listener.Addr().String())
	runtime := &runtimeAPI{event: event, asked: make(chan time.Time, 1), answered: make(chan time.Time, 1), quit: make(chan struct{})}
	server := guard.Own(runtime.routes())
	go server.Serve(listener)
	defer server.Close()
	defer close(runtime.quit)

	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	process := exec.CommandContext(ctx, binary)
	process.Env = env
	var said bytes.Buffer
	process.Stdout, process.Stderr = &said, &said
	began := time.Now()
	if err := process.Start(); err != nil {
		return started{}, fmt.Errorf("start %s: %w", binary, err)
	}
	exited := make(chan struct{})
	go func() {
		process.Wait() // it is killed, or failed: the cases below say so
		close(exited)
	}()
	defer func() {
		process.Process.Kill()
		<-exited
	}()
	select {
	case at := <-runtime.answered:
		if runtime.err != nil {
			return started{}, runtime.err
		}
		return started{(<-runtime.asked).Sub(began), at.Sub(began)}, nil
	case <-exited:
		return started{}, fmt.Errorf("the process ended without an answer: %s", strings.TrimSpace(said.String()))
	case <-ctx.Done():
		return started{}, ctx.Err()
	}
}

// runtimeAPI is as much of Lambda's Runtime API as one event needs.
type runtimeAPI struct {
	event    []byte
	asked    chan time.Time
	answered chan time.Time
	quit     chan struct{}
	err      error // of the answer; written before answered
}

func (a *runtimeAPI) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", func(w http.ResponseWriter, r *http.Request) {
		select {
		case a.asked <- time.Now():
		default: // the second event, which never comes
			<-a.quit
			return
		}
		h := w.Header()
		h.Set("Lambda-Runtime-Aws-Request-Id", "00000000-0000-4000-8000-000000000001")
		h.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(time.Now().Add(10*time.Second).UnixMilli(), 10))
		h.Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-central-1:000000000000:function:respond")
		w.Write(a.event)
	})
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/{outcome}", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		at := time.Now()
		if a.err = err; err == nil {
			a.err = goodPage(r.PathValue("outcome"), body)
		}
		w.WriteHeader(http.StatusAccepted)
		select {
		case a.answered <- at:
		default:
		}
	})
	return mux
}

// goodPage checks that the first answer is the survey.
func goodPage(outcome string, body []byte) error {
	var answer events.APIGatewayV2HTTPResponse
	if outcome != "response" {
		return fmt.Errorf("the first event failed: %s", body)
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return fmt.Errorf("the first answer does not parse: %w", err)
	}
	if answer.StatusCode != http.StatusOK || len(answer.Body) < 1000 {
		return fmt.Errorf("the first answer has status %d and %d bytes", answer.StatusCode, len(answer.Body))
	}
	return nil
}

// getEvent is a browser's GET of a link as an HTTP API hands it on.
func getEvent(link string) ([]byte, error) {
	u, err := url.Parse(link)
	if err != nil {
		return nil, errors.New("a link does not parse")
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	if len(parts) != 3 {
		return nil, errors.New("a score link has another form")
	}
	const route = "ANY /r/{link+}"
	return json.Marshal(events.APIGatewayV2HTTPRequest{
		Version: "2.0", RouteKey: route, RawPath: u.Path,
		Headers:        map[string]string{"host": u.Host, "accept": "text/html", "accept-language": "ru,en;q=0.8", "user-agent": "Mozilla/5.0"},
		PathParameters: map[string]string{"link": parts[1] + "/" + parts[2]},
		RequestContext: events.APIGatewayV2HTTPRequestContext{
			RouteKey: route, Stage: "$default", RequestID: "cold", DomainName: u.Host,
			HTTP: events.APIGatewayV2HTTPRequestContextHTTPDescription{Method: http.MethodGet, Path: u.Path, Protocol: "HTTP/1.1", SourceIP: "127.0.0.1"},
		},
	})
}
