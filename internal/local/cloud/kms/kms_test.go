package kms_test

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/smithy-go"

	"onetap/internal/local/cloud/kms"
)

const arn = "arn:aws:kms:eu-central-1:123456789012:"

var keys = []kms.Key{
	{ID: "11111111-1111-5111-8111-111111111111", ARN: arn + "key/11111111-1111-5111-8111-111111111111", Aliases: []string{"alias/onetap-data"}, Description: "data", Rotation: 365 * 24 * time.Hour},
	{ID: "22222222-2222-5222-8222-222222222222", ARN: arn + "key/22222222-2222-5222-8222-222222222222", Aliases: []string{"alias/onetap-ballots"}},
	{ID: "33333333-3333-5333-8333-333333333333", ARN: arn + "key/33333333-3333-5333-8333-333333333333", Aliases: []string{"alias/off"}, Disabled: true},
}

// open starts a KMS behind its wire protocol, and AWS's own client for it.
func open(t *testing.T, o kms.Options) *sdk.Client {
	t.Helper()
	if o.Keys == nil {
		o.Keys = keys
	}
	server, err := kms.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	listener := httptest.NewServer(server)
	t.Cleanup(listener.Close)
	return sdk.New(sdk.Options{
		Region: "eu-central-1", BaseEndpoint: aws.String(listener.URL), Retryer: aws.NopRetryer{},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "F", SecretAccessKey: "x"}, nil
		}),
	})
}

var (
	contacts = map[string]string{"purpose": "contacts", "workspace": "one"}
	words    = map[string]string{"purpose": "words", "workspace": "one"}
)

// A data key comes in two forms, and the wrapped one becomes the plain one again, by whatever name the key is called.
func TestDataKeys(t *testing.T) {
	t.Parallel()
	c := open(t, kms.Options{})
	for _, name := range []string{keys[0].ID, keys[0].ARN, "alias/onetap-data", arn + "alias/onetap-data"} {
		made, err := c.GenerateDataKey(t.Context(), &sdk.GenerateDataKeyInput{KeyId: &name, KeySpec: types.DataKeySpecAes256, EncryptionContext: contacts})
		if err != nil {
			t.Fatal(err)
		}
		if len(made.Plaintext) != 32 || *made.KeyId != keys[0].ARN || len(made.CiphertextBlob) != 184 {
			t.Errorf("%s: %d bytes of %s, wrapped in %d", name, len(made.Plaintext), *made.KeyId, len(made.CiphertextBlob))
		}
		for _, id := range []*string{nil, &name} {
			got, err := c.Decrypt(t.Context(), &sdk.DecryptInput{KeyId: id, CiphertextBlob: made.CiphertextBlob, EncryptionContext: maps.Clone(contacts)})
			if err != nil || string(got.Plaintext) != string(made.Plaintext) || *got.KeyId != keys[0].ARN || got.EncryptionAlgorithm != types.EncryptionAlgorithmSpecSymmetricDefault {
				t.Errorf("%s: unwrapped %+v, %v", name, got, err)
			}
		}
	}
	hidden, err := c.GenerateDataKeyWithoutPlaintext(t.Context(), &sdk.GenerateDataKeyWithoutPlaintextInput{KeyId: &keys[0].ID, NumberOfBytes: aws.Int32(64)})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := c.Decrypt(t.Context(), &sdk.DecryptInput{CiphertextBlob: hidden.CiphertextBlob}); err != nil || len(got.Plaintext) != 64 {
		t.Errorf("%v, %v", got, err)
	}
}

