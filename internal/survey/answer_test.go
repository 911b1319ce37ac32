package survey_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"onetap/internal/apperr"
	"onetap/internal/nps"
	"onetap/internal/survey"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func score(n int) *int       { return &n }
func words(s string) *string { return &s }
func fresh() survey.Response {
	return survey.Respondent{Owner: "o", Team: "t", Language: "ru"}.Answer(survey.Campaign{ID: "c", Audience: survey.Customers}, "p")
}

func take(t testing.TB, r survey.Response, posts ...survey.Post) survey.Response {
	t.Helper()
	for i, p := range posts {
		var err error
		if r, _, err = r.Apply(p, noon.Add(time.Duration(i)*time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

func TestAnswerConversations(t *testing.T) {
	t.Parallel()
	tap := func(n int, d string) survey.Post {
		return survey.Post{Score: score(n), Gesture: survey.ByGesture, Digest: d}
	}
	script := func(n int, d string) survey.Post {
		return survey.Post{Score: score(n), Gesture: survey.ByScript, Digest: d}
	}
	for _, c := range []struct {
		name  string
		posts []survey.Post
		want  string // score, verified, why, wish, version
	}{
		{"a tap", []survey.Post{tap(9, "a")}, "9 true   1"},
		{"a button", []survey.Post{{Score: score(0), Gesture: survey.ByButton}}, "0 true   1"},
		{"a scanner", []survey.Post{script(9, "a")}, "9 false   1"},
		{"a scanner on every link", []survey.Post{script(0, "a"), script(5, "b"), script(10, "c")}, "10 false   3"},
		{"a scanner, then the person on the same page", []survey.Post{script(9, "a"), tap(9, "b")}, "9 true   2"},
		{"a person, then a scanner of the forwarded mail", []survey.Post{tap(9, "a"), script(0, "b")}, "9 true   1"},
		{"a changed mind", []survey.Post{tap(9, "a"), tap(3, "b")}, "3 true   2"},
		{"a replayed post", []survey.Post{tap(9, "a"), tap(3, "b"), tap(9, "a")}, "3 true   2"},
		{"two tabs say the same", []survey.Post{tap(9, "a"), tap(9, "b")}, "9 true   1"},
		{"words", []survey.Post{tap(9, "a"), {Why: words(" good\r\nwork "), Gesture: survey.ByButton, Digest: "b"}, {Wish: words("tea"), Gesture: survey.ByButton, Digest: "c"}}, "9 true good\nwork tea 3"},
		{"words taken back", []survey.Post{tap(9, "a"), {Why: words("x"), Gesture: survey.ByButton, Digest: "b"}, {Why: words(""), Gesture: survey.ByButton, Digest: "c"}}, "9 true   3"},
		{"a script's words", []survey.Post{{Score: score(9), Why: words("buy"), Gesture: survey.ByScript, Digest: "a"}}, "9 false   1"},
		{"words beside a scanner's score verify nothing", []survey.Post{script(9, "a"), {Why: words("x"), Gesture: survey.ByButton, Digest: "b"}}, "9 false x  2"},
		{"and are there when the score is verified", []survey.Post{script(9, "a"), {Why: words("x"), Gesture: survey.ByButton, Digest: "b"}, tap(2, "c")}, "2 true x  3"},
	} {
		r := take(t, fresh(), c.posts...)
		if got := fmt.Sprintf("%d %v %s %s %d", r.Score, r.Verified, r.Why, r.Wish, r.Version); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// What a page that does not know the latest answer may do to it: nothing that anybody has to miss.
func TestAnswerOfAPageThatKnowsLess(t *testing.T) {
	t.Parallel()
	known := func(n int) *int { return &n }
	trace := func(s string) *string { s = survey.Trace(s); return &s }
	hidden := words(survey.Hidden)
	stored := take(t, fresh(), survey.Post{Score: score(3), Gesture: survey.ByGesture, Known: known(0), Digest: "a"},
		survey.Post{Score: score(9), Why: words("quick"), WhyWas: trace(""), Gesture: survey.ByButton, Known: known(1), Digest: "b"})
	unverified := take(t, fresh(), survey.Post{Score: score(0), Gesture: survey.ByScript, Known: known(0), Digest: "s"})
	const as = "9 true quick  2"
	for _, c := range []struct {
		name string
		r    survey.Response
		post survey.Post
		asks bool
		want string
	}{
		{"an old tab touched", stored, survey.Post{Score: score(3), Known: known(0), Gesture: survey.ByGesture}, true, as},
		{"a tab that left before the reply", stored, survey.Post{Score: score(3), Known: known(1), Follows: "b", Gesture: survey.ByGesture}, false, "3 true quick  3"},
		{"a tab that left before another's post", stored, survey.Post{Score: score(3), Known: known(0), Follows: "a", Gesture: survey.ByGesture}, true, as},
		{"a tab whose former post has not come", stored, survey.Post{Score: score(3), Known: known(1), Follows: "c", Gesture: survey.ByGesture}, true, as},
		{"an old tab's button", stored, survey.Post{Score: score(3), Known: known(1), Gesture: survey.ByButton}, true, as},
		{"a page from the future", stored, survey.Post{Score: score(3), Known: known(7), Gesture: survey.ByButton}, true, as},
		{"an old tab with the same score", stored, survey.Post{Score: score(9), Known: known(0), Gesture: survey.ByGesture}, false, as},
		{"a page that knows", stored, survey.Post{Score: score(3), Known: known(2), Gesture: survey.ByGesture}, false, "3 true quick  3"},
		{"a replay from the old tab", stored, survey.Post{Score: score(3), Known: known(0), Gesture: survey.ByGesture, Digest: "a"}, false, as},
		{"a page that does not say what it knows", stored, survey.Post{Score: score(3), Known: known(-1), Gesture: survey.ByGesture}, true, as},
		{"and no page at all", stored, survey.Post{Score: score(3), Gesture: survey.ByButton}, false, "3 true quick  3"},
		{"a script", stored, survey.Post{Score: score(3), Known: known(0), Gesture: survey.ByScript}, false, as},
		{"a person after a script", unverified, survey.Post{Score: score(3), Known: known(0), Gesture: survey.ByGesture}, false, "3 true   2"},
		{"a page that does not say what it knows, after a script", unverified, survey.Post{Score: score(3), Known: known(-1), Gesture: survey.ByGesture}, false, "3 true   2"},
		{"words go in while the score is asked about", stored, survey.Post{Score: score(3), Wish: words("tea"), WishWas: trace(""), Known: known(1), Gesture: survey.ByButton}, true, "9 true quick tea 3"},
		{"an empty field that showed nothing", stored, survey.Post{Why: words(""), WhyWas: hidden, Gesture: survey.ByButton}, false, as},
		{"an empty field from before the words", stored, survey.Post{Why: words(""), WhyWas: trace(""), Gesture: survey.ByButton}, false, as},
		{"an emptied field that showed older words", stored, survey.Post{Why: words(""), WhyWas: trace("older"), Gesture: survey.ByButton}, false, as},
		{"words into a field that showed nothing", stored, survey.Post{Why: words("and kind"), WhyWas: hidden, Gesture: survey.ByButton}, false, "9 true quick\n\nand kind  3"},
		{"words into a field from before the words", stored, survey.Post{Why: words("and kind"), WhyWas: trace(""), Gesture: survey.ByButton}, false, "9 true quick\n\nand kind  3"},
		{"the same words again", stored, survey.Post{Why: words("quick"), WhyWas: hidden, Gesture: survey.ByButton}, false, as},
		{"words instead of those it showed", stored, survey.Post{Why: words("slow"), WhyWas: trace("quick"), Gesture: survey.ByButton}, false, "9 true slow  3"},
		{"words taken back knowingly", stored, survey.Post{Why: words(" "), WhyWas: trace("quick"), Gesture: survey.ByButton}, false, "9 true   3"},
		{"a field that says what it showed", stored, survey.Post{Why: words("older"), WhyWas: trace("older"), Gesture: survey.ByButton}, false, as},
	} {
		if got := c.r.Asks(c.post); got != c.asks {
			t.Errorf("%s: asks is %v, want %v", c.name, got, c.asks)
		}
		r, _, err := c.r.Apply(c.post, noon)
		if got := fmt.Sprintf("%d %v %s %s %d", r.Score, r.Verified, r.Why, r.Wish, r.Version); err != nil || got != c.want {
			t.Errorf("%s: %q, %v; want %q", c.name, got, err, c.want)
		}
	}
	added := take(t, stored, survey.Post{Why: words("and kind"), WhyWas: hidden, Gesture: survey.ByButton, Digest: "x"},
		survey.Post{Why: words("and kind"), WhyWas: hidden, Gesture: survey.ByButton, Digest: "y"})
	if added.Why != "quick\n\nand kind" {
		t.Errorf("added twice: %q", added.Why)
	}
}

func TestAnswerTimes(t *testing.T) {
	t.Parallel()
	r := take(t, fresh(), survey.Post{Score: score(9), Gesture: survey.ByScript}, survey.Post{Score: score(9), Gesture: survey.ByButton}, survey.Post{Score: score(1), Gesture: survey.ByButton})
	if !r.First.Equal(noon) || !r.Counted.Equal(noon.Add(time.Minute)) || !r.Updated.Equal(noon.Add(2*time.Minute)) {
		t.Errorf("first %v, counted %v, updated %v", r.First, r.Counted, r.Updated)
	}
	if r.Owner != "o" || r.Team != "t" || r.Language != "ru" || r.Audience != survey.Customers || r.Group() != nps.Detractor {
		t.Errorf("answer is %+v", r)
	}
}

func TestAnswerRefusals(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		post survey.Post
		code string
	}{
		{survey.Post{Score: score(11), Gesture: survey.ByButton}, "score_out_of_range"},
		{survey.Post{Score: score(-1), Gesture: survey.ByButton}, "score_out_of_range"},
		{survey.Post{Why: words("x"), Gesture: survey.ByButton}, "score_missing"},
		{survey.Post{Score: score(5)}, "gesture_unknown"},
		{survey.Post{Score: score(5), Gesture: "human"}, "gesture_unknown"},
	} {
		r, changed, err := fresh().Apply(c.post, noon)
		if !apperr.Is(err, c.code) || changed || r.Version != 0 {
			t.Errorf("%+v: %v, changed %v, want %s", c.post, err, changed, c.code)
		}
	}
}

// An answer may be changed as often as anybody would, and however often it is posted it is written so often and no more.
func TestAnswerChangesSoOften(t *testing.T) {
	t.Parallel()
	person := func(n int) survey.Post {
		return survey.Post{Score: score(n % 11), Gesture: survey.ByButton, Digest: fmt.Sprint("p", n)}
	}
	script := func(n int) survey.Post {
		return survey.Post{Score: score(n % 11), Gesture: survey.ByScript, Digest: fmt.Sprint("s", n)}
	}
	writing := func(n int) survey.Post {
		return survey.Post{Why: words(fmt.Sprint(n)), Gesture: survey.ByButton, Digest: fmt.Sprint("w", n)}
	}
	for _, c := range []struct {
		name  string
		start []survey.Post
		post  func(n int) survey.Post
		posts int
		every time.Duration
		want  int    // version
		last  string // what the last post is told
	}{
		{"a mind changed 20 times", nil, person, 20, time.Second, 20, ""},
		{"and 59 times", nil, person, 59, time.Second, 59, ""},
		{"a flood", nil, person, 1000, time.Millisecond, 60, "answer_too_often"},
		{"a flood of words", []survey.Post{person(1)}, writing, 1000, time.Millisecond, 60, "answer_too_often"},
		{"a flood of scripts is not told", nil, script, 1000, time.Millisecond, 30, ""},
		{"a script after a person", []survey.Post{person(3)}, script, 1000, time.Millisecond, 1, ""},
		{"every minute for a day", nil, person, 24 * 60, time.Minute, 60 + 23*6, "answer_too_often"},
		{"every minute for a month", nil, person, 30 * 24 * 60, time.Minute, 200, "answer_final"},
		{"once an hour for a week", nil, person, 7 * 24, time.Hour, 7 * 24, ""},
		{"once an hour for a month", nil, person, 30 * 24, time.Hour, 200, "answer_final"},
		{"a clock that went back", nil, person, 100, -time.Hour, 60, "answer_too_often"},
	} {
		r := take(t, fresh(), c.start...)
		var err error
		for n := range c.posts {
			var changed bool
			before := r
			r, changed, err = r.Apply(c.post(n), noon.Add(time.Duration(n)*c.every))
			if err != nil && (changed || !cmp.Equal(before, r)) {
				t.Fatalf("%s: refused, and yet changed", c.name)
			}
		}
		if r.Version != c.want || err == nil && c.last != "" || err != nil && !apperr.Is(err, c.last) {
			t.Errorf("%s: version %d and %v, want %d and %q", c.name, r.Version, err, c.want, c.last)
		}
	}
	// Scripts that came first leave the person enough, and what is stored already is no change.
	r := take(t, fresh(), script(1))
	for n := range 1000 {
		r, _, _ = r.Apply(script(n), noon)
	}
	for n := range 25 {
		var err error
		if r, _, err = r.Apply(person(n), noon); err != nil {
			t.Fatalf("after a flood of scripts the person's change %d: %v", n, err)
		}
	}
	for n := 25; n < 100; n++ {
		r, _, _ = r.Apply(person(n), noon)
	}
	if _, changed, err := r.Apply(survey.Post{Score: score(r.Score), Gesture: survey.ByButton, Digest: "same"}, noon); changed || err != nil {
		t.Errorf("what is stored, said again: changed %v, %v", changed, err)
	}
}

func TestCommentIsCut(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in, want string
		cut      bool
	}{
		{"", "", false},
		{" a\x00\u0007\tb\r\nc\rd ", "a\tb\nc\nd", false},
		{"\xff", "\uFFFD", false},
		{strings.Repeat("ж", survey.MaxComment), strings.Repeat("ж", survey.MaxComment), false},
		{strings.Repeat("ж", 100<<10), strings.Repeat("ж", survey.MaxComment), true},
	} {
		if got, cut := survey.Comment(c.in); got != c.want || cut != c.cut {
			t.Errorf("Comment(%.20q) is %.20q, %v", c.in, got, cut)
		}
	}
}

// Whatever is posted in whatever order, the answer equals what a reader of the list of posts would say.
func TestAnswerProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.SampledFrom([]string{"", "a", "b", " b\r\n"})
		r := fresh()
		var model struct {
			score                   *int
			verified, unhappy       bool
			why, wish               string
			first, counted, updated time.Time
			version                 int
			seen                    []string
		}
		for i := range rapid.IntRange(1, 40).Draw(t, "posts") {
			now := noon.Add(time.Duration(i) * time.Second)
			p := survey.Post{
				Gesture: rapid.SampledFrom([]survey.Gesture{survey.ByButton, survey.ByGesture, survey.ByScript}).Draw(t, "gesture"),
				Digest:  rapid.SampledFrom([]string{"", "d1", "d2", "d3", fmt.Sprint("n", i)}).Draw(t, "digest"),
			}
			if rapid.Bool().Draw(t, "says a score") {
				p.Score = score(rapid.IntRange(-1, 11).Draw(t, "score"))
			}
			if rapid.Bool().Draw(t, "says why") {
				p.Why = words(texts.Draw(t, "why"))
			}
			if rapid.Bool().Draw(t, "says a wish") {
				p.Wish = words(texts.Draw(t, "wish"))
			}
			before := r
			after, changed, err := r.Apply(p, now)

			bad := p.Score != nil && (*p.Score < 0 || *p.Score > 10) || p.Score == nil && model.version == 0
			if (err != nil) != bad {
				t.Fatalf("%+v: error %v, want one: %v", p, err, bad)
			}
			person := p.Gesture != survey.ByScript
			if !bad && (person || !model.verified && model.version < 30) && !(p.Digest != "" && slices.Contains(model.seen, p.Digest)) {
				old := model
				if p.Score != nil {
					model.score = p.Score
					if person && !model.verified {
						model.verified, model.counted = true, now
					}
				}
				if person && p.Why != nil {
					model.why = strings.TrimSpace(*p.Why)
				}
				if person && p.Wish != nil {
					model.wish = strings.TrimSpace(*p.Wish)
				}
				model.unhappy = model.unhappy || model.verified && *model.score <= 6
				if old.score == nil || *old.score != *model.score || old.verified != model.verified || old.why != model.why || old.wish != model.wish {
					if model.version == 0 {
						model.first = now
					}
					model.version, model.updated = model.version+1, now
					if p.Digest != "" {
						model.seen = append(slices.Clone(model.seen), p.Digest)
					}
					model.seen = model.seen[max(0, len(model.seen)-16):]
				}
			}
			if changed != (after.Version != before.Version) || after.Version < before.Version || before.Verified && !after.Verified {
				t.Fatalf("%+v: changed %v from %+v to %+v", p, changed, before, after)
			}
			if !changed && !cmp.Equal(before, after) {
				t.Fatalf("not changed, and yet: %s", cmp.Diff(before, after))
			}
			if !cmp.Equal(before, r) {
				t.Fatal("Take changed the answer it was called on")
			}
			r = after
			want := fresh()
			if model.score != nil {
				want.Score = *model.score
			}
			want.Unhappy = model.unhappy
			want.Verified, want.Why, want.Wish, want.First, want.Counted, want.Updated, want.Version, want.Seen =
				model.verified, model.why, model.wish, model.first, model.counted, model.updated, model.version, model.seen
			want.Kept = r.Kept // see TestWordsThatCannotBeOpened
			if d := cmp.Diff(want, r); d != "" {
				t.Fatalf("after %d posts: %s", i+1, d)
			}
			// Doing it again changes nothing.
			if again, twice, _ := r.Apply(p, now.Add(time.Hour)); twice && p.Digest != "" && changed || twice && !bad && changed {
				t.Fatalf("the same post again: %+v", again)
			}
		}
	})
}

// Whoever cannot open what was written comes, post by post, to the same words as who can: all that is lost is what repeats a part among
// others, and the room of a few characters.
func TestWordsThatCannotBeOpened(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.SampledFrom([]string{"", "slow", " slow", "kind\n\nvery", "slow\n\nkind", strings.Repeat("ж", 1900), strings.Repeat("long ", 700)})
		open, closed := fresh(), fresh()
		said := map[string]string{} // by trace
		for i := range rapid.IntRange(1, 12).Draw(t, "posts") {
			p := survey.Post{Score: score(9), Why: words(texts.Draw(t, "why")), Gesture: survey.ByButton, Digest: fmt.Sprint(i)}
			switch rapid.IntRange(0, 3).Draw(t, "the page showed") {
			case 0:
				p.WhyWas = words(survey.Hidden)
			case 1:
				p.WhyWas = words(survey.Whole(open.Kept.Why, nil))
			case 2:
				p.WhyWas = words(survey.Trace("slow"))
			}
			var err error
			now := noon.Add(time.Duration(i) * time.Hour)
			before := open
			if open, _, err = open.Apply(p, now); err == nil {
				closed, _, err = closed.Apply(p, now)
			}
			if err != nil {
				t.Fatal(err)
			}
			for n, part := range closed.Kept.Why {
				if part.Text != "" {
					said[part.Trace] = part.Text
				}
				closed.Kept.Why = slices.Clone(closed.Kept.Why)
				closed.Kept.Why[n].Text = ""
			}
			closed.Why = ""
			got := []string{}
			for _, part := range closed.Kept.Why {
				got = append(got, said[part.Trace])
			}
			if strings.Join(got, "\n\n") != open.Why || closed.Version != open.Version || utf8.RuneCountInString(open.Why) > survey.MaxComment {
				t.Fatalf("post %d: %q, and closed %q, of versions %d and %d", i, open.Why, got, open.Version, closed.Version)
			}
			if !strings.HasPrefix(open.Why, before.Why) && p.WhyWas != nil && *p.WhyWas != survey.Whole(before.Kept.Why, nil) {
				t.Fatalf("%q became %q, and the page had not shown it", before.Why, open.Why)
			}
		}
	})
}

func FuzzComment(f *testing.F) {
	f.Add("a\r\nb")
	f.Fuzz(func(t *testing.T, s string) {
		got, cut := survey.Comment(s)
		if !utf8.ValidString(got) || utf8.RuneCountInString(got) > survey.MaxComment || strings.ContainsAny(got, "\r\x00") {
			t.Fatalf("%q", got)
		}
		if again, cutAgain := survey.Comment(got); again != got || cutAgain {
			t.Fatalf("%q becomes %q when cleaned again", got, again)
		}
		if cut && utf8.RuneCountInString(s) <= survey.MaxComment {
			t.Fatal("says cut")
		}
	})
}
