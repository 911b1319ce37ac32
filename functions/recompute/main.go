// Command recompute folds answers and sending outcomes from the table's stream into the figures, and notes which contacts have changed.
package main

import (
	"math/rand/v2"
	"os"

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
	lambda.Start(recompute.Handler{Counter: counter, Notes: s, Log: log}.Handle)
}
