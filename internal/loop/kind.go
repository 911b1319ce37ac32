package loop

import (
	"onetap/internal/nps"
	"onetap/internal/survey"
)

// Kind is what a case was opened for.
type Kind string

const (
	OfDetractor Kind = "detractor"
	OfPassive   Kind = "passive" // where the company has set it for the audience
	OfSilent    Kind = "silent"  // asked again and again, and never answered
)

// NoScore stands where a score would, of a case of somebody who has given none.
const NoScore = -1

// Kinds lists them.
var Kinds = []Kind{OfDetractor, OfPassive, OfSilent}

// kindOf is what an answer opens; "" for a detractor's.
func kindOf(r survey.Response) Kind {
	if r.Group() == nps.Passive {
		return OfPassive
	}
	return ""
}
