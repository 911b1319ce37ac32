package awsenv

import (
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
)

// silence is how long a connection may say nothing while a reply is awaited; longer than any call here takes.
const silence = 30 * time.Second

// httpClient is the SDK's own client without the WriteTo of its request bodies.
//
// When the reply comes, smithy-go closes the request's body; net/http may at that moment still be looking for its end,
// which it does by WriteTo, and smithy's WriteTo says io.EOF once it is closed. net/http takes that for a failed write and
// closes the connection while the reply is being read: one call in ten made a new connection, and replies over a few
// kilobytes were lost after the work was done (smithy-go v1.28.8, transport/http/internal/io/safe.go). By Read, io.EOF is
// simply the end.
type httpClient struct{ sdk *awshttp.BuildableClient }

func newHTTPClient() httpClient {
	return httpClient{awshttp.NewBuildableClient().WithReadTimeout(silence)}
}

// youth is how long a connection may have been idle for a call that must not be repeated.
const youth = 2 * time.Second

// MailConfig is Config for SES's bulk calls, which must not be repeated: a call on a connection that the other side has
// closed is a call of which nobody knows what became, and makes up to fifty people uncertain. Lambda freezes a process
// between invocations, and meanwhile it notices nothing; so a connection that was idle for over two seconds by the wall
// clock, which goes on while the process stands still, is closed and another is opened.
func MailConfig() aws.Config {
	c := Config()
	c.HTTPClient = newHTTPClient().young(youth)
	return c
}

// young uses no connection that was idle for longer. net/http compares wall times for it (Transport.queueForIdleConn).
func (c httpClient) young(idle time.Duration) httpClient {
	return httpClient{c.sdk.WithTransportOptions(func(t *http.Transport) { t.IdleConnTimeout = idle })}
}

func (c httpClient) Do(r *http.Request) (*http.Response, error) {
	if r.Body != nil && r.Body != http.NoBody {
		r.Body = struct{ io.ReadCloser }{r.Body} // a struct of an interface has only the interface's methods
	}
	return c.sdk.Do(r)
}
