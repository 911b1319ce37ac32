// Command recompute folds answers and sending outcomes from the table's stream into the figures.
package main

import (
	"log/slog"
	"math/rand/v2"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"onetap/internal/store"
)

func main() {
	log := slog.New(slog.NewJSONHandler(os.Stdout, nil))
	s, err := store.Open()
	if err != nil {
		log.Error("start", "error", err)
		os.Exit(1)
	}
	r := &recompute{store: s, log: log, random: rand.IntN}
	lambda.Start(r.handle)
}
