package public

import (
	"cmp"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/a-h/templ"

	"onetap/internal/apperr"
	"onetap/internal/lang"
	"onetap/internal/loop"
	"onetap/internal/seal"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// How often newcomers may leave how they are reached, within an hour: from one network, and altogether. By one link: survey.MaxRecommendHour and survey.MaxRecommendLeads.
const maxFromNetwork, maxLeads = 10, 200

// Limits of what a newcomer writes, in characters.
const maxName, maxReach, maxRemark = 100, 200, 1000

// recommendation reads the link of a promoter, where the campaign offers one.
func (p *pages) recommendation(r *http.Request, v *visit) error {
	if !v.campaign.Recommends() || v.token.Test || v.person.Response == nil || !v.person.Response.Promotes() {
		return nil
	}
	var err error
	v.handed, err = p.store.Recommendation(r.Context(), v.campaign.ID, v.token.Contact)
	v.toHand = cmp.Or(strings.TrimSuffix(v.campaign.Site, "/"), "https://"+r.Host) + "/i/" + p.keys.MakeRecommend(v.token)
	return err
}

// takeLink answers the button by which a promoter takes a link to hand on. As with a score, only a button is anybody's will.
func (p *pages) takeLink(w http.ResponseWriter, r *http.Request, v visit) error {
	if err := p.recommendation(r, &v); err != nil {
		return err
	}
	if survey.Gesture(r.PostForm.Get("gesture")) != survey.ByButton || v.toHand == "" {
		return apperr.New(apperr.Conflict, "recommend_not_now", "recommend")
	}
	if v.handed.Version == 0 {
		err := p.store.SaveRecommendation(r.Context(), v.campaign.ID, survey.Recommendation{Contact: v.token.Contact, Taken: p.now().UTC()})
		if err != nil && !errors.Is(err, apperr.ErrChanged) { // another tab has taken it
			return err
		}
	}
	http.Redirect(w, r, v.path+v.chose+"#recommend", http.StatusSeeOther)
	return nil
}

// invited is who comes by a link that a promoter has handed on. Nothing of the promoter is shown.
type invited struct {
	visit
	digest             string
	left               bool // how they are reached was just left
	name, reach, words string
	wrong              string
}

// invite reads such a link. Problem: link_unknown.
func (p *pages) invite(r *http.Request) (v invited, err error) {
	v.path = "/i/" + r.PathValue("link")
	if v.token, err = p.keys.CheckRecommend(r.PathValue("link")); err != nil {
		return v, &apperr.Error{Kind: apperr.Unknown, Code: "link_unknown", Cause: err}
	}
	if v.campaign, err = p.store.Campaign(r.Context(), v.token.Campaign); err != nil {
		return v, unknownLink(err)
	}
	v.handed, err = p.store.Recommendation(r.Context(), v.campaign.ID, v.token.Contact)
	if err == nil && (v.handed.Version == 0 || !v.campaign.Recommends()) {
		err = apperr.New(apperr.Unknown, "link_unknown", "")
	}
	var known bool
	v.lang, known = lang.Parse(r.URL.Query().Get("lang"))
	switch {
	case known:
		v.chose = "?lang=" + string(v.lang)
	case r.Header.Get("Accept-Language") != "":
		v.lang = web.Language(r)
		known = v.campaign.Speaks(string(v.lang))
	}
	if !known {
		if v.lang, known = lang.Parse(v.campaign.LanguageFor("")); !known {
			v.lang = lang.Default
		}
	}
	v.digest = p.digest()
	return v, err
}

// showInvite answers GET: who invites, and where to go. It writes nothing.
func (p *pages) showInvite(w http.ResponseWriter, r *http.Request) {
	v, err := p.invite(r)
	if err != nil {
		web.Fail(w, r, err)
		return
	}
	v.left = r.URL.Query().Has("left")
	v.write(w, r, http.StatusOK)
}

func (v invited) write(w http.ResponseWriter, r *http.Request, status int) {
	page := v.page(v.says("title"), templ.Join(v.invitation(), v.links()), nil)
	page.Onward = v.campaign.Recommend.Address
	page.Write(w, r, status)
}

// says is a text that names the company, or the one without where it has said no name.
func (v invited) says(what string) string {
	id := "invite." + what
	if v.campaign.Company == "" {
		id += "_plain"
	}
	return v.lang.T(id, lang.Values{"Company": v.campaign.Company, "Host": v.campaign.Recommend.Host()})
}

// welcome is what the company says to newcomers.
func (v invited) welcome() string {
	return cmp.Or(v.campaign.Recommend.Words[string(v.lang)], v.lang.T("invite.words"))
}

// takeInvite answers the two forms of that page. Only a post that says that a button was pressed is anybody's will.
func (p *pages) takeInvite(w http.ResponseWriter, r *http.Request) {
	v, err := p.invite(r)
	if err == nil {
		err = readForm(w, r)
	}
	if err == nil && survey.Gesture(r.PostForm.Get("gesture")) != survey.ByButton {
		err = apperr.New(apperr.Invalid, "invite_unsaid", "")
	}
	switch {
	case err != nil:
	case r.PostForm.Has("go"):
		err = p.goOn(r, v)
	default:
		v.name, v.reach, v.words = strings.TrimSpace(r.PostForm.Get("name")), strings.TrimSpace(r.PostForm.Get("reach")), strings.TrimSpace(r.PostForm.Get("words"))
		err = p.leaveLead(r, v)
	}
	q := apperr.As(err)
	switch {
	case err == nil && r.PostForm.Has("go"):
		http.Redirect(w, r, v.campaign.Recommend.Address, http.StatusSeeOther)
	case err == nil:
		to := v.path + "?left=1"
		if v.chose != "" {
			to = v.path + v.chose + "&left=1"
		}
		http.Redirect(w, r, to, http.StatusSeeOther)
	case q != nil && v.handed.Version > 0 && q.Code != "link_unknown": // nothing that was typed is lost
		v.wrong = v.lang.Problem(q)
		v.write(w, r, web.Status(q))
	default:
		web.Fail(w, r, err)
	}
}

// goOn counts that somebody goes on, once an hour from one network.
func (p *pages) goOn(r *http.Request, v invited) error {
	may, err := p.store.Try(r.Context(), "leads-go-"+p.keys.Network(v.path+network(r)), 1, p.now())
	if err != nil || !may {
		return err
	}
	_, err = p.change(r, v, func(h survey.Recommendation) (survey.Recommendation, bool, error) {
		h, changed := h.Open()
		return h, changed, nil
	})
	return err
}

// leaveLead keeps how a newcomer is reached: who recommended first, so that no link takes more than its limit; a form that is sent again is the same newcomer. Problems: invite_reach,
// invite_long, invite_agree, recommend_often, recommend_full, words_later.
func (p *pages) leaveLead(r *http.Request, v invited) error {
	form := r.PostForm.Get("digest")
	switch {
	case utf8.RuneCountInString(v.name) > maxName || utf8.RuneCountInString(v.reach) > maxReach || utf8.RuneCountInString(v.words) > maxRemark:
		return apperr.New(apperr.Invalid, "invite_long", "words")
	case !reachable(v.reach):
		return apperr.New(apperr.Invalid, "invite_reach", "reach")
	case r.PostForm.Get("agree") == "":
		return apperr.New(apperr.Invalid, "invite_agree", "agree")
	case !digestForm.MatchString(form):
		return apperr.New(apperr.Invalid, "invite_unsaid", "")
	}
	for _, limit := range []struct {
		of   string
		most int
	}{{"leads-" + p.keys.Network(network(r)), maxFromNetwork}, {"leads", maxLeads}} {
		if may, err := p.store.Try(r.Context(), limit.of, limit.most, p.now()); err != nil || !may {
			return cmp.Or(err, error(apperr.New(apperr.TooMany, "recommend_often", "")))
		}
	}
	person, err := p.store.Respondent(r.Context(), v.campaign, v.token.Contact)
	if err != nil {
		return err
	}
	i := loop.Item{
		Campaign: v.campaign.ID, Shard: v.token.Contact.Shard(), Name: p.keys.LeadName(v.path, form), Kind: loop.ItemLead, Audience: v.campaign.Audience, Contact: v.token.Contact, Recommended: true,
		Owner: person.Owner, Team: person.Team, Language: string(v.lang), At: p.now().UTC(), State: loop.ItemWaits,
	}
	said, err := json.Marshal(loop.ItemSaid{Name: v.name, Reach: v.reach, Words: v.words, Consent: v.says("agree")})
	if err != nil {
		return err
	}
	sealed, err := p.seal.SealTo(r.Context(), seal.Words, p.store.LeadPlace(i), said)
	if noPair(err) {
		return apperr.New(apperr.Conflict, "words_later", "")
	}
	if err != nil {
		return err
	}
	_, err = p.change(r, v, func(h survey.Recommendation) (survey.Recommendation, bool, error) { return h.Leave(i.Name, i.At) })
	if err != nil {
		return err
	}
	return p.store.PutLead(r.Context(), i, sealed)
}

// change applies what came of a link, again on what is stored then if somebody else was faster.
func (p *pages) change(r *http.Request, v invited, do func(survey.Recommendation) (survey.Recommendation, bool, error)) (survey.Recommendation, error) {
	for range maxTries {
		after, changed, err := do(v.handed)
		if err != nil || !changed {
			return after, err
		}
		if err = p.store.SaveRecommendation(r.Context(), v.campaign.ID, after); !errors.Is(err, apperr.ErrChanged) {
			return after, err
		}
		if v.handed, err = p.store.Recommendation(r.Context(), v.campaign.ID, v.token.Contact); err == nil && v.handed.Version == 0 { // erased meanwhile
			err = apperr.New(apperr.Unknown, "link_unknown", "")
		}
		if err != nil {
			return after, err
		}
	}
	return v.handed, apperr.New(apperr.Conflict, "changed_meanwhile", "")
}

// reachable reports whether a text can be an address or a telephone.
func reachable(s string) bool {
	digits := strings.Map(func(c rune) rune {
		if unicode.IsDigit(c) {
			return c
		}
		return -1
	}, s)
	_, err := survey.NormalizeEmail(s)
	return err == nil || utf8.RuneCountInString(digits) >= 6 && utf8.RuneCountInString(digits) <= 15 && strings.Trim(s, "+()-–. 0123456789") == ""
}

// network is the network from which a request comes, as far as its provider gives it to one customer.
func network(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}
	bits := 24
	if ip = ip.Unmap(); ip.Is6() {
		bits = 48
	}
	of, _ := ip.Prefix(bits)
	return of.String()
}
