// Command ballots opens the boxes of employees' campaigns that have ended. It alone may open what they hold.
package main

import (
	"crypto/rand"
	"os"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"onetap/internal/awsenv"
	"onetap/internal/handlers/ballots"
	"onetap/internal/kms"
	"onetap/internal/logs"
	"onetap/internal/opening"
	"onetap/internal/seal"
	"onetap/internal/store"
)

func main() {
	log := logs.New(os.Stdout)
	s, err := store.Open()
	if err != nil {
		log.Error("start", "error", err)
		os.Exit(1)
	}
	wait, err := strconv.Atoi(os.Getenv("BOX_WAIT"))
	if err != nil || os.Getenv("BALLOTS_KEY") == "" {
		log.Error("start: BOX_WAIT is a number of seconds, BALLOTS_KEY the key of KMS that wraps ballots' keys", "error", err)
		os.Exit(1)
	}
	sealer := seal.New(seal.Options{Rings: s, KMS: kms.New(awsenv.Config(), os.Getenv("BALLOTS_KEY")), Now: time.Now})
	opener := &opening.Opener{Store: s, Seal: sealer, Now: time.Now, Random: rand.Reader, Log: log, Wait: time.Duration(wait) * time.Second}
	lambda.Start(ballots.Handler{Opener: opener}.Handle)
}
