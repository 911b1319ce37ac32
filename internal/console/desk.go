package console

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/auth"
	"onetap/internal/authz"
	"onetap/internal/contacts"
	"onetap/internal/followup"
	"onetap/internal/insight"
	"onetap/internal/keys"
	"onetap/internal/mail"
	"onetap/internal/mailing"
	"onetap/internal/oidc"
	"onetap/internal/org"
	"onetap/internal/ses"
	"onetap/internal/store"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// minToken is the least length of the API's token in characters; the template asks for as much.
const minToken = 32

// maxJSON is the largest JSON document that a call may carry; lists come as CSV.
const maxJSON = 1 << 20

// Desk holds what the operations work with. It is safe for concurrent use.
type Desk struct {
	store   *store.Store
	keys    *keys.Keys
	mail    mailer
	now     func() time.Time
	mailing *mailing.Campaigns
	planner *mailing.Planner                    // who would be invited
	cases   *followup.Cases                     // what people do with cases
	lists   *contacts.Lists                     // lists of contacts that come in, and the contacts that came
	sender  string                              // the deployment's From
	senders survey.Senders                      // whom letters may come from
	site    string                              // base of the console and the API; "": the host of the request
	links   string                              // base of the links in letters; "": the site
	later   func(context.Context, []byte) error // calls this function with an event, and does not wait; nil: the event is worked on at once
	company *org.Company
	door    *auth.Door       // lets people and programs in
	looks   looks            // the company's, for pages of people who are not signed in
	results *insight.Results // figures and answers
}

// mailer sends the letters with which people sign in.
type mailer interface {
	// Send sends one message at least once and returns SES's id of it.
	Send(ctx context.Context, m mail.Message) (id string, err error)
}

// Settings are what a desk is made of.
type Settings struct {
	Store   *store.Store
	Keys    *keys.Keys
	Mail    *ses.Client
	Wake    func(context.Context) error         // starts the sender and does not wait for it
	Later   func(context.Context, []byte) error // has this function called with an event, and does not wait
	Token   string                              // of the API; "": only tokens that administrators have made
	Sender  string                              // the deployment's From
	Senders string                              // addresses and domains besides that letters may come from
	Site    string                              // base of the console and the API; "": the host of the request
	Links   string                              // base of the links in letters; "": the site
	Admin   string                              // who may sign in before there is any staff
	OIDC    OIDC                                // who signs people in besides the links by e-mail
}

// OIDC is an issuer of identities; no Issuer: none.
type OIDC struct{ Issuer, Client, Secret string }

// New is a desk, or what is wrong with its settings.
func New(o Settings) (*Desk, error) {
	issuer, err := oidc.New(o.OIDC.Issuer, o.OIDC.Client, o.OIDC.Secret)
	if err != nil {
		return nil, err
	}
	senders, err := survey.NewSenders(o.Sender, o.Senders)
	if err != nil {
		return nil, fmt.Errorf("SENDER or SENDERS: %w", err)
	}
	d := &Desk{store: o.Store, keys: o.Keys, mail: o.Mail, now: time.Now, later: o.Later, sender: o.Sender, senders: senders, site: o.Site, links: o.Links}
	d.results = &insight.Results{Store: o.Store, Now: time.Now}
	d.mailing = &mailing.Campaigns{Store: o.Store, Keys: o.Keys, Mail: o.Mail, Now: time.Now, Wake: o.Wake, Sender: o.Sender, Senders: senders, Admin: o.Admin}
	d.company = &org.Company{Store: o.Store, Now: time.Now, Senders: senders}
	d.lists = &contacts.Lists{Store: o.Store, Keys: o.Keys, Now: time.Now}
	d.door = &auth.Door{Store: o.Store, Keys: o.Keys, Now: time.Now, Send: o.Mail.Send, From: o.Sender, Admin: o.Admin, Token: o.Token}
	if issuer != nil { // an interface that holds nil is not nil
		d.door.Issuer = issuer
	}
	d.planner = &mailing.Planner{Store: o.Store, Now: time.Now}
	d.cases = &followup.Cases{Store: o.Store, Now: time.Now}
	return d, d.check()
}

