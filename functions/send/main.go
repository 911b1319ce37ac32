// Command send is the one paced sender: it wakes every minute and at each launch, and sends what is due at the rate of
// the SES account until shortly before its deadline.
package main

import (
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"onetap/internal/awsenv"
	"onetap/internal/handlers/send"
	"onetap/internal/keys"
	"onetap/internal/kms"
	"onetap/internal/logs"
	"onetap/internal/mailing"
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
	sealer, err := kms.Sealer(s)
	if err != nil {
		log.Error("start", "error", err)
		os.Exit(1)
	}
	s.SealWith(sealer, log)
	ks, err := keys.FromEnvironment()
	if err != nil {
		log.Error("start", "error", err)
		os.Exit(1)
	}
	mail, from := ses.New(awsenv.MailConfig(), os.Getenv("CONFIGURATION_SET")), os.Getenv("SENDER")
	notice := &mailing.Notice{Store: s, Mail: mail, Log: log, From: from, Admin: os.Getenv("ADMIN_EMAIL"), Site: os.Getenv("SITE")}
	sender := &mailing.Sender{Store: s, Mail: mail, Keys: ks, Log: log, Now: time.Now, From: from, Links: os.Getenv("LINKS"), Notice: notice}
	lambda.Start(send.Handler{Sender: sender}.Handle)
}
