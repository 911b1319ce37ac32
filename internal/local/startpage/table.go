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
	"onetap/internal/searching"
	"onetap/internal/store"
)

// OpenTable is the laptop's table behind its AWS endpoint, with the keys of its KMS.
func OpenTable(endpoint, name string) *store.Store {
	s, _ := open(endpoint, name)
	return s
}

// OpenIndex finds contacts of that table by their words.
func OpenIndex(endpoint, name string) *searching.Index {
	s, sealer := open(endpoint, name)
	return &searching.Index{Store: s, Seal: sealer}
}

func open(endpoint, name string) (*store.Store, *seal.Sealer) {
	c := awsenv.Config()
	c.Region, c.BaseEndpoint = "eu-central-1", &endpoint
	c.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: "laptop", SecretAccessKey: "unused", Source: "laptop"}, nil
	})
	s := store.New(dynamodb.NewFromConfig(c), name)
	sealer := seal.New(seal.Options{Rings: s, KMS: kms.New(c, "alias/onetap-data"), Now: time.Now})
	s.SealWith(sealer, slog.Default())
	return s, sealer
}
