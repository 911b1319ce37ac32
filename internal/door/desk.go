package door

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"onetap/internal/accounts"
	"onetap/internal/auth"
	"onetap/internal/contacts"
	"onetap/internal/exports"
	"onetap/internal/firststeps"
	"onetap/internal/followup"
	"onetap/internal/history"
	"onetap/internal/insight"
	"onetap/internal/keys"
	"onetap/internal/logs"
	"onetap/internal/mailing"
	"onetap/internal/oidc"
	"onetap/internal/org"
	"onetap/internal/restoring"
	"onetap/internal/rights"
	"onetap/internal/store"
	"onetap/internal/survey"
)

// minToken is the least length of the API's token in characters; the template asks for as much.
const minToken = 32

// Desk is what both doors of the desk work with: the use cases, built once. It is safe for concurrent use.
type Desk struct {
	Store      *store.Store
	Keys       *keys.Keys
	Now        func() time.Time
	Mailing    *mailing.Campaigns
	Planner    *mailing.Planner    // who would be invited
	Cases      *followup.Cases     // what people do with cases
	Calls      *followup.Calls     // those of executives
	History    *history.Imports    // answers that were given elsewhere
	Lists      *contacts.Lists     // lists of contacts that come in, and the contacts that came
	Teller     *followup.Teller    // tells respondents what was done
	Inbox      *followup.Inbox     // ideas, questions and leads
	Exports    *exports.Exports    // what is taken out as files
	Rights     *rights.Rights      // exports and erases people
	Retention  *rights.Retention   // for how long data are kept
	Disclosure *rights.Disclosure  // what respondents are told of that
	Restorer   *restoring.Restorer // workspaces that come back
	Company    *org.Company
	Door       *auth.Door        // lets people and programs in
	Results    *insight.Results  // figures and answers
	Themes     *insight.Editor   // the dictionary of what comments are about
	Steps      *firststeps.Steps // how far a new workspace is
	senders    survey.Senders    // whom letters may come from
	Sender     string            // the deployment's From
	Addresses  addresses
	Sheets     func(context.Context, []byte) ([]byte, error) // asks the function that reads workbooks: see Workbook
	Acts       *keys.Acts                                    // reads the links by which staff act on cases
	Later      func(context.Context, []byte) error           // calls this function with an event, and does not wait; nil: the event is worked on at once
}

// Settings are what a desk is made of.
type Settings struct {
	Store   *store.Store
	Keys    *keys.Keys
	Mail    mailing.Mailer
	Now     func() time.Time                              // nil: time.Now
	Wake    func(context.Context) error                   // starts the sender and does not wait for it
	Sheets  func(context.Context, []byte) ([]byte, error) // asks the function that reads workbooks
	Later   func(context.Context, []byte) error           // has this function called with an event, and does not wait
	Token   string                                        // of the API; "": only tokens that administrators have made
	Sender  string                                        // the deployment's From
	Senders string                                        // addresses and domains besides that letters may come from
	Site    string                                        // base of the console and the API; "": the host of the request
	Links   string                                        // base of the links in letters; "": the site
	Admin   string                                        // who may sign in before there is any staff
	Files   exports.Files                                 // where large files are kept; nil: only small ones are made
	Report  func(context.Context, []byte) error           // has the function called with an event that writes them, and does not wait
	Pairs   mailing.Pairs                                 // makes the key pairs of campaigns with ballots
	Index   contacts.Index                                // by which contacts are found; nil: they are walked through
	Firms   *accounts.Index                               // where accounts are read
	Words   mailing.Pairs                                 // makes that of what respondents write
	CaseKey string                                        // secret of the links of letters by which staff act on cases
	OIDC    OIDC                                          // who signs people in besides the links by e-mail
}

// OIDC is an issuer of identities (OpenID Connect). Issuer "" is none.
type OIDC struct{ Issuer, Client, Secret string }

