// Package contacts is the pages of contacts: the list, one contact, uploads, what columns are for.
package contacts

import (
	"onetap/internal/authz"
	"onetap/internal/console/shell"
	"onetap/internal/door"
)

// Pages answers the requests for these pages. It is safe for concurrent use.
type Pages struct{ *shell.Shell }

// Routes lists the pages.
func (d *Pages) Routes() []door.Route {
	return []door.Route{
		door.On("GET /contacts", authz.ReadContacts, d.contactList, ""),
		door.On("POST /contacts/download", authz.ReadContacts, d.downloadContacts, "contacts.download"),
		door.On("POST /contacts/search", authz.ReadContacts, d.searchContacts, door.Unaudited),
		door.On("POST /contacts/owner/ask", authz.WriteContacts, d.askOwner, door.Unaudited),
		door.On("POST /contacts/owner", authz.WriteContacts, d.changeOwner, "contacts.owner"),
		door.On("GET /contacts/segments", authz.WriteContacts, d.segmentsPage, ""),
		door.On("POST /contacts/segments", authz.WriteContacts, d.saveSegments, "audiences.columns"),
		door.On("GET /contacts/upload", authz.WriteContacts, askList, ""),
		door.On("POST /contacts/upload", authz.WriteContacts, d.takeUpload, "contacts"),
		door.On("POST /contacts/upload/check", authz.WriteContacts, d.takeUpload, door.Unaudited),
		door.On("POST /contacts/upload/forget", authz.WriteContacts, d.forgetColumns, "audiences.corrections.forget"),
		door.On("GET /contacts/uploads", authz.WriteContacts, d.history, ""),
		door.On("GET /contacts/uploads/{upload}", authz.WriteContacts, d.uploaded, ""),
		door.On("POST /contacts/uploads/{upload}/undo", authz.WriteContacts, d.undo, "contacts.undo"),
		door.On("POST /contacts/uploads/{upload}/go-on", authz.WriteContacts, d.goOn, "contacts.owner.go-on"),
		door.On("GET /contacts/imports/{import}", authz.WriteContacts, d.importPage, ""),
		door.On("GET /contacts/imports/{import}/refused", authz.WriteContacts, d.RefusedContacts, ""),
		door.On("GET /contacts/new", authz.WriteContacts, d.newContact, ""),
		door.On("POST /contacts/new", authz.WriteContacts, d.addContact, "contacts.add"),
		door.On("GET /contacts/{audience}/{contact}/edit", authz.WriteContacts, d.editContact, ""),
		door.On("POST /contacts/{audience}/{contact}/edit", authz.WriteContacts, d.changeContact, "contacts.change"),
		door.On("GET /contacts/{audience}/{contact}", authz.ReadContacts, d.contactPage, ""),
		door.On("POST /contacts/{audience}/{contact}/stop", authz.WriteContacts, d.stopContact, "suppressions"),
	}
}
