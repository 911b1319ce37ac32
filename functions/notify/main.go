// Command notify turns detractors' answers from the table's stream into cases, and tells the responsible.
package main

import (
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"onetap/internal/alert"
	"onetap/internal/store"
)

func main() {
	log := slog.New(slog.NewJSONHandler(os.Stdout, nil))
	s, err := store.Open()
	if err != nil {
		log.Error("start", "error", err)
		os.Exit(1)
	}
	alerts, err := alert.FromEnvironment(s, log)
	if err != nil {
		log.Error("start", "error", err)
		os.Exit(1)
	}
	lambda.Start((&notify{alerts: alerts, log: log}).handle)
}
