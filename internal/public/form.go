package public

import (
	"errors"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"strconv"

	"onetap/internal/apperr"
	"onetap/internal/nps"
	"onetap/internal/survey"
)

// maxBody is the largest form that is read, in bytes. Two comments of 100 KB fit in whatever script they are written:
// a form's encoding makes three bytes of each byte that is not ASCII.
const maxBody = 1 << 20

// readForm parses a form, as browsers and mail programs post it, of at most maxBody bytes.
func readForm(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case err == nil && media == "multipart/form-data":
		err = r.ParseMultipartForm(maxBody)
	case err == nil && media == "application/x-www-form-urlencoded":
		err = r.ParseForm()
	default:
		return apperr.New(apperr.Unsupported, "form_wanted", "Content-Type")
	}
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return apperr.New(apperr.TooLarge, "answer_too_large", "", "Limit", survey.MaxComment)
	}
	if err != nil {
		return &apperr.Error{Kind: apperr.Invalid, Code: "body_unreadable", Cause: err}
	}
	return nil
}

var digestForm = regexp.MustCompile(`^[0-9A-Za-z_-]{1,64}$`)

// unknown is the version that a page of an older release knows, which does not say it. There a touch anywhere and a choice
// of a score look alike, so that it asks before it changes an answer; its button is heard. Whoever knows it is always asked.
const unknown = -1

// postOf reads a post from its form. Words that still are what the page showed are not said anew: an old tab does not
// write over what another tab has saved since.
func (p *pages) postOf(v visit, form url.Values) (post survey.Post, cut bool, err error) {
	post.Gesture = survey.Gesture(form.Get("gesture"))
	if d := form.Get("digest"); digestForm.MatchString(d) {
		post.Digest = d
	}
	if d := form.Get("follows"); digestForm.MatchString(d) {
		post.Follows = d
	}
	if n, err := strconv.Atoi(form.Get("seen")); err == nil {
		post.Known = &n
	} else if post.Gesture == survey.ByGesture {
		n = unknown
		post.Known = &n
	}
	if post.Rated, err = ratedIn(v, form); err != nil {
		return post, false, err
	}
	if s := form.Get("score"); s != "" || !form.Has("why") && !form.Has("wish") && len(post.Rated) == 0 {
		if s == "" {
			return post, false, apperr.New(apperr.Invalid, "score_missing", "score")
		}
		if post.Score, err = parseScore(s); err != nil {
			return post, false, err
		}
		if form.Get("asked") == strconv.Itoa(*post.Score) { // still a question: the button was that of the words
			n := unknown
			post.Known = &n
		}
	}
	for _, f := range []struct {
		name    string
		to, was **string
	}{{"why", &post.Why, &post.WhyWas}, {"wish", &post.Wish, &post.WishWas}} {
		words := said(form, f.name)
		if words == nil {
			continue
		}
		text, long := survey.Comment(*words)
		was := said(form, f.name+"_was")
		if was != nil && (*was == p.trace(v)(text) || *was == survey.Hidden && text == "") {
			continue
		}
		*f.to, *f.was = &text, was
		cut = cut || long
	}
	return post, cut, nil
}

// ratedIn reads the ratings of the touchpoints that this respondent is asked of, one field each. What still is as the page showed it is not said anew.
func ratedIn(v visit, form url.Values) (rated map[survey.TouchpointID]survey.Rating, err error) {
	was := survey.Ratings(form.Get("rated_was"))
	for _, t := range v.campaign.Dealt(v.token.Contact) {
		switch r := survey.Rating(form.Get(string(t.ID))); r {
		case "":
		case survey.Poor, survey.Fine, survey.Wow:
			if was.Of(t.ID) == r {
				continue
			}
			if rated == nil {
				rated = map[survey.TouchpointID]survey.Rating{}
			}
			rated[t.ID] = r
		default:
			return nil, apperr.New(apperr.Invalid, "rating_unknown", string(t.ID))
		}
	}
	return rated, nil
}

// said is a field of a form; nil: the form has none of that name.
func said(form url.Values, name string) *string {
	if !form.Has(name) {
		return nil
	}
	s := form.Get(name)
	return &s
}

func parseScore(s string) (*int, error) {
	score, err := nps.ParseScore(s)
	if err != nil {
		return nil, apperr.New(apperr.Invalid, "score_out_of_range", "score", "Max", int(nps.MaxScore))
	}
	n := int(score)
	return &n, nil
}
