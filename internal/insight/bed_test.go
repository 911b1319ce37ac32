package insight

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"onetap/internal/authz"
	"onetap/internal/insight/themes"
	"onetap/internal/keys"
	"onetap/internal/loop"
	"onetap/internal/nps"
	"onetap/internal/store"
	"onetap/internal/survey"
	"onetap/internal/waves"
)

var _ Store = (*store.Store)(nil)

// noon is the tests' time.
var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

var roles = []survey.Role{survey.RoleMarketing, survey.RoleOwner, survey.RoleManager, survey.RoleExecutive, survey.RoleAnalyst, survey.RoleAdministrator}

// person is somebody of a role, "anna" of the staff.
func person(role survey.Role) authz.Who {
	return authz.Who{Staff: survey.Staff{ID: "anna", Team: "Team 0", Role: role}}
}

// memory is a Store in memory. It holds one campaign's answers and its figures.
type memory struct {
	campaign survey.Campaign
	answers  []survey.Response
	figures  survey.Deltas
	asked    survey.Asked
	kept     map[int]survey.DimensionCount
	words    []survey.Words
	people   map[survey.ContactID]survey.Person
	settings survey.Settings
	contacts []survey.Contact
	joins    survey.AccountJoins
	askedOf  map[survey.AccountID]int
	analysis waves.Analysis
	looked   waves.Looked
}

func (m *memory) TalliesOf(_ context.Context, scope, kind string) (map[survey.TallyKey]survey.Counts, error) {
	found := map[survey.TallyKey]survey.Counts{}
	for k, c := range m.figures {
		if k.Scope == scope && k.Kind == kind {
			found[k] = c
		}
	}
	return found, nil
}

func (m *memory) TalliesAt(_ context.Context, keys []survey.TallyKey) (map[survey.TallyKey]survey.Counts, error) {
	found := map[survey.TallyKey]survey.Counts{}
	for _, k := range keys {
		if c, ok := m.figures[k]; ok {
			found[k] = c
		}
	}
	return found, nil
}

func (m *memory) SomeTallies(ctx context.Context, scope, kind string, max int) (map[survey.TallyKey]survey.Counts, bool, error) {
	found, err := m.TalliesOf(ctx, scope, kind)
	return found, len(found) > max, err
}

func (m *memory) SilenceSums(context.Context, survey.CampaignID) (loop.SilenceSums, bool, error) {
	return loop.SilenceSums{}, false, nil
}

func (m *memory) Asked(context.Context, survey.CampaignID) (survey.Asked, error) { return m.asked, nil }

func (m *memory) Dimensions(context.Context, survey.Audience) (survey.Dimensions, error) {
	return survey.Dimensions{survey.DimensionTier: {Use: survey.UsePersonal, Chosen: true}}, nil
}

func (m *memory) CountDimensions(_ context.Context, c survey.Campaign, _ int) ([]survey.DimensionCount, error) {
	counts := make([]survey.DimensionCount, len(c.Dimensions))
	for i := range counts {
		counts[i].Values = map[string]nps.Tally{}
		for _, r := range m.answers {
			t := counts[i].Values[r.Segment(i)]
			if r.Verified {
				t.Count(nps.Score(r.Score), 1)
			}
			counts[i].Values[r.Segment(i)] = t
		}
	}
	return counts, nil
}

func (m *memory) SaveDimensionCount(_ context.Context, _ survey.CampaignID, i int, count survey.DimensionCount) error {
	m.kept[i] = count
	return nil
}

func (m *memory) SavedDimensionCount(_ context.Context, _ survey.CampaignID, i int) (survey.DimensionCount, bool, error) {
	count, ok := m.kept[i]
	return count, ok, nil
}

func (m *memory) WalkResponses(_ context.Context, _ survey.CampaignID, shard int, _ survey.ContactID, each func(survey.Response) (bool, error)) error {
	for i := shard; i < len(m.answers); i += survey.ContactShards {
		if more, err := each(m.answers[i]); err != nil || !more {
			return err
		}
	}
	return nil
}

func (m *memory) WalkAnswers(ctx context.Context, c survey.CampaignID, shard int, after survey.ContactID, each func(survey.Response) (bool, error)) error {
	return m.WalkResponses(ctx, c, shard, after, each)
}

func (m *memory) FindResponses(_ context.Context, _ survey.CampaignID, _ survey.Cursor, _, _ int, fits func(survey.Response) bool) ([]survey.Response, int, *survey.Cursor, error) {
	found := slices.DeleteFunc(slices.Clone(m.answers), func(r survey.Response) bool { return !fits(r) })
	return found, len(m.answers), nil, nil
}

func (m *memory) ResponsesPage(context.Context, survey.CampaignID, survey.Cursor, int) ([]survey.Response, *survey.Cursor, error) {
	return slices.Clone(m.answers), nil, nil
}

func (m *memory) PastOf(_ context.Context, id survey.ContactID, _ []survey.CampaignID, answers bool) (past loop.Past, err error) {
	past.Invitations = []survey.Invitation{{Contact: id}}
	for _, r := range m.answers {
		if answers && r.Contact == id {
			past.Responses, past.Cases = append(past.Responses, r), append(past.Cases, loop.Case{Contact: id})
		}
	}
	return past, nil
}

