package store

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"onetap/internal/loop"
	"onetap/internal/survey"
)

// tallyShards is the number of copies of each figure that recompute adds to; a reader sums them.
const tallyShards = 4

// figureShards is over how many partitions owners' figures of cases are spread.
const figureShards = 4

const staffShards, dueShards, tokenShards, auditShards, blockShards, errandShards = 4, 4, 4, 4, 4, 4

type key struct{ pk, sk string }

func (k key) item() item { return item{"pk": str(k.pk), "sk": str(k.sk)} }

// kind is the key without its ids: fit for errors and logs.
func (k key) kind() string {
	pk, _, _ := strings.Cut(k.pk, "#")
	sk, _, _ := strings.Cut(k.sk, "#")
	switch pk {
	case "CONTACTS":
		sk = "CONTACT"
	case "STAFF", "LIVE", "WHOLE", "GONE", "SESSIONS", "KEYS", "ERASURES", "ERASED", "CONTINUOUS", "NEW":
		sk = pk
	}
	return pk + "/" + sk
}

func keyOf(it item) key { return key{text(it, "pk"), text(it, "sk")} }

func shard(id survey.ContactID) int { return id.Shard() }

func base32Value(c byte) int {
	if c >= '2' && c <= '7' {
		return int(c-'2') + 26
	}
	return int(c-'a') & 31
}

// two writes a shard's number, 0 to 99.
func two(n int) string { return string([]byte{byte('0' + n/10), byte('0' + n%10)}) }

// part makes a stranger's text harmless inside a key: "#" separates parts, so it and "%" are escaped.
func part(s string) string {
	return strings.NewReplacer("%", "%25", "#", "%23").Replace(s)
}

func unpart(s string) string {
	return strings.NewReplacer("%23", "#", "%25", "%").Replace(s)
}

func staffKey(id string) key {
	id = strings.ToLower(id)
	h := 0
	for _, c := range []byte(id) {
		h = (h*31 + int(c)) % 1009
	}
	return key{"STAFF#" + two(h%staffShards), part(id)}
}

func contactsPK(a survey.Audience, shard int) string {
	return "CONTACTS#" + string(a) + "#" + two(shard)
}

func contactKey(a survey.Audience, id survey.ContactID) key {
	return key{contactsPK(a, shard(id)), string(id)}
}

// stopKey keeps why nobody writes to an address, or to whoever has it instead: the truth of it, in a partition of its own, so that
// whoever stops somebody needs no key of contacts. The id is a keyed hash of the address.
func stopKey(a survey.Audience, id survey.ContactID) key { return key{stopPK(a, id), "STOP"} }

func stopPK(a survey.Audience, id survey.ContactID) string {
	return "STOP#" + string(a) + "#" + string(id)
}

// suppressionKey is the same beside the contact, by which planning meets it: it sorts right after its contact, so that walking a
// shard meets both. Suppressions from before there were stops have it alone.
func suppressionKey(a survey.Audience, id survey.ContactID) key {
	return key{contactsPK(a, shard(id)), string(id) + "!"}
}

// identifierKey has a partition for each identifier: they are hashes, and spread by themselves.
func identifierKey(a survey.Audience, i survey.Identifier) key {
	return key{"IDENTIFIER#" + string(a) + "#" + string(i.Kind) + string(i.Hash), "IDENTIFIER"}
}

// formerStopKey keeps why nobody writes to an address whose contact has another one now: beside that contact it would stop the
// new address.
func formerStopKey(a survey.Audience, mail survey.ContactID) key {
	return key{stopPK(a, mail), "FORMER"}
}

// oldFormerStopKey is where formerStopKey was.
func oldFormerStopKey(a survey.Audience, mail survey.ContactID) key {
	return key{identifierKey(a, survey.Identifier{Kind: survey.ByMail, Hash: mail}).pk, "STOPPED"}
}

// softBouncesKey has a partition of its own for each contact: in the shard of the contacts it would be read with each list.
func softBouncesKey(a survey.Audience, id survey.ContactID) key {
	return key{"BOUNCES#" + string(a) + "#" + string(id), "BOUNCES"}
}

func refusalKey(c survey.CampaignID, mailing, batch int, message string) key {
	return key{"REFUSED#" + string(c) + "#" + strconv.Itoa(mailing), survey.BatchName(batch) + "#" + part(message)}
}

