// Package s3 keeps files in a bucket of S3: written in parts, and read by whoever has an address of one that is good for minutes.
//
// Its five calls are made by hand, signed as awsenv signs: the SDK's client for them would add megabytes to the binaries that use it.
package s3

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"onetap/internal/awsenv"
)

// Bucket is one bucket. It is safe for concurrent use.
type Bucket struct {
	config aws.Config
	name   string
	base   string // address of the bucket, without a slash at the end
}

// attempts is how often a call is made that a busy S3 refuses or that breaks: each of them may be repeated.
const attempts = 4

// New returns a bucket of the region.
func New(c aws.Config, name string) *Bucket {
	b := &Bucket{config: c, name: name}
	if c.BaseEndpoint != nil { // the laptop has no names under its own
		b.base = awsenv.Endpoint(c, "s3") + "/" + name
	} else {
		b.base = strings.Replace(awsenv.Endpoint(c, "s3"), "https://", "https://"+name+".", 1)
	}
	return b
}

// fault is an error as S3 answers it.
type fault struct {
	Status  int    `xml:"-"`
	Code    string `xml:"Code"`
	Message string `xml:"Message"`
}

func (f *fault) Error() string { return fmt.Sprintf("%d %s: %s", f.Status, f.Code, f.Message) }

func (b *Bucket) address(key string, query url.Values) string {
	address := b.base + "/" + (&url.URL{Path: key}).EscapedPath()
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	return address
}

// call makes a call and returns its answer's headers and body.
func (b *Bucket) call(ctx context.Context, method, key string, query url.Values, headers map[string]string, body []byte) (http.Header, []byte, error) {
	var err error
	for n := range attempts {
		if n > 0 {
			select {
			case <-ctx.Done():
				return nil, nil, ctx.Err()
			case <-time.After(time.Duration(n*n) * 100 * time.Millisecond):
			}
		}
		var h http.Header
		var answer []byte
		if h, answer, err = b.once(ctx, method, key, query, headers, body); err == nil {
			return h, answer, nil
		}
		var f *fault
		if errors.As(err, &f) && f.Status < 500 && f.Code != "SlowDown" && f.Code != "RequestTimeout" {
			break
		}
	}
	return nil, nil, err
}

func (b *Bucket) once(ctx context.Context, method, key string, query url.Values, headers map[string]string, body []byte) (http.Header, []byte, error) {
	r, err := http.NewRequestWithContext(ctx, method, b.address(key, query), bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	if err := awsenv.SignS3(ctx, b.config, r, body); err != nil {
		return nil, nil, err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, nil, err
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if err != nil {
		return nil, nil, err
	}
	// Joining parts begins its answer before it has ended, and may say after 200 that it failed.
	f := &fault{Status: answer.StatusCode}
	if answer.StatusCode >= 300 || bytes.Contains(said, []byte("<Error>")) {
		_ = xml.Unmarshal(said, f) // what is no XML has a status
		if f.Status < 300 {
			f.Status = http.StatusInternalServerError
		}
		return nil, nil, f
	}
	return answer.Header, said, nil
}

// Begin begins a file in parts and returns the name of the upload. Whoever gets the file later saves it under fileName.
func (b *Bucket) Begin(ctx context.Context, key, mediaType, fileName string) (string, error) {
	headers := map[string]string{"Content-Type": mediaType, "Content-Disposition": mime.FormatMediaType("attachment", map[string]string{"filename": fileName})}
	_, body, err := b.call(ctx, http.MethodPost, key, url.Values{"uploads": {""}}, headers, nil)
	if err != nil {
		return "", fmt.Errorf("begin a file: %w", err)
	}
	var answer struct{ UploadId string }
	if err := xml.Unmarshal(body, &answer); err != nil || answer.UploadId == "" {
		return "", fmt.Errorf("begin a file: S3 names no upload: %w", err)
	}
	return answer.UploadId, nil
}

// Put writes the n-th part, from 1, in place of any before, and returns its tag. All but the last have 5 MB or more.
func (b *Bucket) Put(ctx context.Context, key, upload string, n int, part []byte) (string, error) {
	h, _, err := b.call(ctx, http.MethodPut, key, url.Values{"partNumber": {strconv.Itoa(n)}, "uploadId": {upload}}, nil, part)
	if err != nil {
		return "", fmt.Errorf("part %d of a file: %w", n, err)
	}
	return h.Get("ETag"), nil
}

// Finish joins the parts in the order of their tags. What is joined already, or forgotten, is no error.
func (b *Bucket) Finish(ctx context.Context, key, upload string, tags []string) error {
	type part struct {
		PartNumber int
		ETag       string
	}
	var all struct {
		XMLName xml.Name `xml:"CompleteMultipartUpload"`
		Part    []part
	}
	for i, tag := range tags {
		all.Part = append(all.Part, part{i + 1, tag})
	}
	body, err := xml.Marshal(all)
	if err != nil {
		return err
	}
	_, _, err = b.call(ctx, http.MethodPost, key, url.Values{"uploadId": {upload}}, map[string]string{"Content-Type": "application/xml"}, body)
	return known(err, "join a file")
}

// Abort forgets the parts. Forgotten already is no error.
func (b *Bucket) Abort(ctx context.Context, key, upload string) error {
	_, _, err := b.call(ctx, http.MethodDelete, key, url.Values{"uploadId": {upload}}, nil, nil)
	return known(err, "forget a file")
}

func known(err error, doing string) error {
	var f *fault
	if err == nil || errors.As(err, &f) && f.Code == "NoSuchUpload" {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// Address is where whoever has it gets the file for so long (docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html). It is
// good no longer than the credentials with which it is signed.
func (b *Bucket) Address(ctx context.Context, key string, life time.Duration) (string, error) {
	credentials, err := b.config.Credentials.Retrieve(ctx)
	if err != nil {
		return "", err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, b.address(key, url.Values{"X-Amz-Expires": {strconv.Itoa(int(life.Seconds()))}}), nil)
	if err != nil {
		return "", err
	}
	signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true })
	signed, _, err := signer.PresignHTTP(ctx, credentials, r, "UNSIGNED-PAYLOAD", "s3", b.config.Region, time.Now())
	if err != nil {
		return "", fmt.Errorf("address of %s: %w", path.Dir(key), err)
	}
	return signed, nil
}
