// Command clock does every minute what is due by time: alerts that were waiting or whose sender died.
package main

import (
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"onetap/internal/handlers/clock"
	"onetap/internal/handlers/wire"
	"onetap/internal/kms"
	"onetap/internal/logs"
	"onetap/internal/resealing"
	"onetap/internal/rights"
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
	s.SealWith(sealer, log)
	alerts, err := wire.Alerts(s, log)
	if err != nil {
		log.Error("start", "error", err)
		os.Exit(1)
	}
	words := clock.Words{Pairs: sealer, Resealer: &resealing.Resealer{Store: s, Now: time.Now}}
	lambda.Start(clock.New(alerts, &rights.Rights{Store: s, Now: time.Now, Log: log}, &rights.Retention{Store: s, Now: time.Now}, &rights.Resealer{Store: s, Keys: sealer, Now: time.Now}, words, &rights.Disclosure{Store: s}, log).Handle)
}
