// Package api is the desk as JSON, under /api/v1/: what docs/api.md describes, line for line. It asks the same use cases as
// the console, and says the same.
package api

import (
	"onetap/internal/authz"
	"onetap/internal/door"
)

// API answers the calls of programs. It is safe for concurrent use.
type API struct{ *door.Desk }

// Routes lists the whole API.
func (d *API) Routes() []door.Route {
	return []door.Route{
		door.On("GET /api/v1/staff", authz.ReadStaff, d.listStaff, ""),
		door.On("POST /api/v1/staff", authz.WriteStaff, d.postStaff, "staff.import"),
		door.On("GET /api/v1/staff/uploads", authz.WriteStaff, d.historyOf(d.staffUploads), ""),
		door.On("GET /api/v1/staff/uploads/{upload}", authz.WriteStaff, d.showUploaded(d.staffUpload), ""),
		door.On("POST /api/v1/staff/uploads/{upload}/undo", authz.WriteStaff, d.undoUpload(d.undoStaff), "staff.undo"),
		door.On("POST /api/v1/contacts", authz.WriteContacts, d.postContacts, "contacts"),
		door.On("GET /api/v1/contacts", authz.ReadContacts, d.listContacts, ""),
		door.On("POST /api/v1/contacts/owner", authz.WriteContacts, d.changeOwner, "contacts.owner"),
		door.On("GET /api/v1/contacts/uploads", authz.WriteContacts, d.historyOf(d.contactUploads), ""),
		door.On("GET /api/v1/contacts/uploads/{upload}", authz.WriteContacts, d.showUploaded(d.contactUpload), ""),
		door.On("POST /api/v1/contacts/uploads/{upload}/go-on", authz.WriteContacts, d.goOn, "contacts.owner.go-on"),
		door.On("POST /api/v1/contacts/uploads/{upload}/undo", authz.WriteContacts, d.undoUpload(d.undoContacts), "contacts.undo"),
		door.On("POST /api/v1/contacts/{audience}", authz.WriteContacts, d.addContact, "contacts.add"),
		door.On("PATCH /api/v1/contacts/{audience}/{contact}", authz.WriteContacts, d.changeContact, "contacts.change"),
		door.On("GET /api/v1/contacts/{audience}/{contact}", authz.ReadContacts, d.showContact, ""),
		door.On("GET /api/v1/workbooks/{digest}", authz.WriteContacts, d.ShowWorkbook, ""),
		door.On("PUT /api/v1/workbooks/{digest}/parts/{part}", authz.WriteContacts, d.PutWorkbookPart, door.Unaudited),
		door.On("POST /api/v1/workbooks/{digest}", authz.WriteContacts, d.ReadWorkbookParts, door.Unaudited),
		door.On("POST /api/v1/workbooks", authz.WriteContacts, d.ReadWorkbook, door.Unaudited),
		door.On("POST /api/v1/imports", authz.WriteContacts, d.CreateImport, "imports"),
		door.On("GET /api/v1/imports/{import}", authz.WriteContacts, d.ShowImport, ""),
		door.On("PUT /api/v1/imports/{import}/parts/{part}", authz.WriteContacts, d.PutPart, "imports.parts.change"),
		door.On("POST /api/v1/imports/{import}/finish", authz.WriteContacts, d.FinishImport, "imports.finish"),
		door.On("GET /api/v1/audiences/{audience}/count", authz.ReadContacts, d.countContacts, ""),
		door.On("GET /api/v1/audiences/{audience}/columns", authz.WriteContacts, d.showColumns, ""),
		door.On("GET /api/v1/audiences/{audience}/corrections", authz.WriteContacts, d.listCorrections, ""),
		door.On("DELETE /api/v1/audiences/{audience}/corrections/{set}", authz.WriteContacts, d.forgetCorrections, "audiences.corrections.forget"),
		door.On("PATCH /api/v1/audiences/{audience}/columns", authz.WriteContacts, d.chooseColumns, "audiences.columns"),
		door.On("POST /api/v1/people/find", authz.PeoplesRights, d.findPeople, door.Unaudited),
		door.On("POST /api/v1/people/export", authz.PeoplesRights, d.exportPerson, "people.export"),
		door.On("POST /api/v1/people/erase", authz.PeoplesRights, d.erasePerson, "people.erase"),
		door.On("GET /api/v1/people/erasures/{erasure}", authz.PeoplesRights, d.showErasure, ""),
		door.On("GET /api/v1/people/grounds", authz.PeoplesRights, d.showGrounds, ""),
		door.On("PUT /api/v1/people/grounds", authz.PeoplesRights, d.putGrounds, "people.grounds"),
		door.On("GET /api/v1/people/retention", authz.PeoplesRights, d.showRetention, ""),
		door.On("PUT /api/v1/people/retention", authz.PeoplesRights, d.putRetention, "people.retention"),
		door.On("POST /api/v1/people/retention/switch", authz.PeoplesRights, d.switchRetention, "people.retention.switch"),
		door.On("POST /api/v1/people/lift", authz.PeoplesRights, d.liftBlock, "people.lift"),
		door.On("POST /api/v1/suppressions", authz.WriteContacts, d.stopAddress, "suppressions"),
		door.On("POST /api/v1/campaigns", authz.WriteCampaign, d.createCampaign, "campaigns"),
		door.On("GET /api/v1/campaigns", authz.ReadCampaigns, d.listCampaigns, ""),
		door.On("GET /api/v1/campaigns/{campaign}", authz.ReadCampaigns, d.showCampaign, ""),
		door.On("PATCH /api/v1/campaigns/{campaign}", authz.WriteCampaign, d.editCampaign, "campaigns.change"),
		door.On("DELETE /api/v1/campaigns/{campaign}", authz.WriteCampaign, d.deleteCampaign, "campaigns.delete"),
		door.On("POST /api/v1/campaigns/{campaign}/archive", authz.WriteCampaign, d.doAct(d.Mailing.Archive), "campaigns.archive"),
		door.On("POST /api/v1/campaigns/{campaign}/unarchive", authz.WriteCampaign, d.doAct(d.Mailing.Unarchive), "campaigns.unarchive"),
		door.On("POST /api/v1/campaigns/{campaign}/preview", authz.WriteCampaign, d.preview, door.Unaudited),
		door.On("POST /api/v1/campaigns/{campaign}/test", authz.Send, d.testSend, "campaigns.test"),
		door.On("POST /api/v1/campaigns/{campaign}/launch", authz.Send, d.launch, "campaigns.launch"),
		door.On("POST /api/v1/campaigns/{campaign}/pause", authz.Send, d.doAct(d.Mailing.Pause), "campaigns.pause"),
		door.On("POST /api/v1/campaigns/{campaign}/resume", authz.Send, d.doAct(d.Mailing.Resume), "campaigns.resume"),
		door.On("POST /api/v1/campaigns/{campaign}/cancel", authz.Send, d.doAct(d.Mailing.Cancel), "campaigns.cancel"),
		door.On("POST /api/v1/campaigns/{campaign}/close", authz.Send, d.doAct(d.Mailing.Close), "campaigns.close"),
		door.On("POST /api/v1/campaigns/{campaign}/remind", authz.Send, d.doAct(d.Mailing.Remind), "campaigns.remind"),
		door.On("GET /api/v1/campaigns/{campaign}/remind-again", authz.Send, d.countReminder, ""),
		door.On("POST /api/v1/campaigns/{campaign}/remind-again", authz.Send, d.remindAgain, "campaigns.remind-again"),
		door.On("POST /api/v1/campaigns/{campaign}/resend-uncertain", authz.Send, d.resendUncertain, "campaigns.resend-uncertain"),
		door.On("GET /api/v1/campaigns/{campaign}/results", authz.ReadResults, d.campaignResults, ""),
		door.On("GET /api/v1/campaigns/{campaign}/words", authz.ReadResults, d.campaignWords, ""),
		door.On("POST /api/v1/campaigns/{campaign}/results/count", authz.ReadResults, d.countResults, door.Unaudited),
		door.On("GET /api/v1/campaigns/{campaign}/compare", authz.ReadResults, d.showComparison, ""),
		door.On("GET /api/v1/campaigns/{campaign}/responses", authz.ReadPeople, d.listResponses, ""),
		door.On("GET /api/v1/campaigns/{campaign}/invitations", authz.ReadCampaigns, d.listInvitations, ""),
		door.On("GET /api/v1/campaigns/{campaign}/cases", authz.ReadCases, d.listCases, ""),
		door.On("GET /api/v1/cases", authz.ReadCases, d.ownersCases, ""),
		door.On("GET /api/v1/cases/{case}", authz.ReadCases, d.showCase, ""),
		door.On("PATCH /api/v1/cases/{case}", authz.WorkCases, d.patchCase, "cases.change"),
		door.On("GET /api/v1/audiences/{audience}/results", authz.ReadResults, d.audienceResults, ""),
	}
}
