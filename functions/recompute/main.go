// Command recompute folds answers and sending outcomes from the table's stream into the figures.
package main

import (
	"os"

	"github.com/aws/aws-lambda-go/lambda"

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
	lambda.Start(recompute.New(s, log).Handle)
}