// ReEncrypt moves a ciphertext under another key and another context, and the text never leaves KMS.
func TestReEncrypt(t *testing.T) {
	t.Parallel()
	c := open(t, kms.Options{})
	was, err := c.Encrypt(t.Context(), &sdk.EncryptInput{KeyId: &keys[0].ID, Plaintext: []byte("private half"), EncryptionContext: words})
	if err != nil {
		t.Fatal(err)
	}
	now, err := c.ReEncrypt(t.Context(), &sdk.ReEncryptInput{
		CiphertextBlob: was.CiphertextBlob, SourceEncryptionContext: words,
		DestinationKeyId: aws.String("alias/onetap-ballots"), DestinationEncryptionContext: contacts,
	})
	if err != nil || *now.SourceKeyId != keys[0].ARN || *now.KeyId != keys[1].ARN {
		t.Fatal(now, err)
	}
	got, err := c.Decrypt(t.Context(), &sdk.DecryptInput{KeyId: &keys[1].ARN, CiphertextBlob: now.CiphertextBlob, EncryptionContext: contacts})
	if err != nil || string(got.Plaintext) != "private half" {
		t.Errorf("%v, %v", got, err)
	}
}

// What is wrong is said as AWS says it.
func TestErrors(t *testing.T) {
	t.Parallel()
	c := open(t, kms.Options{})
	ctx := t.Context()
	made, err := c.Encrypt(ctx, &sdk.EncryptInput{KeyId: &keys[0].ID, Plaintext: []byte("x"), EncryptionContext: contacts})
	if err != nil {
		t.Fatal(err)
	}
	blob := made.CiphertextBlob
	changed := func(i int) []byte { b := append([]byte(nil), blob...); b[i] ^= 1; return b }
	decrypt := func(key string, blob []byte, with map[string]string) error {
		in := &sdk.DecryptInput{CiphertextBlob: blob, EncryptionContext: with}
		if key != "" {
			in.KeyId = &key
		}
		_, err := c.Decrypt(ctx, in)
		return err
	}
	generate := func(in sdk.GenerateDataKeyInput) error {
		if in.KeyId == nil {
			in.KeyId = &keys[0].ID
		}
		_, err := c.GenerateDataKey(ctx, &in)
		return err
	}
	encrypt := func(in sdk.EncryptInput) error { _, err := c.Encrypt(ctx, &in); return err }
	for name, tt := range map[string]struct {
		err  error
		want string
	}{
		"no such key":           {generate(sdk.GenerateDataKeyInput{KeyId: aws.String("44444444-4444-5444-8444-444444444444"), KeySpec: "AES_256"}), "NotFoundException"},
		"no such alias":         {generate(sdk.GenerateDataKeyInput{KeyId: aws.String("alias/none"), KeySpec: "AES_256"}), "NotFoundException"},
		"an alias's bare name":  {generate(sdk.GenerateDataKeyInput{KeyId: aws.String("onetap-data"), KeySpec: "AES_256"}), "NotFoundException"},
		"another service's ARN": {generate(sdk.GenerateDataKeyInput{KeyId: aws.String("arn:aws:s3:::bucket"), KeySpec: "AES_256"}), "InvalidArnException"},
		"no size":               {generate(sdk.GenerateDataKeyInput{}), "ValidationException"},
		"two sizes":             {generate(sdk.GenerateDataKeyInput{KeySpec: "AES_256", NumberOfBytes: aws.Int32(32)}), "ValidationException"},
		"an odd size":           {generate(sdk.GenerateDataKeyInput{KeySpec: "AES_512"}), "ValidationException"},
		"too large":             {generate(sdk.GenerateDataKeyInput{NumberOfBytes: aws.Int32(1025)}), "ValidationException"},
		"disabled":              {generate(sdk.GenerateDataKeyInput{KeyId: aws.String("alias/off"), KeySpec: "AES_256"}), "DisabledException"},
		"a dry run":             {generate(sdk.GenerateDataKeyInput{KeySpec: "AES_256", DryRun: aws.Bool(true)}), "DryRunOperationException"},
		"grants":                {generate(sdk.GenerateDataKeyInput{KeySpec: "AES_256", GrantTokens: []string{"x"}}), "InvalidGrantTokenException"},
		"nothing to encrypt":    {encrypt(sdk.EncryptInput{KeyId: &keys[0].ID, Plaintext: []byte{}}), "ValidationException"},
		"too much to encrypt":   {encrypt(sdk.EncryptInput{KeyId: &keys[0].ID, Plaintext: make([]byte, 4097)}), "ValidationException"},
		"RSA":                   {encrypt(sdk.EncryptInput{KeyId: &keys[0].ID, Plaintext: []byte("x"), EncryptionAlgorithm: "RSAES_OAEP_SHA_256"}), "InvalidKeyUsageException"},
		"an empty context":      {encrypt(sdk.EncryptInput{KeyId: &keys[0].ID, Plaintext: []byte("x"), EncryptionContext: map[string]string{"purpose": ""}}), "ValidationException"},
		"a context too large":   {encrypt(sdk.EncryptInput{KeyId: &keys[0].ID, Plaintext: []byte("x"), EncryptionContext: map[string]string{"purpose": strings.Repeat("x", 8200)}}), "ValidationException"},
		"another context":       {decrypt("", blob, words), "InvalidCiphertextException"},
		"no context":            {decrypt("", blob, nil), "InvalidCiphertextException"},
		"a changed byte":        {decrypt("", changed(len(blob)-1), contacts), "InvalidCiphertextException"},
		"a changed head":        {decrypt("", changed(60), contacts), "InvalidCiphertextException"},
		"a changed key id":      {decrypt("", changed(6), contacts), "InvalidCiphertextException"},
		"cut":                   {decrypt("", blob[:len(blob)-1], contacts), "InvalidCiphertextException"},
		"anything":              {decrypt("", []byte("not a ciphertext"), contacts), "InvalidCiphertextException"},
		"nothing":               {decrypt("", []byte{}, contacts), "ValidationException"},
		"another key's":         {decrypt(keys[1].ID, blob, contacts), "IncorrectKeyException"},
		"by a key there is not": {decrypt("alias/none", blob, contacts), "NotFoundException"},
	} {
		var e smithy.APIError
		if !errors.As(tt.err, &e) || e.ErrorCode() != tt.want {
			t.Errorf("%s: %v, want %s", name, tt.err, tt.want)
		}
	}
	var typed *types.IncorrectKeyException
	if err := decrypt(keys[1].ID, blob, contacts); !errors.As(err, &typed) {
		t.Errorf("the SDK does not know %v", err)
	}
	for operation, want := range map[string]string{"CreateKey": "UnknownOperationException", "Encrypt": "SerializationException"} {
		server, err := kms.Open(kms.Options{Keys: keys})
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("not JSON"))
		r.Header.Set("X-Amz-Target", "TrentService."+operation)
		w := httptest.NewRecorder()
		server.ServeHTTP(w, r)
		if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %d %s", operation, w.Code, w.Body)
		}
	}
}