func (d *Desk) check() error {
	switch {
	case d.door.Token != "" && len(d.door.Token) < minToken:
		return fmt.Errorf("API_TOKEN has %d characters, needs none, or %d or more", len(d.door.Token), minToken)
	case d.sender == "":
		return errors.New("SENDER is not set: the From address of test e-mails")
	case d.senders.Check(d.sender) != nil:
		return fmt.Errorf("SENDER is not the address that letters come from, nor a name with it: %w", d.senders.Check(d.sender))
	case d.mailing.Wake == nil:
		return errors.New("SEND_FUNCTION is not set: name the function that sends")
	}
	return nil
}

// operation answers one route, or returns why not.
type operation func(w http.ResponseWriter, r *http.Request) error

// route is one way into the desk, with what it takes to be let in. Those of the API stand in docs/api.md, line for line.
type route struct {
	pattern string
	needs   authz.Action
	do      operation
	audit   string // name of the action in the audit list, the same for a page and for the API; "": unaudited
}

// routes lists the whole API.
func (d *Desk) routes() []route {
	return []route{
		{"GET /api/v1/staff", authz.ReadStaff, d.listStaff, ""},
		{"POST /api/v1/staff", authz.WriteStaff, d.postStaff, "staff.import"},
		{"POST /api/v1/contacts", authz.WriteContacts, d.postContacts, "contacts"},
		{"GET /api/v1/contacts/{audience}/{contact}", authz.ReadContacts, d.showContact, ""},
		{"POST /api/v1/imports", authz.WriteContacts, d.createImport, "imports"},
		{"GET /api/v1/imports/{import}", authz.WriteContacts, d.showImport, ""},
		{"PUT /api/v1/imports/{import}/parts/{part}", authz.WriteContacts, d.putPart, "imports.parts.change"},
		{"POST /api/v1/imports/{import}/finish", authz.WriteContacts, d.finishImport, "imports.finish"},
		{"GET /api/v1/audiences/{audience}/count", authz.ReadCampaigns, d.countContacts, ""},
		{"GET /api/v1/audiences/{audience}/columns", authz.WriteContacts, d.showColumns, ""},
		{"PATCH /api/v1/audiences/{audience}/columns", authz.WriteContacts, d.chooseColumns, "audiences.columns"},
		{"POST /api/v1/suppressions", authz.WriteContacts, d.stopAddress, "suppressions"},
		{"POST /api/v1/campaigns", authz.WriteCampaign, d.createCampaign, "campaigns"},
		{"GET /api/v1/campaigns", authz.ReadCampaigns, d.listCampaigns, ""},
		{"GET /api/v1/campaigns/{campaign}", authz.ReadCampaigns, d.showCampaign, ""},
		{"PATCH /api/v1/campaigns/{campaign}", authz.WriteCampaign, d.editCampaign, "campaigns.change"},
		{"POST /api/v1/campaigns/{campaign}/preview", authz.WriteCampaign, d.preview, unaudited},
		{"POST /api/v1/campaigns/{campaign}/test", authz.Send, d.testSend, "campaigns.test"},
		{"POST /api/v1/campaigns/{campaign}/launch", authz.Send, d.launch, "campaigns.launch"},
		{"POST /api/v1/campaigns/{campaign}/pause", authz.Send, d.doAct(d.mailing.Pause), "campaigns.pause"},
		{"POST /api/v1/campaigns/{campaign}/resume", authz.Send, d.doAct(d.mailing.Resume), "campaigns.resume"},
		{"POST /api/v1/campaigns/{campaign}/cancel", authz.Send, d.doAct(d.mailing.Cancel), "campaigns.cancel"},
		{"POST /api/v1/campaigns/{campaign}/close", authz.Send, d.doAct(d.mailing.Close), "campaigns.close"},
		{"POST /api/v1/campaigns/{campaign}/remind", authz.Send, d.doAct(d.mailing.Remind), "campaigns.remind"},
		{"POST /api/v1/campaigns/{campaign}/resend-uncertain", authz.Send, d.resendUncertain, "campaigns.resend-uncertain"},
		{"GET /api/v1/campaigns/{campaign}/results", authz.ReadResults, d.campaignResults, ""},
		{"POST /api/v1/campaigns/{campaign}/results/count", authz.ReadResults, d.countResults, unaudited},
		{"GET /api/v1/campaigns/{campaign}/compare", authz.ReadResults, d.showComparison, ""},
		{"GET /api/v1/campaigns/{campaign}/responses", authz.ReadPeople, d.listResponses, ""},
		{"GET /api/v1/campaigns/{campaign}/invitations", authz.ReadCampaigns, d.listInvitations, ""},
		{"GET /api/v1/campaigns/{campaign}/cases", authz.ReadCases, d.listCases, ""},
		{"GET /api/v1/cases", authz.ReadCases, d.ownersCases, ""},
		{"GET /api/v1/cases/{case}", authz.ReadCases, d.showCase, ""},
		{"PATCH /api/v1/cases/{case}", authz.WorkCases, d.patchCase, "cases.change"},
		{"GET /api/v1/audiences/{audience}/results", authz.ReadResults, d.audienceResults, ""},
	}
}

