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
		{"SES", "GetAccount", ``, "ses:GetAccount"},
		{
			"SES", "SendEmail", `{"FromEmailAddress":"Shop <nps@mail.example.com>","ConfigurationSetName":"onetap"}`,
			"ses:SendEmail@configuration-set/onetap ses:SendEmail@identity/nps@mail.example.com,identity/mail.example.com,identity/example.com",
		},
		{"SES", "SendBulkEmail", `{"FromEmailAddress":"nps@example.com"}`, "ses:SendBulkEmail@identity/nps@example.com,identity/example.com"},
		{"Lambda", "Invoke", `{}`, "lambda:InvokeFunction"},
	} {
		var got []string
		for _, n := range new(Cloud).needs(f, tt.service, tt.operation, []byte(tt.body)) {
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
