package public

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"mime/multipart"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"onetap/internal/keys"
	"onetap/internal/seal"
	"onetap/internal/seal/sealtest"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// A conversation is a list of lines: "METHOD PATH [BODY]" with what is expected after "=>": status, the text that the page must hold
// ("-" for any), and what is stored afterwards.
func converse(t *testing.T, s *stage, conversation string, headers ...string) {
	t.Helper()
	for l := range strings.SplitSeq(strings.TrimSpace(conversation), "\n") {
		request, want, _ := strings.Cut(strings.TrimSpace(l), " => ")
		method, rest, _ := strings.Cut(request, " ")
		path, body, _ := strings.Cut(rest, " ")
		wants := strings.SplitN(want, " | ", 3)
		w := s.do(method, path, body, headers...)
		got := unbroken(w) + w.Header().Get("Location")
		if w.Code != atoi(wants[0]) {
			t.Errorf("%s: status %d, want %s\n%s", request, w.Code, wants[0], got)
		}
		if wants[1] != "-" && !strings.Contains(got, strings.NewReplacer("TOKEN", s.token, "TEST", s.test, "\u00a0", " ").Replace(wants[1])) {
			t.Errorf("%s: no %q in\n%s", request, wants[1], got)
		}
		if state := s.state(); state != wants[2] {
			t.Errorf("%s: stored is %s, want %s", request, state, wants[2])
		}
	}
}

func atoi(s string) (n int) {
	for _, c := range s {
		n = n*10 + int(c-'0')
	}
	return n
}

func TestWithoutScript(t *testing.T) {
	t.Parallel()
	converse(t, newStage(t), `
GET /r/TOKEN/9 => 200 | value="9" checked | nothing
HEAD /r/TOKEN/9 => 200 | - | nothing
GET /r/TOKEN => 200 | порекомендуете компанию «Ромашка» | nothing
POST /r/TOKEN score=9&gesture=button&digest=a => 303 | /r/TOKEN | 9 true "" "" v1
GET /r/TOKEN => 200 | Спасибо! Ваша оценка — 9. | 9 true "" "" v1
POST /r/TOKEN why=быстро&wish=чай&why_was=0&wish_was=0&gesture=button&digest=b => 303 | /r/TOKEN?saved=1 | 9 true "быстро" "чай" v2
GET /r/TOKEN?saved=1 => 200 | Спасибо! Мы обязательно это прочитаем. | 9 true "быстро" "чай" v2
GET /r/TOKEN => 200 | быстро</textarea> | 9 true "быстро" "чай" v2
GET /r/TOKEN/3 => 200 | Сейчас записана оценка 9. Чтобы изменить её на 3 | 9 true "быстро" "чай" v2
POST /r/TOKEN score=3&gesture=button&digest=c => 303 | /r/TOKEN | 3 true "быстро" "чай" v3
POST /r/TOKEN score=9&gesture=button&digest=a => 303 | /r/TOKEN | 3 true "быстро" "чай" v3
POST /r/TOKEN score=3&gesture=button&digest=d => 303 | - | 3 true "быстро" "чай" v3
POST /r/TOKEN?lang=en score=10&gesture=button&digest=e => 303 | /r/TOKEN?lang=en | 10 true "быстро" "чай" v4
GET /r/TOKEN?lang=en => 200 | Thank you! Your score is 10. | 10 true "быстро" "чай" v4
`)
}

func TestWithScript(t *testing.T) {
	t.Parallel()
	converse(t, newStage(t), `
POST /r/TOKEN score=2&gesture=script&digest=a => 200 | "verified":false | 2 false "" "" v1
GET /r/TOKEN/2 => 200 | data-arm | 2 false "" "" v1
GET /r/TOKEN => 200 | <button> | 2 false "" "" v1
POST /r/TOKEN score=2&gesture=gesture&digest=b => 200 | "verified":true,"version":2,"message":"Спасибо! Ваша оценка — 2." | 2 true "" "" v2
POST /r/TOKEN score=10&gesture=script&digest=c => 200 | "score":2 | 2 true "" "" v2
POST /r/TOKEN why=долго&why_was=0&gesture=button&digest=d => 200 | Спасибо! Мы обязательно это прочитаем. | 2 true "долго" "" v3
POST /r/TOKEN score=11&gesture=gesture&digest=e => 400 | "code":"score_out_of_range" | 2 true "долго" "" v3
`, "Accept: application/json")
}

// A scanner's score is not preselected on the page of the person who comes later by the bare link.
func TestAScannersScoreIsNotPutIntoThePersonsMouth(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.do("POST", "/r/TOKEN", "score=0&gesture=script&digest=a")
	if page := s.do("GET", "/r/TOKEN", "").Body.String(); strings.Contains(page, `" checked`) {
		t.Error("a score is chosen")
	}
}

// unbroken is a page with ordinary spaces, wherever its lines may break.
func unbroken(w *httptest.ResponseRecorder) string {
	return strings.ReplaceAll(w.Body.String(), "\u00a0", " ")
}

