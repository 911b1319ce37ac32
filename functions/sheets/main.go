// Command sheets reads workbooks of Excel as CSV, for the desk, which calls it. Of the table it may read the parts of workbooks alone.
package main

import (
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"onetap/internal/handlers/sheets"
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
	lambda.Start(sheets.Handler{Store: s}.Handle)
}
