package cloud

import (
	"bytes"
	"net/http"
)

// transactActions are the permissions that the parts of a transaction need, by the key under which they stand. Inside
// a JSON string the quotes would be escaped, so the bytes are found only where they mean it.
var transactActions = map[string]string{
	`"Put":{`: "dynamodb:PutItem", `"Update":{`: "dynamodb:UpdateItem", `"Delete":{`: "dynamodb:DeleteItem",
	`"ConditionCheck":{`: "dynamodb:ConditionCheckItem", `"Get":{`: "dynamodb:GetItem",
}

// needs lists the permissions of IAM that a call takes.
func needs(service, operation string, body []byte) []string {
	switch service {
	case "DynamoDB":
		if operation != "TransactWriteItems" && operation != "TransactGetItems" {
			return []string{"dynamodb:" + operation}
		}
		var actions []string
		for key, action := range transactActions {
			if bytes.Contains(body, []byte(key)) {
				actions = append(actions, action)
			}
		}
		return actions
	case "SES":
		return []string{"ses:" + operation}
	case "Lambda":
		return []string{"lambda:InvokeFunction"}
	case "SQS":
		return []string{"sqs:" + operation}
	}
	return nil
}

// permitted answers with AccessDenied what the function's policies in the template do not allow: on AWS it would fail
// the same way, and there it would be found too late.
func permitted(w http.ResponseWriter, f *function, service, operation string, body []byte) bool {
	for _, action := range needs(service, operation, body) {
		if f.Allows(action) {
			continue
		}
		message := "User: arn:aws:sts::000000000000:assumed-role/" + f.ID + " is not authorized to perform: " + action +
			" because no policy of " + f.ID + " in the template allows it"
		refuse(w, service, Refusal{Status: http.StatusBadRequest, Kind: "AccessDeniedException", Message: message})
		return false
	}
	return true
}
