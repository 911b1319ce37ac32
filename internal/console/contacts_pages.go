package console

import "onetap/internal/authz"

func (d *Desk) contactPages() []route {
	return []route{
		{"GET /contacts", authz.ReadContacts, d.contactList},
		{"POST /contacts/search", authz.ReadContacts, d.searchContacts},
		{"GET /contacts/segments", authz.WriteContacts, d.segmentsPage},
		{"POST /contacts/segments", authz.WriteContacts, d.saveSegments},
		{"GET /contacts/upload", authz.WriteContacts, d.uploadPage},
		{"POST /contacts/upload", authz.WriteContacts, d.takeUpload},
		{"POST /contacts/upload/check", authz.WriteContacts, d.takeUpload},
		{"POST /contacts/imports", authz.WriteContacts, d.createImport},
		{"GET /contacts/imports/{import}", authz.WriteContacts, d.importPage},
		{"GET /contacts/imports/{import}/state", authz.WriteContacts, d.showImport},
		{"GET /contacts/imports/{import}/refused", authz.WriteContacts, d.refusedRows},
		{"PUT /contacts/imports/{import}/parts/{part}", authz.WriteContacts, d.putPart},
		{"POST /contacts/imports/{import}/finish", authz.WriteContacts, d.finishImport},
		{"GET /contacts/{audience}/{contact}", authz.ReadContacts, d.contactPage},
		{"POST /contacts/{audience}/{contact}/stop", authz.WriteContacts, d.stopContact},
	}
}
