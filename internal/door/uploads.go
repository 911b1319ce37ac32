package door

import (
	"time"

	"onetap/internal/survey"
)

// UploadView is a line of the history of uploads, as the API answers it.
type UploadView struct {
	ID        string             `json:"id"`
	Audience  survey.Audience    `json:"audience,omitempty"` // of contacts
	By        string             `json:"by"`                 // a staff member's id, or a token's name
	Token     bool               `json:"token"`
	File      string             `json:"file,omitempty"`
	Begun     time.Time          `json:"begun"`
	Ended     time.Time          `json:"ended"`
	New       int                `json:"new"`
	Changed   int                `json:"changed"`
	Unchanged int                `json:"unchanged"`
	Refused   int                `json:"refused"`
	Lost      survey.Losses      `json:"lost"`
	State     survey.UploadState `json:"state"`
	Undoable  bool               `json:"undoable"`
	Undo      *UndoView          `json:"undo,omitempty"`
	Owner     string             `json:"owner,omitempty"` // it was no upload, but a change of owners: the new one's id
}

// UndoView is what undoing an upload has come to so far.
type UndoView struct {
	By       string    `json:"by"`
	Token    bool      `json:"token"`
	Ended    time.Time `json:"ended,omitzero"`
	Restored int       `json:"restored"`
	Removed  int       `json:"removed"`
	Changed  int       `json:"changed"` // since: left alone
	Used     int       `json:"used"`    // asked, or have answered: they stay
	// The first of those, by id.
	ChangedOnes []string `json:"changed_ones,omitempty"`
	UsedOnes    []string `json:"used_ones,omitempty"`
}

// ViewUpload is a line of the history of uploads.
func ViewUpload(u survey.UploadRecord, now time.Time) UploadView {
	v := UploadView{
		u.ID, u.Audience, u.By, u.Token, u.File, u.Begun, u.Ended, u.New, u.Changed, u.Unchanged, u.Refused, u.Lost, u.State, u.Undoable(now), nil, "",
	}
	if u.Change != nil {
		v.Owner = u.Change.Owner
		v.Undoable = v.Undoable && u.ID != ""
	}
	if u.State == survey.UploadUndoing || u.State == survey.UploadUndone {
		d := u.Undo
		v.Undo = &UndoView{d.By, d.Token, d.Ended, d.Restored, d.Removed, d.Changed, d.Used, d.ChangedOnes, d.UsedOnes}
	}
	return v
}
