package console

import "onetap/internal/authz"

// campaignPages are for whoever plans a campaign, sends it, and watches it.
func (d *Desk) campaignPages() []route {
	return []route{
		{"GET /campaigns", authz.ReadCampaigns, d.campaignsPage},
		{"GET /campaigns/new", authz.WriteCampaign, d.newPage},
		{"POST /campaigns/new", authz.WriteCampaign, d.postNew},
		{"POST /campaigns/{campaign}/copy", authz.WriteCampaign, d.copyCampaign},
		{"GET /campaigns/{campaign}/edit", authz.WriteCampaign, d.editPage},
		{"POST /campaigns/{campaign}/edit", authz.WriteCampaign, d.postEdit},
		{"POST /campaigns/{campaign}/count", authz.WriteCampaign, d.countPeople},
		{"GET /campaigns/{campaign}/letter", authz.WriteCampaign, d.showLetter},
		{"POST /campaigns/{campaign}/letter", authz.WriteCampaign, d.typedLetter},
		{"POST /campaigns/{campaign}/test", authz.Send, d.postTest},
		{"POST /campaigns/{campaign}/launch", authz.Send, d.postLaunch},
		{"POST /campaigns/{campaign}/pause", authz.Send, d.postAct(d.mailing.Pause)},
		{"POST /campaigns/{campaign}/resume", authz.Send, d.postAct(d.mailing.Resume)},
		{"POST /campaigns/{campaign}/cancel", authz.Send, d.postAct(d.mailing.Cancel)},
		{"POST /campaigns/{campaign}/close", authz.Send, d.postAct(d.mailing.Close)},
		{"POST /campaigns/{campaign}/remind", authz.Send, d.postAct(d.mailing.Remind)},
		{"POST /campaigns/{campaign}/resend-uncertain", authz.Send, d.postResend},
		{"GET /campaigns/{campaign}", authz.ReadCampaigns, d.campaignPage},
		{"GET /campaigns/{campaign}/live", authz.ReadCampaigns, d.campaignLive},
	}
}
