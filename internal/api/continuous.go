package api

import (
	"net/http"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/door"
	"onetap/internal/mailing"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// continuousView is a continuous survey as the API shows it.
type continuousView struct {
	Audience survey.Audience        `json:"audience"`
	State    survey.ContinuousState `json:"state"`
	Why      string                 `json:"why,omitempty"`
	Name     string                 `json:"name"`
	survey.Cadence
	Zone   string              `json:"zone,omitempty"`
	Begun  time.Time           `json:"begun"`
	Days   int                 `json:"days"` // that are planned
	Last   string              `json:"last_day,omitempty"`
	Months []survey.CampaignID `json:"campaigns"`
	Next   []dueDayView        `json:"next"`
}

type dueDayView struct {
	Day string `json:"day"`
	mailing.DueDay
}

// showContinuous answers an audience's continuous survey, with its next days.
func (d *API) showContinuous(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r); err != nil {
		return err
	}
	a, err := door.AudienceInPath(r)
	if err != nil {
		return err
	}
	s, err := d.Mailing.Continuous(r.Context(), a)
	if err != nil {
		return err
	}
	if s.Version == 0 {
		return apperr.New(apperr.Unknown, "continuous_none", "audience")
	}
	return d.answerContinuous(w, r, http.StatusOK, s)
}

// startContinuous begins one with the words of a campaign.
func (d *API) startContinuous(w http.ResponseWriter, r *http.Request) error {
	a, err := door.AudienceInPath(r)
	if err != nil {
		return err
	}
	in := struct {
		From string `json:"from"`
		survey.Cadence
	}{Cadence: survey.UsualCadence}
	if err := web.Decode(r, &in, door.MaxJSON); err != nil {
		return err
	}
	s, err := d.Mailing.StartContinuous(r.Context(), a, in.From, in.Cadence, d.Addresses.LinksOf(r))
	if err != nil {
		return err
	}
	return d.answerContinuous(w, r, http.StatusCreated, s)
}

// changeContinuous gives it another cadence.
func (d *API) changeContinuous(w http.ResponseWriter, r *http.Request) error {
	a, err := door.AudienceInPath(r)
	if err != nil {
		return err
	}
	in := survey.UsualCadence
	if err := web.Decode(r, &in, door.MaxJSON); err != nil {
		return err
	}
	s, err := d.Mailing.ChangeContinuous(r.Context(), a, in)
	if err != nil {
		return err
	}
	return d.answerContinuous(w, r, http.StatusOK, s)
}

// actContinuous pauses, resumes or stops it.
func (d *API) actContinuous(act mailing.ActContinuous) door.Operation {
	return func(w http.ResponseWriter, r *http.Request) error {
		a, err := door.AudienceInPath(r)
		if err != nil {
			return err
		}
		s, err := act(r.Context(), a)
		if err != nil {
			return err
		}
		return d.answerContinuous(w, r, http.StatusOK, s)
	}
}

func (d *API) answerContinuous(w http.ResponseWriter, r *http.Request, status int, s survey.Continuous) error {
	v := continuousView{
		Audience: s.Audience, State: s.State, Why: s.Why, Name: s.Survey.Name, Cadence: s.Cadence, Zone: s.Zone, Begun: s.Begun, Days: s.Turns, Last: s.Last,
		Months: s.Months, Next: []dueDayView{},
	}
	if s.State != survey.ContinuousStopped {
		days, err := d.Mailing.Ahead(r.Context(), s)
		if err != nil {
			return err
		}
		for _, day := range days {
			v.Next = append(v.Next, dueDayView{day.Day.Format(time.DateOnly), day})
		}
	}
	if v.Months == nil {
		v.Months = []survey.CampaignID{}
	}
	web.JSON(w, status, v)
	return nil
}
