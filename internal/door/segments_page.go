package door

import (
	"net/http"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

func AudienceInPath(r *http.Request) (survey.Audience, error) {
	a := survey.Audience(r.PathValue("audience"))
	if !a.Valid() {
		return a, apperr.New(apperr.Unknown, "audience_unknown", "audience", "Known", survey.KnownAudiences())
	}
	return a, nil
}