// The material outlives the program, in a file that nobody else may read, and is renewed when it is due; what the old has encrypted
// still opens.
func TestMaterialIsKeptAndRotated(t *testing.T) {
	t.Parallel()
	file, now := filepath.Join(t.TempDir(), "keys.json"), time.Date(2026, 11, 30, 4, 0, 0, 0, time.UTC)
	o := kms.Options{File: file, Now: func() time.Time { return now }}
	material := func(c *sdk.Client, key string) string {
		t.Helper()
		d, err := c.DescribeKey(t.Context(), &sdk.DescribeKeyInput{KeyId: &key})
		if err != nil {
			t.Fatal(err)
		}
		if m := d.KeyMetadata; *m.AWSAccountId != "123456789012" || !m.Enabled || m.KeyState != types.KeyStateEnabled || !m.CreationDate.Equal(time.Date(2026, 11, 30, 4, 0, 0, 0, time.UTC)) {
			t.Errorf("described as %+v", m)
		}
		return *d.KeyMetadata.CurrentKeyMaterialId
	}
	encrypt := func(c *sdk.Client, key string) []byte {
		t.Helper()
		out, err := c.Encrypt(t.Context(), &sdk.EncryptInput{KeyId: &key, Plaintext: []byte("x")})
		if err != nil {
			t.Fatal(err)
		}
		return out.CiphertextBlob
	}
	first := open(t, o)
	blobs := [][]byte{encrypt(first, keys[0].ID), encrypt(first, keys[1].ID)}
	was := []string{material(first, keys[0].ID), material(first, keys[1].ID)}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file: %v, %v", info, err)
	}
	now = now.Add(366 * 24 * time.Hour)
	o.Keys = keys[:1] // the template has lost one, which is retained
	second := open(t, o)
	blobs = append(blobs, encrypt(second, keys[0].ID))
	if material(second, keys[0].ID) == was[0] {
		t.Error("a year later the material is the same")
	}
	o.Keys = keys
	third := open(t, o)
	if material(third, keys[1].ID) != was[1] {
		t.Error("a key without rotation has other material")
	}
	for i, blob := range blobs {
		for _, c := range []*sdk.Client{second, third} {
			if got, err := c.Decrypt(t.Context(), &sdk.DecryptInput{CiphertextBlob: blob}); err != nil || string(got.Plaintext) != "x" {
				t.Errorf("ciphertext %d: %v, %v", i, got, err)
			}
		}
	}
	if err := os.WriteFile(file, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := kms.Open(o); err == nil || !strings.Contains(err.Error(), "keys.json is broken") {
		t.Errorf("a broken file: %v", err)
	}
}

