package history_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
)

// BenchmarkImport brings in 20,000 answers, half of them of contacts, in parts as the page sends them, the table included; and once more.
func BenchmarkImport(b *testing.B) {
	const n = 20_000
	w := consoletest.New(b, dynamo.Options{})
	var known strings.Builder
	known.WriteString("email;team\n")
	for i := range n / 8 {
		fmt.Fprintf(&known, "person%d@example.com;North\n", i)
	}
	w.Must("POST", "/api/v1/contacts?audience=customers", csv, []byte(known.String()))
	var list strings.Builder
	list.WriteString("date;score;email;comment\n")
	day := time.Date(2020, 1, 1, 10, 0, 0, 0, time.UTC)
	for i := range n {
		fmt.Fprintf(&list, "%s;%d;person%d@example.com;word %d\n", day.Add(time.Duration(i)*2*time.Hour).Format(time.RFC3339), i*7%11, i%(n/4), i)
	}
	for _, kind := range []string{"new", "unchanged"} {
		b.Run(kind, func(b *testing.B) {
			for b.Loop() {
				path := "/api/v1/history/" + w.Must("POST", "/api/v1/history?audience=customers&into=month", csv, nil)["import"].(string)
				rest := []byte(list.String())
				for part := 1; len(rest) > 0; part++ {
					size := min(len(rest), 512<<10)
					w.Must("PUT", fmt.Sprintf("%s/parts/%d", path, part), csv, rest[:size])
					rest = rest[size:]
				}
				w.Must("POST", path+"/finish", csv, nil)
			}
			b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "answers/s")
		})
	}
}
