package awsenv

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// Endpoint is the address of a service in the region, or of the laptop, without a slash at the end: for calls that are made without the
// SDK's client.
func Endpoint(c aws.Config, service string) string {
	if c.BaseEndpoint != nil {
		return strings.TrimSuffix(*c.BaseEndpoint, "/")
	}
	base := "https://" + service + "." + c.Region + ".amazonaws.com"
	if strings.HasPrefix(c.Region, "cn-") {
		base += ".cn"
	}
	return base
}

// Sign signs a call of a service (Signature Version 4). The headers that are to be signed must be set, and body be what r sends.
func Sign(ctx context.Context, c aws.Config, r *http.Request, body []byte, service string) error {
	credentials, err := c.Credentials.Retrieve(ctx)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(body)
	return v4.NewSigner().SignHTTP(ctx, credentials, r, hex.EncodeToString(sum[:]), service, c.Region, time.Now())
}

// SignS3 is Sign for S3, which takes paths as they stand in the address, and wants the body's sum in a header.
func SignS3(ctx context.Context, c aws.Config, r *http.Request, body []byte) error {
	credentials, err := c.Credentials.Retrieve(ctx)
	if err != nil {
		return err
	}
	hash := sha256.Sum256(body)
	sum := hex.EncodeToString(hash[:])
	r.Header.Set("X-Amz-Content-Sha256", sum)
	signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true })
	return signer.SignHTTP(ctx, credentials, r, sum, "s3", c.Region, time.Now())
}
