package main

import "onetap/internal/access"

func (d *desk) contactPages() []route {
	return []route{
		{"GET /contacts", access.ReadContacts, d.contactList},
		{"POST /contacts/search", access.ReadContacts, d.searchContacts},
		{"GET /contacts/segments", access.WriteContacts, d.segmentsPage},
		{"POST /contacts/segments", access.WriteContacts, d.saveSegments},
		{"GET /contacts/upload", access.WriteContacts, d.uploadPage},
		{"POST /contacts/upload", access.WriteContacts, d.takeUpload},
		{"POST /contacts/upload/check", access.WriteContacts, d.takeUpload},
		{"POST /contacts/imports", access.WriteContacts, d.createImport},
		{"GET /contacts/imports/{import}", access.WriteContacts, d.importPage},
		{"GET /contacts/imports/{import}/state", access.WriteContacts, d.showImport},
		{"GET /contacts/imports/{import}/refused", access.WriteContacts, d.refusedRows},
		{"PUT /contacts/imports/{import}/parts/{part}", access.WriteContacts, d.putPart},
		{"POST /contacts/imports/{import}/finish", access.WriteContacts, d.finishImport},
		{"GET /contacts/{audience}/{contact}", access.ReadContacts, d.contactPage},
		{"POST /contacts/{audience}/{contact}/stop", access.WriteContacts, d.stopContact},
	}
}
