package survey

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"onetap/internal/nps"
)

// TallyKey names one set of figures. Scope is a campaign's id or an audience; kind and value say which part of it:
// week, owner, team, language, or mailing (the sending). The whole of a campaign is the sum of its weeks.
type TallyKey struct {
	Scope string
	Kind  string
	Value string
}

// Kinds of tallies.
const (
	KindWeek     = "week" // "2026-W47": ISO week on the campaign's clock; of the answer for answers, of the sending for invitations
	KindOwner    = "owner"
	KindTeam     = "team"
	KindLanguage = "language"
	KindAccount  = "account" // an AccountID: what its contacts have answered, and nothing of what was sent
	KindMailing  = "wave"    // "0", "1" or "2": sent, failed, bounced, uncertain, complained, skip_<reason>
)

// Counts are named numbers: s0…s10 (verified scores), comments, unverified, sent, and the sending's (see KindMailing).
// A campaign's week has the unverified scores as well, u0…u10.
// A campaign has its ratings of touchpoints as well, t1p, t1f and t1w of the first.
// A campaign's week also holds each of its days under d1 (Monday) … d7, as d3s10: all seven of them fit the kilobyte that
// a write unit takes, so that the days cost none of their own.
type Counts map[string]int64

// Deltas are changes to figures.
type Deltas map[TallyKey]Counts

func (d Deltas) add(k TallyKey, field string, n int64) {
	if d[k] == nil {
		d[k] = Counts{}
	}
	if d[k][field] += n; d[k][field] == 0 {
		delete(d[k], field)
		if len(d[k]) == 0 {
			delete(d, k)
		}
	}
}

// Merge adds all of e to d.
func (d Deltas) Merge(e Deltas) {
	for k, c := range e {
		for f, n := range c {
			d.add(k, f, n)
		}
	}
}

// Week returns the ISO week of t on the clock that t has, "2026-W47".
func Week(t time.Time) string {
	y, w := t.ISOWeek()
	return fmt.Sprintf("%d-W%02d", y, w)
}

// Weekday is the day of t in its ISO week on the clock that t has: 1 is Monday, 7 Sunday.
func Weekday(t time.Time) int { return (int(t.Weekday())+6)%7 + 1 }

// place is where something is counted besides its campaign.
type place struct {
	campaign              CampaignID
	audience              Audience
	week                  string
	day                   int // of the week; 0: not counted by days
	owner, team, language string
	account               AccountID
}

func (p place) add(d Deltas, field string, n int64) {
	c := string(p.campaign)
	d.add(TallyKey{string(p.audience), KindWeek, p.week}, field, n) // without days: audiences are looked at by weeks
	d.add(TallyKey{c, KindWeek, p.week}, field, n)
	if p.day > 0 {
		d.add(TallyKey{c, KindWeek, p.week}, "d"+strconv.Itoa(p.day)+field, n)
	}
	d.add(TallyKey{c, KindOwner, p.owner}, field, n)
	d.add(TallyKey{c, KindTeam, p.team}, field, n)
	d.add(TallyKey{c, KindLanguage, p.language}, field, n)
	if p.account != "" {
		d.add(TallyKey{c, KindAccount, string(p.account)}, field, n)
	}
}

// rate counts a rating in the same items as its answer, so that it costs no write unit of its own: over time, by owner and by team. Other segments are counted by the analysis of the
// campaign (waves.Rated); an audience's week, which all campaigns share, has none.
func (p place) rate(d Deltas, field string, n int64) {
	c := string(p.campaign)
	d.add(TallyKey{c, KindWeek, p.week}, field, n)
	d.add(TallyKey{c, KindOwner, p.owner}, field, n)
	d.add(TallyKey{c, KindTeam, p.team}, field, n)
}

// Rated are the ratings of a touchpoint, by rating; of none, the zero one.
func (c Counts) Rated(id TouchpointID) RatingCount {
	return RatingCount{Poor: c[string(id)+string(Poor)], Fine: c[string(id)+string(Fine)], Wow: c[string(id)+string(Wow)]}
}