func TestOldTabsOverwriteNothing(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	converse(t, s, `
POST /r/TOKEN score=9&gesture=button&digest=a => 303 | - | 9 true "" "" v1
POST /r/TOKEN why=one&why_was=0&wish=&wish_was=0&gesture=button&digest=b => 303 | - | 9 true "one" "" v2
POST /r/TOKEN why=&why_was=0&wish=two&wish_was=0&gesture=button&digest=c => 303 | - | 9 true "one" "two" v3
POST /r/TOKEN why=&why_was=`+s.trace("one")+`&gesture=button&digest=d => 303 | - | 9 true "" "two" v4
`)
}

// A letter may be read before its invitation is written: the page knows nothing of whom it asks then, takes the answer and leaves the
// sender to say whose it is. So it does with an invitation from before invitations carried the segments.
func TestAnswersBeforeTheInvitation(t *testing.T) {
	t.Parallel()
	for name, of := range map[string]survey.Respondent{
		"not written": {}, "without segments": {Language: "ru", Owner: "owner", Team: "team", Written: true, Invited: true},
	} {
		s := newStage(t)
		s.campaign(func(c *survey.Campaign) { c.Dimensions = []string{survey.DimensionLocation} })
		s.people[s.id] = of
		converse(t, s, `
GET /r/TOKEN/3 - => 200 | Почему | nothing
POST /r/TOKEN score=3&gesture=button&digest=a => 303 | - | 3 true "" "" v1
POST /r/TOKEN why=late&why_was=0&gesture=button&digest=b => 303 | - | 3 true "late" "" v2
`)
		places := func() (n int) {
			for _, e := range s.errands {
				if e.Kind == survey.PlaceAnswer && e.Contact == s.id {
					n++
				}
			}
			return n
		}
		if r := s.responses[s.id]; !r.Early || r.Team != of.Team || places() != 4 { // before and after each answer
			t.Errorf("%s: %+v with the errands %+v", name, r, s.errands)
		}
		s.people[s.id] = survey.Respondent{Language: "ru", Owner: "owner", Team: "team", With: survey.With{Segments: []string{"Казань"}}, Written: true, Invited: true}
		converse(t, s, `
POST /r/TOKEN score=4&gesture=button&digest=c => 303 | - | 4 true "late" "" v3
`)
		if r := s.responses[s.id]; r.Early || r.Owner != "owner" || r.Team != "team" || len(r.Segments) != 1 || places() != 4 {
			t.Errorf("%s, and then it is written: %+v with the errands %+v", name, r, s.errands)
		}
	}
}

// What the page's function can ask of the table reads no contact, by whatever name.
func TestThePageReadsNoContact(t *testing.T) {
	t.Parallel()
	asks := reflect.TypeFor[Store]()
	for n := range asks.NumMethod() {
		m := asks.Method(n)
		for o := range m.Type.NumOut() {
			out := m.Type.Out(o)
			for out.Kind() == reflect.Pointer || out.Kind() == reflect.Slice || out.Kind() == reflect.Map {
				out = out.Elem()
			}
			if out == reflect.TypeFor[survey.Contact]() || out == reflect.TypeFor[survey.Person]() {
				t.Errorf("%s reads a contact", m.Name)
			}
		}
		if strings.Contains(m.Name, "Contact") || strings.Contains(m.Name, "Recipient") {
			t.Errorf("%s is about contacts", m.Name)
		}
	}
}

// While nobody has made the keys to which words are sealed, a score is taken and the words are asked for again; page.js sends them by itself
// (409), and they are no repetition then.
func TestWordsBeforeThereAreKeys(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.sealer = sealtest.New()
	s.pages.seal = s.sealer
	converse(t, s, `
POST /r/TOKEN score=3&why=slow&why_was=0&gesture=button&digest=a => 409 | - | 3 true "" "" v1
POST /r/TOKEN why=slow&why_was=0&gesture=button&digest=b => 409 | Оценка сохранена | 3 true "" "" v1
`)
	if err := s.sealer.MakePair(t.Context(), seal.Words); err != nil {
		t.Fatal(err)
	}
	converse(t, s, `
POST /r/TOKEN score=3&why=slow&why_was=0&gesture=button&digest=a => 303 | - | 3 true "slow" "" v2
`)
	if len(s.errands) != 1 || s.errands[0].Kind != survey.SealWords {
		t.Errorf("left %+v", s.errands)
	}
	for _, p := range s.responses[s.id].Kept.Why {
		if bytes.Contains(p.Sealed, []byte("slow")) || strings.Contains(p.Trace, survey.Trace("slow")) {
			t.Errorf("what is stored tells the words: %+v", p)
		}
	}
}

