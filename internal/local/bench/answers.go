package bench

import (
	"bytes"
	"context"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"golang.org/x/sync/errgroup"

	"onetap/internal/awsenv"
	"onetap/internal/local/dynamo"
	"onetap/internal/seal/sealtest"
	"onetap/internal/store"
	"onetap/internal/survey"
)

var contactIDs = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// answers makes the answers of people who do not exist, one after another, and keeps count of what they come to.
type answers struct {
	campaign survey.CampaignID
	random   *rand.Rand
	now      time.Time
	total    survey.Deltas // what the figures must say when all that were made are counted
	made     int64
}

// next makes an answer. None is a detractor's: what notify does for those would be measured with it.
func (a *answers) next() (survey.Response, error) {
	var id [10]byte
	binary.BigEndian.PutUint64(id[:], a.random.Uint64())
	binary.BigEndian.PutUint16(id[8:], uint16(a.random.Uint32()))
	owner := a.random.IntN(owners)
	r := survey.Response{
		Campaign: a.campaign, Contact: survey.ContactID(contactIDs.EncodeToString(id[:])), Audience: survey.Customers,
		Owner: fmt.Sprintf("o%d", owner), Team: fmt.Sprintf("Team %d", owner%teams), Language: []string{"ru", "en"}[a.random.IntN(2)],
	}
	score := 7 + a.random.IntN(4)
	p := survey.Post{Score: &score, Gesture: survey.ByGesture, Digest: fmt.Sprintf("d%d", a.made)}
	if a.random.IntN(3) == 0 {
		why := "An invented reason of about the length that people write in practice."
		p.Why = &why
	}
	r, _, err := r.Apply(p, a.now)
	survey.MarkOf(r, time.UTC).Count(a.total, r.Campaign, 1)
	a.made++
	return r, err
}

// write puts n answers into a table whose laptop is not running: they wait in its stream.
func (a *answers) write(ctx context.Context, data, table string, n int) (err error) {
	db, err := dynamo.Open(filepath.Join(data, "table.db"), dynamo.Options{})
	if err != nil {
		return err
	}
	defer func() {
		if closed := db.Close(); err == nil {
			err = closed
		}
	}()
	s := storeOver(db, table)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for range n {
		if ctx.Err() != nil {
			break
		}
		r, err := a.next()
		if err != nil {
			return err
		}
		g.Go(func() error { return s.SaveResponse(ctx, r, 0) })
	}
	return g.Wait()
}

// counted says how many answers of the campaign are in the figures.
func counted(ctx context.Context, s *store.Store, campaign survey.CampaignID) (n int64, err error) {
	weeks, err := s.TalliesOf(ctx, string(campaign), survey.KindWeek)
	for _, counts := range weeks {
		n += counts.Tally().Answers()
	}
	return n, err
}

// check compares the figures with what the answers must come to, to the last one.
func (a *answers) check(ctx context.Context, s *store.Store) error {
	for _, scope := range []string{string(a.campaign), string(survey.Customers)} {
		got, err := s.Tallies(ctx, scope)
		if err != nil {
			return err
		}
		for key, want := range a.total {
			if key.Scope != scope {
				continue
			}
			for field, n := range want {
				if got[key][field] != n {
					return fmt.Errorf("figures of %s %s: %s is %d, want %d", key.Kind, key.Value, field, got[key][field], n)
				}
			}
		}
	}
	return nil
}

// storeOver reads and writes an engine in this process, without a network between.
func storeOver(db *dynamo.DB, table string) *store.Store {
	c := awsenv.Config()
	c.Region, c.BaseEndpoint = "eu-central-1", aws.String("http://engine.invalid")
	c.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: "bench", SecretAccessKey: "unused", Source: "bench"}, nil
	})
	c.HTTPClient = engine{db}
	s := store.New(dynamodb.NewFromConfig(c), table)
	s.SealWith(sealtest.New(), slog.Default())
	return s
}

type engine struct{ db *dynamo.DB }

// Do implements aws.HTTPClient.
func (e engine) Do(r *http.Request) (*http.Response, error) {
	w := &answerWriter{header: http.Header{}, status: http.StatusOK}
	e.db.ServeHTTP(w, r)
	return &http.Response{StatusCode: w.status, Header: w.header, Body: io.NopCloser(&w.body), ContentLength: int64(w.body.Len()), Request: r}, nil
}

type answerWriter struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *answerWriter) Header() http.Header         { return w.header }
func (w *answerWriter) WriteHeader(status int)      { w.status = status }
func (w *answerWriter) Write(b []byte) (int, error) { return w.body.Write(b) }
