package cloud

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net/http"
	"strings"

	"onetap/internal/local/cloud/s3"
)

// transactActions are the permissions that the parts of a transaction need, by the key under which they stand ("Using IAM with DynamoDB
// transactions" in AWS's guide): TransactWriteItems itself is no permission. Inside a JSON string the quotes would be escaped, so the
// bytes are found only where they mean it.
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
func (c *Cloud) needs(r *http.Request, f *function, service, operation string, body []byte) []need {
	switch service {
	case "S3":
		return fileNeeds(r, operation)
	case "KMS":
		return c.keyNeeds(operation, body)
	case "DynamoDB":
		if f.AsksKeys() {
			return itemNeeds(operation, body)
		}
		if operation == "Query" || operation == "Scan" {
			return []need{{action: "dynamodb:" + operation, resources: []string{queried(f, body)}}}
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
	case "EventBridge":
		return eventNeeds(f, operation, body)
	case "Lambda":
		return []need{{action: "lambda:InvokeFunction"}}
	case "SQS":
		return []need{{action: "sqs:" + operation}}
	}
	return nil
}

// fileNeeds is the permission for a file of a bucket.
func fileNeeds(r *http.Request, operation string) []need {
	return []need{{action: s3.Action(operation), resources: []string{"arn:aws:s3:::" + strings.TrimPrefix(r.URL.Path, "/")}}}
}

// named is where a call names an item.
type named struct{ Key, Item keyed }

// keyed is the partition key of an item of ours.
type keyed struct {
	PK struct{ S string } `json:"pk"`
}

func (i named) key() string { return cmp.Or(i.Key.PK.S, i.Item.PK.S) }

// itemNeeds are the permissions for each item that a call names, by its partition key (dynamodb:LeadingKeys). What a query names is not
// looked at: no function whose permissions ask for keys may query.
func itemNeeds(operation string, body []byte) (all []need) {
	var call struct {
		named
		RequestItems  map[string]json.RawMessage
		TransactItems []map[string]named
	}
	_ = json.Unmarshal(body, &call) // what is no JSON is refused by DynamoDB
	action := "dynamodb:" + operation
	add := func(action, key string) { all = append(all, need{action: action, key: key}) }
	switch operation {
	case "BatchGetItem":
		for _, of := range call.RequestItems {
			var table struct{ Keys []keyed }
			_ = json.Unmarshal(of, &table)
			for _, k := range table.Keys {
				add(action, k.PK.S)
			}
		}
	case "BatchWriteItem":
		for _, of := range call.RequestItems {
			var table []struct{ PutRequest, DeleteRequest named }
			_ = json.Unmarshal(of, &table)
			for _, w := range table {
				add(action, cmp.Or(w.PutRequest.key(), w.DeleteRequest.key()))
			}
		}
	case "TransactWriteItems", "TransactGetItems":
		for _, one := range call.TransactItems {
			for part, of := range one {
				add(transactActions[`"`+part+`":{`], of.key())
			}
		}
	default:
		add(action, call.key())
	}
	if len(all) == 0 {
		add(action, "")
	}
	return all
}

// queried is what a query or a scan is of: a table, or one of its indexes, which is a resource of its own.
func queried(f *function, body []byte) string {
	var call struct{ TableName, IndexName string }
	_ = json.Unmarshal(body, &call)
	of := "table/" + call.TableName
	if call.IndexName != "" {
		of += "/index/" + call.IndexName
	}
	return f.resource("dynamodb", of)
}

// resource is the ARN of something of another service in the function's account.
func (f *function) resource(service, of string) string {
	parts := strings.Split(f.ARN, ":") // arn:aws:lambda:region:account:function:name
	return strings.Join([]string{"arn", parts[1], service, parts[3], parts[4], of}, ":")
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
	arn := func(of string) string { return f.resource("ses", of) }
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
func (c *Cloud) permitted(w http.ResponseWriter, r *http.Request, f *function, service, operation string, body []byte) bool {
	for _, n := range c.needs(r, f, service, operation, body) {
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
