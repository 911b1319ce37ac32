// Command feedback takes what SES reports of messages: bounces and complaints stop an address and correct the ledger,
// a delivery settles an invitation of which nobody knew whether it was sent.
package main

import (
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"onetap/internal/delivery"
	"onetap/internal/handlers/feedback"
	"onetap/internal/handlers/wire"
	"onetap/internal/keys"
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
	ks, err := keys.FromEnvironment()
	if err != nil {
		log.Error("start", "error", err)
		os.Exit(1)
	}
	alerts, err := wire.Alerts(s, log)
	if err != nil {
		log.Error("start", "error", err)
		os.Exit(1)
	}
	reports := &delivery.Reports{Store: s, Keys: ks, Log: log, Now: time.Now, Wait: time.Sleep}
	lambda.Start(feedback.New(reports, alerts).Handle)
}
