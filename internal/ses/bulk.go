package ses

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"onetap/internal/mail"
)

// Bulk makes one call, without retries of any kind, and always returns an outcome for every entry: the caller must be able
// to tell "surely not sent" from "perhaps sent" (promise 1).
func (c *Client) Bulk(ctx context.Context, b mail.Bulk) []mail.Outcome {
	outcomes := make([]mail.Outcome, len(b.Entries))
	from, err := header(b.From)
	if err != nil { // the sender's fault is no recipient's: somebody can mend it, and then they are written to
		return fill(outcomes, mail.SendingStopped, mail.SenderUnreadable)
	}
	b.From = from
	in, err := c.bulkInput(b)
	if err != nil {
		return fill(outcomes, mail.Refused, err.Error())
	}
	out, err := c.api.SendBulkEmail(ctx, in, func(o *sesv2.Options) { o.Retryer = aws.NopRetryer{} })
	if err != nil {
		status, reason := statusOf(err)
		return fill(outcomes, status, reason)
	}
	for i := range outcomes {
		if i >= len(out.BulkEmailEntryResults) {
			outcomes[i] = mail.Outcome{Status: mail.Unknown, Reason: "NO_RESULT"}
			continue
		}
		r := out.BulkEmailEntryResults[i]
		outcomes[i] = mail.Outcome{Status: entryStatus(r.Status), Reason: string(r.Status), MessageID: aws.ToString(r.MessageId)}
	}
	return outcomes
}

func fill(all []mail.Outcome, status mail.Status, reason string) []mail.Outcome {
	for i := range all {
		all[i] = mail.Outcome{Status: status, Reason: reason}
	}
	return all
}

func (c *Client) bulkInput(b mail.Bulk) (*sesv2.SendBulkEmailInput, error) {
	in := &sesv2.SendBulkEmailInput{
		FromEmailAddress:     aws.String(b.From),
		ConfigurationSetName: c.configurationSet(),
		DefaultContent: &types.BulkEmailContent{Template: &types.Template{
			TemplateContent: &types.EmailTemplateContent{Subject: &b.Subject, Html: &b.HTML, Text: &b.Text},
			TemplateData:    aws.String("{}"),
		}},
	}
	for _, e := range b.Entries {
		if ascii, err := header(e.To); err == nil { // else SES refuses this one by itself
			e.To = ascii
		}
		data, err := json.Marshal(e.Values)
		if err != nil {
			return nil, fmt.Errorf("values of a recipient: %w", err)
		}
		entry := types.BulkEmailEntry{
			Destination:     &types.Destination{ToAddresses: []string{e.To}},
			ReplacementTags: tags(e.Tags),
			ReplacementEmailContent: &types.ReplacementEmailContent{ReplacementTemplate: &types.ReplacementTemplate{
				ReplacementTemplateData: aws.String(string(data)),
			}},
		}
		for _, h := range e.Headers {
			entry.ReplacementHeaders = append(entry.ReplacementHeaders, types.MessageHeader{Name: aws.String(h.Name), Value: aws.String(h.Value)})
		}
		in.BulkEmailEntries = append(in.BulkEmailEntries, entry)
	}
	return in, nil
}

func tags(m map[string]string) []types.MessageTag {
	var ts []types.MessageTag
	for n, v := range m {
		ts = append(ts, types.MessageTag{Name: aws.String(n), Value: aws.String(v)})
	}
	return ts
}

func entryStatus(s types.BulkEmailStatus) mail.Status {
	switch s {
	case types.BulkEmailStatusSuccess:
		return mail.Accepted
	case types.BulkEmailStatusAccountThrottled, types.BulkEmailStatusTransientFailure:
		return mail.Throttled
	case types.BulkEmailStatusAccountDailyQuotaExceeded:
		return mail.NoQuota
	case types.BulkEmailStatusAccountSuspended, types.BulkEmailStatusAccountSendingPaused, types.BulkEmailStatusMailFromDomainNotVerified,
		types.BulkEmailStatusConfigurationSetNotFound, types.BulkEmailStatusConfigurationSetSendingPaused, types.BulkEmailStatusInvalidSendingPoolName,
		types.BulkEmailStatusTemplateNotFound:
		return mail.SendingStopped
	}
	return mail.Refused // FAILED, MESSAGE_REJECTED, INVALID_PARAMETER and what SES may add
}

// statusOf reads the error of a whole call. A 4xx answer means that SES refused it and sent nothing; a call that never left
// this machine was not made; anything else may have been done.
func statusOf(err error) (mail.Status, string) {
	var throttled *types.TooManyRequestsException
	var limit *types.LimitExceededException
	var stopped *types.SendingPausedException
	var suspended *types.AccountSuspendedException
	var sender *types.MailFromDomainNotVerifiedException
	var gone *types.NotFoundException
	var response *smithyhttp.ResponseError
	var dial *net.OpError
	switch {
	case errors.As(err, &throttled) && strings.Contains(strings.ToLower(throttled.ErrorMessage()), "daily"):
		return mail.NoQuota, "DailyQuota" // SES's guide has one exception for both limits
	case errors.As(err, &throttled):
		return mail.Throttled, "TooManyRequests"
	case errors.As(err, &limit):
		return mail.NoQuota, "LimitExceeded"
	case errors.As(err, &stopped), errors.As(err, &suspended), errors.As(err, &sender), errors.As(err, &gone):
		return mail.SendingStopped, apiCode(err)
	case errors.As(err, &response) && response.HTTPStatusCode() == http.StatusTooManyRequests, strings.HasPrefix(apiCode(err), "Throttling"):
		return mail.Throttled, apiCode(err)
	case errors.As(err, &response) && response.HTTPStatusCode() == http.StatusRequestTimeout, strings.HasPrefix(apiCode(err), "RequestTimeout"):
		return mail.Unknown, apiCode(err) // it waited for a request that it may have had
	case errors.As(err, &response) && ofTheRequest(response.HTTPStatusCode()) && !ofTheCaller(apiCode(err)):
		return mail.CallRefused, apiCode(err) // BadRequestException, MessageRejected: fifty others may be fine
	case errors.As(err, &response) && response.HTTPStatusCode() >= 400 && response.HTTPStatusCode() < 500:
		return mail.SendingStopped, apiCode(err) // the same call would be refused for the next fifty as well
	case errors.As(err, &dial) && dial.Op == "dial":
		return mail.Throttled, "NotConnected"
	}
	return mail.Unknown, "NoAnswer"
}

// ofTheRequest reports whether a status is about what is in a request.
func ofTheRequest(status int) bool {
	return status == http.StatusBadRequest || status == http.StatusRequestEntityTooLarge || status == http.StatusUnprocessableEntity
}

// ofTheCaller reports whether an error code is about who asks (docs.aws.amazon.com/ses/latest/APIReference-V2/CommonErrors.html):
// some of them come with status 400.
func ofTheCaller(code string) bool {
	for _, part := range [...]string{"AccessDenied", "Signature", "Token", "Credential", "OptIn", "NotAuthorized", "UnknownOperation", "RequestExpired", "UnrecognizedClient"} {
		if strings.Contains(code, part) {
			return true
		}
	}
	return false
}
