package local

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/kms"

	"onetap/internal/awsenv"
	"onetap/internal/kms"
)

const templateWithKey = testTemplate + `
  DataKey: {Type: AWS::KMS::Key, Properties: {EnableKeyRotation: true}}
  DataKeyAlias: {Type: AWS::KMS::Alias, Properties: {AliasName: !Sub 'alias/${AWS::StackName}-data', TargetKeyId: !Ref DataKey}}
`

// The laptop's keys wrap over its AWS endpoint, for our client and for AWS's, and unwrap after a restart what was wrapped before.
func TestKeysOverARestart(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	if err := os.WriteFile(cfg.Template, []byte(templateWithKey), 0o600); err != nil {
		t.Fatal(err)
	}
	with := map[string]string{"purpose": "contacts"}
	clients := func(s *Stack) (*kms.Client, *sdk.Client) {
		c := awsenv.Config()
		c.Region, c.BaseEndpoint, c.Credentials = "us-east-1", aws.String(s.AWS()), credentials.NewStaticCredentialsProvider("test", "x", "")
		return kms.New(c, "alias/onetap-data"), sdk.NewFromConfig(c)
	}
	s := start(t, cfg)
	ours, theirs := clients(s)
	plain, wrapped, err := ours.NewKey(t.Context(), with)
	if err != nil {
		t.Fatal(err)
	}
	d, err := theirs.DescribeKey(t.Context(), &sdk.DescribeKeyInput{KeyId: aws.String("alias/onetap-data")})
	if err != nil || *d.KeyMetadata.AWSAccountId != "000000000000" || !d.KeyMetadata.Enabled {
		t.Errorf("%+v, %v", d, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(filepath.Join(cfg.Data, "keys.json")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the keys' file: %v, %v", info, err)
	}
	ours, theirs = clients(start(t, cfg))
	if got, err := ours.Unwrap(t.Context(), with, wrapped); err != nil || string(got) != string(plain) {
		t.Errorf("after a restart: %d bytes, %v", len(got), err)
	}
	if got, err := theirs.Decrypt(t.Context(), &sdk.DecryptInput{CiphertextBlob: wrapped, EncryptionContext: with}); err != nil || string(got.Plaintext) != string(plain) {
		t.Errorf("after a restart, AWS's client: %v", err)
	}
}
