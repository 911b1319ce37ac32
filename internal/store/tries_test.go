package store_test

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"onetap/internal/apperr"
	"onetap/internal/awsenv"
	"onetap/internal/local/dynamo"
	"onetap/internal/store"
	"onetap/internal/store/storetest"
	"onetap/internal/survey"
)

// A write whose reply is lost is tried again and finds itself: that is no change of somebody else's. What another call has written is one.
func TestWriteFindsItself(t *testing.T) {
	t.Parallel()
	var lose atomic.Int32
	_, db := storetest.Open(t, dynamo.Options{After: func(call dynamo.Call) error {
		if call.Operation == "PutItem" && lose.Add(-1) >= 0 {
			return errors.New("lost")
		}
		return nil
	}})
	c := awsenv.Config()
	c.Region, c.BaseEndpoint = "eu-central-1", aws.String(storetest.Serve(t, db))
	c = storetest.As(c, "test")
	c.Retryer = func() aws.Retryer {
		return retry.NewStandard(func(o *retry.StandardOptions) { o.MaxAttempts, o.MaxBackoff = 6, time.Millisecond })
	}
	s := store.New(dynamodb.NewFromConfig(c), storetest.Table)
	months := func(n, version int) survey.Privacy {
		return survey.Privacy{Retention: survey.Retention{Comments: n}, Version: version}
	}
	for version := range 3 { // the first is a creation
		lose.Store(2)
		if err := s.PutPrivacy(t.Context(), months(12+version, version)); err != nil {
			t.Fatalf("version %d: %v", version, err)
		}
		if got, err := s.Privacy(t.Context()); err != nil || got.Version != version+1 || got.Comments != 12+version {
			t.Fatalf("there is %+v, %v", got, err)
		}
	}
	for _, stale := range []survey.Privacy{months(40, 1), months(14, 2)} { // the second is what is there, and was written by another call
		if err := s.PutPrivacy(t.Context(), stale); !errors.Is(err, apperr.ErrChanged) {
			t.Errorf("%+v: %v, want ErrChanged", stale, err)
		}
		lose.Store(0)
	}
	lose.Store(1)
	if err := s.PutPrivacy(t.Context(), months(40, 1)); !errors.Is(err, apperr.ErrChanged) {
		t.Errorf("a stale version: %v, want ErrChanged", err)
	}
}
