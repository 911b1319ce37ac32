package main

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"onetap/internal/link"
	"onetap/internal/mail"
	"onetap/internal/problem"
	"onetap/internal/store"
	"onetap/internal/web"
)

// minToken is the least length of the API's token in characters; the template asks for as much.
const minToken = 32

// maxJSON is the largest JSON document that a call may carry; lists come as CSV.
const maxJSON = 1 << 20

// desk holds what the operations work with. It is safe for concurrent use.
type desk struct {
	store  *store.Store
	keys   *link.Keys
	mail   mailer
	now    func() time.Time
	wake   func(context.Context) error // starts the sender and does not wait for it
	token  string                      // of the API
	sender string                      // the deployment's From
	site   string                      // base of public links; "": the host of the request
}

// mailer sends one message at least once and returns SES's id of it.
type mailer interface {
	Send(ctx context.Context, m mail.Message) (id string, err error)
}

func (d *desk) check() error {
	switch {
	case len(d.token) < minToken:
		return fmt.Errorf("API_TOKEN has %d characters, needs %d or more", len(d.token), minToken)
	case d.sender == "":
		return errors.New("SENDER is not set: the From address of test e-mails")
	case d.wake == nil:
		return errors.New("SEND_FUNCTION is not set: name the function that sends")
	}
	return nil
}

// operation answers one route, or returns why not.
type operation func(w http.ResponseWriter, r *http.Request) error

// route is one line of docs/api.md.
type route struct {
	pattern string
	do      operation
}

// routes lists the whole API.
func (d *desk) routes() []route {
	return []route{
		{"GET /api/v1/staff", d.listStaff},
		{"POST /api/v1/staff", d.postStaff},
		{"POST /api/v1/contacts", d.postContacts},
		{"GET /api/v1/contacts/{audience}/{contact}", d.showContact},
		{"POST /api/v1/imports", d.createImport},
		{"GET /api/v1/imports/{import}", d.showImport},
		{"PUT /api/v1/imports/{import}/parts/{part}", d.putPart},
		{"POST /api/v1/imports/{import}/finish", d.finishImport},
		{"GET /api/v1/audiences/{audience}/count", d.countContacts},
		{"POST /api/v1/suppressions", d.stopAddress},
		{"POST /api/v1/campaigns", d.createCampaign},
		{"GET /api/v1/campaigns", d.listCampaigns},
		{"GET /api/v1/campaigns/{campaign}", d.showCampaign},
		{"PATCH /api/v1/campaigns/{campaign}", d.editCampaign},
		{"POST /api/v1/campaigns/{campaign}/preview", d.preview},
		{"POST /api/v1/campaigns/{campaign}/test", d.testSend},
		{"POST /api/v1/campaigns/{campaign}/launch", d.launch},
		{"POST /api/v1/campaigns/{campaign}/pause", d.pause},
		{"POST /api/v1/campaigns/{campaign}/resume", d.resume},
		{"POST /api/v1/campaigns/{campaign}/cancel", d.cancel},
		{"POST /api/v1/campaigns/{campaign}/close", d.close},
		{"POST /api/v1/campaigns/{campaign}/remind", d.remind},
		{"POST /api/v1/campaigns/{campaign}/resend-uncertain", d.resendUncertain},
		{"GET /api/v1/campaigns/{campaign}/results", d.campaignResults},
		{"GET /api/v1/campaigns/{campaign}/responses", d.listResponses},
		{"GET /api/v1/campaigns/{campaign}/invitations", d.listInvitations},
		{"GET /api/v1/campaigns/{campaign}/cases", d.listCases},
		{"GET /api/v1/cases", d.ownersCases},
		{"GET /api/v1/audiences/{audience}/results", d.audienceResults},
	}
}

// handler joins the routes; everything under /api/v1/, known or not, asks for the token first.
func (d *desk) handler() http.Handler {
	api := http.NewServeMux()
	for _, rt := range d.routes() {
		api.HandleFunc(rt.pattern, func(w http.ResponseWriter, r *http.Request) {
			if err := rt.do(w, r); err != nil {
				web.Fail(w, r, err)
			}
		})
	}
	known := web.Secure(api)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", home)
	mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) {
		if err := d.authorised(r); err != nil {
			web.Fail(w, r, err)
			return
		}
		known.ServeHTTP(w, r)
	})
	return mux
}

// authorised compares the bearer token in constant time, its length included.
func (d *desk) authorised(r *http.Request) error {
	header := r.Header.Get("Authorization")
	if header == "" {
		return problem.New(problem.Unauthentic, "token_missing", "Authorization")
	}
	scheme, token, _ := strings.Cut(header, " ")
	got, want := sha256.Sum256([]byte(strings.TrimSpace(token))), sha256.Sum256([]byte(d.token))
	if !strings.EqualFold(scheme, "Bearer") || subtle.ConstantTimeCompare(got[:], want[:]) != 1 {
		return problem.New(problem.Unauthentic, "token_wrong", "Authorization")
	}
	return nil
}

// parameters refuses a query parameter that the route does not know: a misspelt filter must not answer as if it were none.
func parameters(r *http.Request, known ...string) error {
	for name := range r.URL.Query() {
		if name != "lang" && !slices.Contains(known, name) {
			list := strings.Join(known, ", ")
			if list == "" {
				list = "lang"
			}
			return problem.New(problem.Invalid, "parameter_unknown", name, "Known", list)
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
		return 0, problem.New(problem.Invalid, "parameter_range", name, "Limit", most)
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
