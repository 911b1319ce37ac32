// Command notify turns detractors' answers from the table's stream into cases, and tells the responsible.
package main

import (
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"onetap/internal/awsenv"
	"onetap/internal/handlers/notify"
	"onetap/internal/handlers/wire"
	"onetap/internal/kms"
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
	sealer, err := kms.Sealer(s)
	if err != nil {
		log.Error("start", "error", err)
		os.Exit(1)
	}
	s.OpenWith(sealer.Open, log)
	alerts, err := wire.Alerts(s, log)
	if err != nil {
		log.Error("start", "error", err)
		os.Exit(1)
	}
	bus := os.Getenv("EVENT_BUS")
	if bus == "" {
		log.Error("start", "error", "EVENT_BUS is not set: where other systems hear of cases")
		os.Exit(1)
	}
	lambda.Start(notify.New(alerts, awsenv.Publisher(awsenv.Config(), bus, "onetap"), log).Handle)
}
