package signin

import (
	"context"
	"net/url"
	"strings"
	"time"

	"onetap/internal/authz"
	"onetap/internal/mail"
	"onetap/internal/survey"
)

// Ask is a request for a link, as it was let through. It is answered the same, and costs the same, whoever's the address
// is: looking that up and writing the letter is somebody else's work (Letters).
type Ask struct {
	Email    string    `json:"email"` // normalised
	Browser  string    `json:"browser"`
	To       string    `json:"to"` // path that the person wanted to see
	Language string    `json:"language"`
	Site     string    `json:"site"`
	At       time.Time `json:"at"`
}

// Table is what the letters ask of the store.
type Table interface {
	// Staff lists everybody of the staff.
	Staff(ctx context.Context) ([]survey.Staff, error)
	// PutSignIn keeps a link until it is used, ended or expires.
	PutSignIn(ctx context.Context, l authz.SignIn) error
}

// Letters writes the letters with links.
type Letters struct {
	Table Table
	Keys  Sealer
	Send  func(context.Context, mail.Message) (id string, err error)
	Now   func() time.Time
	From  string
	Admin string // address of whom the deployment names as administrator
}

// Answer writes to whoever of the staff has the address, or to the administrator-to-be where there is none. For nobody's
// address, and for a request that has waited longer than a link lives, it does nothing. Answering twice sends two links.
func (l Letters) Answer(ctx context.Context, a Ask) error {
	now := l.Now()
	if now.Sub(a.At) > Life {
		return nil
	}
	staff, err := l.Table.Staff(ctx)
	if err != nil {
		return err
	}
	m, ok := Whose(staff, a.Email)
	if !ok {
		if m, ok = First(staff, l.Admin, a.Email); !ok {
			return nil
		}
		m.ID = "" // nobody yet: whoever uses the link becomes it
	}
	token, link := New(m.ID, a.Browser, now, Life)
	link.Standing = Standing(l.Keys, m)
	if err := l.Table.PutSignIn(ctx, link); err != nil {
		return err
	}
	address := a.Site + "/sign-in/" + token
	if a.To != "/" && a.To != "" {
		address += "?to=" + url.QueryEscape(a.To)
	}
	language := m.Language
	if language == "" {
		language = a.Language
	}
	letter, err := mail.SignIn(mail.SignInData{From: l.From, To: m.Email, Language: language, URL: address, Valid: Life})
	if err != nil {
		return err
	}
	_, err = l.Send(ctx, letter)
	return err
}

// Standing seals what a link is bound to: who somebody is, where their letters go, and their role. A link of another
// standing than the person's now works no more.
func Standing(k Sealer, m survey.Staff) string {
	return k.Seal("standing", strings.ToLower(m.ID)+"\x00"+address(m)+"\x00"+string(m.Role))
}

// Reach seals what a session is bound to: who somebody is and where their letters go. Roles are looked up at every request.
func Reach(k Sealer, m survey.Staff) string {
	return k.Seal("reach", strings.ToLower(m.ID)+"\x00"+address(m))
}
