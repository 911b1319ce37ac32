package cloud

import (
	"slices"
	"testing"
)

// What no policy of the template allows is refused as IAM would refuse it; a transaction needs the permissions of its parts.
func TestNeeds(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		service, operation, body string
		want                     []string
	}{
		{"DynamoDB", "PutItem", `{}`, []string{"dynamodb:PutItem"}},
		{"DynamoDB", "TransactWriteItems", `{"TransactItems":[{"Put":{"Item":{}}},{"Update":{}},{"Delete":{}}]}`,
			[]string{"dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"}},
		{"DynamoDB", "TransactWriteItems", `{"TransactItems":[{"Put":{"Item":{"why":{"S":"\"Delete\":{"}}}}]}`, []string{"dynamodb:PutItem"}},
		{"DynamoDB", "TransactWriteItems", `{"TransactItems":[{"ConditionCheck":{}}]}`, []string{"dynamodb:ConditionCheckItem"}},
		{"SES", "SendBulkEmail", `{}`, []string{"ses:SendBulkEmail"}},
		{"Lambda", "Invoke", `{}`, []string{"lambda:InvokeFunction"}},
	} {
		got := needs(tt.service, tt.operation, []byte(tt.body))
		slices.Sort(got)
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s %s needs %v, want %v", tt.service, tt.operation, got, tt.want)
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
