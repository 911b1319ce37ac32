package api

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/door"
	"onetap/internal/insight"
	"onetap/internal/nps"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// maxLookedAt is how many invitations a call looks at for those of a rare state: 4,000 of 250 bytes are 1 MB.
const maxLookedAt = 4000

// responseView is an answer as the API shows it: of the person only the id.
type responseView struct {
	Contact  survey.ContactID `json:"contact"`
	Owner    string           `json:"owner"`
	Team     string           `json:"team"`
	Language string           `json:"language"`
	Score    int              `json:"score"`
	Group    *nps.Group       `json:"group"`    // null while unverified
	Verified bool             `json:"verified"` // a person acted; only these are in the figures
	Comment  string           `json:"comment"`
	Wish     string           `json:"wish"`
	First    time.Time        `json:"first"`   // first post of any kind
	Counted  *time.Time       `json:"counted"` // first verified post, which decides the week
	Updated  time.Time        `json:"updated"`
	Version  int              `json:"version"`
}

func responseViewOf(a insight.Answer) responseView {
	r, _ := a.Response() // Responses has only answers of known people
	v := responseView{
		Contact: r.Contact, Owner: r.Owner, Team: r.Team, Language: r.Language, Score: r.Score, Verified: r.Verified,
		Comment: r.Why, Wish: r.Wish, First: r.First, Updated: r.Updated, Version: r.Version,
	}
	if r.Verified {
		g := r.Group()
		v.Group, v.Counted = &g, &r.Counted
	}
	return v
}

// listResponses lists a campaign's answers, verified and unverified, in no particular order.
func (d *API) listResponses(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r, "after", "limit"); err != nil {
		return err
	}
	from, limit, err := door.PageOf(r)
	if err != nil {
		return err
	}
	c, err := d.campaign(r)
	if err != nil {
		return err
	}
	found, next, err := d.Results.Responses(r.Context(), door.VisitOf(r).Who, c, from, limit)
	if err != nil {
		return err
	}
	views := make([]responseView, len(found))
	for i, a := range found {
		views[i] = responseViewOf(a)
	}
	web.JSON(w, http.StatusOK, map[string]any{"responses": views, "next": door.CursorText(next)})
	return nil
}

// invitationView is a contact's place in a campaign.
type invitationView struct {
	Contact string                 `json:"contact"` // id, or pseudonym
	Mailing int                    `json:"wave"`
	State   survey.InvitationState `json:"state"`
	Reason  string                 `json:"reason"`  // why it failed or was skipped
	Message string                 `json:"message"` // SES's id of the message
	Owner   string                 `json:"owner"`
	Team    string                 `json:"team"`
	At      time.Time              `json:"at"`
}

var invitationStates = []survey.InvitationState{survey.InvitationSent, survey.InvitationFailed, survey.InvitationUncertain, survey.InvitationSkipped}

// listInvitations lists who was written to, and who was not and why. Who waits to be written to has no invitation yet.
func (d *API) listInvitations(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r, "state", "wave", "after", "limit"); err != nil {
		return err
	}
	q := r.URL.Query()
	state := survey.InvitationState(q.Get("state"))
	if state != "" && !slices.Contains(invitationStates, state) {
		return apperr.New(apperr.Invalid, "parameter_choice", "state", "Known", door.Choices(invitationStates))
	}
	mailing := survey.MailingInvitation
	if q.Has("wave") {
		n, err := strconv.Atoi(q.Get("wave"))
		if err != nil || !survey.IsMailing(n) {
			return apperr.New(apperr.Invalid, "parameter_choice", "wave", "Known", "0, 1, 2")
		}
		mailing = n
	}
	from, limit, err := door.PageOf(r)
	if err != nil {
		return err
	}
	c, err := d.campaign(r)
	if err != nil {
		return err
	}
	found, next, err := d.Results.Invitations(r.Context(), door.VisitOf(r).Who, c, mailing, state, from, limit, maxLookedAt)
	if err != nil {
		return err
	}
	views := make([]invitationView, len(found))
	for n, one := range found {
		i := one.Invitation
		views[n] = invitationView{one.Contact, i.Mailing, i.State, i.Reason, i.MessageID, i.Owner, i.Team, i.At}
	}
	web.JSON(w, http.StatusOK, map[string]any{"invitations": views, "next": door.CursorText(next)})
	return nil
}