func campaignKey(id survey.CampaignID) key { return key{"CAMPAIGN#" + string(id), "CAMPAIGN"} }

func mailingKey(id survey.CampaignID, mailing int) key {
	return key{"CAMPAIGN#" + string(id), "WAVE#" + strconv.Itoa(mailing)}
}

func askedKey(id survey.CampaignID, shard int) key {
	return key{"CAMPAIGN#" + string(id), "ASKED#" + two(shard)}
}

// askedAccountsKey has of one shard how many people of each account a campaign asks.
func askedAccountsKey(id survey.CampaignID, shard int) key {
	return key{"CAMPAIGN#" + string(id), askedAccountsPrefix + two(shard)}
}

// accountsKey is written with each part of a list that names companies.
func accountsKey(a survey.Audience) key { return key{"SETTINGS", "COMPANIES#" + string(a)} }

const askedAccountsPrefix = "ACCOUNTS#"

// accountJoinsKey is written when somebody joins accounts, or says that two are not one.
func accountJoinsKey(a survey.Audience) key { return key{"SETTINGS", "ACCOUNTS#" + string(a)} }

// cellsKey is a page of the cells of one plan; the plan's name keeps those of a planner that died apart.
func cellsKey(id survey.CampaignID, plan string, page int) key {
	return key{"CAMPAIGN#" + string(id), cellsPrefix(plan) + two(page/100) + two(page%100)}
}

func cellsPrefix(plan string) string { return "CELLS#" + part(plan) + "#" }

func dimensionCountKey(id survey.CampaignID, part int) key {
	return key{"CAMPAIGN#" + string(id), "PART#" + two(part)}
}

// boxShards is over how many partitions a campaign's sealed answers are spread.
const boxShards = 4

func boxPK(id survey.CampaignID, shard int) string { return "BOX#" + string(id) + "#" + two(shard) }

// ballotKey takes the keyed hash of a ballot, which spreads by itself.
func ballotKey(id survey.CampaignID, box string) key {
	return key{boxPK(id, int(base32Value(box[0]))%boxShards), "BALLOT#" + box}
}

// cardKey takes the keyed hash of a card's code.
func cardKey(hash string) key { return key{"CARD#" + part(hash), "CARD"} }

func openingKey(id survey.CampaignID) key { return key{"OPENING#" + string(id), "OPENING"} }

func openingPageKey(id survey.CampaignID, run string, page int) key {
	return key{"OPENING#" + string(id), openingPrefix(run) + five(page)}
}

func openingPrefix(run string) string { return "PAGE#" + part(run) + "#" }

func wordsKey(id survey.CampaignID, page int) key {
	return key{"WORDS#" + string(id), "WORDS#" + five(page)}
}

func liveKey(id survey.CampaignID) key { return key{"LIVE", string(id)} }

func planPK(id survey.CampaignID, mailing int) string {
	return "PLAN#" + string(id) + "#" + strconv.Itoa(mailing)
}

func peoplePK(id survey.CampaignID, shard int) string {
	return "CAMPAIGN#" + string(id) + "#" + two(shard)
}

// personKey is the key of what a campaign knows of one contact; kind is INVITATION, REMINDER, REMINDER2, RESPONSE or CASE.
func personKey(c survey.CampaignID, kind string, id survey.ContactID) key {
	return key{peoplePK(c, shard(id)), kind + "#" + string(id)}
}

// noteKey is the key of a case's note, numbered from 1.
func noteKey(c survey.CampaignID, id survey.ContactID, n int) key {
	return key{peoplePK(c, shard(id)), notePrefix(id) + two(n/100) + two(n%100)}
}

func notePrefix(id survey.ContactID) string { return "NOTE#" + string(id) + "#" }

// eventsKey is the key of a page, numbered from 1, of what happened to a case.
func eventsKey(c survey.CampaignID, id survey.ContactID, page int) key {
	return key{peoplePK(c, shard(id)), eventsPrefix(id) + five(page)}
}

func eventsPrefix(id survey.ContactID) string { return "EVENTS#" + string(id) + "#" }

// callKey has what an executive has written down of a call, in a round of calls.
func callKey(c survey.CampaignID, id survey.ContactID, round string) key {
	return key{peoplePK(c, shard(id)), callPrefix(id) + part(round)}
}

// inboxKey has an idea, a question or a lead: an answer that was marked, beside it, or what a newcomer left by the link of a promoter, beside that one.
func inboxKey(c survey.CampaignID, shard int, name string) key {
	return key{peoplePK(c, shard), inboxPrefix + part(name)}
}