// Open makes a desk, or says what is wrong with its settings.
func Open(o Settings) (*Desk, error) {
	issuer, err := oidc.New(o.OIDC.Issuer, o.OIDC.Client, o.OIDC.Secret)
	if err != nil {
		return nil, err
	}
	senders, err := survey.NewSenders(o.Sender, o.Senders)
	if err != nil {
		return nil, fmt.Errorf("SENDER or SENDERS: %w", err)
	}
	now := o.Now
	if now == nil {
		now = time.Now
	}
	acts, err := keys.NewActs(o.CaseKey)
	if err != nil {
		return nil, err
	}
	d := &Desk{Store: o.Store, Keys: o.Keys, Acts: acts, Now: now, Later: o.Later, Sheets: o.Sheets, Sender: o.Sender, senders: senders, Addresses: addresses{o.Site, o.Links}}
	d.Results = &insight.Results{Store: o.Store, Keys: o.Keys, Firms: o.Firms, Now: now}
	d.Themes = &insight.Editor{Store: o.Store, Results: d.Results}
	d.Mailing = &mailing.Campaigns{Store: o.Store, Keys: o.Keys, Mail: o.Mail, Now: now, Wake: o.Wake, Sender: o.Sender, Senders: senders, Admin: o.Admin, Pairs: o.Pairs, Words: o.Words}
	d.Company = &org.Company{Store: o.Store, Now: now, Senders: senders, Keys: o.Keys}
	d.Lists = &contacts.Lists{Store: o.Store, Keys: o.Keys, Now: now, Index: o.Index}
	d.Restorer = &restoring.Restorer{Store: o.Store, Keys: o.Keys, Now: now}
	d.History = &history.Imports{Store: o.Store, Keys: o.Keys, Now: now}
	d.Rights = &rights.Rights{Store: o.Store, Keys: o.Keys, Now: now}
	d.Retention = &rights.Retention{Store: o.Store, Now: now}
	d.Disclosure = &rights.Disclosure{Store: o.Store}
	d.Door = &auth.Door{Store: o.Store, Keys: o.Keys, Now: now, Send: o.Mail.Send, From: o.Sender, Admin: o.Admin, Token: o.Token}
	if issuer != nil { // an interface that holds nil is not nil
		d.Door.Issuer = issuer
	}
	d.Planner = &mailing.Planner{Store: o.Store, Now: now}
	d.Steps = &firststeps.Steps{Store: o.Store, Now: now, Sender: o.Sender, Verified: o.Mail.Verified}
	d.Cases = &followup.Cases{Store: o.Store, Now: now}
	d.Calls = &followup.Calls{Store: o.Store, Cases: d.Cases, Now: now}
	d.Teller = &followup.Teller{Cases: d.Cases, Store: o.Store, Mail: o.Mail, Log: logs.New(os.Stdout), From: o.Sender, Keys: o.Keys}
	d.Inbox = &followup.Inbox{Store: o.Store, Mail: o.Mail, Log: d.Teller.Log, From: o.Sender, Keys: o.Keys, Now: now}
	d.Exports = &exports.Exports{
		Store: o.Store, Results: d.Results, Lists: d.Lists, Cases: d.Cases, Now: now, Files: o.Files, Wake: exports.Waker(o.Report),
		NewID: func() string { return strings.ToLower(rand.Text()) },
	}
	return d, d.Check()
}

// Check says what is wrong with the desk's settings; nil: nothing.
func (d *Desk) Check() error {
	switch {
	case d.Door.Token != "" && len(d.Door.Token) < minToken:
		return fmt.Errorf("API_TOKEN has %d characters, needs none, or %d or more", len(d.Door.Token), minToken)
	case d.Sender == "":
		return errors.New("SENDER is not set: the From address of test emails")
	case d.senders.Check(d.Sender) != nil:
		return fmt.Errorf("SENDER is not the address that letters come from, nor a name with it: %w", d.senders.Check(d.Sender))
	case d.Sheets == nil:
		return errors.New("SHEETS_FUNCTION is not set: name the function that reads workbooks")
	case d.Mailing.Pairs == nil:
		return errors.New("BALLOTS_KEY is not set: name the key of KMS that wraps the keys of ballots")
	case d.Exports.Files != nil && d.Exports.Wake == nil:
		return errors.New("REPORT_FUNCTION is not set: name the function that writes large downloads")
	case d.Mailing.Wake == nil:
		return errors.New("SEND_FUNCTION is not set: name the function that sends")
	}
	return nil
}
