package loop_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

const (
	campaign = survey.CampaignID("abcdefgh")
	contact  = survey.ContactID("abcdefghijklmnop")
	term     = 48 * time.Hour
	wait     = 2 * time.Minute
)

var rules = loop.Rules{Term: term, Wait: wait}

func answer(version, score int, why string, after time.Duration) survey.Response {
	return survey.Response{
		Campaign: campaign, Contact: contact, Audience: survey.Customers, Owner: "anna", Team: "north", Language: "ru",
		Score: score, Verified: true, Why: why, First: noon, Counted: noon, Updated: noon.Add(after), Version: version,
	}
}

var anna = loop.Responsible{Staff: survey.Staff{ID: "anna", Email: "anna@example.com", Team: "north"}, Level: loop.LevelOwner}

func history(c loop.Case) string {
	var all []string
	for _, e := range c.History {
		all = append(all, fmt.Sprintf("%s:%d", e.What, e.Score))
	}
	return strings.Join(all, " ")
}

func TestOpens(t *testing.T) {
	t.Parallel()
	for score := range 11 {
		if got, want := loop.Opens(answer(1, score, "", 0), false), score <= 6; got != want {
			t.Errorf("a verified %d opens a case: %v, want %v", score, got, want)
		}
		unverified := answer(1, score, "words", 0)
		unverified.Verified = false
		employee := answer(1, score, "words", 0)
		employee.Audience = survey.Employees
		if loop.Opens(unverified, false) || loop.Opens(employee, false) {
			t.Errorf("an unverified or an employee's %d opens a case", score)
		}
	}
}

func TestNew(t *testing.T) {
	t.Parallel()
	c := loop.New(nil, answer(2, 3, "", time.Minute), anna, "north", rules, answer(2, 3, "", time.Minute).Updated)
	if c.ID() != "abcdefgh-abcdefghijklmnop" || c.State != loop.Open || c.Owner != "anna" || c.Level != loop.LevelOwner || c.Score != 3 || c.Latest != 3 {
		t.Errorf("case is %+v", c)
	}
	if !c.Deadline.Equal(noon.Add(time.Minute + term)) {
		t.Errorf("deadline is %v", c.Deadline)
	}
	if a, b, ok := loop.ParseID(c.ID()); !ok || a != campaign || b != contact {
		t.Errorf("id parses as %v %v %v", a, b, ok)
	}
	for _, id := range []string{"", "-", "abcdefgh", "abcdefgh-", "abcdefgh-abcdefghijklmno", "abcdefghabcdefghijklmnop", "a-" + strings.Repeat("b", 22)} {
		if _, _, ok := loop.ParseID(id); ok {
			t.Errorf("%q parses as a case's id", id)
		}
	}
}

func TestWhenTheAlertIsReady(t *testing.T) {
	t.Parallel()
	bare := loop.New(nil, answer(1, 3, "", 0), anna, "north", rules, answer(1, 3, "", 0).Updated)
	worded := loop.New(nil, answer(1, 3, "slow", 0), anna, "north", rules, answer(1, 3, "slow", 0).Updated)
	later, _ := bare.Apply(answer(2, 3, "slow", 30*time.Second))
	wish := answer(2, 3, "", 30*time.Second)
	wish.Wish = "tea"
	wished, _ := bare.Apply(wish)
	risen, _ := bare.Apply(answer(2, 9, "", 30*time.Second))
	before := answer(1, 10, "dear", 0)
	slip := loop.New(&before, answer(2, 0, "dear", 0), anna, "north", rules, answer(2, 0, "dear", 0).Updated)
	unsaid := loop.New(&before, answer(2, 0, "", 0), anna, "north", rules, answer(2, 0, "", 0).Updated)
	said := loop.New(&before, answer(2, 0, "sorry, slow", 0), anna, "north", rules, answer(2, 0, "sorry, slow", 0).Updated)
	more, _ := slip.Apply(answer(3, 0, "dear no more", 30*time.Second))
	resolved := moves(loop.Resolved)(t, sends(answer(1, 3, "slow", 0), 0)(t, worded))
	resolved, _ = resolved.Apply(answer(2, 9, "slow", 0))
	again, _ := resolved.Apply(answer(3, 2, "slow", 0))
	reworded, _ := resolved.Apply(answer(3, 2, "slow as ever", 0))
	contentAgain, _ := again.Apply(answer(4, 8, "slow", time.Minute))
	for _, c := range []struct {
		name string
		c    loop.Case
		at   time.Duration
		want bool
	}{
		{"without words, at once", bare, 0, false},
		{"without words, just before two minutes", bare, 2*time.Minute - time.Millisecond, false},
		{"without words, at two minutes", bare, 2 * time.Minute, true},
		{"with words, at once", worded, 0, true},
		{"words that come before", later, 30 * time.Second, true},
		{"a wish is words", wished, 30 * time.Second, true},
		{"a score that rose is told at its time", risen, 30 * time.Second, false},
		{"and not forgotten", risen, 2 * time.Minute, true},
		{"words of a promoter do not hasten a slip", slip, 0, false},
		{"which settles at two minutes", slip, 2 * time.Minute, true},
		{"words taken back with the fall hasten nothing", unsaid, 0, false},
		{"words that came with the fall do", said, 0, true},
		{"and words that come after it", more, 30 * time.Second, true},
		{"a resolved case's fall settles first", again, 2*time.Minute - time.Millisecond, false},
		{"and is told then", again, 2 * time.Minute, true},
		{"at once with words of its own", reworded, 0, true},
		{"and never if it rises again", contentAgain, time.Hour, false},
	} {
		if got := c.c.Ready(noon.Add(c.at)); got != c.want {
			t.Errorf("%s: ready is %v, want %v", c.name, got, c.want)
		}
	}
}

