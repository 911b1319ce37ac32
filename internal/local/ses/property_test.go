package ses

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"
	"pgregory.net/rapid"
)

// TestEveryAcceptedRecipientHasOneMessage sends whatever mixture of single and bulk messages, good and bad addresses, throttled
// and unrenderable ones, and compares the inbox with what the answers promised.
func TestEveryAcceptedRecipientHasOneMessage(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		seed := rapid.Uint64().Draw(r, "seed")
		throttle := rand.New(rand.NewPCG(seed, 1))
		b := open(t, Options{Rand: rand.New(rand.NewPCG(seed, 2)), Entry: func(string, int) string {
			if throttle.IntN(10) == 0 {
				return "ACCOUNT_THROTTLED"
			}
			return ""
		}})
		want := map[string]int{}      // arrived messages by address
		accepted := map[string]bool{} // ids
		dead := map[string]bool{}     // addresses on the suppression list
		person := 0
		draw := func() (addr string, good, arrives bool) {
			person++
			label := rapid.SampledFrom([]string{"", "", "", "+x", "+slow", "+complaint", "+bounce", "+softbounce", "+suppressed", "+reject", "bad"}).Draw(r, "label")
			if label == "bad" {
				return fmt.Sprintf("p%d@", person), false, false
			}
			if person%7 == 0 && person > 7 { // somebody who was written to before
				return fmt.Sprintf("p%d+x@example.com", person-7), true, true
			}
			return fmt.Sprintf("p%d%s@example.com", person, label), true, slices.Contains([]string{"", "+x", "+slow", "+complaint"}, label)
		}
		for range rapid.IntRange(1, 6).Draw(r, "calls") {
			if rapid.Bool().Draw(r, "single") {
				addr, good, arrives := draw()
				out, err := b.client.SendEmail(context.Background(), simple(addr))
				if c, _ := code(err); err != nil && good != (c == "TooManyRequestsException") {
					r.Fatalf("%s: %v", addr, err)
				}
				if err == nil {
					if !good || accepted[*out.MessageId] {
						r.Fatalf("%s: accepted %v", addr, *out.MessageId)
					}
					accepted[*out.MessageId] = true
					if arrives && !dead[addr] {
						want[addr]++
					}
				}
			} else {
				var list []string
				var goods, arrivals []bool
				for range rapid.IntRange(1, 50).Draw(r, "entries") {
					addr, good, arrives := draw()
					list, goods, arrivals = append(list, addr), append(goods, good), append(arrivals, arrives)
				}
				in := campaign(list...)
				unrendered := rapid.IntRange(0, 60).Draw(r, "unrendered")
				if unrendered < len(list) {
					in.DefaultContent.Template.TemplateData = aws.String(`{"company":"x"}`)
					in.BulkEmailEntries[unrendered].ReplacementEmailContent = nil
				}
				out, err := b.client.SendBulkEmail(context.Background(), in)
				if err != nil {
					r.Fatal(err)
				}
				for i, res := range out.BulkEmailEntryResults {
					if (res.Status == types.BulkEmailStatusSuccess) != (res.MessageId != nil) || !goods[i] && res.Status != types.BulkEmailStatusInvalidParameter {
						r.Fatalf("%s: %+v", list[i], res)
					}
					if res.MessageId != nil {
						if accepted[*res.MessageId] {
							r.Fatalf("id %s given twice", *res.MessageId)
						}
						accepted[*res.MessageId] = true
						if arrivals[i] && i != unrendered && !dead[list[i]] {
							want[list[i]]++
						}
					}
				}
			}
			if a, err := b.client.ListSuppressedDestinations(context.Background(), &sesv2.ListSuppressedDestinationsInput{}); err == nil {
				for _, d := range a.SuppressedDestinationSummaries {
					dead[*d.EmailAddress] = true
				}
			}
		}
		got := map[string]int{}
		for _, m := range b.messages(t, "?brief=1&limit=10000") {
			if got[m.To[0]]++; !accepted[m.ID] {
				r.Fatalf("nobody was told of %s", m.ID)
			}
		}
		if !maps.Equal(got, want) {
			r.Fatalf("inbox %v\nwant  %v", got, want)
		}
		if all := b.messages(t, "?brief=1&limit=10000&outcome=all"); len(all) != len(accepted) {
			r.Fatalf("%d messages kept, %d accepted", len(all), len(accepted))
		}
		look := 10
		for addr, n := range want {
			if look--; look < 0 {
				break
			}
			if found := b.messages(t, "?brief=1&to="+strings.ReplaceAll(addr, "+", "%2B")); len(found) != n {
				r.Fatalf("%s: found %d, want %d", addr, len(found), n)
			}
		}
	})
}
