package main

import "onetap/internal/access"

// campaignPages are for whoever plans a campaign, sends it, and watches it.
func (d *desk) campaignPages() []route {
	return []route{
		{"GET /campaigns", access.ReadCampaigns, d.campaignsPage},
		{"GET /campaigns/new", access.WriteCampaign, d.newPage},
		{"POST /campaigns/new", access.WriteCampaign, d.postNew},
		{"POST /campaigns/{campaign}/copy", access.WriteCampaign, d.copyCampaign},
		{"GET /campaigns/{campaign}/edit", access.WriteCampaign, d.editPage},
		{"POST /campaigns/{campaign}/edit", access.WriteCampaign, d.postEdit},
		{"POST /campaigns/{campaign}/count", access.WriteCampaign, d.countPeople},
		{"GET /campaigns/{campaign}/letter", access.WriteCampaign, d.showLetter},
		{"POST /campaigns/{campaign}/letter", access.WriteCampaign, d.typedLetter},
		{"POST /campaigns/{campaign}/test", access.Send, d.postTest},
		{"POST /campaigns/{campaign}/launch", access.Send, d.postLaunch},
		{"POST /campaigns/{campaign}/pause", access.Send, d.postAct(d.pausing)},
		{"POST /campaigns/{campaign}/resume", access.Send, d.postAct(d.resuming)},
		{"POST /campaigns/{campaign}/cancel", access.Send, d.postAct(d.cancelling)},
		{"POST /campaigns/{campaign}/close", access.Send, d.postAct(d.closing)},
		{"POST /campaigns/{campaign}/remind", access.Send, d.postAct(d.reminding)},
		{"POST /campaigns/{campaign}/resend-uncertain", access.Send, d.postResend},
		{"GET /campaigns/{campaign}", access.ReadCampaigns, d.campaignPage},
		{"GET /campaigns/{campaign}/live", access.ReadCampaigns, d.campaignLive},
	}
}
