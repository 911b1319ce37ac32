package main

import (
	"encoding/json"
	"fmt"

	"onetap/internal/store"
	"onetap/internal/survey"
)

func targetOf(c store.Change) target {
	switch {
	case c.Response != nil:
		return response{*c.Response}
	case c.Batch != nil:
		return batch{*c.Batch, c.Audience}
	default:
		return invitation{*c.Invitation}
	}
}

// believed guesses the marker from the state before the change: usually that has been counted, and the guess saves a
// read. A wrong guess fails the transaction's condition and is read.
func believed(c store.Change) json.RawMessage {
	switch {
	case c.Response != nil && c.Before != nil:
		return store.RawMark(survey.MarkOf(*c.Before))
	case c.Invitation != nil && c.Was != nil && c.Was.State != c.Was.Decided:
		return store.RawMark(markOfInvitation(*c.Was))
	}
	return nil
}

type response struct{ r survey.Response }

func (t response) count(was json.RawMessage) (json.RawMessage, survey.Deltas, bool, error) {
	var old survey.Mark
	if was != nil {
		if err := json.Unmarshal(was, &old); err != nil {
			return nil, nil, false, fmt.Errorf("marker of a response: %w", err)
		}
	}
	now := survey.MarkOf(t.r)
	if old.Version >= now.Version {
		return nil, nil, false, nil // counted, this change or a later one
	}
	d := survey.Deltas{}
	old.Count(d, t.r.Campaign, -1)
	now.Count(d, t.r.Campaign, 1)
	return store.RawMark(now), d, len(d) > 0, nil // other words of the same answer change no figure
}

type batch struct {
	b        survey.Batch
	audience survey.Audience
}

func (t batch) count(was json.RawMessage) (json.RawMessage, survey.Deltas, bool, error) {
	if was != nil {
		return nil, nil, false, nil // a batch is decided once
	}
	d := survey.Deltas{}
	survey.CountBatch(d, t.b, t.audience)
	return json.RawMessage(`"counted"`), d, true, nil
}

type invitation struct{ i survey.Invitation }

// invitationMark is what of an invitation is counted after its batch was.
type invitationMark struct {
	Version int                    `json:"v"`
	State   survey.InvitationState `json:"s"`
	Reason  string                 `json:"r,omitempty"`
}

func markOfInvitation(i survey.Invitation) invitationMark {
	return invitationMark{i.Version, i.State, i.Reason}
}

func (t invitation) count(was json.RawMessage) (json.RawMessage, survey.Deltas, bool, error) {
	old := invitationMark{Version: 1, State: t.i.Decided}
	if was != nil {
		if err := json.Unmarshal(was, &old); err != nil {
			return nil, nil, false, fmt.Errorf("marker of an invitation: %w", err)
		}
	}
	if old.Version >= t.i.Version {
		return nil, nil, false, nil
	}
	d := survey.Deltas{}
	survey.CountCorrection(d, t.i, old.State, t.i.State, old.Reason, t.i.Reason)
	return store.RawMark(markOfInvitation(t.i)), d, true, nil
}