// IAM is asked for the key that a call means, by its ARN, and sees the call's context.
func TestNeeds(t *testing.T) {
	t.Parallel()
	s, err := kms.Open(kms.Options{Keys: keys})
	if err != nil {
		t.Fatal(err)
	}
	body := func(v map[string]any) []byte {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(string(body(map[string]any{"KeyId": keys[0].ID, "Plaintext": []byte("x"), "EncryptionContext": words}))))
	r.Header.Set("X-Amz-Target", "TrentService.Encrypt")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	var made struct{ CiphertextBlob []byte }
	if err := json.Unmarshal(w.Body.Bytes(), &made); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		operation string
		call      map[string]any
		want      []kms.Need
	}{
		{"GenerateDataKey", map[string]any{"KeyId": "alias/onetap-data", "EncryptionContext": contacts}, []kms.Need{{Action: "kms:GenerateDataKey", Key: keys[0].ARN, Context: contacts}}},
		{"Decrypt", map[string]any{"CiphertextBlob": made.CiphertextBlob, "EncryptionContext": words}, []kms.Need{{Action: "kms:Decrypt", Key: keys[0].ARN, Context: words}}},
		{"Decrypt", map[string]any{"KeyId": keys[1].ARN, "CiphertextBlob": made.CiphertextBlob}, []kms.Need{{Action: "kms:Decrypt", Key: keys[1].ARN}}},
		{"DescribeKey", map[string]any{"KeyId": "alias/none"}, []kms.Need{{Action: "kms:DescribeKey"}}},
		{
			"ReEncrypt",
			map[string]any{
				"CiphertextBlob": made.CiphertextBlob, "SourceEncryptionContext": words,
				"DestinationKeyId": "alias/onetap-ballots", "DestinationEncryptionContext": contacts,
			},
			[]kms.Need{{Action: "kms:ReEncryptFrom", Key: keys[0].ARN, Context: words}, {Action: "kms:ReEncryptTo", Key: keys[1].ARN, Context: contacts}},
		},
	} {
		got := s.Needs(tt.operation, body(tt.call))
		if len(got) != len(tt.want) {
			t.Fatalf("%s needs %+v", tt.operation, got)
		}
		for i, n := range got {
			if n.Action != tt.want[i].Action || n.Key != tt.want[i].Key || !maps.Equal(n.Context, tt.want[i].Context) {
				t.Errorf("%s needs %+v, want %+v", tt.operation, n, tt.want[i])
			}
		}
	}
}
