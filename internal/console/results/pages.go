// Package results is the pages of results: by audience, of a campaign, by segment, answers, comparisons.
package results

import (
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
		door.On("GET /results", authz.ReadResults, d.resultsPage, ""),
		door.On("GET /results/compare", authz.ReadResults, d.comparePage, ""),
		door.On("GET /results/teams", authz.ReadResults, d.teamsPage, ""),
		door.On("GET /results/{campaign}", authz.ReadResults, d.resultPage, ""),
		door.On("GET /results/{campaign}/by/{kind}", authz.ReadResults, d.byPage, ""),
		door.On("POST /results/{campaign}/by/{kind}", authz.ReadResults, d.byPage, door.Unaudited), // what is looked for stays out of addresses
		door.On("POST /results/{campaign}/count/{kind}", authz.ReadResults, d.countPage, door.Unaudited),
		door.On("GET /results/{campaign}/accounts", authz.ReadResults, d.accountsPage, ""),
		door.On("POST /results/{campaign}/accounts", authz.ReadResults, d.accountsPage, door.Unaudited), // what is looked for stays out of addresses
		door.On("GET /results/{campaign}/wave", authz.ReadResults, d.wavePage, ""),
		door.On("GET /results/{campaign}/themes", authz.ReadResults, d.themesPage, ""),
		door.On("GET /results/{campaign}/segments", authz.ReadResults, d.segmentsPage, ""),
		door.On("GET /results/{campaign}/themes/{theme}", authz.ReadResults, d.themePage, ""),
		door.On("GET /results/{campaign}/touchpoints", authz.ReadResults, d.touchpointsPage, ""),
		door.On("POST /results/{campaign}/touchpoints/download", authz.ReadResults, d.downloadTouchpoints, "campaigns.touchpoints.download"),
		door.On("GET /results/{campaign}/moved", authz.ReadPeople, d.moversPage, ""),
		door.On("POST /results/{campaign}/analyse", authz.ReadResults, d.askWave, door.Unaudited), // makes anew what is shown
		door.On("GET /results/{campaign}/silent", authz.ReadPeople, d.silentPage, ""),
		door.On("POST /results/{campaign}/silent/download", authz.ReadPeople, d.downloadSilent, "campaigns.silent.download"),
		door.On("GET /results/{campaign}/quotes", authz.ReadAnswers, d.quotesPage, ""),
		door.On("POST /results/{campaign}/quotes/{contact}/phone", authz.KeepConsents, d.withdraw(survey.AskedByPhone), "quotes.withdraw.phone"),
		door.On("POST /results/{campaign}/quotes/{contact}/email", authz.KeepConsents, d.withdraw(survey.AskedByEmail), "quotes.withdraw.email"),
		door.On("POST /results/{campaign}/quotes/{contact}/person", authz.KeepConsents, d.withdraw(survey.AskedInPerson), "quotes.withdraw.person"),
		door.On("GET /results/{campaign}/recommendations", authz.ReadResults, d.recommendationsPage, ""),
		door.On("POST /results/{campaign}/recommendations/download", authz.ReadResults, d.downloadRecommendations, "campaigns.recommendations.download"),
		door.On("GET /results/{campaign}/team", authz.ReadResults, d.teamPage, ""),
		door.On("GET /results/{campaign}/answers", authz.ReadAnswers, d.answersPage, ""),
		door.On("POST /results/{campaign}/answers", authz.ReadAnswers, d.answersPage, door.Unaudited),
		door.On("POST /results/{campaign}/answers/download", authz.ReadAnswers, d.downloadAnswers, "campaigns.answers.download"),
		door.On("POST /results/{campaign}/download", authz.ReadResults, d.downloadFigures, "campaigns.results.download"),
	}
}