// RatingCount is how many people have rated something how.
type RatingCount struct {
	Poor int64 `json:"poor"`
	Fine int64 `json:"fine"`
	Wow  int64 `json:"wow"`
}

// All is how many have rated it.
func (n RatingCount) All() int64 { return n.Poor + n.Fine + n.Wow }

// Of is how many of one rating.
func (n RatingCount) Of(r Rating) int64 {
	switch r {
	case Poor:
		return n.Poor
	case Fine:
		return n.Fine
	}
	return n.Wow
}

// Count counts one more.
func (n *RatingCount) Count(r Rating) {
	switch r {
	case Poor:
		n.Poor++
	case Fine:
		n.Fine++
	case Wow:
		n.Wow++
	}
}

// Add adds others.
func (n *RatingCount) Add(m RatingCount) {
	n.Poor += m.Poor
	n.Fine += m.Fine
	n.Wow += m.Wow
}

// Mark is what of a response is, or should be, in the figures. It is kept beside the response, so that a later change
// adds only the difference and a repeated stream record adds nothing.
type Mark struct {
	Version  int       `json:"v"` // of the response
	Score    int       `json:"s"`
	Verified bool      `json:"y,omitempty"`
	Guess    bool      `json:"u,omitempty"` // unverified, and counted by its score; markers from before that was done are not
	Comment  bool      `json:"c,omitempty"`
	Week     string    `json:"w"`
	Day      int       `json:"d,omitempty"` // of the week; 0 in markers from before days were counted
	Audience Audience  `json:"a"`
	Owner    string    `json:"o,omitempty"`
	Team     string    `json:"t,omitempty"`
	Language string    `json:"l,omitempty"`
	Account  AccountID `json:"f,omitempty"` // its company
	Ratings  Ratings   `json:"r,omitempty"` // of touchpoints
	Gone     bool      `json:"g,omitempty"` // the response of that version was taken back: nothing of it is counted
}

// MarkOf returns what should be counted of a response to a campaign with a clock.
func MarkOf(r Response, clock *time.Location) Mark {
	when := r.First
	if r.Verified {
		when = r.Counted
	}
	when = when.In(clock)
	return Mark{
		Version: r.Version, Score: r.Score, Verified: r.Verified, Guess: !r.Verified && r.Version > 0, Comment: r.Verified && (r.HasWords() || r.Worded),
		Week: Week(when), Day: Weekday(when), Audience: r.Audience, Owner: r.Owner, Team: r.Team, Language: r.Language, Account: r.Account, Ratings: r.counted(),
	}
}

// counted are the ratings that are counted: those beside a person's score.
func (r Response) counted() Ratings {
	if !r.Verified {
		return ""
	}
	return r.Ratings
}

// Count adds the mark to d, sign +1 to count it and −1 to take it back. The zero mark counts nothing.
func (m Mark) Count(d Deltas, c CampaignID, sign int64) {
	if m.Version == 0 || m.Gone {
		return
	}
	p := place{c, m.Audience, m.Week, m.Day, m.Owner, m.Team, m.Language, m.Account}
	if !m.Verified {
		p.add(d, "unverified", sign)
		if m.Guess {
			d.add(TallyKey{string(c), KindWeek, m.Week}, "u"+strconv.Itoa(m.Score), sign)
		}
		return
	}
	p.add(d, "s"+strconv.Itoa(m.Score), sign)
	if m.Comment {
		p.add(d, "comments", sign)
	}
	m.Ratings.Each(func(id TouchpointID, r Rating) { p.rate(d, string(id)+string(r), sign) })
}

// CountBatch adds what a decided batch of a campaign with a clock came to. Only invitations count as sent in the parts of a campaign: a reminder
// does not make a second person.
func CountBatch(d Deltas, b Batch, a Audience, clock *time.Location) {
	when := b.At.In(clock)
	mailing := TallyKey{string(b.Campaign), KindMailing, strconv.Itoa(b.Mailing)}
	for _, o := range b.Outcomes {
		switch o.State {
		case InvitationSkipped:
			d.add(mailing, "skip_"+o.Reason, 1)
		default:
			d.add(mailing, string(o.State), 1)
		}
		if o.State == InvitationSent && b.Mailing == MailingInvitation {
			place{b.Campaign, a, Week(when), Weekday(when), o.Owner, o.Team, cmp.Or(o.Language, b.Language), ""}.add(d, "sent", 1)
		}
	}
}

