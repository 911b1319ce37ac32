package ses

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/google/go-cmp/cmp"
)

func fmtAny(v any) string {
	b, _ := json.Marshal(v)
	return string(b)
}

// shape lists the paths of a JSON value; the elements of a list count as one.
func shape(prefix string, v any, out map[string]bool) {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			shape(prefix+"/"+k, x, out)
		}
	case []any:
		for _, x := range v {
			shape(prefix+"[]", x, out)
		}
		if len(v) == 0 {
			out[prefix+"[]"] = true
		}
	default:
		out[fmt.Sprintf("%s %T", prefix, v)] = true
	}
}

func shapeOf(v any, drop ...string) []string {
	set := map[string]bool{}
	shape("", v, set)
	var list []string
next:
	for k := range set {
		for _, d := range drop {
			if strings.Contains(k, d) {
				continue next
			}
		}
		list = append(list, k)
	}
	sort.Strings(list)
	return list
}

// TestEventsHaveSESShape compares each event with the record in SES's documentation: same members, same types.
func TestEventsHaveSESShape(t *testing.T) {
	t.Parallel()
	var docs struct {
		DetailTypes []string `json:"detail_types"`
	}
	data, err := os.ReadFile("testdata/events/eventbridge_ses_detail_types.json")
	if err == nil {
		err = json.Unmarshal(data, &docs)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		to, fixture, detailType string
		no                      int // which event of the message
	}{
		{"anna@example.com", "send", "Email Sent", 0},
		{"anna@example.com", "delivery", "Email Delivered", 1},
		{"anna+bounce@example.com", "bounce", "Email Bounced", 1},
		{"anna+softbounce@example.com", "deliverydelay", "Email Delivery Delayed", 1},
		{"anna+softbounce@example.com", "bounce", "Email Bounced", 2},
		{"anna+complaint@example.com", "complaint", "Email Complaint Received", 2},
		{"anna+reject@example.com", "reject", "Email Rejected", 0},
		{"", "rendering-failure", "Email Rendering Failed", 0},
	} {
		b := open(t, Options{Account: "111122223333", Region: "eu-central-1"})
		in := campaign(tt.to)
		in.ReplyToAddresses, in.DefaultContent.Template.Headers, in.BulkEmailEntries[0].ReplacementHeaders = nil, nil, nil
		if tt.to == "" {
			in.BulkEmailEntries[0].Destination.ToAddresses = []string{"anna@example.com"}
			in.DefaultContent.Template.TemplateContent.Subject = aws.String("{{nowhere}}")
		}
		out, err := b.client.SendBulkEmail(context.Background(), in)
		if err != nil || out.BulkEmailEntryResults[0].Status != "SUCCESS" {
			t.Fatalf("%s: %v %+v", tt.fixture, err, out)
		}
		event := b.settle(t)[tt.no]
		detail := event["detail"]
		delete(event, "detail")
		wantEvent := map[string]any{
			"version": "0", "id": event["id"], "detail-type": tt.detailType, "source": "aws.ses", "account": "111122223333", "time": event["time"], "region": "eu-central-1",
			"resources": []any{"arn:aws:ses:eu-central-1:111122223333:configuration-set/onetap"},
		}
		if diff := cmp.Diff(wantEvent, event); diff != "" {
			t.Errorf("%s: envelope (-want +got):\n%s", tt.fixture, diff)
		}
		if !slices.Contains(docs.DetailTypes, tt.detailType) {
			t.Errorf("%s is no detail type of SES", tt.detailType)
		}
		var want any
		data, err := os.ReadFile("testdata/events/evpub-" + tt.fixture + "-record.json")
		if err == nil {
			err = json.Unmarshal(data, &want)
		}
		if err != nil {
			t.Fatal(err)
		}
		// Tags are the sender's; the fixtures of two types leave them out.
		if diff := cmp.Diff(shapeOf(want, "/tags/my"), shapeOf(detail, "/tags/campaign", "/tags/invitation")); diff != "" {
			t.Errorf("%s: detail (-documented +got):\n%s\n%s", tt.fixture, diff, fmtAny(detail))
		}
		mail := detail.(map[string]any)["mail"].(map[string]any)
		tags := mail["tags"].(map[string]any)
		if fmtAny(tags["invitation"]) != `["i0"]` || fmtAny(tags["campaign"]) != `["c1"]` || fmtAny(tags["ses:configuration-set"]) != `["onetap"]` {
			t.Errorf("%s: tags = %s", tt.fixture, fmtAny(tags))
		}
		if mail["messageId"] != *out.BulkEmailEntryResults[0].MessageId {
			t.Errorf("%s: messageId = %v", tt.fixture, mail["messageId"])
		}
	}
}