func TestClaims(t *testing.T) {
	t.Parallel()
	c := loop.New(nil, answer(1, 3, "slow", 0), anna, "north", rules, answer(1, 3, "slow", 0).Updated)
	for try := range 8 {
		now := noon.Add(time.Duration(try) * 24 * time.Hour)
		if !c.Claimable(now) {
			t.Fatalf("try %d: an unclaimed alert is not claimable", try)
		}
		c = c.Claim(fmt.Sprint(try), now)
		patience := time.Minute << min(try, 5)
		for _, at := range []struct {
			after time.Duration
			want  bool
		}{{0, false}, {patience - time.Second, false}, {patience, true}, {-patience + time.Second, false}, {-patience, true}} {
			if got := c.Claimable(now.Add(at.after)); got != at.want {
				t.Errorf("try %d, %v after the claim: claimable is %v, want %v", try, at.after, got, at.want)
			}
		}
	}
}

// step is what happens to a case in TestConversations.
type step func(t *testing.T, c loop.Case) loop.Case

func takes(r survey.Response) step {
	return func(t *testing.T, c loop.Case) loop.Case { c, _ = c.Apply(r); return c }
}

// sends is a letter at noon + after that holds the answer r.
func sends(r survey.Response, after time.Duration) step {
	return func(t *testing.T, c loop.Case) loop.Case {
		now := noon.Add(after)
		if !c.Claimable(now) {
			t.Fatalf("nothing to send after %v: %s", after, history(c))
		}
		c, ok := c.Claim("x", now).Sent("x", "id", r, anna, now)
		if !ok {
			t.Fatal("letter was not recorded")
		}
		return c
	}
}

