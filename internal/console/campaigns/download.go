package campaigns

import (
	"net/http"

	"onetap/internal/door"
	"onetap/internal/exports"
	"onetap/internal/survey"
)

// downloadInvitations sends whom a campaign has written to, and whom not and why.
func (d *Pages) downloadInvitations(w http.ResponseWriter, r *http.Request) error {
	return d.Hand(w, r, exports.Ask{Kind: exports.Invitations, Format: door.FormatOf(r), Campaign: survey.CampaignID(r.PathValue("campaign"))})
}
