package public

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/ballot"
	"onetap/internal/keys"
	"onetap/internal/loop"
	"onetap/internal/seal"
	"onetap/internal/seal/sealtest"
	"onetap/internal/survey"
	"onetap/internal/theme"
	"onetap/internal/web"
)

// memory is a Store in memory that can fail on request: before the work, or after it was done.
type memory struct {
	cards        map[string]survey.Card // by the hash of their code
	tries        map[string]int         // of what strangers do
	handed       map[survey.ContactID]survey.Recommendation
	leads        map[string]loop.Item
	mu           sync.Mutex
	campaigns    map[survey.CampaignID]survey.Campaign
	people       map[survey.ContactID]survey.Respondent // without Response
	responses    map[survey.ContactID]survey.Response
	unsubscribed map[survey.ContactID]bool
	quotes       map[survey.ContactID]survey.Quote
	writes       []string // what was written, in order
	logos        map[string]theme.Logo
	disclosed    []survey.Section
	glances      int
	lookups      int // for logos

	told    *survey.Told
	erased  map[survey.ContactID]bool
	errands []survey.Errand

	lookupsLost int               // so many logos are not read
	lost        int               // so many writes fail before the work
	unheard     int               // so many writes are done and then fail
	changes     map[string]int    // of ballots, by their boxes
	casts       map[string][]byte // sealed

	meddling func() // called once before the next SaveResponse: somebody else is faster
}

var errTable = errors.New("table does not answer")

func (m *memory) Campaign(_ context.Context, id survey.CampaignID) (survey.Campaign, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c, ok := m.campaigns[id]
	if !ok {
		return c, apperr.New(apperr.Unknown, "campaign_unknown", "campaign")
	}
	return c, nil
}

func (m *memory) Visit(ctx context.Context, id survey.CampaignID, contact survey.ContactID) (survey.Campaign, survey.Respondent, error) {
	c, err := m.Campaign(ctx, id)
	if err != nil {
		return c, survey.Respondent{}, err
	}
	p, err := m.Respondent(ctx, c, contact)
	return c, p, err
}

func (m *memory) Glance(ctx context.Context, c survey.Campaign, id survey.ContactID) (survey.Respondent, error) {
	m.glances++
	return m.Respondent(ctx, c, id)
}

func (m *memory) Told(context.Context, survey.CampaignID, survey.ContactID) (survey.Told, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.told == nil {
		return survey.Told{}, false, nil
	}
	return *m.told, true, nil
}

func (m *memory) SaveTold(_ context.Context, t survey.Told) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if t.Version != m.told.Version {
		return apperr.ErrChanged
	}
	t.Version++
	m.told = &t
	m.writes = append(m.writes, "told "+string(t.Said))
	return nil
}

func (m *memory) Disclosed(context.Context, survey.Audience, string) ([]survey.Section, error) {
	return m.disclosed, nil
}

func (m *memory) Logo(_ context.Context, hash string) (theme.Logo, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lookups++
	if m.lookupsLost > 0 {
		m.lookupsLost--
		return theme.Logo{}, false, errTable
	}
	l, ok := m.logos[hash]
	return l, ok, nil
}

func (m *memory) Respondent(_ context.Context, c survey.Campaign, id survey.ContactID) (survey.Respondent, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p := m.people[id]
	if r, ok := m.responses[id]; ok {
		r = closed(r)
		p.Response = &r
	}
	if m.unsubscribed[id] {
		p.Suppressed = survey.Unsubscribed
	}
	return p, nil
}

// closed is an answer as the page's function finds it: what was sealed stays closed. Words from before are there as they are.
func closed(r survey.Response) survey.Response {
	parts := func(all []survey.Part) []survey.Part {
		all = slices.Clone(all)
		for i := range all {
			all[i].Text = ""
		}
		return all
	}
	if len(r.Kept.Why) > 0 {
		r.Why = ""
	}
	if len(r.Kept.Wish) > 0 {
		r.Wish = ""
	}
	r.Kept = survey.Kept{Why: parts(r.Kept.Why), Wish: parts(r.Kept.Wish)}
	return r
}

func (m *memory) WordsPlace(c survey.CampaignID, id survey.ContactID, trace string) seal.Place {
	return seal.Place{Partition: "CAMPAIGN#" + string(c), Sort: string(id), Attribute: trace}
}

