package results

import (
	"net/http"

	"onetap/internal/door"
	"onetap/internal/exports"
	"onetap/internal/survey"
)

// downloadAnswers sends the answers that a page shows, all pages of them.
func (d *Pages) downloadAnswers(w http.ResponseWriter, r *http.Request) error {
	c, err := d.Campaign(r)
	if err != nil {
		return err
	}
	f, err := d.readAnswerFilter(r, door.VisitOf(r).Zone)
	if err != nil {
		return err
	}
	return d.Hand(w, r, exports.Ask{Kind: exports.Answers, Format: door.FormatOf(r), Campaign: c.ID, Answers: f})
}

// downloadFigures sends a campaign's figures: all of them, or by one dimension.
func (d *Pages) downloadFigures(w http.ResponseWriter, r *http.Request) error {
	ask := exports.Ask{Kind: exports.Results, Format: door.FormatOf(r), Campaign: survey.CampaignID(r.PathValue("campaign"))}
	if name := r.PostFormValue("kind"); name != "" {
		opened, err := d.OpenCampaign(r)
		if err != nil {
			return err
		}
		if ask.By, err = kindNamed(opened.Campaign(), name); err != nil {
			return err
		}
	}
	return d.Hand(w, r, ask)
}

// downloadSilent sends everybody who was asked in a campaign and has not answered.
func (d *Pages) downloadSilent(w http.ResponseWriter, r *http.Request) error {
	return d.Hand(w, r, exports.Ask{Kind: exports.Silent, Format: door.FormatOf(r), Campaign: survey.CampaignID(r.PathValue("campaign"))})
}
