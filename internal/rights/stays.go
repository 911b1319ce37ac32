package rights

import (
	"time"

	"onetap/internal/survey"
)

// Stay is what stays of a person after an erasure, and until when; zero: for good.
type Stay struct {
	What  string // "rights.stays.<what>" has the words
	Until time.Time
}

// How long what is outside the table keeps something. The template sets the first two.
const (
	backupDays  = 35 // point-in-time recovery of DynamoDB
	logDays     = 30 // logs hold no personal data, but times of requests
	streamHours = 24 // records of the table's stream
	indexHours  = 3  // words in the sealed index for searches, until its parts are merged (internal/searching)
	mailDays    = 14 // SES tries, and keeps what it needs for reports
	seenDays    = 10 // ids that an upload saw
	letterDays  = 60 // which emails told staff of which cases, by their ids
	markHours   = 96 // markers by which late records of the stream are told
)

// Stays says what stays where after an erasure.
func Stays(e survey.Erasure) []Stay {
	day := func(n int) time.Time { return e.Begun.AddDate(0, 0, n) }
	return []Stay{
		{"figures", time.Time{}},
		{"block", time.Time{}},
		{"mailboxes", time.Time{}},
		{"index", e.Begun.Add(indexHours * time.Hour)},
		{"stream", e.Begun.Add(streamHours * time.Hour)},
		{"marks", e.Begun.Add(markHours * time.Hour)},
		{"downloads", e.Begun.Add(survey.ExportLife)}, // that were made before: S3 forgets them by itself
		{"seen", day(seenDays)},
		{"ses", day(mailDays)},
		{"backups", day(backupDays)},
		{"letters", day(letterDays)},
		{"logs", day(logDays)},
	}
}
