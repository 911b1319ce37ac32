package ses

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"
)

// An identity is an address or a domain that somebody has verified; where any may send, every domain is.
func TestGetEmailIdentity(t *testing.T) {
	t.Parallel()
	some, all := open(t, Options{Identities: []string{"example.com", "nps@example.org"}}), open(t, Options{})
	for _, tc := range []struct {
		b     *bench
		name  string
		known bool
	}{
		{some, "example.com", true},
		{some, "nps@example.org", true},
		{some, "nps@example.com", false},
		{some, "example.org", false},
		{all, "example.net", true},
		{all, "a@example.net", false},
	} {
		out, err := tc.b.client.GetEmailIdentity(context.Background(), &sesv2.GetEmailIdentityInput{EmailIdentity: &tc.name})
		var unknown *types.NotFoundException
		if tc.known && (err != nil || !out.VerifiedForSendingStatus) || !tc.known && !errors.As(err, &unknown) {
			t.Errorf("%s: %+v, %v", tc.name, out, err)
		}
	}
}
