package store_test

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"onetap/internal/awsenv"
	"onetap/internal/keys"
	"onetap/internal/local/dynamo"
	"onetap/internal/store"
	"onetap/internal/store/storetest"
	"onetap/internal/survey"
)

// What sealing costs where contacts are many: a list comes in, planning and sending read them. CPU time of the store, the wire and the engine
// together, per thousand contacts; not the clock's, which on a crowded machine says nothing.
//
//	go test ./internal/store -run xxx -bench Sealing -benchtime 20x
func BenchmarkSealing(b *testing.B) {
	ks, err := keys.NewKeys("benchmarks have a master key, too", 1)
	if err != nil {
		b.Fatal(err)
	}
	const n = 1000
	cs, ids := make([]survey.Contact, n), make([]survey.ContactID, n)
	for i := range cs {
		cs[i] = survey.Contact{
			Audience: survey.Customers, Person: survey.Person{Email: fmt.Sprintf("c%d@example.com", i), Name: fmt.Sprintf("Zoya Zimina %d", i), Phone: fmt.Sprintf("+7 999 %07d", i)},
			Owner: "anna", Team: "North", Location: "Tver", Product: "Loans", Tier: "A", Language: "en", Value: "1 200",
			Attrs: map[string]string{"Company": fmt.Sprintf("Northgate %d", i), "Renewal": "2026-09-17"},
		}
		ids[i] = ks.ContactID(survey.Customers, cs[i].Person.Email)
		cs[i].ID = ids[i]
	}
	for _, name := range []string{"plain", "sealed"} {
		_, db := storetest.Open(b, dynamo.Options{})
		c := awsenv.Config()
		url := storetest.Serve(b, db)
		c.Region, c.BaseEndpoint = "eu-central-1", &url
		s := store.New(dynamodb.NewFromConfig(storetest.As(c, "bench")), storetest.Table)
		if name == "sealed" {
			s = storetest.Sealed(s)
		}
		measure := func(what string, do func() error) {
			b.Run(what+"/"+name, func(b *testing.B) {
				var before, after syscall.Rusage
				_ = syscall.Getrusage(syscall.RUSAGE_SELF, &before)
				for b.Loop() {
					if err := do(); err != nil {
						b.Fatal(err)
					}
				}
				_ = syscall.Getrusage(syscall.RUSAGE_SELF, &after)
				b.ReportMetric(float64(after.Utime.Nano()+after.Stime.Nano()-before.Utime.Nano()-before.Stime.Nano())/1e6/float64(b.N), "cpu-ms/1000")
			})
		}
		tier := 0
		measure("import", func() error {
			tier++
			for i := range cs {
				cs[i].Tier = fmt.Sprint(tier)
			}
			_, err := s.UpsertContacts(b.Context(), cs, survey.UploadMark{}, time.Now())
			return err
		})
		measure("plan", func() error {
			for shard := range survey.ContactShards {
				if err := s.WalkContacts(b.Context(), survey.Customers, shard, func(survey.Contact, survey.SuppressionReason) error { return nil }); err != nil {
					return err
				}
			}
			return nil
		})
		measure("send", func() error {
			for i := 0; i < n; i += 50 {
				if _, _, err := s.Recipients(b.Context(), survey.Customers, ids[i:i+50]); err != nil {
					return err
				}
			}
			return nil
		})
	}
}
