package insight

import (
	"context"
	"time"

	"onetap/internal/loop"
	"onetap/internal/survey"
	"onetap/internal/waves"
)

// Store is what results are read from.
type Store interface {
	ThemeStore
	AskStore
	// Campaigns lists an audience's campaigns, the latest first, up to limit.
	Campaigns(ctx context.Context, a survey.Audience, limit int) ([]survey.Campaign, error)
	// Analysis reads what a campaign came to; ok is false before it was analysed.
	Analysis(ctx context.Context, c survey.CampaignID) (a waves.Analysis, ok bool, err error)
	// TalliesOf reads the figures of a campaign's or an audience's one kind. Consistent.
	TalliesOf(ctx context.Context, scope, kind string) (map[survey.TallyKey]survey.Counts, error)
	// TalliesAt reads some figures; those that are not there are absent. Consistent.
	TalliesAt(ctx context.Context, keys []survey.TallyKey) (map[survey.TallyKey]survey.Counts, error)
	// SomeTallies is TalliesOf that reads no more than about max values; more reports that there are others, and that what it
	// returns is not to be added up.
	SomeTallies(ctx context.Context, scope, kind string, max int) (found map[survey.TallyKey]survey.Counts, more bool, err error)
	// Asked adds up who a campaign was planned to ask, by columns of the contacts.
	Asked(ctx context.Context, c survey.CampaignID) (survey.Asked, error)
	// Dimensions is what is known of the columns of an audience's contacts.
	Dimensions(ctx context.Context, a survey.Audience) (survey.Dimensions, error)
	// CountDimensions adds up a campaign's answers by its dimensions, max values of each at most: it reads every answer.
	CountDimensions(ctx context.Context, c survey.Campaign, max int) ([]survey.DimensionCount, error)
	// SaveDimensionCount keeps the i-th count of a campaign in place of the last one.
	SaveDimensionCount(ctx context.Context, c survey.CampaignID, i int, count survey.DimensionCount) error
	// SavedDimensionCount reads what SaveDimensionCount kept; ok is false when there is none.
	SavedDimensionCount(ctx context.Context, c survey.CampaignID, i int) (count survey.DimensionCount, ok bool, err error)
	// WalkResponses calls each for every answer of one shard, verified or not, after a contact, until it returns false.
	// Consistent. It does not open the words: WalkAnswers does.
	WalkAnswers(ctx context.Context, c survey.CampaignID, shard int, after survey.ContactID, each func(survey.Response) (bool, error)) error
	WalkResponses(ctx context.Context, c survey.CampaignID, shard int, after survey.ContactID, each func(survey.Response) (bool, error)) error
	// FindResponses reads up to limit answers that fit, from the cursor on, and looks at no more than budget; next is nil
	// at the end.
	FindResponses(ctx context.Context, c survey.CampaignID, from survey.Cursor, limit, budget int, fits func(survey.Response) bool) (found []survey.Response, looked int, next *survey.Cursor, err error)
	// ResponsesPage reads up to limit answers from the cursor on; next is nil at the end.
	ResponsesPage(ctx context.Context, c survey.CampaignID, from survey.Cursor, limit int) (found []survey.Response, next *survey.Cursor, err error)
	// InvitationsPage reads up to limit invitations of a mailing from the cursor on, those in one state ("": in any), and looks at no more than
	// budget; next is nil at the end.
	InvitationsPage(ctx context.Context, c survey.CampaignID, mailing int, state survey.InvitationState, from survey.Cursor, limit, budget int) (found []survey.Invitation, next *survey.Cursor, err error)
	// PastOf reads what campaigns know of a contact, in no order; reminders, answers and cases only if answers is set.
	PastOf(ctx context.Context, id survey.ContactID, campaigns []survey.CampaignID, answers bool) (loop.Past, error)
	// WordsOf reads what people wrote whose sealed answers were opened.
	WordsOf(ctx context.Context, c survey.CampaignID) ([]survey.Words, error)
	// Quotes reads who of a campaign has ever said that they may be quoted, and Response an answer; ok is false where there is none.
	Quotes(ctx context.Context, c survey.CampaignID) (map[survey.ContactID]survey.Quote, error)
	Response(ctx context.Context, c survey.CampaignID, id survey.ContactID) (r survey.Response, ok bool, err error)
	// Recommendations reads the links that a campaign's promoters have taken, in no order.
	Recommendations(ctx context.Context, c survey.CampaignID) ([]survey.Recommendation, error)
	// Contacts reads contacts of an audience; those that are not there are absent.
	Contacts(ctx context.Context, a survey.Audience, ids []survey.ContactID) (map[survey.ContactID]survey.Contact, error)
	// Places reads what campaigns know of some contacts, without words; what is in no campaign is absent.
	Places(ctx context.Context, campaigns []survey.CampaignID, ids []survey.ContactID) (map[survey.ContactID]map[survey.CampaignID]loop.Place, error)
	// GoneAmong reads since when those of some contacts are gone from the lists that are; whoever was changed since is not gone.
	GoneAmong(ctx context.Context, a survey.Audience, ids []survey.ContactID) (map[survey.ContactID]time.Time, error)
	// SilenceSums reads what the people of a campaign that has ended come to, those who answered and those who did not; ok is false where it has not been added up.
	SilenceSums(ctx context.Context, c survey.CampaignID) (sums loop.SilenceSums, ok bool, err error)
	// HasAccounts reports whether contacts of an audience have ever come with a company.
	HasAccounts(ctx context.Context, a survey.Audience) (bool, error)
	// AccountJoins reads which of an audience's accounts are one.
	AccountJoins(ctx context.Context, a survey.Audience) (survey.AccountJoins, error)
	// AskedAccounts adds up how many people of each account a campaign asks, of the shards below one.
	AskedAccounts(ctx context.Context, c survey.CampaignID, below int) (map[survey.AccountID]int, error)
	// Settings are the company's.
	Settings(ctx context.Context) (survey.Settings, error)
	// Staff lists all colleagues.
	Staff(ctx context.Context) ([]survey.Staff, error)
}
