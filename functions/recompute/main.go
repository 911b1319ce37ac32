// Command recompute folds answers and sending outcomes from the table's stream into the figures.
package main

import (
	"math/rand/v2"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

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
	r := &recompute{store: s, log: log, random: rand.IntN}
	lambda.Start(r.handle)
}
