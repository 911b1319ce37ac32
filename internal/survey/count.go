package survey

import (
	"encoding/json"
	"fmt"
	"time"
)

// Countable is a stored item of which something is in the figures. Beside it stands a marker that says what, written in
// the transaction that changes the figures; so a repeated, late or lost record of the stream can be told from a new one.
type Countable interface {
	// Of is the campaign.
	Of() CampaignID
	// On is the same on the campaign's clock, which says in which week and on which day something is counted. Before, it is in UTC.
	On(clock *time.Location) Countable
	// Count returns the marker to write and the change of the figures, given the marker that is there (nil: none); ok is
	// false when nothing of the figures changes.
	Count(was json.RawMessage) (now json.RawMessage, d Deltas, ok bool, err error)
	// Counted adds to d what of the item is in the figures by its marker (nil: none), which may be less than what the item
	// stands for: the stream may not have come to its last change.
	Counted(mark json.RawMessage, d Deltas) error
}

// CountedResponse is a response as the figures see it.
type CountedResponse struct {
	Response
	Clock *time.Location // nil: UTC
}

// Of implements Countable.
func (r CountedResponse) Of() CampaignID { return r.Campaign }

// On implements Countable.
func (r CountedResponse) On(clock *time.Location) Countable {
	r.Clock = clock
	return r
}

func (r CountedResponse) wanted() Mark { return MarkOf(r.Response, orUTC(r.Clock)) }

// Count implements Countable.
func (r CountedResponse) Count(was json.RawMessage) (json.RawMessage, Deltas, bool, error) {
	old, err := readMark(was)
	if err != nil {
		return nil, nil, false, err
	}
	now := r.wanted()
	if r.Early || old.Version >= now.Version {
		return nil, nil, false, nil // counted, this change or a later one
	}
	d := Deltas{}
	old.Count(d, r.Campaign, -1)
	now.Count(d, r.Campaign, 1)
	return marker(now), d, len(d) > 0, nil // other words of the same answer change no figure
}

// Counted implements Countable.
func (r CountedResponse) Counted(mark json.RawMessage, d Deltas) error {
	m, err := readMark(mark)
	m.Count(d, r.Campaign, 1)
	return err
}

// readMark reads a response's marker; without one it is the zero mark.
func readMark(marker json.RawMessage) (m Mark, err error) {
	if marker != nil {
		if err := json.Unmarshal(marker, &m); err != nil {
			return Mark{}, fmt.Errorf("marker of a response: %w", err)
		}
	}
	return m, nil
}

// CountedBatch is a decided batch as the figures see it.
type CountedBatch struct {
	Batch
	Audience Audience
	Clock    *time.Location // nil: UTC
}

// Of implements Countable.
func (b CountedBatch) Of() CampaignID { return b.Campaign }

// On implements Countable.
func (b CountedBatch) On(clock *time.Location) Countable {
	b.Clock = clock
	return b
}

// Count implements Countable.
func (b CountedBatch) Count(was json.RawMessage) (json.RawMessage, Deltas, bool, error) {
	if was != nil || b.Again || (b.State != BatchDone && b.State != BatchUncertain) {
		return nil, nil, false, nil // a batch is decided once; a second letter corrects the invitations of a first one
	}
	d := Deltas{}
	CountBatch(d, b.Batch, b.Audience, orUTC(b.Clock))
	return json.RawMessage(`"counted"`), d, true, nil
}

// Counted implements Countable.
func (b CountedBatch) Counted(mark json.RawMessage, d Deltas) error {
	if mark != nil {
		CountBatch(d, b.Batch, b.Audience, orUTC(b.Clock))
	}
	return nil
}

// CountedInvitation is what changed of an invitation after its batch was decided.
type CountedInvitation struct {
	Invitation
	Clock *time.Location // nil: UTC
}

// Of implements Countable.
func (i CountedInvitation) Of() CampaignID { return i.Campaign }

// On implements Countable.
func (i CountedInvitation) On(clock *time.Location) Countable {
	i.Clock = clock
	return i
}

// invitationMark is what of an invitation is counted besides its batch.
type invitationMark struct {
	Version int             `json:"v"`
	State   InvitationState `json:"s"`
	Reason  string          `json:"r,omitempty"`
}

// Count implements Countable.
func (i CountedInvitation) Count(was json.RawMessage) (json.RawMessage, Deltas, bool, error) {
	old, err := i.counted(was)
	if err != nil {
		return nil, nil, false, err
	}
	if old.Version >= i.Version {
		return nil, nil, false, nil
	}
	d := Deltas{}
	CountCorrection(d, i.Invitation, orUTC(i.Clock), old.State, i.State, old.Reason, i.Reason)
	return i.mark(), d, true, nil
}

// Counted implements Countable.
func (i CountedInvitation) Counted(mark json.RawMessage, d Deltas) error {
	m, err := i.counted(mark)
	if err == nil && m.Version > 1 {
		CountCorrection(d, i.Invitation, orUTC(i.Clock), i.Decided, m.State, "", m.Reason)
	}
	return err
}

// counted is the marker as read; without one the invitation is counted as its batch was decided.
func (i CountedInvitation) counted(mark json.RawMessage) (invitationMark, error) {
	m := invitationMark{Version: 1, State: i.Decided}
	if mark != nil {
		if err := json.Unmarshal(mark, &m); err != nil {
			return m, fmt.Errorf("marker of an invitation: %w", err)
		}
	}
	return m, nil
}

func (i CountedInvitation) mark() json.RawMessage {
	return marker(invitationMark{i.Version, i.State, i.Reason})
}

// Believed guesses the marker from the state before a change: usually that has been counted, and the guess saves a read.
// A wrong guess fails the transaction's condition and is read.
func Believed(before Countable) json.RawMessage {
	switch b := before.(type) {
	case CountedResponse:
		if b.Early {
			return nil
		}
		return marker(b.wanted())
	case CountedInvitation:
		if b.Version > 1 {
			return b.mark()
		}
	}
	return nil
}

func marker(m any) json.RawMessage {
	b, err := json.Marshal(m)
	if err != nil {
		panic(fmt.Sprintf("survey: %T does not marshal: %v", m, err)) // only our own structs come here
	}
	return b
}

func orUTC(clock *time.Location) *time.Location {
	if clock == nil {
		return time.UTC
	}
	return clock
}
