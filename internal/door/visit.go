package door

import (
	"context"
	"net/http"
	"time"

	"onetap/internal/authz"
	"onetap/internal/lang"
	_ "onetap/internal/lang/desk" // the words of the doors
	"onetap/internal/survey"
)

// Visit is what a request knows of who asks. Session is "" for a program.
type Visit struct {
	authz.Who
	Session string
	Before  string // the session that this one took the place of in the same browser; "": none
	Stale   bool   // signed in too long ago for what needs a fresh proof (authz.Sensitive)
	Me      string // names the person to scripts of the pages, and to nobody else
	Form    string // what every form of this session carries
	Lang    lang.Language
	Zone    *time.Location // the viewer's
	Company survey.Settings
}

type visitKey struct{}

// WithVisit is a request that knows who asks.
func WithVisit(r *http.Request, v Visit) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), visitKey{}, v))
}

// VisitOf returns who asks; the zero visit may do nothing.
func VisitOf(r *http.Request) Visit {
	v, _ := r.Context().Value(visitKey{}).(Visit)
	if v.Zone == nil {
		v.Zone = time.UTC
	}
	return v
}
