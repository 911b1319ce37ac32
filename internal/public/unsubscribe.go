package public

import (
	"net/http"

	"onetap/internal/apperr"
	"onetap/internal/keys"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// askUnsubscribe answers GET: one button. Scanners open this link too, so it changes nothing.
func (p *pages) askUnsubscribe(w http.ResponseWriter, r *http.Request) {
	v, err := p.unsubscriber(r)
	if err != nil {
		v.fail(w, r, err)
		return
	}
	if v.person.Suppressed == survey.Unsubscribed {
		p.unsubscribed(w, r, v)
		return
	}
	v.write(w, r, v.lang.T("unsubscribe.title"), v.asks())
}

// unsubscribe answers POST: of the page's button or of the mail program (RFC 8058). A POST that says neither is no one's
// will. Done twice, it says that it is done.
func (p *pages) unsubscribe(w http.ResponseWriter, r *http.Request) {
	v, err := p.unsubscriber(r)
	var body []byte
	if err == nil {
		body, err = web.Body(r, keys.MaxUnsubscribe)
	}
	if apperr.Is(err, "body_too_large") { // no button of ours says so much
		err = apperr.New(apperr.TooLarge, "unsubscribe_unsaid", "")
	}
	if err == nil && !keys.SaysUnsubscribe(r.Header.Get("Content-Type"), body) {
		err = apperr.New(apperr.Invalid, "unsubscribe_unsaid", "confirm")
	}
	// Again within a minute there is nothing to write, unless somebody has taken it back meanwhile.
	_, again := p.left.get(v.token, p.now())
	if err == nil && !v.token.Test && !(again && v.person.Suppressed == survey.Unsubscribed) {
		if err = p.store.Unsubscribe(r.Context(), v.campaign, v.token.Contact); err == nil {
			p.left.put(v.token, struct{}{}, p.now())
		}
	}
	if err != nil {
		v.fail(w, r, err)
		return
	}
	p.unsubscribed(w, r, v)
}

// unsubscriber is whoever holds the link. Who is not (or no longer) known may still unsubscribe: the signature is enough.
func (p *pages) unsubscriber(r *http.Request) (visit, error) {
	v, err := p.visit(r, "/u/", p.keys.CheckUnsubscribe)
	if v.lang != "" && apperr.Is(err, "link_unknown") {
		err = nil
	}
	return v, err
}

func (p *pages) unsubscribed(w http.ResponseWriter, r *http.Request, v visit) {
	v.write(w, r, v.lang.T("unsubscribe.done_title"), v.done())
}
