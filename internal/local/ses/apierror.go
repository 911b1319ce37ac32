package ses

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// APIError is an error as SES answers it. A hook may return one to have it sent to the caller as it is.
type APIError struct {
	Code    string // SES's exception, for example TooManyRequestsException
	Status  int    // HTTP status; 0: 400
	Message string
}

func (e *APIError) Error() string { return e.Code + ": " + e.Message }

// Throttled is SES's answer to a call over the sending rate.
func Throttled() *APIError {
	return &APIError{"TooManyRequestsException", http.StatusTooManyRequests, "Maximum sending rate exceeded."}
}

func badRequest(format string, args ...any) *APIError {
	return &APIError{"BadRequestException", http.StatusBadRequest, fmt.Sprintf(format, args...)}
}

// notBuilt refuses by name what SES has and this does not.
func notBuilt(what string) *APIError {
	return badRequest("%s is not supported by the laptop's SES.", what)
}

func (e *APIError) write(w http.ResponseWriter) {
	status := e.Status
	if status == 0 {
		status = http.StatusBadRequest
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Amzn-Errortype", e.Code)
	w.WriteHeader(status)
	body, _ := json.Marshal(map[string]string{"message": e.Message}) // a map of strings always marshals
	_, _ = w.Write(body)
}

// sentence writes an error the way SES writes its messages: with a capital and a full stop.
func sentence(err error) string {
	s := err.Error()
	return strings.ToUpper(s[:1]) + s[1:] + "."
}
