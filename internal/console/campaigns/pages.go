// Package campaigns is the pages of campaigns: the list, the draft step by step, the check before launch, the live page.
package campaigns

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
		door.On("GET /campaigns", authz.ReadCampaigns, d.campaignsPage, ""),
		door.On("GET /campaigns/new", authz.WriteCampaign, d.newPage, ""),
		door.On("POST /campaigns/new", authz.WriteCampaign, d.postNew, "campaigns"),
		door.On("POST /campaigns/{campaign}/copy", authz.WriteCampaign, d.copyCampaign, "campaigns.copy"),
		door.On("GET /campaigns/{campaign}/edit", authz.WriteCampaign, d.editPage, ""),
		door.On("POST /campaigns/{campaign}/edit", authz.WriteCampaign, d.postEdit, "campaigns.change"),
		door.On("POST /campaigns/{campaign}/count", authz.WriteCampaign, d.countPeople, door.Unaudited),
		door.On("POST /campaigns/{campaign}/delete", authz.WriteCampaign, d.postDelete, "campaigns.delete"),
		door.On("POST /campaigns/{campaign}/archive", authz.WriteCampaign, d.postAct(d.Mailing.Archive), "campaigns.archive"),
		door.On("POST /campaigns/{campaign}/unarchive", authz.WriteCampaign, d.postAct(d.Mailing.Unarchive), "campaigns.unarchive"),
		door.On("GET /campaigns/{campaign}/letter", authz.WriteCampaign, d.showLetter, ""),
		door.On("POST /campaigns/{campaign}/letter", authz.WriteCampaign, d.typedLetter, door.Unaudited),
		door.On("POST /campaigns/{campaign}/test", authz.Send, d.postTest, "campaigns.test"),
		door.On("POST /campaigns/{campaign}/launch", authz.Send, d.postLaunch, "campaigns.launch"),
		door.On("POST /campaigns/{campaign}/pause", authz.Send, d.postAct(d.Mailing.Pause), "campaigns.pause"),
		door.On("POST /campaigns/{campaign}/resume", authz.Send, d.postAct(d.Mailing.Resume), "campaigns.resume"),
		door.On("POST /campaigns/{campaign}/cancel", authz.Send, d.postAct(d.Mailing.Cancel), "campaigns.cancel"),
		door.On("POST /campaigns/{campaign}/close", authz.Send, d.postAct(d.Mailing.Close), "campaigns.close"),
		door.On("POST /campaigns/{campaign}/remind", authz.Send, d.postAct(d.Mailing.Remind), "campaigns.remind"),
		door.On("GET /campaigns/{campaign}/cards", authz.Send, d.cardsPage, ""),
		door.On("POST /campaigns/{campaign}/cards", authz.Send, d.printCards, "campaigns.cards"),
		door.On("GET /campaigns/{campaign}/remind-again", authz.Send, d.againPage, ""),
		door.On("POST /campaigns/{campaign}/remind-again", authz.Send, d.postAgain, "campaigns.remind-again"),
		door.On("POST /campaigns/{campaign}/resend-uncertain", authz.Send, d.postResend, "campaigns.resend-uncertain"),
		door.On("GET /campaigns/{campaign}", authz.ReadCampaigns, d.campaignPage, ""),
		door.On("POST /campaigns/{campaign}/invitations/download", authz.ReadCampaigns, d.downloadInvitations, "campaigns.invitations.download"),
		door.On("GET /campaigns/{campaign}/people", authz.ReadContacts, d.peopleBehind, ""),
		door.On("GET /campaigns/{campaign}/live", authz.ReadCampaigns, d.campaignLive, ""),
	}
}
