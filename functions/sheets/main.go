// Command sheets reads workbooks of Excel as CSV, for the desk, which calls it. Of the table it may read the parts of workbooks alone.
package main

import (
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"onetap/internal/handlers/sheets"
	"onetap/internal/logs"
	"onetap/internal/store"
)

func main() {
	s, err := store.Open()
	if err != nil {
		logs.New(os.Stdout).Error("start", "error", err)
		os.Exit(1)
	}
	lambda.Start(sheets.Handler{Store: s}.Handle)
}