func moves(to loop.State) step {
	return func(t *testing.T, c loop.Case) loop.Case {
		c, err := c.Move(to, "anna", noon)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
}

func stays(in loop.State) step {
	return func(t *testing.T, c loop.Case) loop.Case {
		if c.State != in {
			t.Errorf("the case is %s, want %s", c.State, in)
		}
		return c
	}
}

func TestConversations(t *testing.T) {
	t.Parallel()
	const m = time.Minute
	for _, c := range []struct {
		name    string
		first   survey.Response
		steps   []step
		history string
		due     time.Duration // after noon; −1: nothing
	}{
		{"one alert and no more", answer(1, 3, "slow", 0), []step{sends(answer(1, 3, "slow", 0), 0)}, "opened:3 alerted:3", -1},
		{"the same record again", answer(1, 3, "slow", 0), []step{sends(answer(1, 3, "slow", 0), 0), takes(answer(1, 3, "slow", 0))}, "opened:3 alerted:3", -1},
		{"an older record", answer(5, 3, "slow", 0), []step{takes(answer(4, 9, "", 0))}, "opened:3", m},
		{"rises and stays open", answer(1, 3, "", 0), []step{sends(answer(1, 3, "", 0), 2*m), takes(answer(2, 9, "", 5*m))}, "opened:3 alerted:3 rose:9", -1},
		{
			"rises and falls: no second alert", answer(1, 3, "", 0),
			[]step{sends(answer(1, 3, "", 0), 2*m), takes(answer(2, 9, "", 5*m)), takes(answer(3, 0, "", 6*m))},
			"opened:3 alerted:3 rose:9 fell:0", -1,
		},
		{
			"rises and falls before the alert: it goes once", answer(1, 3, "", 0),
			[]step{takes(answer(2, 9, "", m)), takes(answer(3, 0, "", m)), sends(answer(3, 0, "", m), 2*m)},
			"opened:3 rose:9 fell:0 alerted:0", -1,
		},
		{"another detractor's score", answer(1, 3, "", 0), []step{takes(answer(2, 0, "", m))}, "opened:3 scored:0", 2 * m},
		{
			"words after the alert go at once", answer(1, 3, "", 0),
			[]step{sends(answer(1, 3, "", 0), 2*m), takes(answer(2, 3, "slow", 9*m)), sends(answer(2, 3, "slow", 9*m), 9*m)},
			"opened:3 alerted:3 commented:3 followed_up:3", -1,
		},
		{
			"other words after the alert wait", answer(1, 3, "slow", 0),
			[]step{sends(answer(1, 3, "slow", 0), 0), takes(answer(2, 3, "slow!", 9*m))},
			"opened:3 alerted:3 reworded:3", 11 * m,
		},
		{
			"one letter with later words, and no more", answer(1, 3, "a", 0),
			[]step{sends(answer(1, 3, "a", 0), 0), takes(answer(2, 3, "b", m)), sends(answer(2, 3, "b", m), 3*m), takes(answer(3, 3, "c", 9*m))},
			"opened:3 alerted:3 reworded:3 followed_up:3 reworded:3", -1,
		},
		{"words taken back", answer(1, 3, "a", 0), []step{sends(answer(1, 3, "a", 0), 0), takes(answer(2, 3, "", m))}, "opened:3 alerted:3 unworded:3", -1},
		{
			"the letter knew the words before the case did", answer(1, 3, "", 0),
			[]step{sends(answer(2, 3, "slow", m), 2*m), takes(answer(2, 3, "slow", m))},
			"opened:3 alerted:3 commented:3", -1,
		},
		{
			"the letter knew less than the case", answer(1, 3, "", 0),
			[]step{takes(answer(2, 3, "slow", m)), sends(answer(1, 3, "", 0), m)},
			"opened:3 commented:3 alerted:3", m,
		},
		{"the letter knew other words before the case did", answer(1, 3, "a", 0), []step{sends(answer(2, 3, "b", m), m)}, "opened:3 alerted:3", -1},
		{
			"a resolved case that falls again is alerted again", answer(1, 3, "a", 0),
			[]step{sends(answer(1, 3, "a", 0), 0), moves(loop.Resolved), takes(answer(2, 9, "a", m)), takes(answer(3, 1, "a", 5*m)), sends(answer(3, 1, "a", 5*m), 7*m)},
			"opened:3 alerted:3 moved:3 rose:9 fell:1 reopened:1 alerted:1", -1,
		},
		{
			"a resolved case that falls by a slip stays resolved", answer(1, 3, "a", 0),
			[]step{sends(answer(1, 3, "a", 0), 0), moves(loop.Resolved), takes(answer(2, 9, "a", m)), takes(answer(3, 1, "a", 5*m)), takes(answer(4, 9, "a", 6*m)), stays(loop.Resolved)},
			"opened:3 alerted:3 moved:3 rose:9 fell:1 rose:9", -1,
		},
		{
			"words of a promoter are told to nobody", answer(1, 3, "", 0),
			[]step{sends(answer(1, 3, "", 0), 2*m), takes(answer(2, 9, "dear", 9*m))},
			"opened:3 alerted:3 rose:9 commented:9", -1,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := loop.New(nil, c.first, anna, "north", rules, c.first.Updated)
			for _, s := range c.steps {
				got = s(t, got)
			}
			if history(got) != c.history {
				t.Errorf("history is %q, want %q", history(got), c.history)
			}
			want := time.Time{}
			if c.due >= 0 {
				want = noon.Add(c.due)
			}
			if !got.Alert.Due.Equal(want) {
				t.Errorf("due at %v, want %v", got.Alert.Due, want)
			}
		})
	}
}