// CountCorrection adds the change of an invitation's state after its batch was counted.
func CountCorrection(d Deltas, i Invitation, clock *time.Location, from, to InvitationState, fromReason, toReason string) {
	when := i.At.In(clock)
	mailing := TallyKey{string(i.Campaign), KindMailing, strconv.Itoa(i.Mailing)}
	count := func(s InvitationState, reason string, sign int64) {
		d.add(mailing, string(s), sign)
		if s == InvitationFailed && reason == string(EventBounced) {
			d.add(mailing, "bounced", sign)
		}
		if s == InvitationSent && reason == string(EventComplained) {
			d.add(mailing, "complained", sign)
		}
		if s == InvitationSent && i.Mailing == MailingInvitation {
			place{i.Campaign, i.Audience, Week(when), Weekday(when), i.Owner, i.Team, i.Language, ""}.add(d, "sent", sign)
		}
	}
	count(from, fromReason, -1)
	count(to, toReason, 1)
}

func skipField(name string) (SkipReason, bool) {
	r, ok := strings.CutPrefix(name, "skip_")
	return SkipReason(r), ok
}

// Tally returns the counts as a tally of the nps package.
func (c Counts) Tally() nps.Tally { return c.tally("") }

// Day returns what of a campaign's week is of one of its days, 1 to 7.
func (c Counts) Day(day int) nps.Tally { return c.tally("d" + strconv.Itoa(day)) }

// Whole returns what of a campaign's week its audience's week counts too: all but the days, the unverified scores and the ratings.
func (c Counts) Whole() Counts {
	whole := Counts{}
	for name, n := range c {
		if len(name) < 2 || !day(name) && !guess(name) && !rated(name) {
			whole[name] = n
		}
	}
	return whole
}

func day(name string) bool   { return name[0] == 'd' && name[1] >= '1' && name[1] <= '7' }
func guess(name string) bool { return name[0] == 'u' && name[1] >= '0' && name[1] <= '9' }

func rated(name string) bool { return name[0] == 't' && name[1] >= '0' && name[1] <= '9' }

func (c Counts) tally(prefix string) nps.Tally {
	t := nps.Tally{Sent: c[prefix+"sent"], Comments: c[prefix+"comments"], Unverified: c[prefix+"unverified"]}
	for s := range t.Scores {
		t.Scores[s] = c[prefix+"s"+strconv.Itoa(s)]
		t.Responded += t.Scores[s]
		t.UnverifiedScores[s] = c[prefix+"u"+strconv.Itoa(s)] // never of a day
	}
	return t
}

// Days returns the dates of an ISO week such as "2026-W47", Monday first; ok is false for what is none.
func Days(week string) (days [7]time.Time, ok bool) {
	var y, w int
	if n, err := fmt.Sscanf(week, "%4d-W%2d", &y, &w); n != 2 || err != nil {
		return days, false
	}
	fourth := time.Date(y, 1, 4, 0, 0, 0, 0, time.UTC) // is always in the first week
	monday := fourth.AddDate(0, 0, 1-Weekday(fourth)+7*(w-1))
	for i := range days {
		days[i] = monday.AddDate(0, 0, i)
	}
	return days, Week(monday) == week
}

// DimensionCount is what the answers came to by the values of one dimension of a campaign, as they were at a time.
type DimensionCount struct {
	At     time.Time            `json:"at"`
	Values map[string]nps.Tally `json:"-"`
	Rows   []SegmentRow         `json:"rows"`
	Others int                  `json:"others,omitempty"` // values that are not kept, those with the fewest answers
}

// SegmentRow is one value of a dimension.
type SegmentRow struct {
	Value string    `json:"v"`
	Tally nps.Tally `json:"t"`
}
