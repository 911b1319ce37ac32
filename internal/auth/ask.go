package auth

import (
	"context"
	"crypto/rand"
	"net/url"
	"strings"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/mail"
	"onetap/internal/survey"
)

// Asking is what a request for a link says, and where it comes from.
type Asking struct {
	Email    string // as typed
	To       string // path that the person wanted to see
	Language string // of the page
	Site     string // base of the link
	Browser  string // what the browser keeps (BrowserName)
	Known    string // the browser's cookie of who has signed in there (Remember)
	Remote   string // "address:port" of the network
}

// LinkRequest is a request for a link, as it was let through. It is answered the same, and costs the same, whoever's the
// address is: looking that up and writing the letter is left to Answer, which is called where nobody waits for it. The
// JSON is what one call of the function sends to another, perhaps of the next release.
type LinkRequest struct {
	Email    string    `json:"email"` // normalised
	Browser  string    `json:"browser"`
	To       string    `json:"to"` // path that the person wanted to see
	Language string    `json:"language"`
	Site     string    `json:"site"`
	Asks     string    `json:"asks,omitempty"`  // seal of the address, under which what it asks for is counted
	Known    bool      `json:"known,omitempty"` // the browser has signed in this person before
	At       time.Time `json:"at"`
}

// maxTo is the longest path that a link leads to, in bytes.
const maxTo = 1000

// Ask lets a request for a link through, or says why not: signin_email (what was typed is no address), signin_busy (too
// many ask at once), signin_wait (the address was asked for often enough). It does the same work whether or not the
// address is anybody's. A browser in which this person was signed in before is counted by itself, so that nobody else's
// asking stands in its way.
func (d *Door) Ask(ctx context.Context, a Asking) (LinkRequest, error) {
	email, err := survey.NormalizeEmail(a.Email)
	if err != nil {
		return LinkRequest{}, apperr.New(apperr.Invalid, "signin_email", "email")
	}
	now := d.Now()
	known, network := knownIn(d.Keys, a.Known, email), Network(a.Remote)
	if known == "" && !d.gate.Admit(network, now) {
		return LinkRequest{}, apperr.New(apperr.TooMany, "signin_busy", "")
	}
	asks := d.Keys.Seal("asks", known+"\x00"+email)
	may, err := d.Store.AskSignIn(ctx, asks, d.Keys.Seal("asks", a.Browser), d.Keys.Seal("asks", network), Limits, now)
	if err != nil {
		return LinkRequest{}, err
	}
	if !may {
		return LinkRequest{}, apperr.New(apperr.TooMany, "signin_wait", "email")
	}
	if len(a.To) > maxTo {
		a.To = "/"
	}
	return LinkRequest{
		Email: email, Browser: a.Browser, To: a.To, Language: a.Language, Site: a.Site, Asks: asks, Known: known != "", At: now.UTC(),
	}, nil
}

// BrowserName is the name of a browser by what its cookie says, a new one where that cannot be one.
func BrowserName(cookie string) string {
	if len(cookie) >= 20 && len(cookie) <= 64 {
		return cookie
	}
	return rand.Text()
}

// Answer writes to whoever of the staff has the address, or to the administrator-to-be where there is none. For nobody's
// address, and for a request that has waited longer than a link lives, it does nothing. Answering twice sends two links.
func (d *Door) Answer(ctx context.Context, a LinkRequest) error {
	now := d.Now()
	if now.Sub(a.At) > LinkLife {
		return nil
	}
	staff, err := d.Store.Staff(ctx)
	if err != nil {
		return err
	}
	m, ok := survey.StaffByEmail(staff, a.Email)
	if !ok {
		if m, ok = d.firstAdministrator(staff, a.Email); !ok {
			return nil
		}
		m.ID = "" // nobody yet: whoever uses the link becomes it
	}
	token, link := NewLink(m.ID, a.Browser, now, LinkLife)
	link.Standing = standing(d.Keys, m)
	if err := d.Store.PutSignIn(ctx, link); err != nil {
		return err
	}
	code, err := d.putCode(ctx, a, link)
	if err != nil {
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
	letter, err := mail.SignIn(mail.SignInData{From: d.From, To: m.Email, Language: language, URL: address, Code: code, Valid: LinkLife})
	if err != nil {
		return err
	}
	_, err = d.Send(ctx, letter)
	return err
}

// standing seals what a link is bound to: who somebody is, where their letters go, and their role. A link of another
// standing than the person's now works no more.
func standing(k Sealer, m survey.Staff) string {
	return k.Seal("standing", strings.ToLower(m.ID)+"\x00"+survey.OneSpelling(m.Email)+"\x00"+string(m.Role))
}
