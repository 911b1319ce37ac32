package s3

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

func sha(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// amzTime is the form of X-Amz-Date.
const amzTime = "20060102T150405Z"

// maxLife is how long an address may be good for, in seconds: seven days.
const maxLife = 604_800

// CallerOf is who signed an address: the access key id; "" where none did.
func CallerOf(r *http.Request) string {
	caller, _, _ := strings.Cut(r.URL.Query().Get("X-Amz-Credential"), "/")
	return caller
}

// checkSigned checks an address: that it is still good, and that nothing of it was changed since it was signed. The signature is made once more
// by AWS's own signer.
func (s *Server) checkSigned(r *http.Request) error {
	q := r.URL.Query()
	denied := func(message string) error { return fault(http.StatusForbidden, "AccessDenied", message) }
	if r.Method != http.MethodGet {
		return denied("the laptop signs addresses to read")
	}
	at, err := time.Parse(amzTime, q.Get("X-Amz-Date"))
	life, err2 := strconv.Atoi(q.Get("X-Amz-Expires"))
	scope := strings.Split(q.Get("X-Amz-Credential"), "/") // key, day, region, service, aws4_request
	if err != nil || err2 != nil || life < 1 || life > maxLife || len(scope) != 5 || scope[3] != "s3" {
		return fault(http.StatusBadRequest, "AuthorizationQueryParametersError", "Query-string authentication needs X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders and X-Amz-Expires")
	}
	now := s.o.Now()
	if now.After(at.Add(time.Duration(life) * time.Second)) {
		return denied("Request has expired")
	}
	if at.After(now.Add(15 * time.Minute)) {
		return denied("Request is not valid yet")
	}
	plain := url.Values{}
	for name, values := range q {
		if !strings.HasPrefix(name, "X-Amz-") || name == "X-Amz-Expires" {
			plain[name] = values
		}
	}
	u := url.URL{Scheme: "http", Host: r.Host, Path: r.URL.Path, RawPath: r.URL.RawPath, RawQuery: plain.Encode()}
	again, err := http.NewRequestWithContext(r.Context(), http.MethodGet, u.String(), nil)
	if err != nil {
		return denied("Access Denied")
	}
	credentials := aws.Credentials{AccessKeyID: scope[0], SecretAccessKey: s.o.Secret, SessionToken: q.Get("X-Amz-Security-Token")}
	signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true })
	signed, _, err := signer.PresignHTTP(r.Context(), credentials, again, "UNSIGNED-PAYLOAD", "s3", scope[2], at)
	if err != nil {
		return denied("Access Denied")
	}
	want, err := url.Parse(signed)
	if err != nil || subtle.ConstantTimeCompare([]byte(want.Query().Get("X-Amz-Signature")), []byte(q.Get("X-Amz-Signature"))) != 1 {
		return fault(http.StatusForbidden, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided. Check your key and signing method.")
	}
	return nil
}
