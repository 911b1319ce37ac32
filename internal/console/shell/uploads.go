package shell

import (
	"net/url"
	"time"

	"onetap/internal/lang"
	"onetap/internal/survey"
)

// UploadsPage is the history of uploads of one kind.
type UploadsPage struct {
	Frame
	Back Tab    // where the lists lead to
	Text string // what they are
	Add  Tab    // where another begins; none without an address
	Rows []UploadRow
	Next string // address of the earlier ones
}

// UploadRow is one upload in the history.
type UploadRow struct {
	Href, When, ISO, Who, File, Audience, Counts, State string
	Token                                               bool
	Lost                                                []string
}

// UploadPage is one upload, from which it is undone.
type UploadPage struct {
	Frame
	Back    Tab
	Row     UploadRow
	Result  string // address of what was refused; "": it is kept no longer
	GoOn    string // address to post to; "": nothing is to be gone on with
	Undo    string // address to post to; "": it cannot be undone
	Owners  bool   // it was no upload, but a change of owners
	Until   string // how long it can
	What    []string
	Going   bool // it is being undone
	Wait    int  // seconds until it may go on
	Undone  bool
	Outcome []Fact
	Changed []Tab // the first who were changed since, with their addresses
	Used    []Tab
}

// UploadsOf is the history; base is the address of these pages, who names people by id.
func (f Frame) UploadsOf(base string, back Tab, uploads []survey.UploadRecord, next string, names map[string]string) *UploadsPage {
	p := &UploadsPage{Frame: f, Back: back, Text: f.Lang.T("undo.history_text")}
	p.Wide = true
	for _, u := range uploads {
		p.Rows = append(p.Rows, f.uploadRow(base, u, names))
	}
	if next != "" {
		p.Next = base + "?" + url.Values{"before": {next}}.Encode()
	}
	return p
}

func (f Frame) uploadRow(base string, u survey.UploadRecord, names map[string]string) UploadRow {
	l := f.Lang
	row := UploadRow{
		Href: base + "/" + u.ID, When: l.Moment(u.Begun.In(f.Zone)), ISO: u.Begun.Format("2006-01-02T15:04:05Z"), Who: u.By, Token: u.Token,
		File: u.File, State: l.T("undo.state." + string(u.State)), Lost: LostWords(l, u.Kind, u.Lost),
		Counts: l.T("undo.counts", lang.Values{"New": l.Number(int64(u.New)), "Changed": l.Number(int64(u.Changed)), "Unchanged": l.Number(int64(u.Unchanged)), "Refused": l.Number(int64(u.Refused))}),
	}
	if u.Change != nil {
		row.File = u.Change.Text
		row.Counts = l.T("owners.counts", lang.Values{"Count": u.Changed, "Owner": StaffName(names, u.Change.Owner)})
		if u.State == survey.UploadTaken {
			row.State = l.T("owners.taken")
		}
	}
	if !u.Token {
		row.Who = StaffName(names, u.By)
	}
	if u.Audience != "" {
		row.Audience = l.T("contacts.audience." + string(u.Audience))
	}
	return row
}

// UploadOf is one upload of the history.
func (f Frame) UploadOf(base string, back Tab, u survey.UploadRecord, names map[string]string, now time.Time) *UploadPage {
	p := &UploadPage{Frame: f, Back: back, Row: f.uploadRow(base, u, names)}
	l := p.Lang
	kind := string(u.Kind)
	p.Owners = u.Change != nil
	if p.Owners && u.State == survey.UploadTaking {
		p.GoOn = base + "/" + u.ID + "/go-on"
	}
	p.Going, p.Undone = u.State == survey.UploadUndoing, u.State == survey.UploadUndone
	if u.Undoable(now) {
		p.Undo, p.Until = base+"/"+u.ID+"/undo", l.Moment(u.Begun.Add(survey.UndoFor).In(f.Zone))
		p.What = []string{l.T("undo.what_changed." + kind), l.T("undo.what_new." + kind), l.T("undo.what_since")}
		if p.Owners {
			p.What = []string{l.T("owners.what"), l.T("owners.what_since")}
		} else if u.Kind == survey.UploadOfContacts {
			p.What = append(p.What, l.T("undo.what_refusals"))
		}
	}
	if p.Going {
		p.Scripts = []string{"undo.js"}
		p.Wait = max(0, int(u.Undo.From.Sub(now)/time.Second))
	}
	if p.Going || p.Undone {
		for _, one := range []struct {
			id string
			n  int
		}{{"undo.restored." + kind, u.Undo.Restored}, {"undo.removed." + kind, u.Undo.Removed}, {"undo.changed." + kind, u.Undo.Changed}, {"undo.used." + kind, u.Undo.Used}} {
			p.Outcome = append(p.Outcome, Fact{Label: l.T(one.id), Text: l.Number(int64(one.n))})
		}
	}
	return p
}

// LostWords says how many lose what by an upload.
func LostWords(l lang.Language, kind survey.UploadKind, lost survey.Losses) (all []string) {
	for _, one := range []struct {
		id string
		n  int
	}{{"ahead.lose_owner.", lost.Owner}, {"ahead.lose_team.", lost.Team}, {"ahead.lose_manager.", lost.Manager}, {"ahead.lose_phone.", lost.Phone}} {
		if one.n > 0 {
			all = append(all, l.T(one.id+string(kind), lang.Values{"Count": one.n}))
		}
	}
	return all
}
