package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onetap/internal/local/dynamo"
	"onetap/internal/nps"
	"onetap/internal/store/storetest"
	"onetap/internal/survey"
)

// An answer keeps its dimensions, and counting by them finds every answer, also those without a value.
func TestCountParts(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s, _ := storetest.Open(t, dynamo.Options{})
	c := survey.Campaign{ID: "aaaabbbb", Dimensions: []string{survey.DimensionLocation, survey.DimensionAttribute("Segment")}}
	at := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	want := []map[string]nps.Tally{{}, {}}
	for i := range 60 {
		r := survey.Response{
			Campaign: c.ID, Contact: survey.ContactID(fmt.Sprintf("%c%cbcdefghijklmno", 'a'+i%26, 'a'+i/26)), Score: i % 11, Verified: i%7 > 0,
			First: at, Updated: at, Counted: at, Version: 1,
		}
		if i%5 > 0 {
			r.Segments = []string{fmt.Sprint("Москва ", i%5), ""}
		}
		if i%3 == 0 && i%5 > 0 {
			r.Segments[1] = "A"
		}
		if err := s.SaveResponse(ctx, r, 0); err != nil {
			t.Fatal(err)
		}
		if stored, _, err := s.Response(ctx, c.ID, r.Contact); err != nil || !cmp.Equal(stored.Segments, r.Segments) {
			t.Fatalf("stored %q, read %q: %v", r.Segments, stored.Segments, err)
		}
		for n, v := range []string{r.Segment(0), r.Segment(1)} {
			tally := want[n][v]
			if r.Verified {
				tally.Scores[r.Score]++
				tally.Responded++
			} else {
				tally.Unverified++
			}
			want[n][v] = tally
		}
	}
	counts, err := s.CountDimensions(ctx, c, 1000)
	if err != nil || len(counts) != 2 {
		t.Fatal(err)
	}
	for n, p := range counts {
		if d := cmp.Diff(want[n], p.Values); d != "" || p.Others != 0 {
			t.Errorf("part %d (-want +got), %d left out:\n%s", n, p.Others, d)
		}
		p.At = at
		if err := s.SaveDimensionCount(ctx, c.ID, n, p); err != nil {
			t.Fatal(err)
		}
		kept, ok, err := s.SavedDimensionCount(ctx, c.ID, n)
		if d := cmp.Diff(p.Values, kept.Values); err != nil || !ok || d != "" || !kept.At.Equal(at) {
			t.Errorf("kept %v, %v (-saved +read):\n%s", ok, err, d)
		}
	}
	if counts, err = s.CountDimensions(ctx, c, 2); err != nil || len(counts[0].Values) != 2 || counts[0].Others == 0 {
		t.Errorf("at most two values: %d, and %d left out, %v", len(counts[0].Values), counts[0].Others, err)
	}
	if _, ok, err := s.SavedDimensionCount(ctx, "bbbbbbbb", 0); ok || err != nil {
		t.Errorf("a count that was never made: %v, %v", ok, err)
	}
	for range 2 { // planned again after a crash
		for n := range survey.ContactShards {
			if err := s.PutAsked(ctx, c.ID, n, survey.Asked{survey.DimensionLocation: {People: 2, Values: map[string]int{"Москва": 2}}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	asked, err := s.Asked(ctx, c.ID)
	if err != nil || asked[survey.DimensionLocation].Values["Москва"] != 2*survey.ContactShards {
		t.Errorf("asked %v, %v", asked[survey.DimensionLocation], err)
	}
}