func TestLinksThatAreNotGood(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	stranger := s.keys.Make(keys.Token{Campaign: keys.NewCampaignID([5]byte{9}), Contact: s.id})
	gone := s.keys.ContactID(survey.Customers, "gone@example.ru")
	nobody := s.keys.Make(keys.Token{Campaign: keys.NewCampaignID([5]byte{1, 2, 3, 4, 5}), Contact: gone})
	s.erased = map[survey.ContactID]bool{gone: true}
	forged := "B" + s.token[1:]
	for _, prefix := range []string{"/r/", "/r/S9/", "/u/"} {
		for name, token := range map[string]string{"forged": forged, "of no campaign": stranger, "of somebody erased": nobody, "short": "x", "odd": "%00%ff"} {
			for _, method := range []string{"GET", "HEAD", "POST"} {
				path := prefix + token
				if prefix == "/r/S9/" {
					path = "/r/" + token + "/9"
				}
				if prefix == "/u/" && name == "of somebody erased" { // the signature is enough to stop letters
					continue
				}
				w := s.do(method, path, "score=9&gesture=button&confirm=yes")
				if w.Code != 404 || method != "HEAD" && !strings.Contains(w.Body.String(), "This link does not work") {
					t.Errorf("%s %s (%s): %d", method, path, name, w.Code)
				}
			}
		}
	}
	for _, c := range []struct{ method, path, body, want string }{
		{"GET", "/r/TOKEN/11", "", "целое число от 0 до 10"},
		{"GET", "/r/TOKEN/abc", "", "целое число от 0 до 10"},
		{"GET", "/r/TOKEN/-1", "", "целое число от 0 до 10"},
		{"GET", "/r/TOKEN/%31%30%00", "", "целое число от 0 до 10"},
		{"POST", "/r/TOKEN", "score=11&gesture=button", "целое число от 0 до 10"},
		{"POST", "/r/TOKEN", "score=9&gesture=bot", "button, gesture"},
		{"POST", "/r/TOKEN", "gesture=button", "выберите оценку"},
		{"POST", "/r/TOKEN", "why=x&gesture=button", "выберите оценку"},
		{"POST", "/u/TOKEN", "a=b", "нажмите кнопку"},
	} {
		if w := s.do(c.method, c.path, c.body); w.Code != 400 || !strings.Contains(unbroken(w), c.want) {
			t.Errorf("%s %s %s: %d %s", c.method, c.path, c.body, w.Code, w.Body)
		}
	}
	if w := s.do("POST", "/r/TOKEN", "{}", "Content-Type: application/json"); w.Code != 415 {
		t.Errorf("JSON: %d", w.Code)
	}
	if w := s.do("POST", "/r/TOKEN", "score=9&gesture=button&why="+strings.Repeat("a", maxBody)); w.Code != 413 {
		t.Errorf("a body over the limit: %d", w.Code)
	}
	for path, want := range map[string]string{"/r/TOKEN": "до 4 000 знаков", "/r/TOKEN?lang=en": "up to 4,000 characters", "/u/TOKEN": "нажмите кнопку"} {
		if w := s.do("POST", path, "score=9&gesture=button&why="+strings.Repeat("a", maxBody), "Accept: application/json"); !strings.Contains(unbroken(w), want) || strings.Contains(w.Body.String(), "bytes") {
			t.Errorf("a body over the limit at %s: %s", path, w.Body)
		}
	}
	if w := s.do("PUT", "/r/TOKEN", "score=9"); w.Code != 405 {
		t.Errorf("PUT: %d", w.Code)
	}
	if got := s.written(); len(got) > 0 {
		t.Errorf("written: %v", got)
	}
}

// A link to which a mail program has stuck something does what the link does, by GET and by POST, at the function's own address
// and behind the API; the form's address is the whole link's. A forged one stays forged.
func TestLinksWithSomethingStuck(t *testing.T) {
	t.Parallel()
	forged := func(s *stage) string { return "B" + s.token[1:] }
	for _, tail := range []string{"/", ".", ",", ">", ")", "»", "”", "%3E", "=", "=3D", "=\r\n", "&amp;utm_source=x", "\u00a0", "/.", "&fbclid=x", "?x", "\xbb"} {
		for _, route := range []string{"ANY /r/{link+}", "$default"} {
			s := newStage(t)
			ask := func(method, path, body string) events.APIGatewayV2HTTPResponse {
				e := events.APIGatewayV2HTTPRequest{RouteKey: route, RawPath: path, Body: body, Headers: map[string]string{"content-type": "application/x-www-form-urlencoded"}}
				if route == "$default" {
					e.RawPath = (&url.URL{Path: path}).EscapedPath()
				}
				e.RequestContext.HTTP.Method = method
				answer, err := web.Handler(s.pages.routes())(t.Context(), e)
				if err != nil {
					t.Fatal(err)
				}
				return answer
			}
			name := fmt.Sprintf("%q by %s", tail, route)
			for _, method := range []string{"GET", "HEAD"} {
				if a := ask(method, "/r/"+s.token+"/9"+tail, ""); a.StatusCode != 200 || method == "GET" && (!strings.Contains(a.Body, `value="9" checked`) || !strings.Contains(a.Body, `action="/r/`+s.token+`"`)) {
					t.Errorf("%s: %s %d", name, method, a.StatusCode)
				}
				if a := ask(method, "/r/"+s.token+tail, ""); a.StatusCode != 200 {
					t.Errorf("%s, no score: %s %d", name, method, a.StatusCode)
				}
				if a := ask(method, "/u/"+s.leave[0]+tail, ""); a.StatusCode != 200 || method == "GET" && !strings.Contains(a.Body, `action="/u/`+s.leave[0]+`"`) {
					t.Errorf("%s, unsubscribe: %s %d", name, method, a.StatusCode)
				}
				if a := ask(method, "/r/"+s.token+"/11"+tail, ""); a.StatusCode != 400 {
					t.Errorf("%s, score 11: %s %d", name, method, a.StatusCode)
				}
			}
			for _, path := range []string{"/r/" + forged(s) + "/9", "/r/" + forged(s), "/u/" + forged(s), "/r/" + s.leave[0] + "/9"} {
				for _, method := range []string{"GET", "POST"} {
					if a := ask(method, path+tail, "score=9&gesture=button&confirm=yes"); a.StatusCode != 404 {
						t.Errorf("%s, forged: %s %d", name, method, a.StatusCode)
					}
				}
			}
			if len(s.written()) > 0 {
				t.Errorf("%s: written %v", name, s.written())
			}
			if a := ask("POST", "/r/"+s.token+"/9"+tail, "score=9&gesture=button&digest=a"); a.StatusCode != 303 || a.Headers["Location"] != "/r/"+s.token || s.state() != `9 true "" "" v1` {
				t.Errorf("%s: POST %d to %s, stored %s", name, a.StatusCode, a.Headers["Location"], s.state())
			}
			if a := ask("POST", "/u/"+s.leave[0]+tail, "List-Unsubscribe=One-Click"); a.StatusCode != 200 || !s.unsubscribed[s.id] {
				t.Errorf("%s: unsubscribing %d", name, a.StatusCode)
			}
			if a := ask("DELETE", "/r/"+s.token+tail, ""); a.StatusCode != 405 {
				t.Errorf("%s: DELETE %d", name, a.StatusCode)
			}
		}
	}
	// An entity between two values of the query, as of HTML that was read as text.
	s := newStage(t)
	if w := s.do("GET", "/r/TOKEN/9?utm_source=x&amp;lang=en", ""); w.Code != 200 || !strings.Contains(w.Body.String(), `<html lang="en"`) {
		t.Errorf("the language behind an entity: %d", w.Code)
	}
}