func TestWordsThatGoBack(t *testing.T) {
	t.Parallel()
	c := loop.New(nil, answer(1, 3, "a", 0), anna, "north", rules, answer(1, 3, "a", 0).Updated)
	c = sends(answer(1, 3, "a", 0), 0)(t, c)
	c, _ = c.Apply(answer(2, 3, "b", time.Minute))
	now := noon.Add(3 * time.Minute)
	c = c.Claim("x", now)
	for _, r := range []struct {
		words string
		want  bool
	}{{"b", true}, {"a", false}, {"", false}} {
		if got := c.Says(answer(3, 3, r.words, 2*time.Minute)); got != r.want {
			t.Errorf("%q says something new: %v, want %v", r.words, got, r.want)
		}
	}
	if _, ok := c.Unneeded("y"); ok {
		t.Error("dropped under a foreign claim")
	}
	if c, ok := c.Unneeded("x"); !ok || !c.Alert.Due.IsZero() || c.Alert.Claim != "" || c.Alert.Letters != 1 {
		t.Errorf("dropped: %v %+v", ok, c.Alert)
	}
}

// An alert that was dropped because the score had risen is due again when the score falls, though the case stayed: somebody
// had resolved it meanwhile, so that it was not taken back.
func TestFallAfterADroppedAlert(t *testing.T) {
	t.Parallel()
	c, err := loop.New(nil, answer(1, 0, "", 0), anna, "north", rules, answer(1, 0, "", 0).Updated).Move(loop.Acknowledged, "anna", noon)
	if err != nil {
		t.Fatal(err)
	}
	c = c.Claim("x", noon)
	c, _ = c.Apply(answer(2, 10, "", time.Minute))
	if c.Says(answer(2, 10, "", time.Minute)) {
		t.Fatal("an alert about a promoter")
	}
	c, _ = c.Unneeded("x")
	if !c.Alert.Due.IsZero() {
		t.Fatalf("due without a detractor: %+v", c.Alert)
	}
	c, _ = c.Apply(answer(3, 2, "", 2*time.Minute))
	if at := noon.Add(2 * time.Minute); !c.Ready(at.Add(wait)) || c.Ready(at) {
		t.Errorf("after the fall: %+v", c.Alert)
	}
}

// A letter is written of the answer as it is then: about a detractor, or to whoever was handed the case.
func TestWhoseLetterSaysSomething(t *testing.T) {
	t.Parallel()
	open := loop.New(nil, answer(1, 3, "", 0), anna, "north", rules, answer(1, 3, "", 0).Updated)
	told := sends(answer(1, 3, "", 0), 2*time.Minute)(t, open)
	handed, _, err := told.Do(loop.Work{To: &survey.Staff{ID: "max"}}, "anna", noon)
	if err != nil {
		t.Fatal(err)
	}
	for score := range 11 {
		r := answer(2, score, "words", time.Minute)
		if got, want := open.Says(r), score <= 6; got != want {
			t.Errorf("an alert about a %d: %v, want %v", score, got, want)
		}
		if got, want := told.Says(r), score <= 6; got != want {
			t.Errorf("a follow-up about a %d: %v, want %v", score, got, want)
		}
		if !handed.Says(r) {
			t.Errorf("a case with a %d is handed over and the new owner not told", score)
		}
	}
}

// A case whose score rises again is none only while nobody was told of it or did anything about it.
func TestUnsettled(t *testing.T) {
	t.Parallel()
	open := loop.New(nil, answer(1, 3, "", 0), anna, "north", rules, answer(1, 3, "", 0).Updated)
	fallen, _ := open.Apply(answer(2, 1, "slow", time.Minute))
	noted, _, err := open.Do(loop.Work{Note: "called"}, "anna", noon)
	if err != nil {
		t.Fatal(err)
	}
	refused, _ := open.Claim("x", noon).Refuse("x", anna, noon)
	for _, c := range []struct {
		name  string
		c     loop.Case
		claim string
		want  bool
	}{
		{"nobody knows", open, "", true},
		{"other scores and words since", fallen, "", true},
		{"somebody's letter may be on its way", open.Claim("x", noon), "", false},
		{"the letter would be one's own", open.Claim("x", noon), "x", true},
		{"it is another's", open.Claim("y", noon), "x", false},
		{"one before may have gone", open.Claim("y", noon).Claim("x", noon.Add(time.Hour)), "x", false},
		{"told", sends(answer(1, 3, "", 0), 2*time.Minute)(t, open), "", false},
		{"noted", noted, "", false},
		{"taken", moves(loop.Acknowledged)(t, open), "", false},
		{"refused", refused, "", false},
	} {
		for score := range 11 {
			if got, want := c.c.Unsettled(answer(3, score, "", time.Minute), c.claim), c.want && score > 6; got != want {
				t.Errorf("%s, now a %d: unsettled is %v, want %v", c.name, score, got, want)
			}
		}
	}
}

