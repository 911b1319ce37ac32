package storetest

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// As returns the configuration with the credentials of a caller, as the laptop's meter and faults know it, and without
// retries: a test that makes calls fail means those calls.
func As(c aws.Config, caller string) aws.Config {
	c.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: caller, SecretAccessKey: "unused", Source: "test"}, nil
	})
	c.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
	c.HTTPClient = nearby{c.HTTPClient}
	return c
}
