package cloud

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
)

// transactActions are the permissions that the parts of a transaction need, by the key under which they stand. Inside
// a JSON string the quotes would be escaped, so the bytes are found only where they mean it.
var transactActions = map[string]string{
	`"Put":{`: "dynamodb:PutItem", `"Update":{`: "dynamodb:UpdateItem", `"Delete":{`: "dynamodb:DeleteItem",
	`"ConditionCheck":{`: "dynamodb:ConditionCheckItem", `"Get":{`: "dynamodb:GetItem",
}

// need is a permission of IAM that a call takes: an action, on one of the resources; without any, wherever.
type need struct {
	action    string
	resources []string
	key       string            // of the item that is read or written, where the policies of a function look at it; "": none
	context   map[string]string // of a call of KMS
}

// needs lists the permissions of IAM that a call of a function takes.
func (c *Cloud) needs(f *function, service, operation string, body []byte) []need {
	switch service {
	case "KMS":
		return c.keyNeeds(operation, body)
	case "DynamoDB":
		if operation == "GetItem" {
			var call struct {
				Key struct {
					PK struct{ S string } `json:"pk"`
				}
			}
			_ = json.Unmarshal(body, &call) // what is no JSON is refused by DynamoDB
			return []need{{action: "dynamodb:GetItem", key: call.Key.PK.S}}
		}
		if operation != "TransactWriteItems" && operation != "TransactGetItems" {
			return []need{{action: "dynamodb:" + operation}}
		}
		var all []need
		for key, action := range transactActions {
			if bytes.Contains(body, []byte(key)) {
				all = append(all, need{action: action})
			}
		}
		return all
	case "SES":
		return mailNeeds(f, "ses:"+operation, body)
	case "Lambda":
		return []need{{action: "lambda:InvokeFunction"}}
	case "SQS":
		return []need{{action: "sqs:" + operation}}
	}
	return nil
}

// mailNeeds are what SES asks for: the action on the identity of whom the letter comes from, and on the configuration set.
// The identity is the one that is verified: the address itself, its domain, or a domain above. On the laptop any of them
// may be, so that allowing one of them is enough.
func mailNeeds(f *function, action string, body []byte) []need {
	if action != "ses:SendEmail" && action != "ses:SendBulkEmail" {
		return []need{{action: action}}
	}
	var call struct{ FromEmailAddress, ConfigurationSetName string }
	_ = json.Unmarshal(body, &call) // what is no JSON is refused by SES
	arn := func(resource string) string {
		parts := strings.Split(f.ARN, ":") // arn:aws:lambda:region:account:function:name
		return strings.Join([]string{"arn", parts[1], "ses", parts[3], parts[4], resource}, ":")
	}
	from := call.FromEmailAddress
	if open := strings.LastIndexByte(from, '<'); open >= 0 {
		from = strings.TrimSuffix(from[open+1:], ">")
	}
	identities := []string{arn("identity/" + from)}
	for _, domain, ok := strings.Cut(from, "@"); ok && strings.Contains(domain, "."); _, domain, ok = strings.Cut(domain, ".") {
		identities = append(identities, arn("identity/"+domain))
	}
	all := []need{{action: action, resources: identities}}
	if call.ConfigurationSetName != "" {
		all = append(all, need{action: action, resources: []string{arn("configuration-set/" + call.ConfigurationSetName)}})
	}
	return all
}

// keyNeeds are what KMS asks for: the action on the key, with the context that the call says. A key that there is not is no matter of
// permissions.
func (c *Cloud) keyNeeds(operation string, body []byte) (all []need) {
	for _, n := range c.kms.Needs(operation, body) {
		one := need{action: n.Action, context: n.Context}
		if one.context == nil {
			one.context = map[string]string{}
		}
		if n.Key != "" {
			one.resources = []string{n.Key}
		}
		all = append(all, one)
	}
	return all
}

// allowed reports whether the policies of a function allow what a call needs.
func (n need) allowed(f *function) bool {
	if n.context != nil {
		return f.AllowsContext(n.action, n.context, n.resources...)
	}
	return f.AllowsKey(n.action, n.key, n.resources...)
}

// permitted answers with AccessDenied what the function's policies in the template do not allow: on AWS it would fail
// the same way, and there it would be found too late.
func (c *Cloud) permitted(w http.ResponseWriter, f *function, service, operation string, body []byte) bool {
	for _, n := range c.needs(f, service, operation, body) {
		if n.allowed(f) {
			continue
		}
		message := "User: arn:aws:sts::000000000000:assumed-role/" + f.ID + " is not authorized to perform: " + n.action
		if len(n.resources) > 0 {
			message += " on resource: " + n.resources[0]
		}
		message += " because no policy of " + f.ID + " in the template allows it"
		refuse(w, service, Refusal{Status: http.StatusBadRequest, Kind: "AccessDeniedException", Message: message})
		return false
	}
	return true
}