const inboxPrefix = "INBOX#"

// inboxPK has those of a kind that wait, or are over, in gsi1.
func inboxPK(kind loop.ItemKind, waits bool) string {
	if waits {
		return "INBOX#" + string(kind) + "#WAITING"
	}
	return "INBOX#" + string(kind) + "#OVER"
}

// recommendKey has a promoter's link and what came of it.
func recommendKey(c survey.CampaignID, id survey.ContactID) key {
	return personKey(c, "RECOMMEND", id)
}

func callPrefix(id survey.ContactID) string { return "CALL#" + string(id) + "#" }

// callRoundsKey is written when somebody deals calls out, some times a quarter; callRoundKey has who calls whom.
var callRoundsKey = key{"CALLS", "ROUNDS"}

func callRoundKey(round string) key { return key{"CALLS#" + part(round), "ROUND"} }

func itemKey(k key) survey.ItemKey { return survey.ItemKey{Partition: k.pk, Sort: k.sk} }

func keyOfItem(i survey.ItemKey) key { return key{i.Partition, i.Sort} }

// countedKey is the marker beside an item that says what of it is in the tallies.
func countedKey(k key) key { return key{k.pk, "COUNTED#" + k.sk} }

func tallyPK(scope string, shard int) string { return "TALLY#" + scope + "#" + two(shard) }

func dueKey(at time.Time, c survey.CampaignID, id survey.ContactID) key {
	return key{duePK(shard(id)), stamp(at) + "#" + string(c) + "#" + string(id)}
}

func duePK(n int) string { return "DUE#" + two(n%dueShards) }

// dueAfter sorts behind everything that is due at t: "$" follows "#".
func dueAfter(t time.Time) string { return stamp(t) + "$" }

// agendaKey is of when a case climbs if nobody sees to it.
func agendaKey(deadline time.Time, c survey.CampaignID, id survey.ContactID) key {
	return key{agendaPK(shard(id)), stamp(deadline) + "#" + string(c) + "#" + string(id)}
}

func agendaPK(n int) string { return "AGENDA#" + two(n%dueShards) }

// morningKey is written some times a morning.
var morningKey = key{"SETTINGS", "MORNING"}

// morningPlanKey has who is told of what on a morning, letterKey whether a letter of a group has gone: of a morning, or of an owner.
func morningPlanKey(m loop.Morning) key { return key{letterGroup(m.Group()), "PLAN"} }

// overdueKey has some of the cases that are overdue on a morning, for whoever reads the stream.
func overdueKey(m loop.Morning, page int) key {
	return key{letterGroup(m.Group()), overduePrefix + fmt.Sprintf("%05d", page)}
}

const overduePrefix = "OVERDUE#"

// huddlesPK has what teams have agreed, written some times a week by each; outerKey the company's board.
const huddlesPK = "HUDDLES"

func huddleKey(team string) key {
	return key{huddlesPK, "TEAM#" + part(strings.ToLower(strings.TrimSpace(team)))}
}

var outerKey = key{"SETTINGS", "OUTER"}

// weeklyKey is written twice a week, weekPlanKey once: who is told of a week.
var weeklyKey = key{"SETTINGS", "WEEKLY"}

func weekPlanKey(w loop.Weekly) key { return key{letterGroup(w.Group()), "PLAN"} }

func letterKey(group, name string) key { return key{letterGroup(group), "LETTER#" + part(name)} }

func letterGroup(group string) string { return "LETTERS#" + part(strings.ToLower(group)) }

// errandKey is written when somebody unsubscribes, writes words, or, rarely, answers before the invitation is written.
func errandKey(e survey.Errand) key {
	whose := "SEND"
	if e.Kind == survey.SealWords {
		whose = "WORDS"
	}
	return key{errandPK(whose, shard(e.Contact)), string(e.Kind) + "#" + string(e.Campaign) + "#" + string(e.Contact)}
}

// errandPK is of those of the sender (SEND), or of whoever opens words (WORDS).
func errandPK(whose string, n int) string { return "ERRANDS#" + whose + "#" + two(n%errandShards) }

// ownerPK spreads the cases that are nobody's: a company that names no owners has all of them there. One owner's are
// few: nobody can call as many people as a partition takes writes.
func ownerPK(staff string, shard int) string {
	if staff == "" {
		return "OWNER##" + two(shard)
	}
	return "OWNER#" + part(strings.ToLower(staff))
}

