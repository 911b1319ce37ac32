package followup_test

import (
	"context"
	"strings"
	"testing"

	"onetap/internal/followup/followuptest"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

// Where a company follows up passives, their owner is told in words that are of a passive.
func TestPassivesAreTold(t *testing.T) {
	t.Parallel()
	b := followuptest.Open(t)
	b.Campaign(spring, "Spring")
	p := loop.StandardPractice()
	p.Passives = []survey.Audience{survey.Customers}
	if _, err := b.Store.PutPractice(context.Background(), p); err != nil {
		t.Fatal(err)
	}
	one, other := b.Contact(1, nil), b.Contact(2, nil)
	says(t, b, one, 8, "nearly good")
	minutes(b, 10)
	letters := b.Letters(spring, one)
	if len(letters) != 1 || !strings.Contains(letters[0].Subject, "8") || !strings.Contains(letters[0].Text, "nearly good") || strings.Contains(letters[0].Text, "risen") {
		t.Fatalf("%d letters: %+v", len(letters), letters)
	}
	says(t, b, other, 7, "")
	says(t, b, other, 9, "")
	minutes(b, 10)
	if n := len(b.Letters(spring, other)); n != 0 {
		t.Errorf("%d letters about who rose to a promoter at once", n)
	}
	says(t, b, one, 4, "nearly good")
	minutes(b, 10)
	if c, _, _ := b.Store.Case(context.Background(), spring, one); c.Is() != loop.OfDetractor || c.Latest != 4 {
		t.Errorf("%s, %d", c.Is(), c.Latest)
	}
}
