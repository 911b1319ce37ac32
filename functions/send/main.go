// Command send is the one paced sender: it wakes every minute and at each launch, and sends what is due at the rate of
// the SES account until shortly before its deadline.
package main

import (
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"onetap/internal/halt"
	"onetap/internal/keys"
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
	keys, err := keys.FromEnvironment()
	if err != nil {
		log.Error("start", "error", err)
		os.Exit(1)
	}
	mail, from := ses.New(store.MailConfig(), os.Getenv("CONFIGURATION_SET")), os.Getenv("SENDER")
	sender := &sender{
		store: s, mail: mail, keys: keys, log: log, now: time.Now,
		from: from, links: os.Getenv("LINKS"), beat: leaseBeat, patience: leasePatience, trust: leaseTrust,
		notice: &halt.Notice{Store: s, Mail: mail, Log: log, From: from, Admin: os.Getenv("ADMIN_EMAIL"), Site: os.Getenv("SITE")},
	}
	lambda.Start(sender.handle)
}
