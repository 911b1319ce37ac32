package survey

import "time"

// Respondent is what a page needs to know of the person behind a link: no address, no name. Language, Owner, Team and With
// are the invitation's.
type Respondent struct {
	Language string
	Owner    string
	Team     string
	With
	Response   *Response // nil before the first post
	Suppressed SuppressionReason
	Invited    bool // the invitation is written, and not because somebody was passed over
	Written    bool // the invitation is written
}

// placed reports whether all is known that an answer is counted by.
func (p Respondent) placed(c Campaign) bool {
	return p.Written && (len(c.Dimensions) == 0 || len(p.Segments) > 0)
}

// Answer returns the answer so far, or an empty one (version 0) that the first post fills. One whose place is not known yet is Early.
func (p Respondent) Answer(c Campaign, id ContactID) Response {
	r := Response{Campaign: c.ID, Contact: id, Audience: c.Audience, Early: true}
	if p.Response != nil {
		r = *p.Response
	}
	if r.Early {
		r = r.Place(p.Owner, p.Team, p.Language, p.With)
		r.Early = !p.placed(c)
	}
	return r
}

// Place gives an early answer what it is counted by.
func (r Response) Place(owner, team, language string, with With) Response {
	r.Owner, r.Team, r.Language, r.Segments, r.Account, r.Early = owner, team, language, with.Segments, with.Account, false
	return r
}

// Errand is what the respondent's page leaves to whoever may do it: to the sender what needs a contact, to who opens words what needs
// their key.
type Errand struct {
	Kind     ErrandKind
	Campaign CampaignID
	Audience Audience
	Contact  ContactID
	At       time.Time // when it was left
}

// ErrandKind says what is to be done.
type ErrandKind string

// The kinds of errands. SealWords is of who opens words, the others are the sender's.
const (
	PlaceAnswer ErrandKind = "PLACE" // an answer is Early
	SealWords   ErrandKind = "SEAL"  // words were sealed with the public key, which takes long to open
	StopPerson  ErrandKind = "STOP"  // somebody wants no more letters: at whichever address, in every audience
)
