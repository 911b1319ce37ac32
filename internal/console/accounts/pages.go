// Package accounts is the pages of companies that are customers: the list, one of them, and which of them are one.
package accounts

import (
	"net/http"

	"onetap/internal/authz"
	"onetap/internal/console/shell"
	"onetap/internal/door"
	"onetap/internal/survey"
)

// Pages answers the requests for these pages. It is safe for concurrent use.
type Pages struct{ *shell.Shell }

// Routes lists the pages.
func (d *Pages) Routes() []door.Route {
	return []door.Route{
		door.On("GET /accounts/{audience}", authz.ReadContacts, d.list, ""),
		door.On("POST /accounts/{audience}", authz.ReadContacts, d.list, door.Unaudited), // what is looked for stays out of addresses
		door.On("GET /accounts/{audience}/{account}", authz.ReadContacts, d.one, ""),
		door.On("POST /accounts/{audience}/{account}/join", authz.WriteContacts, d.join, "accounts.join"),
		door.On("POST /accounts/{audience}/{account}/apart", authz.WriteContacts, d.apart, "accounts.apart"),
		door.On("POST /accounts/{audience}/{account}/part", authz.WriteContacts, d.part, "accounts.part"),
	}
}

func listHref(a survey.Audience) string { return "/accounts/" + string(a) }

// join makes the account of the address part of the one that the form names.
func (d *Pages) join(w http.ResponseWriter, r *http.Request) error {
	a, err := door.AudienceInPath(r)
	if err != nil {
		return err
	}
	if err := d.Lists.JoinAccounts(r.Context(), a, survey.AccountID(r.PathValue("account")), survey.AccountID(r.FormValue("into"))); err != nil {
		return err
	}
	return shell.Done(w, r, listHref(a), "accounts_joined")
}

// apart says that the account of the address is not the one that the form names.
func (d *Pages) apart(w http.ResponseWriter, r *http.Request) error {
	a, err := door.AudienceInPath(r)
	if err != nil {
		return err
	}
	if err := d.Lists.KeepApart(r.Context(), a, survey.AccountID(r.PathValue("account")), survey.AccountID(r.FormValue("other"))); err != nil {
		return err
	}
	return shell.Done(w, r, listHref(a), "accounts_apart")
}

// part takes the account of the address out of the one that it was joined to.
func (d *Pages) part(w http.ResponseWriter, r *http.Request) error {
	a, err := door.AudienceInPath(r)
	if err != nil {
		return err
	}
	id := survey.AccountID(r.PathValue("account"))
	if err := d.Lists.PartAccount(r.Context(), a, id); err != nil {
		return err
	}
	return shell.Done(w, r, shell.AccountHref(a, id), "accounts_parted")
}
