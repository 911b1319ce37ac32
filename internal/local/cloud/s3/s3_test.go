package s3_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	client "onetap/internal/s3"

	"onetap/internal/awsenv"
	"onetap/internal/local/cloud/s3"
)

// clock is what a test takes for now.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// open is a bucket of the laptop, as a function has it.
func open(t *testing.T) (*client.Bucket, *s3.Server, *clock) {
	t.Helper()
	c := &clock{at: time.Now()}
	s, err := s3.Open(s3.Options{Folder: t.TempDir(), Buckets: []s3.Bucket{{Name: "stack-exports", Expire: 72 * time.Hour, Abort: 24 * time.Hour}}, Secret: "laptop", Now: c.now})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	config := awsenv.Config()
	config.Region, config.BaseEndpoint = "eu-central-1", aws.String(server.URL)
	config.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: "DeskFunction", SecretAccessKey: "laptop", SessionToken: "a token/+="}, nil
	})
	return client.New(config, "stack-exports"), s, c
}

func get(t *testing.T, address string) (int, http.Header, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, answer.Header, string(body)
}

// A file in parts is read at its address, for so long and no longer, and at no other.
func TestPartsAndAddresses(t *testing.T) {
	t.Parallel()
	b, s, c := open(t)
	ctx, key := t.Context(), "exports/x1/отчёт за май (1).csv"
	id, err := b.Begin(ctx, key, "text/csv; charset=utf-8", "onetap-answers-2026-11-30.csv")
	if err != nil {
		t.Fatal(err)
	}
	parts := [][]byte{bytes.Repeat([]byte("a"), 5<<20), []byte("the end")}
	var tags []string
	for i, p := range parts {
		for range 2 { // written again, by a run that did not know that it was
			tag, err := b.Put(ctx, key, id, i+1, p)
			if err != nil {
				t.Fatal(err)
			}
			tags = append(tags[:i], tag)
		}
	}
	for range 2 {
		if err := b.Finish(ctx, key, id, tags); err != nil {
			t.Fatal(err)
		}
	}
	address, err := b.Address(ctx, key, 5*time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	status, h, body := get(t, address)
	if status != 200 || body != string(parts[0])+"the end" || h.Get("Content-Disposition") != "attachment; filename=onetap-answers-2026-11-30.csv" || h.Get("Content-Type") != "text/csv; charset=utf-8" {
		t.Errorf("%d, %d bytes, %v", status, len(body), h)
	}
	plain, _, _ := strings.Cut(address, "?")
	for name, wrong := range map[string]string{
		"another file": strings.Replace(address, "/x1/", "/x2/", 1), "longer": strings.Replace(address, "X-Amz-Expires=300", "X-Amz-Expires=3000", 1),
		"another's": strings.Replace(address, "DeskFunction", "SendFunction", 1), "no signature": plain, "half a signature": address[:len(address)-4],
	} {
		if status, _, body := get(t, wrong); status != 403 || strings.Contains(body, "the end") {
			t.Errorf("%s: %d %.200s", name, status, body)
		}
	}
	c.pass(5*time.Minute + time.Second)
	if status, _, body := get(t, address); status != 403 || !strings.Contains(body, "Request has expired") {
		t.Errorf("after its end: %d %.200s", status, body)
	}
	if address, err = b.Address(ctx, key, 5*time.Minute); err != nil {
		t.Fatal(err)
	}
	c.pass(-10 * time.Minute)
	if err := s.Sweep(); err != nil {
		t.Fatal(err)
	}
	if status, _, _ := get(t, address); status != 200 {
		t.Errorf("a young file: %d", status)
	}
	c.pass(73 * time.Hour)
	if err := s.Sweep(); err != nil {
		t.Fatal(err)
	}
	c.pass(-73 * time.Hour)
	if status, _, body := get(t, address); status != 404 || !strings.Contains(body, "NoSuchKey") {
		t.Errorf("after three days: %d %.200s", status, body)
	}
}

// What S3 refuses is refused: small parts before the last, parts that are not there, unknown uploads and buckets.
func TestRefusals(t *testing.T) {
	t.Parallel()
	b, _, _ := open(t)
	ctx := t.Context()
	id, err := b.Begin(ctx, "k", "text/plain", "k.txt")
	if err != nil {
		t.Fatal(err)
	}
	one, err := b.Put(ctx, "k", id, 1, []byte("small"))
	if err != nil {
		t.Fatal(err)
	}
	two, err := b.Put(ctx, "k", id, 2, []byte("last"))
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Finish(ctx, "k", id, []string{one, two}); err == nil || !strings.Contains(err.Error(), "EntityTooSmall") {
		t.Errorf("a small first part: %v", err)
	}
	if err := b.Finish(ctx, "k", id, []string{two}); err == nil || !strings.Contains(err.Error(), "InvalidPart") {
		t.Errorf("another part's tag: %v", err)
	}
	if _, err := b.Put(ctx, "other", id, 1, nil); err == nil || !strings.Contains(err.Error(), "NoSuchUpload") {
		t.Errorf("a part of another file: %v", err)
	}
	for range 2 {
		if err := b.Abort(ctx, "k", id); err != nil {
			t.Error(err)
		}
	}
	if _, err := b.Put(ctx, "k", id, 1, nil); err == nil {
		t.Error("an upload goes on that was aborted")
	}
}
