// Package kms asks AWS's Key Management Service for data keys and unwraps them: package seal's KMS.
//
// Each call is one signed POST of KMS's JSON protocol (docs.aws.amazon.com/kms/latest/APIReference): the SDK's client for the three of
// them would add 0.5 MB to a binary. A process makes a call for each key of each purpose once, so that they are few.
package kms

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"onetap/internal/awsenv"
	"onetap/internal/seal"
)

// patience is how long one try of a call may take.
const patience = 5 * time.Second

// Client asks for one key of KMS. It is safe for concurrent use.
type Client struct {
	config aws.Config
	key    string
}

var _ seal.KMS = (*Client)(nil)

// New returns a client for a key: its ARN, its id or an alias ("alias/onetap-data").
func New(c aws.Config, key string) *Client { return &Client{c, key} }

// NewKey has a data key of 32 bytes made.
func (c *Client) NewKey(ctx context.Context, with map[string]string) (plain, wrapped []byte, err error) {
	a, err := c.call(ctx, "GenerateDataKey", request{KeyId: c.key, KeySpec: "AES_256", EncryptionContext: with})
	return a.Plaintext, a.CiphertextBlob, err
}

// Wrap encrypts a key.
func (c *Client) Wrap(ctx context.Context, with map[string]string, plain []byte) ([]byte, error) {
	a, err := c.call(ctx, "Encrypt", request{KeyId: c.key, Plaintext: plain, EncryptionContext: with})
	return a.CiphertextBlob, err
}

// Unwrap decrypts a key that NewKey or Wrap returned, with the same context.
func (c *Client) Unwrap(ctx context.Context, with map[string]string, wrapped []byte) ([]byte, error) {
	a, err := c.call(ctx, "Decrypt", request{KeyId: c.key, CiphertextBlob: wrapped, EncryptionContext: with})
	return a.Plaintext, err
}

// Sealer is a sealer with the key that DATA_KEY names, whose rings lie in the table.
func Sealer(rings seal.Rings) (*seal.Sealer, error) {
	key := os.Getenv("DATA_KEY")
	if key == "" {
		return nil, errors.New("DATA_KEY is not set: name the key of KMS that wraps the keys of what is personal")
	}
	return seal.New(seal.Options{Rings: rings, KMS: New(awsenv.Config(), key), Now: time.Now}), nil
}

type request struct {
	KeyId             string
	KeySpec           string            `json:",omitempty"`
	Plaintext         []byte            `json:",omitempty"`
	CiphertextBlob    []byte            `json:",omitempty"`
	EncryptionContext map[string]string `json:",omitempty"`
}

type answer struct{ Plaintext, CiphertextBlob []byte }

// Error is what KMS refused a call with, for example AccessDeniedException. The SDK's retryer knows it by its methods.
type Error struct {
	Operation, Code, Message string
	Status                   int
}

func (e *Error) Error() string {
	return fmt.Sprintf("kms %s: %s: %s (HTTP %d)", e.Operation, e.Code, e.Message, e.Status)
}

// ErrorCode is the name of the error.
func (e *Error) ErrorCode() string { return e.Code }

// HTTPStatusCode is the status of the answer.
func (e *Error) HTTPStatusCode() int { return e.Status }

// call makes a call until it succeeds or the SDK's retryer gives it up: throttled calls, broken connections and faults of the server
// are repeated, which here does no harm.
func (c *Client) call(ctx context.Context, operation string, r request) (answer, error) {
	body, err := json.Marshal(r)
	if err != nil {
		return answer{}, fmt.Errorf("kms %s: %w", operation, err)
	}
	retryer := c.config.Retryer()
	for try := 1; ; try++ {
		a, err := c.try(ctx, operation, body)
		if err == nil || ctx.Err() != nil || try >= retryer.MaxAttempts() || !retryer.IsErrorRetryable(err) {
			return a, err
		}
		wait, no := retryer.RetryDelay(try, err)
		if no != nil {
			return a, err
		}
		select {
		case <-ctx.Done():
			return a, err
		case <-time.After(wait):
		}
	}
}

// maxAnswer is more than an answer has.
const maxAnswer = 64 << 10

func (c *Client) try(ctx context.Context, operation string, body []byte) (a answer, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, awsenv.Endpoint(c.config, "kms")+"/", bytes.NewReader(body))
	if err != nil {
		return a, fmt.Errorf("kms %s: %w", operation, err)
	}
	r.Header.Set("X-Amz-Target", "TrentService."+operation)
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	if err := awsenv.Sign(ctx, c.config, r, body, "kms"); err != nil {
		return a, fmt.Errorf("kms %s: %w", operation, err)
	}
	got, err := c.config.HTTPClient.Do(r)
	if err != nil {
		return a, fmt.Errorf("kms %s: %w", operation, lost{err})
	}
	defer got.Body.Close()
	said, err := io.ReadAll(io.LimitReader(got.Body, maxAnswer))
	if err != nil {
		return a, fmt.Errorf("kms %s: %w", operation, lost{err})
	}
	if got.StatusCode != http.StatusOK {
		return a, refusal(operation, got.StatusCode, said)
	}
	if err := json.Unmarshal(said, &a); err != nil {
		return a, fmt.Errorf("kms %s: the answer is not KMS's: %w", operation, err)
	}
	return a, nil
}

// lost is a call of which no answer came; the retryer knows it by its method.
type lost struct{ error }

func (lost) ConnectionError() bool { return true }

func (l lost) Unwrap() error { return l.error }

// refusal reads an error of KMS.
func refusal(operation string, status int, said []byte) error {
	var e struct {
		Type    string `json:"__type"`
		Message string `json:"message"`
	}
	if json.Unmarshal(said, &e) != nil || e.Type == "" {
		e.Type = http.StatusText(status)
	}
	return &Error{Operation: operation, Code: e.Type[strings.LastIndex(e.Type, "#")+1:], Message: e.Message, Status: status}
}