// Handler joins the routes. Everything under /api/v1/, known or not, asks for the token first, and every page but the
// way in for a session.
func (d *Desk) Handler() http.Handler {
	api, pages := http.NewServeMux(), http.NewServeMux()
	for _, rt := range d.routes() {
		api.HandleFunc(rt.pattern, d.guarded(rt, web.Fail))
	}
	for _, rt := range d.pages() {
		pages.HandleFunc(rt.pattern, d.guarded(rt, d.failPage))
	}
	known, page := web.Secure(api), d.secure(pages)
	mux := http.NewServeMux()
	mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) {
		who, err := d.door.Program(r.Context(), r.Header.Get("Authorization"))
		if err != nil {
			web.Fail(w, r, err)
			return
		}
		known.ServeHTTP(w, withVisit(r, visit{Who: who, Lang: web.Language(r)}))
	})
	mux.HandleFunc("GET /static/{file}", static)
	mux.HandleFunc("GET /brand/{colour}", brandStyle)
	mux.Handle("/sign-in", d.entrance())
	mux.Handle("/sign-in/", d.entrance())
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		v, err := d.session(r)
		switch {
		case err != nil:
			web.Fail(w, r, err)
		case v.Session == "":
			d.askToSignIn(w, r)
		default:
			page.ServeHTTP(w, withVisit(r, v))
		}
	})
	return mux
}

// guarded lets in who may do what the route does: the one place where this is decided.
func (d *Desk) guarded(rt route, fail func(http.ResponseWriter, *http.Request, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v, err := visitOf(r), error(nil)
		switch {
		case !v.Can(rt.needs):
			err = apperr.New(apperr.Forbidden, "not_allowed", "")
		case v.Session != "" && r.Method != http.MethodGet && r.Method != http.MethodHead:
			err = d.checkForm(r, v)
		}
		if err == nil {
			err = d.audited(rt, w, r)
		}
		if err != nil {
			fail(w, r, err)
		}
	}
}

// parameters refuses a query parameter that the route does not know: a misspelt filter must not answer as if it were none.
func parameters(r *http.Request, known ...string) error {
	for name := range r.URL.Query() {
		if name != "lang" && !slices.Contains(known, name) {
			list := strings.Join(known, ", ")
			if list == "" {
				list = "lang"
			}
			return apperr.New(apperr.Invalid, "parameter_unknown", name, "Known", list)
		}
	}
	return nil
}

// whole reads a whole number from 1 to most out of a query parameter.
func whole(r *http.Request, name string, standard, most int) (int, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return standard, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > most {
		return 0, apperr.New(apperr.Invalid, "parameter_range", name, "Limit", most)
	}
	return n, nil
}

// optional decodes a body that may be missing.
func optional(r *http.Request, v any) error {
	if r.ContentLength == 0 {
		return nil
	}
	return web.Decode(r, v, maxJSON)
}