// read opens words, as whoever has the key does.
func (s *stage) read(r survey.Response, parts []survey.Part, plain string) string {
	if len(parts) == 0 {
		return plain
	}
	var texts []string
	for _, p := range parts {
		sealedKey, text, err := seal.CutPart(p.Sealed)
		if err == nil {
			if sealedKey, err = s.sealer.Open(context.Background(), seal.Words, s.WordsPlace(r.Campaign, r.Contact, p.Trace), sealedKey); err == nil {
				text, err = seal.OpenWithKey(sealedKey, text)
			}
		}
		if err != nil {
			return err.Error()
		}
		texts = append(texts, string(text))
	}
	return strings.Join(texts, "\n\n")
}

// trace is that of words of the stage's person.
func (s *stage) trace(words string) string {
	return s.pages.trace(visit{token: keys.Token{Campaign: keys.NewCampaignID([5]byte{1, 2, 3, 4, 5}), Contact: s.id}})(words)
}

func (m *memory) Erased(_ context.Context, id survey.ContactID) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.erased[id], nil
}

func (m *memory) Leave(_ context.Context, e survey.Errand) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.errands = append(m.errands, e)
	return nil
}

func (m *memory) SaveResponse(_ context.Context, r survey.Response, was int) error {
	if f := m.meddling; f != nil {
		m.meddling = nil
		f()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.lost > 0 {
		m.lost--
		return errTable
	}
	if m.responses[r.Contact].Version != was {
		return apperr.New(apperr.Conflict, "changed_meanwhile", "")
	}
	m.responses[r.Contact] = r
	m.writes = append(m.writes, fmt.Sprintf("score %d %s", r.Score, map[bool]string{true: "verified", false: "unverified"}[r.Verified]))
	if m.unheard > 0 {
		m.unheard--
		return errTable
	}
	return nil
}

func (m *memory) Quote(_ context.Context, _ survey.CampaignID, id survey.ContactID) (survey.Quote, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.quotes[id], nil
}

func (m *memory) PutQuote(_ context.Context, _ survey.CampaignID, id survey.ContactID, q survey.Quote) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.quotes == nil {
		m.quotes = map[survey.ContactID]survey.Quote{}
	}
	m.quotes[id] = q
	m.writes = append(m.writes, "quote")
	return nil
}

func (m *memory) Recommendation(_ context.Context, _ survey.CampaignID, id survey.ContactID) (survey.Recommendation, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.handed[id]
	r.Contact = id
	return r, nil
}

func (m *memory) SaveRecommendation(_ context.Context, _ survey.CampaignID, r survey.Recommendation) error {
	if f := m.meddling; f != nil {
		m.meddling = nil
		f()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.handed[r.Contact].Version != r.Version {
		return apperr.ErrChanged
	}
	if m.handed == nil {
		m.handed = map[survey.ContactID]survey.Recommendation{}
	}
	r.Version++
	m.handed[r.Contact] = r
	m.writes = append(m.writes, "recommendation")
	return nil
}

func (m *memory) LeadPlace(i loop.Item) seal.Place {
	return seal.Place{Partition: "CAMPAIGN#" + string(i.Campaign), Sort: i.Name, Attribute: "sealed"}
}

func (m *memory) PutLead(_ context.Context, i loop.Item, sealed []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.lost > 0 {
		m.lost--
		return errTable
	}
	if m.leads == nil {
		m.leads = map[string]loop.Item{}
	}
	if _, there := m.leads[i.Name]; !there {
		i.Said.Note = string(sealed)
		m.leads[i.Name] = i
		m.writes = append(m.writes, "lead")
	}
	return nil
}

func (m *memory) Unsubscribe(_ context.Context, _ survey.Campaign, id survey.ContactID) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.lost > 0 {
		m.lost--
		return errTable
	}
	m.unsubscribed[id] = true
	m.writes = append(m.writes, "unsubscribed")
	return nil
}

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// stage is a deployment with one open campaign and one respondent.
type stage struct {
	*memory
	keys    *keys.Keys
	sealer  *seal.Sealer
	token   string
	test    string    // of a test send
	leave   [2]string // what the /u/ of their letters carries
	id      survey.ContactID
	now     time.Time
	pages   *pages
	handler http.Handler
	cookies string // of the device that makes the requests
}

