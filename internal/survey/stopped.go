package survey

import "strings"

// Reasons for which a campaign stops by itself, besides SES's own words.
const (
	StoppedWording  = "WORDING"          // the letter cannot be made; what is wrong follows
	StoppedRefused  = "SENDER_REFUSED"   // mail systems refuse the sender; the last status code follows
	StoppedDisabled = "SENDING_DISABLED" // the account may not send
	// The continuous survey whose month it is was paused or stopped.
	StoppedSurveyPaused = "CONTINUOUS_PAUSED"
	StoppedSurvey       = "CONTINUOUS_STOPPED"
)

// StoppedBy sorts the reasons by what to do about them: suspended, paused, sender, refused, withheld, survey_paused, survey_stopped, few, near or other.
func StoppedBy(reason string) string {
	text := strings.ReplaceAll(strings.ToLower(reason), "_", "")
	switch {
	case reason == StoppedWithheld:
		return "withheld"
	case reason == StoppedSurveyPaused:
		return "survey_paused"
	case reason == StoppedSurvey:
		return "survey_stopped"
	case reason == StoppedFew:
		return "few"
	case reason == StoppedNear:
		return "near"
	case strings.HasPrefix(reason, StoppedRefused):
		return "refused"
	case strings.Contains(text, "suspended"):
		return "suspended"
	case strings.Contains(text, "paused"), reason == StoppedDisabled:
		return "paused"
	case strings.Contains(text, "verified"), strings.Contains(text, "rejected"), strings.Contains(text, "mailfrom"),
		strings.HasPrefix(text, "sender"), strings.Contains(text, "accessdenied"): // no address; none that the permissions name
		return "sender"
	}
	return "other"
}
