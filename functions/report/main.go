// Command report writes large downloads into the bucket, part by part.
package main

import (
	"errors"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"onetap/internal/accounts"
	"onetap/internal/awsenv"
	"onetap/internal/contacts"
	"onetap/internal/exports"
	"onetap/internal/followup"
	"onetap/internal/handlers/report"
	"onetap/internal/insight"
	"onetap/internal/keys"
	"onetap/internal/kms"
	"onetap/internal/logs"
	"onetap/internal/s3"
	"onetap/internal/store"
)

func main() {
	log := logs.New(os.Stdout)
	h, err := open()
	if err != nil {
		log.Error("start", "error", err)
		os.Exit(1)
	}
	lambda.Start(h.Handle)
}

func open() (h report.Handler, err error) {
	s, err := store.Open()
	if err != nil {
		return h, err
	}
	sealer, err := kms.Sealer(s)
	if err != nil {
		return h, err
	}
	s.SealWith(sealer, logs.New(os.Stdout))
	ks, err := keys.FromEnvironment()
	if err != nil {
		return h, err
	}
	c := awsenv.Config()
	bucket := s3.New(c, os.Getenv("EXPORTS_BUCKET"))
	if os.Getenv("EXPORTS_BUCKET") == "" {
		return h, errors.New("EXPORTS_BUCKET is not set: name the bucket of large downloads")
	}
	e := &exports.Exports{
		Store: s, Results: &insight.Results{Store: s, Keys: ks, Firms: &accounts.Index{Store: s, Seal: sealer}, Now: time.Now}, Lists: &contacts.Lists{Store: s, Keys: ks, Now: time.Now},
		Cases: &followup.Cases{Store: s, Now: time.Now}, Now: time.Now, Files: bucket,
	}
	return report.Handler{Exports: e, Again: exports.Waker(awsenv.Caller(c, os.Getenv("AWS_LAMBDA_FUNCTION_NAME")))}, nil
}
