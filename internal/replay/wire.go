package replay

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// Signer signs a request for a service of AWS.
type Signer func(ctx context.Context, r *http.Request, body []byte, service, region string) error

// Sign returns a signer for credentials.
func Sign(credentials aws.CredentialsProvider) Signer {
	signer := v4.NewSigner()
	return func(ctx context.Context, r *http.Request, body []byte, service, region string) error {
		c, err := credentials.Retrieve(ctx)
		if err != nil {
			return fmt.Errorf("credentials: %w", err)
		}
		sum := sha256.Sum256(body)
		return signer.SignHTTP(ctx, c, r, hex.EncodeToString(sum[:]), service, region, time.Now())
	}
}

// wire calls services of AWS.
type wire struct{ Config }

// refusal is an error that a service answered.
type refusal struct {
	operation, kind, message string
	status                   int
}

func (r *refusal) Error() string {
	return fmt.Sprintf("%s: %d %s: %s", r.operation, r.status, r.kind, r.message)
}

// callLimit is how long any call may take: the longest that a function may run, and a little.
const callLimit = 16 * time.Minute

var client = &http.Client{Timeout: callLimit}

// call makes a call of one of the JSON protocols.
func (w wire) call(ctx context.Context, service, target string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	answer, _, err := w.post(ctx, service, "/", body, map[string]string{"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.0"}, target)
	if err != nil || out == nil {
		return err
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("%s: answer does not parse: %w", target, err)
	}
	return nil
}

// invoke calls a function and waits for its answer. A function that fails is an error.
func (w wire) invoke(ctx context.Context, function string, payload []byte) ([]byte, error) {
	// An ARN's colons are escaped, as the SDK does: the signature is over the path as it is escaped.
	path := "/2015-03-31/functions/" + strings.ReplaceAll(url.PathEscape(function), ":", "%3A") + "/invocations"
	answer, header, err := w.post(ctx, "lambda", path, payload,
		map[string]string{"X-Amz-Invocation-Type": "RequestResponse", "Content-Type": "application/json"}, "Invoke "+name(function))
	if err != nil {
		return nil, err
	}
	if header.Get("X-Amz-Function-Error") != "" {
		return nil, fmt.Errorf("%s failed again: %s", name(function), answer[:min(len(answer), 500)])
	}
	return answer, nil
}

func (w wire) post(ctx context.Context, service, path string, body []byte, headers map[string]string, operation string) ([]byte, http.Header, error) {
	base := strings.TrimSuffix(w.Endpoint, "/")
	if base == "" {
		base = "https://" + service + "." + w.Region + ".amazonaws.com"
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, base+path, bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	if w.Sign != nil {
		signed := strings.TrimPrefix(service, "streams.") // Streams are signed as DynamoDB
		if err := w.Sign(ctx, r, body, signed, w.Region); err != nil {
			return nil, nil, err
		}
	}
	answer, err := client.Do(r)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", operation, err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", operation, err)
	}
	if answer.StatusCode/100 != 2 {
		var e struct {
			Type    string `json:"__type"`
			Message string `json:"message"`
		}
		_ = json.Unmarshal(text, &e) // an answer in another shape is a refusal without words
		return nil, nil, &refusal{operation, e.Type[strings.LastIndex(e.Type, "#")+1:], e.Message, answer.StatusCode}
	}
	return text, answer.Header, nil
}