// TestRecordedOnce: what is recorded under a claim that is gone changes nothing.
func TestRecordedOnce(t *testing.T) {
	t.Parallel()
	r := answer(1, 3, "a", 0)
	c := loop.New(nil, r, anna, "north", rules, r.Updated).Claim("x", noon)
	max := loop.Responsible{Staff: survey.Staff{ID: "max", Email: "max@example.com"}, Level: loop.LevelManager}
	once, ok := c.Sent("x", "id", r, anna, noon)
	if !ok || once.Alert.Letters != 1 || once.Alert.Message != "id" {
		t.Fatalf("recorded: %v %+v", ok, once.Alert)
	}
	for name, again := range map[string]func() (loop.Case, bool){
		"the same letter again":     func() (loop.Case, bool) { return once.Sent("x", "id", r, anna, noon) },
		"another's letter":          func() (loop.Case, bool) { return c.Sent("y", "id", r, anna, noon) },
		"a letter without a claim":  func() (loop.Case, bool) { return once.Sent("", "id", r, anna, noon) },
		"another's refusal":         func() (loop.Case, bool) { return c.Refuse("y", max, noon) },
		"a refusal after recording": func() (loop.Case, bool) { return once.Refuse("x", max, noon) },
		"a stranger's bounce":       func() (loop.Case, bool) { return once.Bounced("other", max, noon) },
		"a bounce of nothing":       func() (loop.Case, bool) { return c.Bounced("", max, noon) },
		"an answer that is known":   func() (loop.Case, bool) { return once.Apply(r) },
	} {
		if _, changed := again(); changed {
			t.Errorf("%s changes the case", name)
		}
	}
	refused, ok := c.Refuse("x", max, noon)
	if !ok || refused.Owner != "max" || refused.Level != loop.LevelManager || !refused.Claimable(noon) {
		t.Errorf("refused: %v %+v", ok, refused)
	}
	bounced, ok := once.Bounced("id", max, noon)
	if !ok || bounced.Owner != "max" || bounced.FollowUp() || !bounced.Claimable(noon) {
		t.Errorf("bounced: %v %+v", ok, bounced)
	}
	if _, again := bounced.Bounced("id", max, noon); again {
		t.Error("the same bounce again changes the case")
	}
}

func TestMove(t *testing.T) {
	t.Parallel()
	may := map[loop.State]string{
		loop.Open: "acknowledged contacted resolved unreachable", loop.Acknowledged: "contacted resolved unreachable", loop.Contacted: "resolved unreachable",
		loop.Resolved: "open", loop.Unreachable: "open contacted resolved",
	}
	for _, from := range loop.States {
		for _, to := range loop.States {
			c := loop.New(nil, answer(1, 3, "", 0), anna, "north", rules, answer(1, 3, "", 0).Updated)
			c.State, c.Tries = from, 3
			after, err := c.Move(to, "anna", noon)
			refused := apperr.Is(err, "case_state") || apperr.Is(err, "case_over")
			if ok := slices.Contains(strings.Fields(may[from]), string(to)); ok != (err == nil) || ok && after.State != to || !ok && !refused {
				t.Errorf("%s to %s: %s, %v", from, to, after.State, err)
			}
		}
	}
	if _, err := (loop.Case{State: loop.Open}).Move("away", "anna", noon); !apperr.Is(err, "case_state") {
		t.Errorf("an unknown state: %v", err)
	}
}