// A page speaks one language, also when it refuses. Where a link leads to no page, it is the browser's.
func TestRefusalsSpeakThePagesLanguage(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for _, c := range []struct{ method, path, body, accept, want string }{
		{"GET", "/r/TOKEN/11", "", "en", "ru"},
		{"GET", "/r/TOKEN/11?lang=en", "", "ru", "en"},
		{"POST", "/r/TOKEN", "score=11&gesture=button", "en-US,en;q=0.9", "ru"},
		{"POST", "/r/TOKEN?lang=en", "score=11&gesture=button", "ru", "en"},
		{"POST", "/r/TOKEN", "why=x&gesture=button", "en", "ru"},
		{"POST", "/r/TOKEN", "look=1&score=x", "en", "ru"},
		{"POST", "/u/TOKEN", "x=y", "en", "ru"},
		{"POST", "/u/TOKEN?lang=en", "x=y", "ru", "en"},
		{"GET", "/r/x", "", "en", "en"},
		{"GET", "/r/x", "", "ru", "ru"},
		{"closed", "", "", "", ""},
		{"GET", "/r/TOKEN/9", "", "en", "ru"},
		{"POST", "/r/TOKEN", "score=9&gesture=button", "en", "ru"},
		{"POST", "/r/TOKEN?lang=en", "score=9&gesture=button", "ru", "en"},
	} {
		if c.method == "closed" {
			s.now = s.now.Add(campaignLife)
			s.campaign(func(x *survey.Campaign) { x.State = survey.Closed })
			continue
		}
		for _, kind := range []string{"text/html", "application/json"} {
			if w := s.do(c.method, c.path, c.body, "Accept-Language: "+c.accept, "Accept: "+kind); w.Code < 400 || w.Header().Get("Content-Language") != c.want {
				t.Errorf("%s %s %s from a browser in %s, as %s: %d in %q, want %s", c.method, c.path, c.body, c.accept, kind, w.Code, w.Header().Get("Content-Language"), c.want)
			}
		}
	}
}

// A page that is older than the answer shows it and asks; what it says of itself decides, not what it is called.
func TestOldPagesAsk(t *testing.T) {
	t.Parallel()
	converse(t, newStage(t), `
POST /r/TOKEN score=3&gesture=gesture&digest=a&seen=0 => 303 | /r/TOKEN | 3 true "" "" v1
POST /r/TOKEN score=9&why=fast&why_was=0&gesture=button&digest=b&seen=1 => 303 | saved=1 | 9 true "fast" "" v2
POST /r/TOKEN score=3&gesture=gesture&digest=c&seen=0 => 303 | /r/TOKEN?chosen=3 | 9 true "fast" "" v2
GET /r/TOKEN?chosen=3 => 200 | Сейчас записана оценка 9. Чтобы изменить её на 3 | 9 true "fast" "" v2
GET /r/TOKEN?chosen=3 => 200 | >Оставить 9</a> | 9 true "fast" "" v2
GET /r/TOKEN?chosen=3 => 200 | name="seen" value="2" | 9 true "fast" "" v2
GET /r/TOKEN?chosen=11 => 400 | - | 9 true "fast" "" v2
POST /r/TOKEN score=3&gesture=button&digest=d&seen=2 => 303 | /r/TOKEN | 3 true "fast" "" v3
POST /r/TOKEN?lang=en score=9&wish=tea&wish_was=0&gesture=button&digest=e&seen=2 => 303 | /r/TOKEN?chosen=9&lang=en&saved=1 | 3 true "fast" "tea" v4
POST /r/TOKEN score=3&gesture=button&digest=f&seen=0 => 303 | /r/TOKEN | 3 true "fast" "tea" v4
POST /r/TOKEN score=9&gesture=gesture&digest=g => 303 | /r/TOKEN?chosen=9 | 3 true "fast" "tea" v4
POST /r/TOKEN score=9&gesture=gesture&digest=h&seen=x => 303 | /r/TOKEN?chosen=9 | 3 true "fast" "tea" v4
POST /r/TOKEN score=9&gesture=button&digest=i => 303 | /r/TOKEN | 9 true "fast" "tea" v5
`)
	s := newStage(t)
	converse(t, s, `
POST /r/TOKEN score=9&gesture=gesture&digest=a&seen=0 => 200 | "version":1 | 9 true "" "" v1
POST /r/TOKEN score=3&gesture=gesture&digest=b&seen=0 => 200 | "asks":true,"message":"Сейчас записана оценка 9. | 9 true "" "" v1
POST /r/TOKEN score=3&gesture=gesture&digest=b => 200 | "asks":true | 9 true "" "" v1
POST /r/TOKEN score=9&gesture=gesture&digest=a&seen=0 => 200 | "version":1 | 9 true "" "" v1
POST /r/TOKEN score=3&gesture=script&digest=c&seen=0 => 200 | "score":9 | 9 true "" "" v1
`, "Accept: application/json")
}