func ownerSK(state string, deadline time.Time, id string) string {
	return state + "#" + stamp(deadline) + "#" + id
}

// figuresKey has an owner's figures of cases, of the board or of a week.
func figuresKey(of loop.FiguresOf) key {
	h := 0
	for _, c := range []byte(of.Owner) {
		h = (h*31 + int(c)) % 1009
	}
	return key{figuresPK(of.Week, h%figureShards), "#" + part(of.Owner)}
}

// figuresPK spreads the owners: each is written with their cases, all of them at once after a letter to many.
func figuresPK(week string, shard int) string {
	if week == "" {
		week = "NOW"
	}
	return "CASES#" + week + "#" + two(shard)
}

// signInKey takes the hash of a link's token, sessionsPK the staff member: their sessions end together.
func signInKey(hash string) key { return key{"SIGNIN#" + hash, "SIGNIN"} }

// asksKey takes a keyed hash of an address, which need not be anybody's.
func asksKey(hash string, hour time.Time) key {
	return key{"SIGNIN#" + hash, "ASKED#" + stamp(hour)}
}

// codeKey takes a keyed hash of an address and a browser.
func codeKey(hash string) key { return key{"SIGNIN#" + hash, "CODE"} }

// triedKey takes a keyed hash of an address, or of all together.
func triedKey(hash string, day time.Time) key {
	return key{"SIGNIN#" + hash, "TRIED#" + day.UTC().Format(time.DateOnly)}
}

// openLinkKey lies among the sessions; their ids have no "#".
func openLinkKey(staff, hash string) key { return key{sessionsPK(staff), "LINK#" + hash} }

// allowanceKey takes a keyed hash of what is counted, and the hour.
func allowanceKey(hash string, hour time.Time) key { return key{"ALLOWANCE#" + hash, stamp(hour)} }

func sessionsPK(staff string) string { return "SESSIONS#" + part(strings.ToLower(staff)) }

func sessionKey(staff, id string) key { return key{sessionsPK(staff), id} }

// settingsKey is written when somebody saves the settings, a few times a year.
var settingsKey = key{"SETTINGS", "SETTINGS"}

// scheduleKey is written when somebody says by when cases are to be seen to, a few times a year.
var scheduleKey = key{"SETTINGS", "SCHEDULE"}

// practiceKey is written when an administrator changes how cases are followed up, their causes for example.
var practiceKey = key{"SETTINGS", "PRACTICE"}

// proceduresPK has what the company has written of how cases are seen to: some texts, changed some times a year.
const proceduresPK, procedureNow = "PROCEDURES", "NOW#"

// procedureNowKey has the version in force, procedureKey each.
func procedureNowKey(id loop.ProcedureID) key { return key{proceduresPK, procedureNow + id.String()} }

func procedureKey(id loop.ProcedureID, version int) key {
	return key{proceduresPK, procedureVersions(id) + five(version)}
}

func procedureVersions(id loop.ProcedureID) string { return "VERSION#" + id.String() + "#" }

// firstStepsKey is written at most three times.
var firstStepsKey = key{"SETTINGS", "FIRSTSTEPS"}

// privacyKey is written when somebody says for how long data are kept, retentionKey by the clock, some times a month.
var (
	privacyKey   = key{"SETTINGS", "PRIVACY"}
	retentionKey = key{"SETTINGS", "RETENTION"}
)

// resealingKey is written by the clock while it seals again: after an update that seals more, and after a rotation of keys.
var resealingKey = key{"SETTINGS", "RESEALING"}

// disclosedKey is written when the company says something else of the data, and disclosedSumKey with all of them.
func disclosedKey(a survey.Audience, language string) key {
	return key{"DISCLOSED#" + part(string(a)), part(language)}
}

var disclosedSumKey = key{"SETTINGS", "DISCLOSED"}

// staffListKey is the version of the staff list as a whole, which moves with every change of it.
var staffListKey = key{"SETTINGS", "STAFF"}

// segmentsKey is written when an upload brings a new column, or somebody says what one is.
func segmentsKey(a survey.Audience) key { return key{"SETTINGS", "SEGMENTS#" + string(a)} }

// columnMemoryKey is written when an upload comes with columns that somebody has put right.
func columnMemoryKey(a survey.Audience) key { return key{"SETTINGS", "COLUMNS#" + string(a)} }

