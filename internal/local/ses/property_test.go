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

// promises is what a run of random sends was told by the answers.
type promises struct {
	t        *testing.T
	r        *rapid.T
	b        *bench
	person   int
	want     map[string]int  // messages that must be in the inbox, by address
	accepted map[string]bool // ids
}

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
		p := &promises{t: t, r: r, b: b, want: map[string]int{}, accepted: map[string]bool{}}
		for range rapid.IntRange(1, 6).Draw(r, "calls") {
			if rapid.Bool().Draw(r, "single") {
				p.single()
			} else {
				p.bulk()
			}
		}
		p.check()
	})
}

// address draws one: whether SES takes it, and whether a message to it arrives. Those that bounce or complain come once only, so
// that the suppression list decides nothing here.
func (p *promises) address() (addr string, good, arrives bool) {
	p.person++
	label := rapid.SampledFrom([]string{"", "", "", "+x", "+slow", "+complaint", "+bounce", "+softbounce", "+suppressed", "+reject", "bad"}).Draw(p.r, "label")
	switch {
	case label == "bad":
		return fmt.Sprintf("p%d@", p.person), false, false
	case p.person%7 == 0: // somebody who may have been written to before
		return fmt.Sprintf("p%d+x@example.com", p.person-7), true, true
	}
	return fmt.Sprintf("p%d%s@example.com", p.person, label), true, slices.Contains([]string{"", "+x", "+slow", "+complaint"}, label)
}

func (p *promises) accept(id, addr string, arrives bool) {
	if p.accepted[id] {
		p.r.Fatalf("id %s given twice", id)
	}
	p.accepted[id] = true
	if arrives {
		p.want[addr]++
	}
}

func (p *promises) single() {
	addr, good, arrives := p.address()
	out, err := p.b.client.SendEmail(context.Background(), simple(addr))
	if c, _ := code(err); err != nil && good != (c == "TooManyRequestsException") || err == nil && !good {
		p.r.Fatalf("%s: %v", addr, err)
	}
	if err == nil {
		p.accept(*out.MessageId, addr, arrives)
	}
}

func (p *promises) bulk() {
	var list []string
	var goods, arrivals []bool
	for range rapid.IntRange(1, 50).Draw(p.r, "entries") {
		addr, good, arrives := p.address()
		list, goods, arrivals = append(list, addr), append(goods, good), append(arrivals, arrives)
	}
	in := campaign(list...)
	if u := rapid.IntRange(0, 60).Draw(p.r, "unrendered"); u < len(list) {
		in.DefaultContent.Template.TemplateData = aws.String(`{"company":"x"}`)
		in.BulkEmailEntries[u].ReplacementEmailContent = nil
		arrivals[u] = false
	}
	out, err := p.b.client.SendBulkEmail(context.Background(), in)
	if err != nil {
		p.r.Fatal(err)
	}
	for i, res := range out.BulkEmailEntryResults {
		if (res.Status == types.BulkEmailStatusSuccess) != (res.MessageId != nil) || goods[i] == (res.Status == types.BulkEmailStatusInvalidParameter) {
			p.r.Fatalf("%s: %+v", list[i], res)
		}
		if res.MessageId != nil {
			p.accept(*res.MessageId, list[i], arrivals[i])
		}
	}
}

func (p *promises) check() {
	got := map[string]int{}
	for _, m := range p.b.messages(p.t, "?brief=1&limit=10000") {
		if got[m.To[0]]++; !p.accepted[m.ID] {
			p.r.Fatalf("nobody was told of %s", m.ID)
		}
	}
	if !maps.Equal(got, p.want) {
		p.r.Fatalf("inbox %v\nwant  %v", got, p.want)
	}
	if all := p.b.messages(p.t, "?brief=1&limit=10000&outcome=all"); len(all) != len(p.accepted) {
		p.r.Fatalf("%d messages kept, %d accepted", len(all), len(p.accepted))
	}
	look := 10 // addresses, by the index
	for addr, n := range p.want {
		if look--; look < 0 {
			break
		}
		if found := p.b.messages(p.t, "?brief=1&to="+strings.ReplaceAll(addr, "+", "%2B")); len(found) != n {
			p.r.Fatalf("%s: found %d, want %d", addr, len(found), n)
		}
	}
	if a, err := p.b.client.GetAccount(context.Background(), &sesv2.GetAccountInput{}); err != nil || int(a.SendQuota.SentLast24Hours) != len(p.accepted) {
		p.r.Fatalf("the account counted %v, want %d: %v", a, len(p.accepted), err)
	}
}
