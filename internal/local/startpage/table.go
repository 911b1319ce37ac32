package startpage

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"onetap/internal/awsenv"
	"onetap/internal/store"
)

// OpenTable is the laptop's table behind its AWS endpoint.
func OpenTable(endpoint, name string) Table {
	c := awsenv.Config()
	c.Region, c.BaseEndpoint = "eu-central-1", &endpoint
	c.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: "laptop", SecretAccessKey: "unused", Source: "laptop"}, nil
	})
	return store.New(dynamodb.NewFromConfig(c), name)
}