// keyRingKey is written when a purpose's first key is made, and at each rotation.
func keyRingKey(name string) key { return key{"KEYS", name} }

// searchKey has an audience's index for searches, searchNoteKey, beside it and before it, who has changed since.
func searchKey(a survey.Audience) key { return key{"SEARCH#" + string(a), "INDEX"} }

func searchNoteKey(a survey.Audience, id string) key {
	return key{searchKey(a).pk, searchNote + part(id)}
}

const searchNote = "CHANGED#"

// accountIndexKey has where an audience's accounts are, accountNoteKey, beside it and before it, which contacts of accounts have changed.
func accountIndexKey(a survey.Audience) key { return key{"ACCOUNTS#" + string(a), "INDEX"} }

func accountNoteKey(a survey.Audience, id string) key {
	return key{accountIndexKey(a).pk, accountNote + part(id)}
}

const accountNote = "CHANGED#"

// accountPageShards is over how many partitions a generation's pages are spread: many are written at once.
const accountPageShards = 16

func accountPagesPK(a survey.Audience, generation string, n int) string {
	return "ACCOUNTPAGES#" + string(a) + "#" + generation + "#" + two(n)
}

func accountPageKey(p survey.AccountPage) key {
	return key{accountPagesPK(p.Audience, p.Generation, int(p.Number%accountPageShards)), accountPageName(p.Number)}
}

// accountPageName sorts pages by their numbers.
func accountPageName(number uint64) string { return fmt.Sprintf("%012d", number) }

// searchPageShards is over how many partitions a part of an index is spread: it is written at once.
const searchPageShards = 16

func searchPagesPK(part string, n int) string { return "SEARCHPAGES#" + part + "#" + two(n) }

func searchPageKey(p survey.SearchPage) key {
	return key{searchPagesPK(p.Part, p.Number%searchPageShards), p.Kind + "#" + five(p.Number)}
}

func exportKey(id string) key { return key{"EXPORT#" + part(id), "EXPORT"} }

// exportsPK has the large downloads of one person, or of one token: some, and for days.
func exportsPK(who string) string { return "EXPORTS#" + part(who) }

func logoKey(hash string) key { return key{"LOGO#" + part(hash), "LOGO"} }

// tokenKey takes the hash of a token, which spreads by itself.
func tokenKey(hash string) key {
	return key{"TOKENS#" + two(int(base32Value(hash[0]))%tokenShards), hash}
}

// auditPK spreads what was done by day, so that a day's list is one page's reading, and over shards.
func auditPK(day time.Time, shard int) string {
	return "AUDIT#" + day.UTC().Format(time.DateOnly) + "#" + two(shard)
}

func auditKey(at time.Time, id string) key {
	return key{auditPK(at, int(base32Value(id[len(id)-1]|0x20))%auditShards), id}
}

// auditorPK is the month of one person, or of one token.
func auditorPK(who string, at time.Time) string {
	return "AUDIT#" + part(who) + "#" + at.UTC().Format("2006-01")
}

// erasureKey is written some times a month at most; the id begins with the time.
func erasureKey(id string) key { return key{"ERASURES", part(id)} }

// erasingPK has those that have steps left to do, in gsi1.
const erasingPK = "ERASING"

// blockKey takes the seal of an identifier, which spreads by itself.
func blockKey(seal string) key {
	h := 0
	for _, c := range []byte(seal) {
		h = (h*31 + int(c)) % 1009
	}
	return key{blockPK(h % blockShards), part(seal)}
}

func blockPK(n int) string { return "ERASED#" + two(n) }

// wholeKey is written when a list comes of which somebody says that it is whole, and some times more until it is compared.
func wholeKey(upload string) key { return key{"WHOLE", part(upload)} }

func gonePK(a survey.Audience, shard int) string { return "GONE#" + string(a) + "#" + two(shard) }

// goneKey is a piece of those whom one whole list did not name.
func goneKey(g survey.GoneContacts) key { return key{gonePK(g.Audience, g.Shard), g.Name()} }

func uploadKey(id, sk string) key { return key{"IMPORT#" + part(id), sk} }

// workbookPartKey holds a part of a file; the function that reads workbooks may read these and nothing else.
func workbookPartKey(digest string, n int) key {
	return key{"WORKBOOK#" + part(digest), "PART#" + five(n)}
}

// stamp is a time that sorts as text: UTC, milliseconds.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
