package mail

import (
	"errors"
	"time"

	"onetap/internal/lang"
	"onetap/internal/survey"
)

// SignInData is the letter with the link by which somebody of the staff signs in.
type SignInData struct {
	From     string
	To       string
	Language string // the reader's
	URL      string
	Code     string // digits that do the same in the browser that asked; "": none
	Valid    time.Duration
	Tags     map[string]string
}

// SignIn makes the letter with a link to sign in.
func SignIn(s SignInData) (Message, error) {
	to, err := survey.NormalizeEmail(s.To)
	if err != nil {
		return Message{}, errors.New("sign-in: the reader's address is not one")
	}
	l, ok := lang.Parse(s.Language)
	if !ok {
		l = lang.Default
	}
	n := note{
		lang: l, from: s.From, to: to, tags: s.Tags, URL: s.URL,
		Subject: l.T("signin.subject"), Title: l.T("signin.title"), Text: l.T("signin.text", lang.Values{"Count": int(s.Valid / time.Minute)}),
		Button: l.T("signin.button"), Note: l.T("signin.note"),
	}
	if s.Code != "" {
		n.Code, n.CodeText, n.Note = s.Code, l.T("code.letter"), l.T("code.letter_note")
	}
	return n.message()
}
