// Package apperr is the one error type that reaches a person: what was wrong, where, and what would be right.
//
// The domain names the problem by a code; the words come from the language files (message id "problem.<code>"),
// the HTTP status from the kind, in one place (web). A stranger never sees Cause.
package apperr

import (
	"errors"
	"fmt"
)

// Kind says who can mend it, and decides the HTTP status.
type Kind int

const (
	Invalid     Kind = iota + 1 // 400: the input is wrong
	Unknown                     // 404: no such thing
	Conflict                    // 409: not now, or not any more
	Gone                        // 410: it was here and is over
	TooLarge                    // 413: over a stated limit
	Unauthentic                 // 401: no token, or a wrong one
	Forbidden                   // 403: known, and not allowed
	Unsupported                 // 415: not a form that is read here
	TooMany                     // 429: too often; later it works
)

// Error is a refusal that a person can act on.
type Error struct {
	Kind  Kind
	Code  string         // language message id without "problem.", e.g. "closing_in_past"
	Where string         // the field, column, line or parameter, e.g. "closes_at"; "" where the whole request is meant
	With  map[string]any // values for the message, e.g. {"Limit": 5}; never personal data
	Cause error          // for the log; never shown
}

// New returns a problem; with holds name, value pairs for its message.
func New(kind Kind, code, where string, with ...any) *Error {
	e := &Error{Kind: kind, Code: code, Where: where}
	for i := 0; i+1 < len(with); i += 2 {
		if e.With == nil {
			e.With = map[string]any{}
		}
		e.With[with[i].(string)] = with[i+1]
	}
	return e
}

func (e *Error) Error() string {
	s := e.Code
	if e.Where != "" {
		s += " at " + e.Where
	}
	if len(e.With) > 0 {
		s += fmt.Sprintf(" %v", e.With)
	}
	if e.Cause != nil {
		s += ": " + e.Cause.Error()
	}
	return s
}

func (e *Error) Unwrap() error { return e.Cause }

// As returns the problem inside err, or nil.
func As(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}

// Is reports whether err is a problem of that code.
func Is(err error, code string) bool {
	e := As(err)
	return e != nil && e.Code == code
}

// ErrChanged is returned by a compare-and-swap that found something else than what was read: read again, decide again.
var ErrChanged = errors.New("changed meanwhile")