// The words are shown on the device that wrote them, and nothing that another device does loses them.
func TestWordsAreTheirWriters(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	shows := func(device string, want bool) {
		t.Helper()
		for _, path := range []string{"/r/TOKEN", "/r/TOKEN/9", "/r/TOKEN/3", "/r/TOKEN?lang=en", "/r/TOKEN?chosen=2"} {
			page := s.do("GET", path, "").Body.String()
			if got := strings.Contains(page, "between us"); got != want || strings.Contains(page, s.trace("between us")) != want {
				t.Errorf("%s: %s shows the words: %v, want %v", device, path, got, want)
			}
			if said := !strings.Contains(page, `id="kept" hidden`); said == want {
				t.Errorf("%s: %s says that there are words it does not show: %v", device, path, said)
			}
		}
	}
	s.do("POST", "/r/TOKEN", "score=9&gesture=button&digest=a&seen=0")
	w := s.do("POST", "/r/TOKEN", "score=9&why=between+us&why_was=0&wish=&wish_was=0&gesture=button&digest=b&seen=1")
	c := w.Result().Cookies()
	if len(c) != 1 || !c[0].HttpOnly || c[0].Path != "/r/"+s.token || strings.Contains(c[0].Value, "between") {
		t.Fatalf("cookies %v", c)
	}
	first := s.cookies
	shows("the writer", true)
	for _, other := range []string{"", wordsCookie + "=", wordsCookie + "=x.y", wordsCookie + "=.", wordsCookie + "=" + strings.Repeat("A", 22) + "."} {
		s.cookies = other
		shows("another with "+other, false)
	}

	s.cookies = ""
	w = s.do("POST", "/r/TOKEN", "score=9&why=&why_was=%3F&wish=&wish_was=%3F&gesture=button&digest=c&seen=2", "Accept: application/json")
	if strings.Contains(w.Body.String(), "between us") || !strings.Contains(w.Body.String(), `"why_was":"?"`) || s.state() != `9 true "between us" "" v2` {
		t.Errorf("an empty field of another: %s, told %s", s.state(), w.Body)
	}
	shows("another that has sent nothing", false)
	w = s.do("POST", "/r/TOKEN", "score=9&why=me+too&why_was=%3F&wish=tea&wish_was=0&gesture=button&digest=d&seen=2", "Accept: application/json")
	if strings.Contains(w.Body.String(), "between us") || s.state() != `9 true "between us\n\nme too" "tea" v3` {
		t.Errorf("words of another: %s, told %s", s.state(), w.Body)
	}
	shows("another that has added", false)
	if page := s.do("GET", "/r/TOKEN", "").Body.String(); !strings.Contains(page, "tea</textarea>") {
		t.Error("the wish is that device's own, and not shown to it")
	}
	s.cookies = first
	if page := s.do("GET", "/r/TOKEN", "").Body.String(); strings.Contains(page, "me too") || strings.Contains(page, "tea") {
		t.Error("the first one reads what the second one wrote")
	}
}

// What stands in the form comes along into another language, and nothing of it is taken.
func TestLanguageKeepsWhatIsTyped(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.do("POST", "/r/TOKEN", "score=9&why=stored&why_was=0&gesture=button&digest=a")
	was := s.trace("stored")
	for _, c := range []struct{ body, wants, not string }{
		{"score=9&why=stored&why_was=" + was, "stored</textarea>|Thank you! Your score is 9.|value=\"9\" checked", ""},
		{"score=9&why=typed&why_was=" + was, "typed</textarea>|why_was\" value=\"" + was, "stored"},
		{"score=3&why=&why_was=" + was, "value=\"3\" checked|Your score is 9 so far|name=\"why\" rows=\"4\">\n</textarea>|Keep 9", "stored"},
		{"score=3&wish=tea&wish_was=0", "tea</textarea>|stored</textarea>", ""},
		{"wish=%3Cb%3E&wish_was=0", "&lt;b&gt;</textarea>", "<b>"},
		{"", "stored</textarea>", ""},
	} {
		w := s.do("POST", "/r/TOKEN?lang=en", "look=1&gesture=button&digest=b&seen=1&"+c.body)
		page := w.Body.String()
		for want := range strings.SplitSeq(c.wants, "|") {
			if w.Code != 200 || !strings.Contains(page, want) {
				t.Errorf("%s: %d, no %q", c.body, w.Code, want)
			}
		}
		if c.not != "" && strings.Contains(page, c.not) || !strings.Contains(page, `<html lang="en"`) || s.state() != `9 true "stored" "" v1` {
			t.Errorf("%s: %s, or it holds %q", c.body, s.state(), c.not)
		}
	}
}

