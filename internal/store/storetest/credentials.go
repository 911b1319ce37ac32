package storetest

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
)

func credentials(caller string) func(context.Context) (aws.Credentials, error) {
	return func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: caller, SecretAccessKey: "unused", Source: "test"}, nil
	}
}
