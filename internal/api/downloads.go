package api

import (
	"net/http"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/door"
	"onetap/internal/exports"
	"onetap/internal/followup"
	"onetap/internal/insight"
	"onetap/internal/loop"
	"onetap/internal/report"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// downloadAnswers answers a campaign's answers as a file, narrowed as the page narrows them.
func (d *API) downloadAnswers(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r, "group", "score", "team", "owner", "language", "week", "day", "from", "until", "words", "wish", "unverified"); err != nil {
		return err
	}
	v := r.URL.Query().Get
	owner, err := d.OwnerIn(r, v("owner"))
	if err != nil {
		return err
	}
	f := insight.Filter{Group: v("group"), Score: v("score"), Team: v("team"), Owner: owner, Language: v("language"), Week: v("week"), Day: v("day")}
	for name, to := range map[string]*string{"words": &f.Words, "wish": &f.Wish, "unverified": &f.Unverified} {
		yes, err := door.YesOrNo(r, name)
		if err != nil {
			return err
		}
		if yes {
			*to = "yes"
		}
	}
	for name, to := range map[string]*time.Time{"from": &f.From, "until": &f.Until} {
		if text := v(name); text != "" {
			if *to, err = time.Parse(time.RFC3339, text); err != nil {
				return apperr.New(apperr.Invalid, "json_want_time", name)
			}
		}
	}
	return d.Answer(w, r, exports.Ask{Kind: exports.Answers, Format: door.FormatOf(r), Campaign: survey.CampaignID(r.PathValue("campaign")), Answers: f})
}

func (d *API) downloadFigures(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r, "by"); err != nil {
		return err
	}
	return d.Answer(w, r, exports.Ask{Kind: exports.Results, Format: door.FormatOf(r), Campaign: survey.CampaignID(r.PathValue("campaign")), By: r.URL.Query().Get("by")})
}

func (d *API) downloadInvitations(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r); err != nil {
		return err
	}
	return d.Answer(w, r, exports.Ask{Kind: exports.Invitations, Format: door.FormatOf(r), Campaign: survey.CampaignID(r.PathValue("campaign"))})
}

func (d *API) downloadSilent(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r); err != nil {
		return err
	}
	return d.Answer(w, r, exports.Ask{Kind: exports.Silent, Format: door.FormatOf(r), Campaign: survey.CampaignID(r.PathValue("campaign"))})
}

// downloadRecommendations answers what came of promoters' links as a file.
func (d *API) downloadRecommendations(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r); err != nil {
		return err
	}
	return d.Answer(w, r, exports.Ask{Kind: exports.Recommendations, Format: door.FormatOf(r), Campaign: survey.CampaignID(r.PathValue("campaign"))})
}

// downloadContacts answers an audience's contacts as a file, narrowed as their list is.
func (d *API) downloadContacts(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	if err := door.KnownParameters(r, door.NarrowNames(q)...); err != nil {
		return err
	}
	a, err := door.AudienceInPath(r)
	if err != nil {
		return err
	}
	narrow, err := d.Narrow(r.Context(), q)
	if err != nil {
		return err
	}
	return d.Answer(w, r, exports.Ask{Kind: exports.Contacts, Format: door.FormatOf(r), Audience: a, Narrow: narrow})
}

func (d *API) downloadCases(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r, "owner", "state"); err != nil {
		return err
	}
	q, ask := r.URL.Query(), exports.Ask{Kind: exports.Cases, Format: door.FormatOf(r), Owner: followup.AllOwners, State: loop.State(r.URL.Query().Get("state"))}
	if q.Has("owner") {
		ask.Owner = d.StaffIn(q.Get("owner"))
	}
	return d.Answer(w, r, ask)
}

func (d *API) downloadAudit(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r); err != nil {
		return err
	}
	return d.Answer(w, r, exports.Ask{Kind: exports.Audit, Format: door.FormatOf(r)})
}

// exportWorkspace answers everything as lines of JSON: docs/export.md.
func (d *API) exportWorkspace(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r); err != nil {
		return err
	}
	return d.Answer(w, r, exports.Ask{Kind: exports.Workspace, Format: report.Lines})
}

// restoreWorkspace reads lines of another workspace's export back: docs/export.md.
func (d *API) restoreWorkspace(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r); err != nil {
		return err
	}
	body, err := web.Body(r, door.MaxList)
	if err != nil {
		return err
	}
	out, err := d.Restorer.Restore(r.Context(), body)
	if err != nil {
		return err
	}
	web.JSON(w, http.StatusOK, out)
	return nil
}

// listExports lists the caller's own large files.
func (d *API) listExports(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r); err != nil {
		return err
	}
	all, err := d.Exports.Mine(r.Context(), door.VisitOf(r).Who)
	if err != nil {
		return err
	}
	views := make([]door.ExportView, len(all))
	for i, x := range all {
		views[i] = door.ViewExport(x)
	}
	web.JSON(w, http.StatusOK, map[string]any{"exports": views})
	return nil
}

// showExport says how far a large file is, 202, or leads to it, 303.
func (d *API) showExport(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r); err != nil {
		return err
	}
	who := door.VisitOf(r).Who
	x, err := d.Exports.Show(r.Context(), who, r.PathValue("export"))
	if err != nil {
		return err
	}
	status := http.StatusAccepted
	switch x.State {
	case survey.ExportFailed:
		status = http.StatusOK
	case survey.ExportReady:
		address, err := d.Exports.Address(r.Context(), who, x.ID)
		if err != nil {
			return err
		}
		w.Header().Set("Location", address)
		status = http.StatusSeeOther
	}
	web.JSON(w, status, door.ViewExport(x))
	return nil
}
