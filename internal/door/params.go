package door

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// MaxJSON is the largest JSON document that a call may carry; lists come as CSV.
const MaxJSON = 1 << 20

// KnownParameters refuses a query parameter that the route does not know: a misspelt filter must not answer as if it were none. Problems: parameter_unknown.
func KnownParameters(r *http.Request, known ...string) error {
	for name := range r.URL.Query() {
		if name != "lang" && !slices.Contains(known, name) {
			list := strings.Join(known, ", ")
			if list == "" {
				list = "lang"
			}
			return apperr.New(apperr.Invalid, "parameter_unknown", name, "Known", list)
		}
	}
	return nil
}

// WholeNumber reads a whole number from 1 to max out of a query parameter; standard where there is none. Problems: parameter_range.
func WholeNumber(r *http.Request, name string, standard, max int) (int, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return standard, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > max {
		return 0, apperr.New(apperr.Invalid, "parameter_range", name, "Limit", max)
	}
	return n, nil
}

// YesOrNo reads a query parameter that is yes or no; no where there is none. Problem: parameter_choice.
func YesOrNo(r *http.Request, name string) (bool, error) {
	switch r.URL.Query().Get(name) {
	case "", "no":
		return false, nil
	case "yes":
		return true, nil
	}
	return false, apperr.New(apperr.Invalid, "parameter_choice", name, "Known", "yes, no")
}

// DecodeOptional decodes a JSON body that may be missing; v stays as it is then.
func DecodeOptional(r *http.Request, v any) error {
	if r.ContentLength == 0 {
		return nil
	}
	return web.Decode(r, v, MaxJSON)
}

// How many items a list has in one answer: without a limit, and at most.
const (
	PageStandard = 100
	PageMax      = 1000
)

// PageOf reads the cursor and the limit of a call. Problems: parameter_range, and those of survey.ParseCursor.
func PageOf(r *http.Request) (survey.Cursor, int, error) {
	limit, err := WholeNumber(r, "limit", PageStandard, PageMax)
	if err != nil {
		return survey.Cursor{}, 0, err
	}
	from, err := survey.ParseCursor(r.URL.Query().Get("after"))
	return from, limit, err
}

// Choices lists values for a message: "open, resolved".
func Choices[T ~string](values []T) string {
	names := make([]string, len(values))
	for i, v := range values {
		names[i] = string(v)
	}
	return strings.Join(names, ", ")
}

// CursorText is a cursor as answers carry it; nil at the end of a list.
func CursorText(c *survey.Cursor) *string {
	if c == nil {
		return nil
	}
	text := c.String()
	return &text
}

// Audience reads an audience that a parameter or a body names. Problems: audience_unknown, as what is invalid.
func Audience(name string) (survey.Audience, error) {
	a := survey.Audience(name)
	if !a.Valid() {
		return "", apperr.New(apperr.Invalid, "audience_unknown", "audience", "Known", survey.KnownAudiences())
	}
	return a, nil
}

// AudienceInPath reads the audience that a request's path names. Problems: audience_unknown, as what is not found.
func AudienceInPath(r *http.Request) (survey.Audience, error) {
	a := survey.Audience(r.PathValue("audience"))
	if !a.Valid() {
		return a, apperr.New(apperr.Unknown, "audience_unknown", "audience", "Known", survey.KnownAudiences())
	}
	return a, nil
}