func newStage(t testing.TB) *stage {
	t.Helper()
	k, err := keys.NewKeys("a master key that only the tests know", 1)
	if err != nil {
		t.Fatal(err)
	}
	c := survey.Campaign{
		ID: keys.NewCampaignID([5]byte{1, 2, 3, 4, 5}), Audience: survey.Customers, State: survey.Open, Company: "Ромашка",
		Language: "ru", ClosesAt: noon.Add(24 * time.Hour),
	}
	s := &stage{keys: k, id: k.ContactID(survey.Customers, "anna@example.ru")}
	s.memory = &memory{
		campaigns: map[survey.CampaignID]survey.Campaign{c.ID: c},
		people:    map[survey.ContactID]survey.Respondent{s.id: {Language: "ru", Owner: "owner", Team: "team", Invited: true, Written: true}},
		responses: map[survey.ContactID]survey.Response{}, unsubscribed: map[survey.ContactID]bool{},
	}
	s.token = k.Make(keys.Token{Campaign: c.ID, Contact: s.id})
	s.test = k.Make(keys.Token{Campaign: c.ID, Contact: s.id, Test: true})
	s.leave[0] = k.MakeUnsubscribe(keys.Token{Campaign: c.ID, Contact: s.id})
	s.leave[1] = k.MakeUnsubscribe(keys.Token{Campaign: c.ID, Contact: s.id, Test: true})
	digests := 0
	s.now, s.sealer = noon, sealtest.New()
	if err := s.sealer.MakePair(context.Background(), seal.Words); err != nil {
		t.Fatal(err)
	}
	s.pages = newPages(s.memory, k, s.sealer, func() time.Time { return s.now }, func() string { digests++; return fmt.Sprint("digest", digests) })
	s.handler = web.Secure(s.pages.routes())
	return s
}

// campaign changes the stage's campaign.
func (s *stage) campaign(change func(*survey.Campaign)) {
	for id, c := range s.campaigns {
		change(&c)
		s.campaigns[id] = c
	}
}

// do makes one request. TOKEN and TEST in path stand for the links, OLD for the token of a letter that had one for both;
// headers are "Name: value".
func (s *stage) do(method, path, body string, headers ...string) *httptest.ResponseRecorder {
	path = strings.NewReplacer("/u/TOKEN", "/u/"+s.leave[0], "/u/TEST", "/u/"+s.leave[1], "TOKEN", s.token, "TEST", s.test, "OLD", s.token).Replace(path)
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if method == http.MethodPost && body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	s.mu.Lock()
	if s.cookies != "" {
		r.Header.Set("Cookie", s.cookies)
	}
	s.mu.Unlock()
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	if c := w.Result().Cookies(); len(c) > 0 {
		s.mu.Lock()
		s.cookies = c[0].Name + "=" + c[0].Value
		s.mu.Unlock()
	}
	return w
}

// state tells what is stored: the answer, whether it counts, the words, what was written so far.
func (s *stage) state() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.responses[s.id]
	if !ok {
		return "nothing"
	}
	return fmt.Sprintf("%d %v %q %q v%d", r.Score, r.Verified, s.read(r, r.Kept.Why, r.Why), s.read(r, r.Kept.Wish, r.Wish), r.Version)
}

func (s *stage) written() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.writes)
}

// try makes a request of any path and query, as an HTTP API does: without parsing it first.
func (s *stage) try(method, path, query string) (w *httptest.ResponseRecorder, ok bool) {
	if !strings.HasPrefix(path, "/") {
		return nil, false
	}
	r := httptest.NewRequest(method, "/", nil)
	r.URL.Path, r.URL.RawQuery = path, query
	w = httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return w, true
}

func (m *memory) Ballot(_ context.Context, c survey.CampaignID, box string) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.changes[box], nil
}

func (m *memory) PutBallot(_ context.Context, c survey.CampaignID, b ballot.Cast, was int) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.meddling != nil {
		meddle := m.meddling
		m.meddling = nil
		meddle()
	}
	if m.changes[b.Box] != was {
		return apperr.ErrChanged
	}
	m.writes = append(m.writes, "ballot")
	if m.changes == nil {
		m.changes, m.casts = map[string]int{}, map[string][]byte{}
	}
	m.changes[b.Box], m.casts[b.Box] = was+1, b.Sealed
	return nil
}

func (m *memory) BallotPlace(c survey.CampaignID, box string) seal.Place {
	return seal.Place{Partition: "BOX#" + string(c), Sort: box, Attribute: "sealed"}
}