// TestAddressesBehave sends to each address that behaves and checks its events, in order, and the suppression list after.
func TestAddressesBehave(t *testing.T) {
	t.Parallel()
	for to, tt := range map[string]struct {
		events, outcome, suppressed string
	}{
		"anna@example.com":                        {"Send Delivery", "delivered", ""},
		"success@simulator.amazonses.com":         {"Send Delivery", "delivered", ""},
		"OOTO+x@simulator.amazonses.com":          {"Send Delivery", "delivered", ""},
		"bounce@simulator.amazonses.com":          {"Send Bounce/Permanent/General", "bounced", ""},
		"bounce+7@simulator.amazonses.com":        {"Send Bounce/Permanent/General", "bounced", ""},
		"complaint+a@simulator.amazonses.com":     {"Send Delivery Complaint", "complained", ""},
		"suppressionlist@simulator.amazonses.com": {"Send Bounce/Permanent/Suppressed", "suppressed", ""},
		"anna+bounce@example.com":                 {"Send Bounce/Permanent/General", "bounced", "BOUNCE"},
		"anna+x+Bounce+y@example.com":             {"Send Bounce/Permanent/General", "bounced", "BOUNCE"},
		"anna+bounces@example.com":                {"Send Delivery", "delivered", ""},
		"anna+softbounce@example.com":             {"Send DeliveryDelay Bounce/Transient/General", "softbounced", ""},
		"Anna <anna+complaint@example.com>":       {"Send Delivery Complaint", "complained", "COMPLAINT"},
		"anna+suppressed@example.com":             {"Send Bounce/Permanent/OnAccountSuppressionList", "suppressed", ""},
		"anna+reject@example.com":                 {"Reject", "rejected", ""},
		"anna+slow@example.com":                   {"Send DeliveryDelay Delivery", "delivered", ""},
		"anna+blocked@example.com":                {"Send Bounce/Permanent/General", "blocked", ""},
		"anna+full@example.com":                   {"Send DeliveryDelay Bounce/Transient/MailboxFull", "softbounced", ""},
		"anna+gone@example.com":                   {"Send Bounce/Transient/General", "bounced", ""},
		"anna+forwarded@example.com":              {"Send Bounce/Permanent/General", "bounced", "BOUNCE"},
		"anna+redacted@example.com":               {"Send Delivery Complaint", "complained", "COMPLAINT"},
		"anna+notspam@example.com":                {"Send Delivery Complaint", "delivered", ""},
	} {
		b := open(t, Options{SlowDelivery: 50 * time.Millisecond})
		out, err := b.client.SendBulkEmail(context.Background(), campaign(to))
		if err != nil || out.BulkEmailEntryResults[0].Status != "SUCCESS" {
			t.Fatalf("%s: %v", to, err)
		}
		var got []string
		last := ""
		for _, e := range b.settle(t) {
			detail := e["detail"].(map[string]any)
			name := detail["eventType"].(string)
			if bounce, ok := detail["bounce"].(map[string]any); ok {
				name += "/" + bounce["bounceType"].(string) + "/" + bounce["bounceSubType"].(string)
			}
			got = append(got, name)
			if at := e["time"].(string); at < last {
				t.Errorf("%s: %s goes back in time", to, name)
			} else {
				last = at
			}
		}
		if s := strings.Join(got, " "); s != tt.events {
			t.Errorf("%s: events = %s, want %s", to, s, tt.events)
		}
		m := b.messages(t, "?outcome=all")[0]
		if m.Outcome != tt.outcome {
			t.Errorf("%s: outcome = %s, want %s", to, m.Outcome, tt.outcome)
		}
		if arrived := len(b.messages(t, "")) == 1; arrived != strings.Contains(tt.events, "Delivery") && !strings.Contains(tt.events, "Bounce") {
			t.Errorf("%s: in the inbox: %v", to, arrived)
		}
		bare, _ := address(to)
		e, on := b.suppressions.get(bare)
		if on != (tt.suppressed != "") || e.Reason != tt.suppressed {
			t.Errorf("%s: on the suppression list: %v %s", to, on, e.Reason)
		}
		if on {
			d, err := b.client.GetSuppressedDestination(context.Background(), &sesv2.GetSuppressedDestinationInput{EmailAddress: &bare})
			if err != nil || *d.SuppressedDestination.Attributes.MessageId != m.ID {
				t.Errorf("%s: %v", to, err)
			}
		}
	}
}

