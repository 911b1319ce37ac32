package entrance_test

import (
	"context"
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"onetap/internal/auth"
	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
	"onetap/internal/oidc"
)

// company is a small issuer of OpenID Connect: discovery, authorization code with PKCE, RS256.
type company struct {
	t      testing.TB
	server *httptest.Server
	key    *rsa.PrivateKey
	now    func() time.Time

	mu     sync.Mutex
	codes  map[string]url.Values     // what each code was given for; a code is good once
	claims map[string]any            // put into the next token, over what is usual
	sign   func(parts string) string // of the next token; nil: as it should be
	alg    string
	down   bool
}

func newCompany(t testing.TB, now func() time.Time) *company {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	c := &company{t: t, key: key, now: now, codes: map[string]url.Values{}, alg: "RS256"}
	mux := http.NewServeMux()
	reply := func(w http.ResponseWriter, status int, v any) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		json.NewEncoder(w).Encode(v)
	}
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.down {
			reply(w, 503, nil)
			return
		}
		u := c.server.URL
		reply(w, 200, map[string]any{
			"issuer": u, "authorization_endpoint": u + "/authorize", "token_endpoint": u + "/token", "jwks_uri": u + "/keys",
			"id_token_signing_alg_values_supported": []string{"RS256"},
		})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, r *http.Request) {
		reply(w, 200, map[string]any{"keys": []any{map[string]any{
			"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "1",
			"n": base64.RawURLEncoding.EncodeToString(key.N.Bytes()), "e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(key.E)).Bytes()),
		}}})
	})
	mux.HandleFunc("GET /authorize", func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		defer c.mu.Unlock()
		q := r.URL.Query()
		code := rand.Text()
		c.codes[code] = q
		http.Redirect(w, r, q.Get("redirect_uri")+"?"+url.Values{"code": {code}, "state": {q.Get("state")}}.Encode(), http.StatusFound)
	})
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		defer c.mu.Unlock()
		code := r.FormValue("code")
		asked, ok := c.codes[code]
		delete(c.codes, code)
		sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
		id, secret, _ := r.BasicAuth()
		if !ok || asked.Get("code_challenge_method") != "S256" || base64.RawURLEncoding.EncodeToString(sum[:]) != asked.Get("code_challenge") ||
			id != "onetap" || secret != "secret" || r.FormValue("redirect_uri") != asked.Get("redirect_uri") {
			reply(w, 400, map[string]string{"error": "invalid_grant"})
			return
		}
		reply(w, 200, map[string]any{"access_token": "x", "token_type": "Bearer", "id_token": c.token(asked.Get("nonce"))})
	})
	c.server = httptest.NewServer(mux)
	t.Cleanup(c.server.Close)
	return c
}

func (c *company) token(nonce string) string {
	claims := map[string]any{
		"iss": c.server.URL, "aud": "onetap", "sub": "1", "iat": c.now().Unix(), "exp": c.now().Add(time.Hour).Unix(), "nonce": nonce,
		"email": "Owner@Example.com", "email_verified": true,
	}
	for k, v := range c.claims {
		claims[k] = v
	}
	encode := func(v any) string {
		b, err := json.Marshal(v)
		if err != nil {
			c.t.Error(err)
		}
		return base64.RawURLEncoding.EncodeToString(b)
	}
	parts := encode(map[string]string{"alg": c.alg, "kid": "1", "typ": "JWT"}) + "." + encode(claims)
	if c.sign != nil {
		return parts + "." + c.sign(parts)
	}
	sum := sha256.Sum256([]byte(parts))
	s, err := rsa.SignPKCS1v15(rand.Reader, c.key, crypto.SHA256, sum[:])
	if err != nil {
		c.t.Error(err)
	}
	return parts + "." + base64.RawURLEncoding.EncodeToString(s)
}

// login goes to the issuer and returns the path by which it comes back.
func (c *company) login(g *consoletest.Guest, to string) string {
	c.t.Helper()
	p := g.Get("/sign-in/oidc?to="+url.QueryEscape(to)).Want(c.t, 303)
	if !strings.HasPrefix(p.To, c.server.URL+"/authorize?") {
		c.t.Fatalf("led to %q", p.To)
	}
	answer, err := http.DefaultTransport.RoundTrip(func() *http.Request { r, _ := http.NewRequest("GET", p.To, nil); return r }())
	if err != nil {
		c.t.Fatal(err)
	}
	answer.Body.Close()
	return strings.TrimPrefix(answer.Header.Get("Location"), g.Site)
}

func companyWorld(t *testing.T) (*consoletest.World, *company) {
	w := consoletest.New(t, dynamo.Options{})
	w.Staffed()
	c := newCompany(t, w.Now)
	i, err := oidc.New(c.server.URL, "onetap", "secret")
	if err != nil {
		t.Fatal(err)
	}
	w.Desk.Door.Issuer = i
	return w, c
}

