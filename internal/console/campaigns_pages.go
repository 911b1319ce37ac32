package console

import "onetap/internal/authz"

// campaignPages are for whoever plans a campaign, sends it, and watches it.
func (d *Desk) campaignPages() []route {
	return []route{
		{"GET /campaigns", authz.ReadCampaigns, d.campaignsPage, ""},
		{"GET /campaigns/new", authz.WriteCampaign, d.newPage, ""},
		{"POST /campaigns/new", authz.WriteCampaign, d.postNew, "campaigns"},
		{"POST /campaigns/{campaign}/copy", authz.WriteCampaign, d.copyCampaign, "campaigns.copy"},
		{"GET /campaigns/{campaign}/edit", authz.WriteCampaign, d.editPage, ""},
		{"POST /campaigns/{campaign}/edit", authz.WriteCampaign, d.postEdit, "campaigns.change"},
		{"POST /campaigns/{campaign}/count", authz.WriteCampaign, d.countPeople, unaudited},
		{"GET /campaigns/{campaign}/letter", authz.WriteCampaign, d.showLetter, ""},
		{"POST /campaigns/{campaign}/letter", authz.WriteCampaign, d.typedLetter, unaudited},
		{"POST /campaigns/{campaign}/test", authz.Send, d.postTest, "campaigns.test"},
		{"POST /campaigns/{campaign}/launch", authz.Send, d.postLaunch, "campaigns.launch"},
		{"POST /campaigns/{campaign}/pause", authz.Send, d.postAct(d.mailing.Pause), "campaigns.pause"},
		{"POST /campaigns/{campaign}/resume", authz.Send, d.postAct(d.mailing.Resume), "campaigns.resume"},
		{"POST /campaigns/{campaign}/cancel", authz.Send, d.postAct(d.mailing.Cancel), "campaigns.cancel"},
		{"POST /campaigns/{campaign}/close", authz.Send, d.postAct(d.mailing.Close), "campaigns.close"},
		{"POST /campaigns/{campaign}/remind", authz.Send, d.postAct(d.mailing.Remind), "campaigns.remind"},
		{"POST /campaigns/{campaign}/resend-uncertain", authz.Send, d.postResend, "campaigns.resend-uncertain"},
		{"GET /campaigns/{campaign}", authz.ReadCampaigns, d.campaignPage, ""},
		{"GET /campaigns/{campaign}/live", authz.ReadCampaigns, d.campaignLive, ""},
	}
}
