package survey

// Respondent is what a page needs to know of the person behind a link: no address, no name. Language, Owner and Team
// are the invitation's, or, in the instant before the invitation is written, the contact's.
type Respondent struct {
	Language   string
	Owner      string
	Team       string
	Segments   []string  // the contact's values of the campaign's dimensions
	Response   *Response // nil before the first post
	Suppressed SuppressionReason
	Invited    bool // the invitation is written
}

// Answer returns the answer so far, or an empty one (version 0) that the first post fills.
func (p Respondent) Answer(c Campaign, id ContactID) Response {
	if p.Response != nil {
		return *p.Response
	}
	return Response{Campaign: c.ID, Contact: id, Audience: c.Audience, Owner: p.Owner, Team: p.Team, Language: p.Language, Segments: p.Segments}
}
