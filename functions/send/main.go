// Command send is the one paced sender: it wakes every minute and at each launch, and sends what is due at the rate of
// the SES account until shortly before its deadline.
package main

import (
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"onetap/internal/link"
	"onetap/internal/logs"
	"onetap/internal/ses"
	"onetap/internal/store"
)

func main() {
	log := logs.New(os.Stdout)
	s, err := store.Open()
	if err != nil {
		log.Error("start", "error", err)
		os.Exit(1)
	}
	keys, err := link.FromEnvironment()
	if err != nil {
		log.Error("start", "error", err)
		os.Exit(1)
	}
	sender := &sender{
		store: s, mail: ses.New(store.Config(), os.Getenv("CONFIGURATION_SET")), keys: keys, log: log, now: time.Now,
		from: os.Getenv("SENDER"), links: os.Getenv("LINKS"), beat: leaseBeat, patience: leasePatience, trust: leaseTrust,
	}
	lambda.Start(sender.handle)
}
