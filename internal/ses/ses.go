// Package ses sends mail through Amazon SES v2 and says truthfully what became of it.
package ses

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"
	"github.com/aws/smithy-go"

	"onetap/internal/mail"
	"onetap/internal/survey"
)

// Client sends with one configuration set, whose events come back to the feedback function.
type Client struct {
	api *sesv2.Client
	set string
}

// New returns a client; configurationSet may be "" where no events are wanted.
func New(c aws.Config, configurationSet string) *Client {
	return &Client{api: sesv2.NewFromConfig(c), set: configurationSet}
}

func (c *Client) configurationSet() *string {
	if c.set == "" {
		return nil
	}
	return &c.set
}

// Account asks SES what may be sent now.
func (c *Client) Account(ctx context.Context) (mail.Account, error) {
	out, err := c.api.GetAccount(ctx, &sesv2.GetAccountInput{})
	if err != nil {
		return mail.Account{}, fmt.Errorf("ask SES for the account's rate: %w", err)
	}
	a := mail.Account{Enabled: out.SendingEnabled}
	if q := out.SendQuota; q != nil {
		a.Rate, a.Quota, a.SentToday = q.MaxSendRate, q.Max24HourSend, q.SentLast24Hours
	}
	return a, nil
}

// Send sends one message, at least once: for alerts and test sends, where twice is better than never. The SDK retries; a message that is to go Once only where SES has said that it
// goes too fast. The
// error names no address; a *mail.Refusal is in its chain where SES answered and did not take the message.
func (c *Client) Send(ctx context.Context, m mail.Message) (id string, err error) {
	from, err := header(m.From)
	if err != nil {
		return "", fmt.Errorf("the sender of a message: %w", err)
	}
	to, err := header(m.To)
	if err != nil {
		return "", fmt.Errorf("the recipient of a message: %w", err)
	}
	in := &sesv2.SendEmailInput{
		FromEmailAddress:     &from,
		Destination:          &types.Destination{ToAddresses: []string{to}},
		ConfigurationSetName: c.configurationSet(),
		EmailTags:            tags(m.Tags),
		Content: &types.EmailContent{Simple: &types.Message{
			Subject: content(m.Subject),
			Body:    &types.Body{Text: content(m.Text), Html: content(m.HTML)},
		}},
	}
	if m.ReplyTo != "" {
		reply, err := header(m.ReplyTo)
		if err != nil {
			return "", fmt.Errorf("where a message is answered to: %w", err)
		}
		in.ReplyToAddresses = []string{reply}
	}
	for _, h := range m.Headers {
		in.Content.Simple.Headers = append(in.Content.Simple.Headers, types.MessageHeader{Name: aws.String(h.Name), Value: aws.String(h.Value)})
	}
	out, err := c.api.SendEmail(ctx, in, func(o *sesv2.Options) {
		if m.Once {
			o.Retryer = retry.NewStandard(func(s *retry.StandardOptions) {
				s.Retryables = []retry.IsErrorRetryable{retry.RetryableErrorCode{Codes: retry.DefaultThrottleErrorCodes}}
			})
		}
	})
	if err != nil {
		return "", fmt.Errorf("send a message: %w", quiet(err))
	}
	return aws.ToString(out.MessageId), nil
}

// header writes an address, with or without a name, as SES takes it: ASCII alone, whatever letters it came in. Every address
// of every message goes through it. The error names no address.
func header(address string) (string, error) {
	s, err := survey.ReadSender(address)
	return s.Header(), err
}

func content(s string) *types.Content {
	return &types.Content{Data: aws.String(s), Charset: aws.String("UTF-8")}
}

// quiet makes a refusal of SES's answer, which keeps addresses out of its text; what did not come from SES stays as it is.
func quiet(err error) error {
	var e smithy.APIError
	if !errors.As(err, &e) {
		return err
	}
	code := e.ErrorCode()
	return &mail.Refusal{Code: code, Message: code == "MessageRejected" || code == "BadRequestException", Ours: e.ErrorFault() == smithy.FaultClient, Cause: err}
}

func apiCode(err error) string {
	var e smithy.APIError
	if errors.As(err, &e) {
		return e.ErrorCode()
	}
	return "Refused"
}