func TestOverIsOver(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		state   survey.CampaignState
		closes  time.Time
		status  int
		comment string
	}{
		{survey.Open, noon.Add(time.Second), 200, "open"},
		{survey.Sending, time.Time{}, 200, "still being sent"},
		{survey.Paused, time.Time{}, 200, "paused"},
		{survey.Open, noon, 410, "past its closing date"},
		{survey.Closed, time.Time{}, 410, "closed"},
		{survey.Cancelled, time.Time{}, 410, "cancelled"},
		{survey.Draft, time.Time{}, 404, "a draft"},
	} {
		s := newStage(t)
		s.campaign(func(x *survey.Campaign) { x.State, x.ClosesAt = c.state, c.closes })
		if w := s.do("GET", "/r/TOKEN/9", ""); w.Code != c.status {
			t.Errorf("%s: GET %d, want %d", c.comment, w.Code, c.status)
		}
		want := c.status
		if want == 200 {
			want = 303
		}
		if w := s.do("POST", "/r/TOKEN", "score=9&gesture=button"); w.Code != want || (len(s.written()) > 0) != (c.status == 200) {
			t.Errorf("%s: POST %d, want %d; written %v", c.comment, w.Code, want, s.written())
		}
		if w := s.do("GET", "/u/TOKEN", ""); w.Code != 200 {
			t.Errorf("%s: unsubscribing %d", c.comment, w.Code)
		}
	}
}

// The will, however a mail program or its server wraps it, comes through the API's event and unsubscribes once; whatever else is
// sent writes nothing. Which wrappings there are is link's own test.
func TestOneClickThroughTheAPI(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		method, media, body string
		base64              bool
		status              int
	}{
		"a form, as base64":         {"POST", "application/x-www-form-urlencoded", "List-Unsubscribe=One-Click", true, 200},
		"plain text":                {"POST", "text/plain", "List-Unsubscribe=One-Click", false, 200},
		"plain text and a line end": {"POST", "text/plain; charset=utf-8", "List-Unsubscribe=One-Click\r\n", false, 200},
		"no Content-Type":           {"POST", "", "List-Unsubscribe=One-Click", true, 200},
		"no Content-Type, as text":  {"POST", "", "List-Unsubscribe=One-Click\r\n", false, 200},
		"multipart":                 {"POST", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n", true, 200},
		"a type that is none":       {"POST", "x; y; z", "list-unsubscribe=one-click", false, 200},
		"JSON":                      {"POST", "application/json", `{"List-Unsubscribe":"One-Click"}`, false, 200},
		"nothing said":              {"POST", "", "", false, 400},
		"something else said":       {"POST", "text/plain", "List-Unsubscribe=Never", false, 400},
		"very much said":            {"POST", "text/plain", strings.Repeat("List-Unsubscribe=One-Click\n", 1<<14), false, 413},
		"GET with the words":        {"GET", "text/plain", "List-Unsubscribe=One-Click", false, 200},
		"HEAD with the words":       {"HEAD", "application/x-www-form-urlencoded", "List-Unsubscribe=One-Click", true, 200},
		"PUT with the words":        {"PUT", "text/plain", "List-Unsubscribe=One-Click", false, 405},
	} {
		for _, language := range []string{"ru", "en"} {
			s := newStage(t)
			e := events.APIGatewayV2HTTPRequest{
				RawPath: "/u/" + s.leave[0], RawQueryString: "lang=" + language, Body: c.body, IsBase64Encoded: c.base64,
				Headers: map[string]string{"content-type": c.media, "accept-language": "de"},
			}
			if c.media == "" {
				delete(e.Headers, "content-type")
			}
			if c.base64 {
				e.Body = base64.StdEncoding.EncodeToString([]byte(c.body))
			}
			e.RequestContext.HTTP.Method = c.method
			for again := range 3 {
				answer, err := web.Handler(s.pages.routes())(t.Context(), e)
				if err != nil || answer.StatusCode != c.status {
					t.Errorf("%s, time %d: %d, %v, want %d", name, again+1, answer.StatusCode, err, c.status)
				}
				if c.status == 400 && !strings.Contains(answer.Body, map[string]string{"ru": "нажмите кнопку", "en": "press the button"}[language]) {
					t.Errorf("%s: does not say what to do: %s", name, answer.Body)
				}
			}
			want := 0
			if c.method == "POST" && c.status == 200 {
				want = 1
			}
			if len(s.written()) != want || s.unsubscribed[s.id] != (want == 1) {
				t.Errorf("%s: written %v", name, s.written())
			}
		}
	}
}

