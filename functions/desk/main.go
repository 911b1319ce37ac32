// Command desk is where the company works: the pages of the staff, and the JSON API under /api/v1/.
package main

import (
	"fmt"
	"os"
	"time"

	"onetap/internal/keys"
	"onetap/internal/logs"
	"onetap/internal/ses"
	"onetap/internal/store"
	"onetap/internal/survey"
	"onetap/internal/web"
)

func main() {
	s, err := store.Open()
	if err != nil {
		stop(err)
	}
	keys, err := keys.FromEnvironment()
	if err != nil {
		stop(err)
	}
	c := store.Config()
	i, err := newIssuer(os.Getenv("OIDC_ISSUER"), os.Getenv("OIDC_CLIENT_ID"), os.Getenv("OIDC_CLIENT_SECRET"))
	if err != nil {
		stop(err)
	}
	senders, err := survey.NewSenders(os.Getenv("SENDER"), os.Getenv("SENDERS"))
	if err != nil {
		stop(fmt.Errorf("SENDER or SENDERS: %w", err))
	}
	d := &desk{
		store: s, keys: keys, mail: ses.New(c, os.Getenv("CONFIGURATION_SET")), now: time.Now, wake: waker(c, os.Getenv("SEND_FUNCTION")),
		token: os.Getenv("API_TOKEN"), sender: os.Getenv("SENDER"), senders: senders, site: os.Getenv("SITE"), links: os.Getenv("LINKS"),
		admin: os.Getenv("ADMIN_EMAIL"), issuer: i, later: caller(c, os.Getenv("AWS_LAMBDA_FUNCTION_NAME")), // itself
	}
	if err := d.check(); err != nil {
		stop(err)
	}
	web.StartWith(d.handler(), d.run)
}

func stop(err error) {
	logs.New(os.Stderr).Error("start", "error", err)
	os.Exit(1)
}
