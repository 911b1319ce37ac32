package ses

import "errors"

// header is a name and a value, of a message or of a tag.
type header struct{ Name, Value string }

// destination holds the three lists of a message's recipients.
type destination struct{ To, Cc, Bcc []string }

func (d destination) count() int { return len(d.To) + len(d.Cc) + len(d.Bcc) }

// sendRequest is what SendEmail and SendBulkEmail have in common.
type sendRequest struct {
	From             string
	ReplyTo          []string
	Feedback         string
	ConfigurationSet string
	Tags             []header
	Content          content
	Entries          []entry // SendEmail: exactly one
}

// content is one of three: Simple (subject, text and html are literal), a template, or Raw, which is refused.
type content struct {
	Raw         bool
	Simple      bool
	Template    bool
	Subject     string
	HTML        string
	Text        string
	HasHTML     bool
	HasText     bool
	Headers     []header
	Attachments []attachment
	Data        string // TemplateData
}

type attachment struct {
	FileName, ContentType, Description, ID string
	Inline                                 bool
	Encoding                               string // BASE64, QUOTED_PRINTABLE, SEVEN_BIT
	Data                                   []byte
}

// entry is one message.
type entry struct {
	Destination destination
	Headers     []header
	Tags        []header
	Data        string // ReplacementTemplateData
}

// asAPIError turns what went wrong while reading a request into SES's answer.
func asAPIError(err error) *APIError {
	var api *APIError
	if errors.As(err, &api) {
		return api
	}
	var syntax *syntaxError
	if errors.As(err, &syntax) {
		return &APIError{Code: "SerializationException", Message: syntax.msg}
	}
	return &APIError{Code: "InternalServiceErrorException", Status: 500, Message: err.Error()}
}

// unknown refuses a field by its whole path.
func (r *reader) unknown() error {
	return badRequest("The field %s is unknown to SES.", r.path)
}

func (r *reader) unsupported() error { return notBuilt(string(r.path)) }

func readSendEmail(body []byte) (*sendRequest, error) {
	r := &reader{data: body}
	q := &sendRequest{Entries: make([]entry, 1)}
	err := r.object(func(key string) (err error) {
		switch key {
		case "Content":
			return r.content(&q.Content)
		case "Destination":
			q.Entries[0].Destination, err = r.destination()
		case "EmailTags":
			q.Tags, err = r.pairs()
		default:
			err = r.common(key, q)
		}
		return err
	})
	if err == nil {
		err = r.end()
	}
	return q, err
}

func readSendBulkEmail(body []byte) (*sendRequest, error) {
	r := &reader{data: body}
	q := &sendRequest{}
	err := r.object(func(key string) (err error) {
		switch key {
		case "BulkEmailEntries":
			q.Entries = make([]entry, 0, maxDestinations)
			return r.array(func() error {
				e, err := r.entry()
				q.Entries = append(q.Entries, e)
				return err
			})
		case "DefaultContent":
			return r.object(func(key string) error {
				if key == "Template" {
					return r.template(&q.Content)
				}
				return r.unknown()
			})
		case "DefaultEmailTags":
			q.Tags, err = r.pairs()
		case "ListManagementOptions":
			return r.unknown()
		default:
			err = r.common(key, q)
		}
		return err
	})
	if err == nil {
		err = r.end()
	}
	return q, err
}
