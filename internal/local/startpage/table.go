package startpage

import (
	"context"
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"onetap/internal/awsenv"
	"onetap/internal/kms"
	"onetap/internal/seal"
	"onetap/internal/store"
)

// OpenTable is the laptop's table behind its AWS endpoint, with the keys of its KMS.
func OpenTable(endpoint, name string) *store.Store {
	c := awsenv.Config()
	c.Region, c.BaseEndpoint = "eu-central-1", &endpoint
	c.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: "laptop", SecretAccessKey: "unused", Source: "laptop"}, nil
	})
	s := store.New(dynamodb.NewFromConfig(c), name)
	s.SealWith(seal.New(seal.Options{Rings: s, KMS: kms.New(c, "alias/onetap-data"), Now: time.Now}), slog.Default())
	return s
}
