package cloud

import (
	"slices"
	"strings"
	"testing"

	"onetap/internal/local/cloud/template"
)

// What no policy of the template allows is refused as IAM would refuse it; a transaction needs the permissions of its
// parts, a letter that of its sender's identity.
func TestNeeds(t *testing.T) {
	t.Parallel()
	f := &function{Function: &template.Function{ARN: "arn:aws:lambda:eu-central-1:123456789012:function:onetap-desk"}}
	for _, tt := range []struct {
		service, operation, body string
		want                     string
	}{
		{"DynamoDB", "PutItem", `{}`, "dynamodb:PutItem"},
		{
			"DynamoDB", "TransactWriteItems", `{"TransactItems":[{"Put":{"Item":{}}},{"Update":{}},{"Delete":{}}]}`,
			"dynamodb:DeleteItem dynamodb:PutItem dynamodb:UpdateItem",
		},
		{"DynamoDB", "TransactWriteItems", `{"TransactItems":[{"Put":{"Item":{"why":{"S":"\"Delete\":{"}}}}]}`, "dynamodb:PutItem"},
		{"DynamoDB", "TransactWriteItems", `{"TransactItems":[{"ConditionCheck":{}}]}`, "dynamodb:ConditionCheckItem"},
		{"DynamoDB", "Query", `{"TableName":"onetap"}`, "dynamodb:Query@arn:aws:dynamodb:eu-central-1:123456789012:table/onetap"},
		{"DynamoDB", "Query", `{"TableName":"onetap","IndexName":"gsi1"}`, "dynamodb:Query@arn:aws:dynamodb:eu-central-1:123456789012:table/onetap/index/gsi1"},
		{"SES", "GetAccount", ``, "ses:GetAccount"},
		{
			"SES", "SendEmail", `{"FromEmailAddress":"Shop <nps@mail.example.com>","ConfigurationSetName":"onetap"}`,
			"ses:SendEmail@configuration-set/onetap ses:SendEmail@identity/nps@mail.example.com,identity/mail.example.com,identity/example.com",
		},
		{"SES", "SendBulkEmail", `{"FromEmailAddress":"nps@example.com"}`, "ses:SendBulkEmail@identity/nps@example.com,identity/example.com"},
		{"Lambda", "Invoke", `{}`, "lambda:InvokeFunction"},
	} {
		var got []string
		for _, n := range new(Cloud).needs(nil, f, tt.service, tt.operation, []byte(tt.body)) {
			said := n.action
			if len(n.resources) > 0 {
				said += "@" + strings.ReplaceAll(strings.Join(n.resources, ","), "arn:aws:ses:eu-central-1:123456789012:", "")
			}
			got = append(got, said)
		}
		slices.Sort(got)
		if said := strings.Join(got, " "); said != tt.want {
			t.Errorf("%s %s needs %s, want %s", tt.service, tt.operation, said, tt.want)
		}
	}
}

// Where a permission is for some keys only, each item that a call names is asked for.
func TestNeedsOfItems(t *testing.T) {
	t.Parallel()
	f := &function{Function: &template.Function{Allowed: []template.Permission{
		{Actions: []string{"dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:ConditionCheckItem"}, Resources: []string{"*"}, Keys: []string{"OWN#*"}},
	}}}
	key := func(pk string) string { return `{"pk":{"S":"` + pk + `"},"sk":{"S":"x"}}` }
	for operation, body := range map[string]string{
		"GetItem":            `{"Key":%}`,
		"PutItem":            `{"Item":%}`,
		"BatchGetItem":       `{"RequestItems":{"t":{"Keys":[` + key("OWN#1") + `,%]}}}`,
		"TransactWriteItems": `{"TransactItems":[{"Put":{"Item":` + key("OWN#1") + `}},{"ConditionCheck":{"Key":%}}]}`,
		"TransactGetItems":   `{"TransactItems":[{"Get":{"Key":%}}]}`,
	} {
		may := func(pk string) bool {
			return !slices.ContainsFunc(new(Cloud).needs(nil, f, "DynamoDB", operation, []byte(strings.Replace(body, "%", key(pk), 1))), func(n need) bool { return !n.allowed(f) })
		}
		if !may("OWN#2") || may("OTHER#1") {
			t.Errorf("%s: its own %v, another's %v", operation, may("OWN#2"), may("OTHER#1"))
		}
	}
	for _, body := range []string{`{"RequestItems":{"t":[{"PutRequest":{"Item":` + key("OWN#1") + `}}]}}`, `{}`} {
		if n := new(Cloud).needs(nil, f, "DynamoDB", "BatchWriteItem", []byte(body)); slices.ContainsFunc(n, func(n need) bool { return n.allowed(f) }) {
			t.Errorf("a batch needs %+v", n)
		}
	}
}

func TestCallWithoutPermissionIsRefused(t *testing.T) {
	t.Parallel()
	for policies, want := range map[string]string{
		"Policies: [{ Statement: [{ Effect: Allow, Action: dynamodb:PutItem, Resource: '*' }] }]":                  `{"n":1}`,
		"Policies: [{ Statement: [{ Effect: Allow, Action: ['dynamodb:*'], Resource: '*' }] }]":                    `{"n":1}`,
		"Policies: [{ Statement: [{ Effect: Allow, Action: [dynamodb:GetItem, ses:SendEmail], Resource: '*' }] }]": "",
	} {
		db := &served{}
		l := newLab(t, fnResource("F", policies), func(c *Config) { c.DynamoDB = db })
		l.call("F", map[string]any{"do": "calls", "n": 1, "text": putItem})
		if got := db.list(); got != want {
			t.Errorf("%s: the table did %q, want %q", policies, got, want)
		}
	}
}