// Who has unsubscribed, was taken back in by a wish of their own and unsubscribes again within the minute is unsubscribed.
func TestUnsubscribingAnew(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.do("POST", "/u/TOKEN", "confirm=yes")
	delete(s.unsubscribed, s.id)
	if w := s.do("POST", "/u/TOKEN", "confirm=yes"); w.Code != 200 || !s.unsubscribed[s.id] {
		t.Errorf("%d, %v", w.Code, s.unsubscribed)
	}
}

func TestUnsubscribe(t *testing.T) {
	t.Parallel()
	for name, post := range map[string]func(*stage) int{
		"button":    func(s *stage) int { return s.do("POST", "/u/TOKEN", "confirm=yes").Code },
		"one click": func(s *stage) int { return s.do("POST", "/u/TOKEN", "List-Unsubscribe=One-Click").Code },
		"one click as multipart": func(s *stage) int {
			var b bytes.Buffer
			m := multipart.NewWriter(&b)
			m.WriteField("List-Unsubscribe", "One-Click")
			m.Close()
			return s.do("POST", "/u/TOKEN", b.String(), "Content-Type: "+m.FormDataContentType()).Code
		},
	} {
		s := newStage(t)
		if w := s.do("GET", "/u/TOKEN", ""); w.Code != 200 || !strings.Contains(w.Body.String(), `name="confirm" value="yes"`) || len(s.written()) > 0 {
			t.Errorf("%s: GET %d, written %v", name, w.Code, s.written())
		}
		if code := post(s); code != 200 || !s.unsubscribed[s.id] {
			t.Errorf("%s: %d, unsubscribed %v", name, code, s.unsubscribed)
		}
		if code := post(s); code != 200 {
			t.Errorf("%s, again: %d", name, code)
		}
		if w := s.do("GET", "/u/TOKEN", ""); w.Code != 200 || strings.Contains(w.Body.String(), "<form") || !strings.Contains(w.Body.String(), "Подписка отменена") {
			t.Errorf("%s, opened again: %d %s", name, w.Code, w.Body)
		}
		// Who wants to answer still may.
		if w := s.do("GET", "/r/TOKEN/9", ""); w.Code != 200 || !strings.Contains(w.Body.String(), "Подписка отменена") {
			t.Errorf("%s, survey: %d", name, w.Code)
		}
		if s.do("POST", "/r/TOKEN", "score=9&gesture=button"); s.state() != `9 true "" "" v1` {
			t.Errorf("%s, answer after it: %s", name, s.state())
		}
	}
}

// What stands in List-Unsubscribe, which servers on the way read and keep, opens no survey; a letter of before that was so
// still does everything.
func TestAnUnsubscribeLinkOpensNoSurvey(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.do("POST", "/r/TOKEN", "score=3&gesture=button&digest=a")
	s.do("POST", "/r/TOKEN", "why=опоздали&why_was=0&gesture=button&digest=b")
	const stored = `3 true "опоздали" "" v2`
	for _, leave := range s.leave {
		for _, c := range []struct{ method, path, body string }{
			{"GET", "/r/" + leave, ""},
			{"GET", "/r/" + leave + "/9", ""},
			{"HEAD", "/r/" + leave, ""},
			{"GET", "/r/" + leave + "?lang=en", ""},
			{"POST", "/r/" + leave, "score=9&gesture=button&digest=c"},
			{"POST", "/r/" + leave + "/9", "why=x&gesture=button&digest=d"},
		} {
			if w := s.do(c.method, c.path, c.body); w.Code != 404 || strings.Contains(w.Body.String(), "опоздали") || s.state() != stored {
				t.Errorf("%s %s: %d, stored %s", c.method, c.path, w.Code, s.state())
			}
		}
	}
	if w := s.do("GET", "/u/TOKEN", ""); w.Code != 200 || strings.Contains(w.Body.String(), "опоздали") || strings.Contains(w.Body.String(), "/r/") {
		t.Errorf("the unsubscribe page: %d %s", w.Code, w.Body)
	}
	if w := s.do("GET", "/u/OLD", ""); w.Code != 200 || s.unsubscribed[s.id] {
		t.Errorf("an old letter's link: %d", w.Code)
	}
	if w := s.do("POST", "/u/OLD", "List-Unsubscribe=One-Click"); w.Code != 200 || !s.unsubscribed[s.id] {
		t.Errorf("an old letter's link does not unsubscribe: %d", w.Code)
	}
}

