package ses

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"
)

// Verified reports whether letters may come from an address: it is verified itself, or its domain is, or a domain above
// that ("if you verify a domain, you can send from any subdomain or address of it",
// docs.aws.amazon.com/ses/latest/dg/creating-identities.html).
func (c *Client) Verified(ctx context.Context, address string) (bool, error) {
	for name := address; ; {
		out, err := c.api.GetEmailIdentity(ctx, &sesv2.GetEmailIdentityInput{EmailIdentity: &name})
		var unknown *types.NotFoundException
		switch {
		case err != nil && !errors.As(err, &unknown):
			return false, fmt.Errorf("ask SES for an identity: %w", quiet(err))
		case err == nil && out.VerifiedForSendingStatus:
			return true, nil
		}
		_, rest, ok := strings.Cut(name, "@")
		if !ok {
			_, rest, ok = strings.Cut(name, ".")
		}
		if !ok || !strings.Contains(rest, ".") {
			return false, nil
		}
		name = rest
	}
}
