// Command analyse keeps the sealed index by which contacts are found by their words, and what is known of their accounts, opens cases for those of value
// who never answer, and keeps what each wave of answers came to.
package main

import (
	"crypto/rand"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"onetap/internal/accounts"
	"onetap/internal/followup"
	"onetap/internal/handlers/analyse"
	"onetap/internal/handlers/wire"
	"onetap/internal/insight"
	"onetap/internal/kms"
	"onetap/internal/logs"
	"onetap/internal/searching"
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
	rules, err := wire.Rules()
	if err != nil {
		log.Error("start", "error", err)
		os.Exit(1)
	}
	silences := &followup.Silences{Store: s, Log: log, Now: time.Now, Rules: rules, Admin: os.Getenv("ADMIN_EMAIL")}
	keeper := &searching.Keeper{Store: s, Seal: sealer, Now: time.Now, Random: rand.Reader, Log: log}
	firms := &accounts.Keeper{Store: s, Seal: sealer, Now: time.Now, Random: rand.Reader, Log: log}
	lambda.Start(analyse.Handler{
		Keeper: keeper, Accounts: firms, Silences: silences,
		Recovering: &followup.Recovering{Store: s, Log: log, Now: time.Now}, Summing: &followup.Summing{Store: s, Log: log, Now: time.Now},
		Analyst: &insight.Analyst{Store: s, Log: log, Now: time.Now},
	}.Handle)
}
