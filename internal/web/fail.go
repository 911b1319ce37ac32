package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/lang"
)

var statuses = map[apperr.Kind]int{
	apperr.Invalid:     http.StatusBadRequest,
	apperr.Unknown:     http.StatusNotFound,
	apperr.Conflict:    http.StatusConflict,
	apperr.Gone:        http.StatusGone,
	apperr.TooLarge:    http.StatusRequestEntityTooLarge,
	apperr.Unauthentic: http.StatusUnauthorized,
	apperr.Forbidden:   http.StatusForbidden,
	apperr.Unsupported: http.StatusUnsupportedMediaType,
	apperr.TooMany:     http.StatusTooManyRequests,
}

// Status returns the HTTP status of an error: a problem's by its kind, 500 for anything else.
func Status(err error) int {
	if p := apperr.As(err); p != nil {
		if s, ok := statuses[p.Kind]; ok {
			return s
		}
	}
	return http.StatusInternalServerError
}

// Fail answers with an error: a problem in the words of the reader's language and the status of its kind, anything
// else as a 500 without its text, which goes to the log. The API and script calls (Accept: application/json) get
// {"error":{"code","message","where"}}, people a plain page.
func Fail(w http.ResponseWriter, r *http.Request, err error) { FailIn(w, r, Language(r), err) }

// FailIn is Fail in the language of the page on which it happens.
func FailIn(w http.ResponseWriter, r *http.Request, l lang.Language, err error) {
	status := Status(err)
	p := apperr.As(err)
	if status == http.StatusInternalServerError {
		Log(r, err)
		p = refusal("internal", "", nil)
	}
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="onetap"`)
	}
	refuseIn(w, r, l, status, p)
}

// Log writes an error with the route and the invocation, and nothing of what the person sent.
func Log(r *http.Request, err error) {
	slog.ErrorContext(r.Context(), "request failed", "error", err.Error(), "method", r.Method, "route", r.Pattern, "request", requestID(r.Context()))
}

func refusal(code, where string, with map[string]any) *apperr.Error {
	return &apperr.Error{Code: code, Where: where, With: with}
}

// refuse writes a problem. Problems found before routing have no kind, hence the status.
func refuse(w http.ResponseWriter, r *http.Request, status int, p *apperr.Error) {
	refuseIn(w, r, Language(r), status, p)
}

func refuseIn(w http.ResponseWriter, r *http.Request, l lang.Language, status int, p *apperr.Error) {
	message := l.Problem(p)
	w.Header().Set("Content-Language", string(l))
	w.Header().Add("Vary", "Accept-Language")
	if WantsJSON(r) {
		var body struct {
			Error struct {
				Code    string `json:"code"`
				Message string `json:"message"`
				Where   string `json:"where,omitempty"`
			} `json:"error"`
		}
		body.Error.Code, body.Error.Message, body.Error.Where = p.Code, message, p.Where
		JSON(w, status, body)
		return
	}
	title := "page.error_title"
	if id := "page.error_title_" + strconv.Itoa(status); l.Has(id) {
		title = id
	}
	Page{Lang: l, Title: l.T(title), Body: refused(l.T(title), message)}.Write(w, r, status)
}

// WantsJSON reports whether the answer is for a program: a call of the API, or a script that says so.
func WantsJSON(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, "/api/") || strings.HasPrefix(r.Header.Get("Accept"), "application/json")
}

// Language is what the reader chose by ?lang=, else what the browser asks for.
func Language(r *http.Request) lang.Language {
	if l, ok := lang.Parse(r.URL.Query().Get("lang")); ok {
		return l
	}
	return lang.For(r.Header.Get("Accept-Language"))
}

// JSON answers with v. A v that cannot be encoded is a fault in the program and becomes a 500.
func JSON(w http.ResponseWriter, status int, v any) {
	body, err := encode(v)
	if err != nil {
		slog.Error("encode answer", "error", err.Error())
		status, body = http.StatusInternalServerError, []byte(`{"error":{"code":"internal","message":"internal error"}}`+"\n")
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	w.Write(body) // the writer is a buffer (Handler) or the test server's: nothing to do about a failure
}

// encode leaves <, > and & readable: the answer is application/json with nosniff, no browser reads it as HTML.
func encode(v any) ([]byte, error) {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		var unsupported *json.UnsupportedValueError
		if errors.As(err, &unsupported) {
			return nil, fmt.Errorf("value %s cannot be JSON", unsupported.Str)
		}
		return nil, err
	}
	return []byte(b.String()), nil
}