// However often a respondent changes their mind, the case stays small, and nothing that happened is lost.
func TestHistoryIsTurned(t *testing.T) {
	t.Parallel()
	c := loop.New(nil, answer(1, 3, "", 0), anna, "north", rules, answer(1, 3, "", 0).Updated)
	var pages, page []loop.Event
	for v := 2; v < 1000; v++ {
		c, _ = c.Apply(answer(v, v%11, fmt.Sprint(v), time.Minute))
		c, page = c.Turn()
		pages = append(pages, page...)
	}
	all := c.Happened(pages)
	if len(c.History) > 21 || len(all) < 1900 || all[0].What != loop.Opened || all[len(all)-1].Score != 999%11 {
		t.Errorf("%d events, the case holds %d", len(all), len(c.History))
	}
}

func TestResponsible(t *testing.T) {
	t.Parallel()
	d := loop.NewDirectory([]survey.Staff{
		{ID: "Anna", Email: "anna@example.com", Team: "north", Manager: "olga"},
		{ID: "boris", Email: "boris@example.com", Team: "north"},
		{ID: "mute", Team: "north"},
		{ID: "typo", Team: "north", Email: "typo at example.com"},
		{ID: "zoe", Email: "zoe@example.com", Team: "North ", Role: survey.RoleManager},
		{ID: "max", Email: "max@example.com", Team: "north", Role: survey.RoleManager},
		{ID: "olga", Email: "olga@example.com", Team: "west", Role: survey.RoleManager},
		{ID: "root", Email: "admin@example.com", Role: survey.RoleAdministrator, Language: "ru"},
	}, "Admin@example.com")
	for _, c := range []struct{ owner, team, want string }{
		{"anna", "north", "Anna owner → olga manager → root administrator"},
		{"ANNA", "", "Anna owner → olga manager → root administrator"},
		{"boris", "north", "boris owner → max manager → root administrator"},
		{"boris", "south", "boris owner → root administrator"},
		{"", "NORTH", "max manager → root administrator"},
		{"stranger", "north", "max manager → root administrator"},
		{"typo", "north", "max manager → root administrator"},
		{"mute", "north", "max manager → root administrator"},
		{"max", "north", "max owner → root administrator"},
		{"", "", "root administrator"},
		{"", "south", "root administrator"},
		{"root", "", "root owner"},
	} {
		who := d.Responsible(c.owner, c.team)
		got := who.Staff.ID + " " + string(who.Level)
		for range 5 {
			next, ok := d.After(who, c.team)
			if !ok {
				break
			}
			who, got = next, got+" → "+next.Staff.ID+" "+string(next.Level)
		}
		if got != c.want {
			t.Errorf("owner %q, team %q: %s, want %s", c.owner, c.team, got, c.want)
		}
	}
	alone := loop.NewDirectory(nil, "admin@example.com").Responsible("anna", "north")
	if alone.Staff.ID != "" || alone.Staff.Email != "admin@example.com" || alone.Level != loop.LevelAdministrator {
		t.Errorf("without staff: %+v", alone)
	}
}

// Nobody is late with what nobody knew: where an answer's record comes long after it, the times of its case begin when it is opened.
func TestBelatedCase(t *testing.T) {
	t.Parallel()
	r := answer(1, 3, "slow", 0)
	for _, c := range []struct{ after, runs time.Duration }{{0, 0}, {50 * time.Minute, 0}, {61 * time.Minute, 61 * time.Minute}, {72 * time.Hour, 72 * time.Hour}} {
		now := r.Updated.Add(c.after)
		got := loop.New(nil, r, anna, "north", rules, now)
		if want := r.Updated.Add(c.runs + rules.Term); !got.Deadline.Equal(want) || !got.Opened.Equal(r.Updated) {
			t.Errorf("opened %v after the answer: deadline %v, want %v; opened %v", c.after, got.Deadline, want, got.Opened)
		}
		over, err := loop.New(nil, r, anna, "north", rules, r.Updated).Move(loop.Resolved, "anna", r.Updated.Add(time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		over, _ = over.Apply(answer(2, 9, "", time.Hour))
		over, _ = over.Apply(answer(3, 2, "", 2*time.Hour))
		fell := r.Updated.Add(2 * time.Hour)
		if again := over.Claim("x", fell.Add(c.after)); !again.Deadline.Equal(fell.Add(c.runs + rules.Term)) {
			t.Errorf("opened again %v after the answer: deadline %v", c.after, again.Deadline)
		}
	}
}