func TestSignInAtTheCompany(t *testing.T) {
	t.Parallel()
	w, c := companyWorld(t)
	w.Guest(t).Get("/sign-in?to=/cases").Want(t, 200, "company account", "/sign-in/oidc?to=%2Fcases")
	g := w.Guest(t)
	back := c.login(g, "/results?week=1")
	if p := g.Get(back).Want(t, 303); p.To != "/results?week=1" {
		t.Errorf("led to %q", p.To)
	}
	g.Get("/").Want(t, 200, "Елена Соколова", "Account owner")
	again := w.Guest(t)
	again.Get(back).Want(t, 403) // the way back is this browser's, and good once
	g.Get(back).Want(t, 403)
	if err := w.Store.RemoveStaff(context.Background(), "owner", nil); err != nil { // the same session as by a link
		t.Fatal(err)
	}
	g.Get("/").Want(t, 303)

	// Whom the issuer knows and the staff list does not stays outside, the deployment's administrator too while there is
	// another; the first one comes in.
	g.Get(c.login(g, "")).Want(t, 403, "not on the staff list")
	w.Desk.Door.Admin = "owner@example.com"
	g.Get(c.login(g, "")).Want(t, 403, "not on the staff list")
	if err := w.Store.RemoveStaff(context.Background(), "administrator", nil); err != nil {
		t.Fatal(err)
	}
	g.Get(c.login(g, "https://evil.example")).Want(t, 303)
	g.Get("/settings").Want(t, 200)
}

func TestCompanySignInIsRefused(t *testing.T) {
	t.Parallel()
	w, c := companyWorld(t)
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string]struct {
		claims map[string]any
		alg    string
		sign   func(string) string
		change func(string) string // of the way back
		says   string
	}{
		"other nonce":    {claims: map[string]any{"nonce": "x"}},
		"other audience": {claims: map[string]any{"aud": "another"}},
		"other issuer":   {claims: map[string]any{"iss": "https://evil.example"}},
		"expired":        {claims: map[string]any{"exp": w.Now().Add(-time.Second).Unix()}},
		"unverified":     {claims: map[string]any{"email_verified": false}, says: "not on the staff list"},
		"says nothing":   {claims: map[string]any{"email_verified": nil}, says: "not on the staff list"},
		"no address":     {claims: map[string]any{"email": "owner"}, says: "not on the staff list"},
		"stranger":       {claims: map[string]any{"email": "stranger@example.com"}, says: "not on the staff list"},
		"unsigned":       {alg: "none", sign: func(string) string { return "" }},
		"other key": {sign: func(parts string) string {
			sum := sha256.Sum256([]byte(parts))
			s, _ := rsa.SignPKCS1v15(rand.Reader, other, crypto.SHA256, sum[:])
			return base64.RawURLEncoding.EncodeToString(s)
		}},
		"public key as a secret": {alg: "HS256", sign: func(parts string) string {
			m := hmac.New(sha256.New, c.key.N.Bytes())
			m.Write([]byte(parts))
			return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
		}},
		"other state": {change: func(s string) string { return strings.Replace(s, "state=", "state=x", 1) }},
		"no state":    {change: func(s string) string { return strings.Replace(s, "state=", "stat=", 1) }},
		"other code":  {change: func(s string) string { return strings.Replace(s, "code=", "code=x", 1) }},
		"cancelled": {change: func(s string) string {
			return "/sign-in/oidc/back?error=access_denied&" + s[strings.Index(s, "state="):]
		}},
	} {
		c.mu.Lock()
		c.claims, c.sign, c.alg = bad.claims, bad.sign, "RS256"
		if bad.alg != "" {
			c.alg = bad.alg
		}
		c.mu.Unlock()
		g := w.Guest(t)
		back := c.login(g, "/")
		if bad.change != nil {
			back = bad.change(back)
		}
		says := bad.says
		if says == "" {
			says = "Could not sign you in"
		}
		if p := g.Get(back); p.Status != 403 || !strings.Contains(p.Text, says) {
			t.Errorf("%s: %d %.500s", name, p.Status, consoletest.Body(p.Text))
		}
		if p := g.Get("/"); p.Status != 303 {
			t.Errorf("%s: signed in", name)
		}
	}
	c.claims, c.sign, c.alg = nil, nil, "RS256"
	g := w.Guest(t)
	back := c.login(g, "/")
	w.Pass(auth.LoginLife)
	g.Get(back).Want(t, 403)
	w.Guest(t).Get("/sign-in/oidc/back?code=x&state=").Want(t, 403)
}

func TestCompanyIsAway(t *testing.T) {
	t.Parallel()
	w, c := companyWorld(t)
	c.down = true
	g := w.Guest(t)
	g.Get("/sign-in/oidc").Want(t, 502, "is not responding")
	c.mu.Lock()
	c.down = false
	c.mu.Unlock()
	g.Get(c.login(g, "/")).Want(t, 303) // the next try finds it

	off := consoletest.New(t, dynamo.Options{})
	if p := off.Guest(t).Get("/sign-in").Want(t, 200); strings.Contains(p.Text, "company account") {
		t.Error("there is a button without an issuer")
	}
	off.Guest(t).Get("/sign-in/oidc").Want(t, 404)
	off.Guest(t).Get("/sign-in/oidc/back?code=x&state=x").Want(t, 403)
	for _, bad := range [][3]string{{"http://issuer.example.com", "onetap", "x"}, {"https://issuer.example.com", "", ""}, {"", "onetap", ""}, {"issuer", "onetap", ""}} {
		if i, err := oidc.New(bad[0], bad[1], bad[2]); err == nil {
			t.Errorf("%v makes %+v", bad, i)
		}
	}
	if i, err := oidc.New("", "", ""); i != nil || err != nil {
		t.Errorf("none makes %v, %v", i, err)
	}
}
