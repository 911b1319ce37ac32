package shell

import (
	"onetap/internal/survey"
)

// Readable is a sender as a mail program shows it: a header writes letters other than a to z in code.
func Readable(from string) string {
	s, err := survey.ReadSender(from)
	if err != nil {
		return from
	}
	return s.String()
}
