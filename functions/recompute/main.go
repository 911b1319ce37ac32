// Command recompute folds answers and sending outcomes from the table's stream into the figures, notes which contacts have changed, and at
// night counts everything again. It can open nothing that is sealed.
package main

import (
	"math/rand/v2"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"onetap/internal/counting"
	"onetap/internal/handlers/recompute"
	"onetap/internal/logs"
	"onetap/internal/store"
)

func main() {
	log := logs.New(os.Stdout)
	s, err := store.Open()
	if err != nil {
		log.Error("start", "error", err)
		os.Exit(1)
	}
	counter := &counting.Counter{Store: s, Log: log, Random: rand.IntN}
	recounter := &counting.Recounter{Store: s, Now: time.Now, Metrics: os.Stdout, Log: log}
	lambda.Start(recompute.Handler{Counter: counter, Cases: &counting.CaseCounter{Store: s, Now: time.Now, Log: log}, Notes: s, Recounter: recounter, Log: log}.Handle)
}
