// Command desk is where the company works: the pages of the staff, and the JSON API under /api/v1/.
package main

import (
	"os"
	"time"

	"onetap/internal/accounts"
	"onetap/internal/awsenv"
	"onetap/internal/console"
	"onetap/internal/door"
	"onetap/internal/keys"
	"onetap/internal/kms"
	"onetap/internal/logs"
	"onetap/internal/mailing"
	"onetap/internal/s3"
	"onetap/internal/seal"
	"onetap/internal/searching"
	"onetap/internal/ses"
	"onetap/internal/store"
	"onetap/internal/web"
)

func main() {
	s, err := store.Open()
	if err != nil {
		stop(err)
	}
	sealer, err := kms.Sealer(s)
	if err != nil {
		stop(err)
	}
	s.SealWith(sealer, logs.New(os.Stdout))
	ks, err := keys.FromEnvironment()
	if err != nil {
		stop(err)
	}
	c, pairs := awsenv.Config(), mailing.Pairs(nil)
	if key := os.Getenv("BALLOTS_KEY"); key != "" {
		pairs = seal.New(seal.Options{Rings: s, KMS: kms.New(c, key), Now: time.Now})
	}
	d, err := door.Open(door.Settings{
		Store: s, Keys: ks, CaseKey: os.Getenv("CASE_KEY"), Mail: ses.New(c, os.Getenv("CONFIGURATION_SET")),
		Wake: awsenv.Waker(c, os.Getenv("SEND_FUNCTION")), Later: awsenv.Caller(c, os.Getenv("AWS_LAMBDA_FUNCTION_NAME")), // itself
		Sheets: awsenv.Asker(c, os.Getenv("SHEETS_FUNCTION")), Report: awsenv.Caller(c, os.Getenv("REPORT_FUNCTION")), Files: s3.New(c, os.Getenv("EXPORTS_BUCKET")), Pairs: pairs, Words: sealer,
		Index: &searching.Index{Store: s, Seal: sealer}, Firms: &accounts.Index{Store: s, Seal: sealer},
		Token: os.Getenv("API_TOKEN"), Sender: os.Getenv("SENDER"), Senders: os.Getenv("SENDERS"), Site: os.Getenv("SITE"), Links: os.Getenv("LINKS"), Admin: os.Getenv("ADMIN_EMAIL"),
		OIDC: door.OIDC{Issuer: os.Getenv("OIDC_ISSUER"), Client: os.Getenv("OIDC_CLIENT_ID"), Secret: os.Getenv("OIDC_CLIENT_SECRET")},
	})
	if err != nil {
		stop(err)
	}
	site := console.New(d)
	web.StartWith(site.Handler(), site.Run)
}

func stop(err error) {
	logs.New(os.Stderr).Error("start", "error", err)
	os.Exit(1)
}