func TestSuppressedAddressBouncesUntilRemoved(t *testing.T) {
	t.Parallel()
	b := open(t, Options{})
	ctx := context.Background()
	if _, err := b.client.PutSuppressedDestination(ctx, &sesv2.PutSuppressedDestinationInput{EmailAddress: aws.String("anna@example.com"), Reason: "BOUNCE"}); err != nil {
		t.Fatal(err)
	}
	send := func() string {
		if _, err := b.client.SendEmail(ctx, simple("Anna@example.com")); err != nil {
			t.Fatal(err)
		}
		events := b.settle(t)
		return events[len(events)-1]["detail-type"].(string)
	}
	if got := send(); got != "Email Bounced" {
		t.Errorf("got %s, want Email Bounced", got)
	}
	if _, err := b.client.DeleteSuppressedDestination(ctx, &sesv2.DeleteSuppressedDestinationInput{EmailAddress: aws.String("anna@example.com")}); err != nil {
		t.Fatal(err)
	}
	if got := send(); got != "Email Delivered" {
		t.Errorf("got %s, want Email Delivered", got)
	}
}

func TestOnlyWantedEventsArePublished(t *testing.T) {
	t.Parallel()
	b := open(t, Options{ConfigurationSets: map[string][]string{"onetap": {"BOUNCE", "DELIVERY"}, "quiet": {}}})
	for _, set := range []string{"onetap", "quiet", ""} {
		in := campaign("a@example.com", "b+bounce@example.com", "c+complaint@example.com")
		in.ConfigurationSetName = &set
		if set == "" {
			in.ConfigurationSetName = nil
		}
		if _, err := b.client.SendBulkEmail(context.Background(), in); err != nil {
			t.Fatal(err)
		}
		b.settle(t) // so that the bounce is not suppressed before it is published
	}
	count := map[string]int{}
	for _, e := range b.settle(t) {
		count[e["detail-type"].(string)]++
	}
	if want := map[string]int{"Email Delivered": 2, "Email Bounced": 1}; !cmp.Equal(count, want) {
		t.Errorf("published %v, want %v", count, want)
	}
}

func TestSeveralRecipientsOfOneMessage(t *testing.T) {
	t.Parallel()
	b := open(t, Options{})
	in := simple("a@example.com", "b+bounce@example.com")
	in.Destination.CcAddresses = []string{"c@example.com"}
	if _, err := b.client.SendEmail(context.Background(), in); err != nil {
		t.Fatal(err)
	}
	events := b.settle(t)
	var got []string
	for _, e := range events {
		d := e["detail"].(map[string]any)
		switch d["eventType"] {
		case "Delivery":
			got = append(got, fmtAny(d["delivery"].(map[string]any)["recipients"]))
		case "Bounce":
			got = append(got, d["bounce"].(map[string]any)["bouncedRecipients"].([]any)[0].(map[string]any)["emailAddress"].(string))
		}
		if dest := fmtAny(d["mail"].(map[string]any)["destination"]); dest != `["a@example.com","b+bounce@example.com","c@example.com"]` {
			t.Errorf("destination = %s", dest)
		}
	}
	if want := []string{`["a@example.com","c@example.com"]`, "b+bounce@example.com"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if len(b.messages(t, "?to=c@example.com")) != 1 || len(b.messages(t, "")) != 1 {
		t.Error("one message to three should be one message")
	}
}
