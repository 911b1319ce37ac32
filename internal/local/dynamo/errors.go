package dynamo

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// APIError is an error as DynamoDB sends it. Before hooks return one to inject a fault: Code is enough, Status and
// Message are filled in. A TransactionCanceledException without Reasons gets a TransactionConflict for its first action.
type APIError struct {
	Status  int    // HTTP status; 0: 400, or 500 for InternalServerError
	Code    string // the part of __type after "#", such as ProvisionedThroughputExceededException
	Message string
	Reasons []CancellationReason // of a TransactionCanceledException, one for each action
	Item    json.RawMessage      // of a ConditionalCheckFailedException, when ALL_OLD was asked for

	late bool // in a transaction DynamoDB finds it only when the transaction runs, and cancels it
}

// CancellationReason says why one action of a transaction failed; Code "None" is an action that would have succeeded.
type CancellationReason struct {
	Code    string
	Message string          `json:",omitempty"`
	Item    json.RawMessage `json:",omitempty"`
}

// Unprocessed is an error for Before hooks of BatchWriteItem and BatchGetItem: the first Done requests of the table are
// carried out and the others come back as UnprocessedItems or UnprocessedKeys, as when a table is throttled.
type Unprocessed struct{ Done int }

func (u *Unprocessed) Error() string {
	return fmt.Sprintf("all but %d requests left unprocessed", u.Done)
}

func (e *APIError) Error() string { return e.Code + ": " + e.Message }

func (e *APIError) status() int {
	switch {
	case e.Status != 0:
		return e.Status
	case e.Code == "InternalServerError":
		return http.StatusInternalServerError
	}
	return http.StatusBadRequest
}

// shape is the value of __type: DynamoDB's own errors, and those of the framework in front of it, have different prefixes.
func (e *APIError) shape() string {
	switch e.Code {
	case "ValidationException":
		return "com.amazon.coral.validate#" + e.Code
	case "SerializationException", "UnknownOperationException", "MissingAuthenticationTokenException":
		return "com.amazon.coral.service#" + e.Code
	}
	return "com.amazonaws.dynamodb.v20120810#" + e.Code
}

func (e *APIError) message() string {
	if e.Message != "" {
		return e.Message
	}
	switch e.Code {
	case "ProvisionedThroughputExceededException":
		return "The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API."
	case "ThrottlingException":
		return "Rate of requests exceeds the allowed throughput."
	case "RequestLimitExceeded":
		return "Throughput exceeds the current throughput limit for your account."
	case "InternalServerError":
		return "The server encountered an internal error trying to fulfill the request."
	case "TransactionConflictException":
		return "Transaction is ongoing for the item"
	case "TransactionInProgressException":
		return "The transaction with the given request token is already in progress."
	case "TransactionCanceledException":
		codes := make([]string, len(e.Reasons))
		for i, r := range e.Reasons {
			codes[i] = r.Code
		}
		return "Transaction cancelled, please refer cancellation reasons for specific reasons [" + strings.Join(codes, ", ") + "]"
	}
	return e.Code
}

func (e *APIError) body() []byte {
	doc := map[string]any{"__type": e.shape()}
	if e.Code == "TransactionCanceledException" {
		doc["Message"] = e.message()
		doc["CancellationReasons"] = e.Reasons
	} else {
		doc["message"] = e.message()
	}
	if e.Item != nil {
		doc["Item"] = e.Item
	}
	b, err := json.Marshal(doc)
	if err != nil { // an Item that is not JSON: only a hook could have made it
		return []byte(`{"__type":"` + e.shape() + `"}`)
	}
	return b
}

func invalid(format string, args ...any) *APIError {
	if len(args) > 0 {
		format = fmt.Sprintf(format, args...)
	}
	return &APIError{Code: "ValidationException", Message: format}
}

// badParameter is the form of most of DynamoDB's complaints about a value.
func badParameter(format string, args ...any) *APIError {
	return invalid("One or more parameter values were invalid: "+format, args...)
}

// lateParameter is a badParameter that cancels a transaction.
func lateParameter(format string, args ...any) *APIError {
	err := badParameter(format, args...)
	err.late = true
	return err
}

func notFound(format string, args ...any) *APIError {
	return &APIError{Code: "ResourceNotFoundException", Message: fmt.Sprintf(format, args...)}
}

func malformed(message string) *APIError {
	return &APIError{Code: "SerializationException", Message: message}
}

// constraint is a broken constraint of one member of the request, as the framework in front of DynamoDB words it.
func constraint(value, member, rule string) *APIError {
	if value != "null" {
		value = "'" + value + "'"
	}
	return invalid("1 validation error detected: Value %s at '%s' failed to satisfy constraint: %s", value, member, rule)
}

func unsupported(what string) *APIError {
	return invalid("%s is not supported by the laptop's DynamoDB", what)
}

// keyMismatch is the complaint about a Key that is not of the table's form.
func keyMismatch() *APIError {
	return &APIError{Code: "ValidationException", Message: errKeyMismatch, late: true}
}

var errConditionFailed = &APIError{Code: "ConditionalCheckFailedException", Message: "The conditional request failed"}
