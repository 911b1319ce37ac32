package api

import (
	"errors"
	"net/http"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/door"
	"onetap/internal/rights"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// erasingInOneGo is how long a call goes on erasing; the clock goes on with what is left.
const erasingInOneGo = 15 * time.Second

type whomView struct {
	Whom     string           `json:"whom"`
	Audience survey.Audience  `json:"audience"`
	Contact  survey.ContactID `json:"contact"`
	Words    string           `json:"words"`
	Sure     bool             `json:"sure"`
}

func readWhom(r *http.Request) (in whomView, err error) {
	if err := door.KnownParameters(r); err != nil {
		return in, err
	}
	return in, web.Decode(r, &in, door.MaxJSON)
}

// findPeople finds people by an address, a telephone, a customer id or the id of a contact.
func (d *API) findPeople(w http.ResponseWriter, r *http.Request) error {
	in, err := readWhom(r)
	if err != nil {
		return err
	}
	people, err := d.Rights.Find(r.Context(), in.Whom)
	if err != nil {
		return err
	}
	since, blocked, err := d.Rights.IsBlocked(r.Context(), in.Whom)
	if err != nil {
		return err
	}
	out := struct {
		People [][]contactView `json:"people"`
		Erased *time.Time      `json:"erased,omitempty"`
	}{People: [][]contactView{}}
	for _, p := range people {
		var one []contactView
		for _, c := range p.Contacts {
			one = append(one, viewContact(c, survey.Suppression{}))
		}
		out.People = append(out.People, one)
	}
	if blocked {
		out.Erased = &since
	}
	web.JSON(w, http.StatusOK, out)
	return nil
}

// exportPerson answers everything that is kept of one person.
func (d *API) exportPerson(w http.ResponseWriter, r *http.Request) error {
	in, err := readWhom(r)
	if err != nil {
		return err
	}
	p, err := d.Rights.Person(r.Context(), in.Audience, in.Contact)
	if err != nil {
		return err
	}
	e, err := d.Rights.Export(r.Context(), p)
	if err != nil {
		return err
	}
	web.JSON(w, http.StatusOK, e)
	return nil
}

type erasureView struct {
	survey.Erasure
	Damaged bool       `json:"damaged,omitempty"` // it cannot go on
	Stays   []stayView `json:"stays"`
}

type stayView struct {
	What  string     `json:"what"`
	Until *time.Time `json:"until"` // null: for good
}

func viewErasure(e survey.Erasure) erasureView {
	v := erasureView{Erasure: e, Damaged: e.Damaged()}
	for _, s := range rights.Stays(e) {
		one := stayView{What: s.What}
		if !s.Until.IsZero() {
			one.Until = &s.Until
		}
		v.Stays = append(v.Stays, one)
	}
	return v
}

// erasePerson erases one person; what a call has no time for the clock does.
func (d *API) erasePerson(w http.ResponseWriter, r *http.Request) error {
	in, err := readWhom(r)
	if err != nil {
		return err
	}
	if in.Words != "keep" && in.Words != "erase" {
		return apperr.New(apperr.Invalid, "rights_words", "words")
	}
	p, err := d.Rights.Person(r.Context(), in.Audience, in.Contact)
	if err != nil {
		return err
	}
	e, err := d.Rights.Begin(r.Context(), door.VisitOf(r).Who, p, in.Words == "keep")
	if err != nil {
		return err
	}
	done, err := d.Rights.GoOn(r.Context(), e.ID, d.Now().Add(erasingInOneGo))
	if errors.Is(err, apperr.ErrChanged) { // the clock is at it
		done, err = d.Rights.Report(r.Context(), e.ID)
	}
	if err != nil {
		return err
	}
	web.JSON(w, http.StatusAccepted, viewErasure(done))
	return nil
}

func (d *API) showErasure(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r); err != nil {
		return err
	}
	e, err := d.Rights.Report(r.Context(), r.PathValue("erasure"))
	if err != nil {
		return err
	}
	web.JSON(w, http.StatusOK, viewErasure(e))
	return nil
}

// liftBlock lets somebody come back who was erased.
func (d *API) liftBlock(w http.ResponseWriter, r *http.Request) error {
	in, err := readWhom(r)
	if err != nil {
		return err
	}
	if !in.Sure {
		return apperr.New(apperr.Invalid, "rights_sure", "sure")
	}
	n, err := d.Rights.Lift(r.Context(), in.Whom)
	if err == nil && n == 0 {
		err = apperr.New(apperr.Unknown, "rights_not_blocked", "whom")
	}
	if err != nil {
		return err
	}
	web.JSON(w, http.StatusOK, map[string]int{"lifted": n})
	return nil
}
