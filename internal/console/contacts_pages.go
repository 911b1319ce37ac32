package console

import "onetap/internal/authz"

func (d *Desk) contactPages() []route {
	return []route{
		{"GET /contacts", authz.ReadContacts, d.contactList, ""},
		{"POST /contacts/search", authz.ReadContacts, d.searchContacts, unaudited},
		{"GET /contacts/segments", authz.WriteContacts, d.segmentsPage, ""},
		{"POST /contacts/segments", authz.WriteContacts, d.saveSegments, "audiences.columns"},
		{"GET /contacts/upload", authz.WriteContacts, d.uploadPage, ""},
		{"POST /contacts/upload", authz.WriteContacts, d.takeUpload, "contacts"},
		{"POST /contacts/upload/check", authz.WriteContacts, d.takeUpload, unaudited},
		{"POST /contacts/imports", authz.WriteContacts, d.createImport, "imports"},
		{"GET /contacts/imports/{import}", authz.WriteContacts, d.importPage, ""},
		{"GET /contacts/imports/{import}/state", authz.WriteContacts, d.showImport, ""},
		{"GET /contacts/imports/{import}/refused", authz.WriteContacts, d.refusedRows, ""},
		{"PUT /contacts/imports/{import}/parts/{part}", authz.WriteContacts, d.putPart, unaudited},
		{"POST /contacts/imports/{import}/finish", authz.WriteContacts, d.finishImport, "imports.finish"},
		{"GET /contacts/{audience}/{contact}", authz.ReadContacts, d.contactPage, ""},
		{"POST /contacts/{audience}/{contact}/stop", authz.WriteContacts, d.stopContact, "suppressions"},
	}
}