// Whoever has a link cannot make the table write without end; somebody who changes a score twenty times can.
func TestAFloodOfOneLink(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for n := range 20 {
		if w := s.do("POST", "/r/TOKEN", fmt.Sprintf("score=%d&gesture=button&digest=h%d", n%11, n)); w.Code != 303 {
			t.Fatalf("change %d: %d", n, w.Code)
		}
	}
	for n := range 500 {
		s.do("POST", "/r/TOKEN", fmt.Sprintf("score=%d&gesture=button&digest=f%d", n%11, n))
	}
	written := len(s.written())
	if written > 60 {
		t.Errorf("written %d times", written)
	}
	w := s.do("POST", "/r/TOKEN?lang=ru", "why=once+more&gesture=button&digest=x")
	if w.Code != 429 || !strings.Contains(w.Body.String(), "Через час") || len(s.written()) != written {
		t.Errorf("one more: %d %s", w.Code, w.Body)
	}
	if w := s.do("POST", "/r/TOKEN", "why=once+more&gesture=button&digest=x", "Accept: application/json"); w.Code != 429 || !strings.Contains(w.Body.String(), `"code":"answer_too_often"`) {
		t.Errorf("the script is told %d %s", w.Code, w.Body)
	}
	if w := s.do("GET", "/r/TOKEN", ""); w.Code != 200 {
		t.Errorf("the page: %d", w.Code)
	}
	s.now = s.now.Add(time.Hour)
	if w := s.do("POST", "/r/TOKEN", "why=once+more&gesture=button&digest=x"); w.Code != 303 || s.responses[s.id].Why != "once more" {
		t.Errorf("an hour later: %d %s", w.Code, s.state())
	}
}

func TestTestLinksWriteNothing(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.campaign(func(c *survey.Campaign) { c.State = survey.Draft })
	delete(s.people, s.id)
	converse(t, s, `
GET /r/TEST/9 => 200 | Это пробная ссылка | nothing
POST /r/TEST score=9&gesture=button&digest=a => 303 | /r/TEST/9?saved=1 | nothing
GET /r/TEST/9?saved=1 => 200 | Спасибо! Ваша оценка — 9. | nothing
POST /r/TEST why=x&gesture=button&digest=b => 303 | - | nothing
POST /r/TEST score=11&gesture=button&digest=b => 400 | - | nothing
GET /u/TEST => 200 | пробная | nothing
POST /u/TEST confirm=yes => 200 | - | nothing
`)
	if len(s.written()) > 0 {
		t.Errorf("written: %v", s.written())
	}
}

func TestLongCommentIsCutAndSaidSo(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.do("POST", "/r/TOKEN", "score=5&gesture=button&digest=a")
	long := strings.Repeat("%D0%B6", 100<<10/2) // 100 KB of Cyrillic are 300 KB of form
	w := s.do("POST", "/r/TOKEN", "why="+long+"&wish="+long+"&gesture=button&digest=b")
	if w.Code != 303 || !strings.Contains(w.Header().Get("Location"), "cut=1") {
		t.Fatalf("%d %s", w.Code, w.Header().Get("Location"))
	}
	if r := s.responses[s.id]; r.Why != strings.Repeat("ж", survey.MaxComment) {
		t.Errorf("kept %d characters", len([]rune(r.Why)))
	}
	if page := unbroken(s.do("GET", w.Header().Get("Location"), "")); !strings.Contains(page, "первые 4 000 знаков") {
		t.Error("the page does not say that it was cut")
	}
	w = s.do("POST", "/r/TOKEN", "why=x"+long+"&gesture=button&digest=c", "Accept: application/json")
	if !strings.Contains(w.Body.String(), `"cut":true`) || !strings.Contains(w.Body.String(), "4\u00a0000") {
		t.Errorf("the script is told %s", w.Body)
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	post := "score=9&gesture=button&digest=a"
	t.Run("lost", func(t *testing.T) {
		s := newStage(t)
		s.lost = 1
		if w := s.do("POST", "/r/TOKEN", post); w.Code != 500 || strings.Contains(w.Body.String(), "table") {
			t.Errorf("%d %s", w.Code, w.Body)
		}
		if w := s.do("POST", "/r/TOKEN", post); w.Code != 303 || s.state() != `9 true "" "" v1` {
			t.Errorf("again: %d, %s", w.Code, s.state())
		}
	})
	t.Run("failed but saved", func(t *testing.T) {
		s := newStage(t)
		s.unheard = 1
		if w := s.do("POST", "/r/TOKEN", post); w.Code != 500 {
			t.Errorf("%d", w.Code)
		}
		if w := s.do("POST", "/r/TOKEN", post); w.Code != 303 || len(s.written()) != 1 {
			t.Errorf("again: %d, written %v", w.Code, s.written())
		}
	})
	t.Run("somebody else is faster", func(t *testing.T) {
		s := newStage(t)
		s.do("POST", "/r/TOKEN", "score=5&gesture=button&digest=z")
		s.meddling = func() { s.do("POST", "/r/TOKEN", "why=other+tab&why_was=0&gesture=button&digest=y") }
		if w := s.do("POST", "/r/TOKEN", post); w.Code != 303 || s.state() != `9 true "other tab" "" v3` {
			t.Errorf("%d, %s", w.Code, s.state())
		}
	})
	t.Run("unsubscribing fails", func(t *testing.T) {
		s := newStage(t)
		s.lost = 1
		if w := s.do("POST", "/u/TOKEN", "confirm=yes"); w.Code != 500 {
			t.Errorf("%d: says done though it is not", w.Code)
		}
	})
}

func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	var wg sync.WaitGroup
	for range 4 {
		for _, b := range []string{"score=9&gesture=gesture&digest=a", "score=9&gesture=gesture&digest=a", "score=9&gesture=script&digest=b"} {
			wg.Go(func() { s.do("POST", "/r/TOKEN", b) })
		}
	}
	wg.Wait()
	if r := s.responses[s.id]; r.Score != 9 || !r.Verified || r.Version > 2 {
		t.Errorf("stored is %s", s.state())
	}
}