func (m *memory) Quotes(context.Context, survey.CampaignID) (map[survey.ContactID]survey.Quote, error) {
	return nil, nil
}

func (m *memory) Recommendations(context.Context, survey.CampaignID) ([]survey.Recommendation, error) {
	return nil, nil
}

func (m *memory) Response(context.Context, survey.CampaignID, survey.ContactID) (r survey.Response, ok bool, err error) {
	return r, false, nil
}

func (m *memory) Contacts(_ context.Context, a survey.Audience, ids []survey.ContactID) (map[survey.ContactID]survey.Contact, error) {
	found := map[survey.ContactID]survey.Contact{}
	for _, id := range ids {
		found[id] = survey.Contact{ID: id, Audience: a, Person: m.people[id]}
	}
	return found, nil
}

func (m *memory) Settings(context.Context) (survey.Settings, error) { return m.settings, nil }

func (m *memory) Staff(context.Context) ([]survey.Staff, error) {
	return []survey.Staff{{ID: "anna", Role: survey.RoleManager}, {ID: "owner 1", Manager: "anna"}}, nil
}

// crowd is a campaign with so many answers of random people.
func crowd(seed uint64, a survey.Audience, n int) *memory {
	random := rand.New(rand.NewPCG(seed, 1))
	launched := noon.AddDate(0, 0, -30)
	m := &memory{
		campaign: survey.Campaign{ID: "aaaaaaaa", Audience: a, State: survey.Open, Launched: launched, Dimensions: []string{survey.DimensionLocation, survey.DimensionTier}},
		figures:  survey.Deltas{}, asked: survey.Asked{}, kept: map[int]survey.DimensionCount{},
	}
	wide := 1 + random.IntN(4)
	for i := range n {
		team := int(float64(wide) * random.Float64() * random.Float64()) // some are large
		c := survey.Contact{Location: fmt.Sprintf("Town %d", random.IntN(wide)), Tier: fmt.Sprintf("Tier %d", random.IntN(2))}
		at := launched.AddDate(0, 0, random.IntN(25))
		r := survey.Response{
			Campaign: m.campaign.ID, Audience: a, Contact: survey.ContactID(fmt.Sprintf("contact%09d", i)), Owner: fmt.Sprintf("owner %d", team*2+random.IntN(2)), Team: fmt.Sprintf("Team %d", team),
			Language: []string{"en", "ru"}[random.IntN(2)], Score: random.IntN(11), Verified: random.IntN(12) > 0, Why: fmt.Sprintf("word-%d", i), First: at, Updated: at, Version: 1,
			Segments: survey.SegmentsOf(c, m.campaign.Dimensions),
		}
		if r.Verified {
			r.Counted = at
		}
		m.answers = append(m.answers, r)
		survey.MarkOf(r, time.UTC).Count(m.figures, m.campaign.ID, 1)
		m.asked.Count(c)
	}
	return m
}

// closed ends the campaign so long ago.
func (m *memory) closed(ago time.Duration) {
	m.campaign.State, m.campaign.ClosesAt = survey.Closed, noon.Add(-ago)
}

func (m *memory) results() *Results {
	k, err := keys.NewKeys(strings.Repeat("k", keys.MinMaster), 1)
	if err != nil {
		panic(err)
	}
	return &Results{Store: m, Keys: k, Firms: m.firms(), Now: func() time.Time { return noon }}
}

func (m *memory) verified() (n int) {
	for _, r := range m.answers {
		if r.Verified {
			n++
		}
	}
	return n
}

func must[T any](t *testing.T) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func (m *memory) WordsOf(context.Context, survey.CampaignID) ([]survey.Words, error) {
	return m.words, nil
}

func (m *memory) HasAccounts(context.Context, survey.Audience) (bool, error) {
	return len(m.contacts) > 0, nil
}

func (m *memory) AccountJoins(context.Context, survey.Audience) (survey.AccountJoins, error) {
	return m.joins, nil
}

func (m *memory) AskedAccounts(context.Context, survey.CampaignID, int) (map[survey.AccountID]int, error) {
	return m.askedOf, nil
}

func (m *memory) Places(context.Context, []survey.CampaignID, []survey.ContactID) (map[survey.ContactID]map[survey.CampaignID]loop.Place, error) {
	return nil, nil
}

func (m *memory) GoneAmong(context.Context, survey.Audience, []survey.ContactID) (map[survey.ContactID]time.Time, error) {
	return nil, nil
}

func (m *memory) InvitationsPage(context.Context, survey.CampaignID, int, survey.InvitationState, survey.Cursor, int, int) ([]survey.Invitation, *survey.Cursor, error) {
	return nil, nil, nil
}

func (m *memory) Themes(context.Context) (d themes.Dictionary, version int, ok bool, err error) {
	return nil, 0, false, nil
}

func (m *memory) Analysis(context.Context, survey.CampaignID) (waves.Analysis, bool, error) {
	return m.analysis, !m.analysis.At.IsZero(), nil
}

func (m *memory) Analysed(context.Context, survey.Audience) (waves.Looked, error) {
	return m.looked, nil
}

func (m *memory) SaveAnalysed(_ context.Context, l waves.Looked) error {
	l.Version++
	m.looked = l
	return nil
}

func (m *memory) Campaigns(context.Context, survey.Audience, int) ([]survey.Campaign, error) {
	return []survey.Campaign{m.campaign}, nil
}
