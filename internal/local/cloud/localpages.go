package cloud

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"time"
)

// localHelp is what the laptop says of itself, and what tests and people ask of it.
const localHelp = `This is the AWS endpoint of a laptop: DynamoDB, DynamoDB Streams, SES v2, Lambda's Invoke and SQS (JSON protocol).

  GET  /_local/meter                       what the functions used so far
  POST /_local/meter/reset                 begin to count anew
  POST /_local/settle?within=10s           wait until nothing is on its way
  GET  /_local/queues                      the queues
  GET  /_local/queues/{queue}              the messages of one: the dead letters
  POST /_local/queues/{queue}/{id}/replay  run what a dead letter tells of once more
  POST /_local/events                      put an event on the default event bus
`

func (c *Cloud) localPages() http.Handler {
	mux := http.NewServeMux()
	help := func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, localHelp) }
	mux.HandleFunc("GET /{$}", help)
	mux.HandleFunc("GET /_local/{$}", help)
	mux.HandleFunc("GET /_local/queues", c.handleQueues)
	mux.HandleFunc("GET /_local/meter", func(w http.ResponseWriter, r *http.Request) {
		writeJSON(w, http.StatusOK, c.meter.Report(c.now()))
	})
	mux.HandleFunc("POST /_local/meter/reset", func(w http.ResponseWriter, r *http.Request) {
		c.meter.Reset(c.now())
		writeJSON(w, http.StatusOK, c.meter.Report(c.now()))
	})
	mux.HandleFunc("POST /_local/settle", c.handleSettle)
	mux.HandleFunc("GET /_local/queues/{queue}", c.handleQueue)
	mux.HandleFunc("POST /_local/queues/{queue}/{id}/replay", c.handleReplay)
	mux.HandleFunc("POST /_local/events", func(w http.ResponseWriter, r *http.Request) {
		c.withBody(w, r, "EventBridge", "PutEvents", func(w http.ResponseWriter, body []byte) {
			c.Publish(body)
			writeJSON(w, http.StatusAccepted, struct{}{})
		})
	})
	return mux
}

func localError(w http.ResponseWriter, status int, err error) {
	writeJSON(w, status, map[string]string{"error": err.Error()})
}

func (c *Cloud) handleSettle(w http.ResponseWriter, r *http.Request) {
	within := 10 * time.Second
	if text := r.URL.Query().Get("within"); text != "" {
		var err error
		if within, err = time.ParseDuration(text); err != nil {
			localError(w, http.StatusBadRequest, err)
			return
		}
	}
	ctx, cancel := context.WithTimeout(r.Context(), within)
	defer cancel()
	if err := c.Settle(ctx); err != nil {
		localError(w, http.StatusGatewayTimeout, err)
		return
	}
	writeJSON(w, http.StatusOK, map[string]bool{"settled": true})
}

func (c *Cloud) handleQueues(w http.ResponseWriter, r *http.Request) {
	type queue struct {
		ID       string `json:"id"`
		Name     string `json:"name"`
		Messages int    `json:"messages"`
	}
	list := []queue{}
	for _, q := range c.Queues() {
		messages, err := q.Messages()
		if err != nil {
			localError(w, http.StatusInternalServerError, err)
			return
		}
		list = append(list, queue{q.ID, q.Name, len(messages)})
	}
	writeJSON(w, http.StatusOK, map[string]any{"queues": list})
}

func (c *Cloud) handleQueue(w http.ResponseWriter, r *http.Request) {
	q := c.queues[r.PathValue("queue")]
	if q == nil {
		localError(w, http.StatusNotFound, errors.New("there is no such queue"))
		return
	}
	list, err := q.Messages()
	if err != nil {
		localError(w, http.StatusInternalServerError, err)
		return
	}
	if list == nil {
		list = []Message{}
	}
	writeJSON(w, http.StatusOK, map[string]any{"queue": q.Name, "messages": list})
}

func (c *Cloud) handleReplay(w http.ResponseWriter, r *http.Request) {
	q := c.queues[r.PathValue("queue")]
	if q == nil {
		localError(w, http.StatusNotFound, errors.New("there is no such queue"))
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), replayLimit)
	defer cancel()
	err := c.Replay(ctx, q, r.PathValue("id"))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		localError(w, http.StatusNotFound, errors.New("there is no such message"))
	case err != nil:
		localError(w, http.StatusConflict, err)
	default:
		writeJSON(w, http.StatusOK, map[string]bool{"replayed": true})
	}
}
