// Package awsenv reads what Lambda's environment says of AWS: the configuration of the SDK's clients.
package awsenv

import (
	"context"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
)

// Config is the SDK configuration that every function uses, from the environment alone (the `config` package would
// add 2.4 MB and its own start-up time).
func Config() aws.Config {
	c := aws.Config{
		Region:     os.Getenv("AWS_REGION"),
		HTTPClient: newHTTPClient(),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{
				AccessKeyID:     os.Getenv("AWS_ACCESS_KEY_ID"),
				SecretAccessKey: os.Getenv("AWS_SECRET_ACCESS_KEY"),
				SessionToken:    os.Getenv("AWS_SESSION_TOKEN"),
				Source:          "environment",
			}, nil
		}),
		Retryer: func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) { o.MaxAttempts = 6; o.MaxBackoff = 2 * time.Second })
		},
	}
	if e := os.Getenv("AWS_ENDPOINT_URL"); e != "" {
		c.BaseEndpoint = aws.String(e)
	}
	return c
}
