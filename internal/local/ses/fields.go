package ses

import (
	"encoding/base64"
	"strings"
)

// common reads the fields that both operations have.
func (r *reader) common(key string, q *sendRequest) (err error) {
	switch key {
	case "FromEmailAddress":
		q.From, err = r.optional()
	case "ReplyToAddresses":
		q.ReplyTo, err = r.strings()
	case "FeedbackForwardingEmailAddress":
		q.Feedback, err = r.optional()
	case "ConfigurationSetName":
		q.ConfigurationSet, err = r.optional()
	case "ConfigurationOverrides":
		return r.overrides()
	case "EndpointId", "FeedbackForwardingEmailAddressIdentityArn", "FromEmailAddressIdentityArn", "ListManagementOptions", "TenantName":
		if !r.null() {
			return r.unsupported()
		}
	default:
		return r.unknown()
	}
	return err
}

// overrides lets tracking be switched off, which it is here anyway.
func (r *reader) overrides() error {
	return r.object(func(key string) error {
		if key != "Tracking" {
			return r.unknown()
		}
		return r.object(func(key string) error {
			if key != "ClickTrackingEnabled" && key != "OpenTrackingEnabled" {
				return r.unknown()
			}
			switch v, err := r.optional(); {
			case err != nil:
				return err
			case v == "" || v == "DISABLED":
				return nil
			case v == "ENABLED":
				return r.unsupported()
			default:
				return badRequest("%s must be ENABLED or DISABLED.", r.path)
			}
		})
	})
}

func (r *reader) content(c *content) error {
	return r.object(func(key string) error {
		switch key {
		case "Simple":
			if r.null() {
				return nil
			}
			c.Simple = true
			return r.simple(c)
		case "Raw":
			c.Raw = !r.null()
			if !c.Raw {
				return nil
			}
			_, err := r.raw()
			return err
		case "Template":
			return r.template(c)
		}
		return r.unknown()
	})
}

func (r *reader) simple(c *content) error {
	return r.object(func(key string) (err error) {
		switch key {
		case "Subject":
			c.Subject, _, err = r.charsetText()
		case "Body":
			return r.object(func(key string) (err error) {
				switch key {
				case "Html":
					c.HTML, c.HasHTML, err = r.charsetText()
				case "Text":
					c.Text, c.HasText, err = r.charsetText()
				default:
					return r.unknown()
				}
				return err
			})
		case "Headers":
			c.Headers, err = r.pairs()
		case "Attachments":
			c.Attachments, err = r.attachments()
		default:
			return r.unknown()
		}
		return err
	})
}

// charsetText reads a Content object. SES takes text beyond ASCII only with a character set named (API_Content), and would
// otherwise put question marks into the message.
func (r *reader) charsetText() (text string, given bool, err error) {
	var charset string
	err = r.object(func(key string) (err error) {
		switch key {
		case "Data":
			given = true
			text, err = r.optional()
		case "Charset":
			charset, err = r.optional()
		default:
			return r.unknown()
		}
		return err
	})
	if err != nil {
		return "", false, err
	}
	switch strings.ToUpper(charset) {
	case "UTF-8":
	case "", "US-ASCII", "ASCII":
		if !isASCII(text) {
			return "", false, badRequest("%s.Data has characters outside ASCII and needs Charset UTF-8.", r.path)
		}
	default:
		return "", false, notBuilt(string(r.path) + ".Charset " + charset)
	}
	return text, given, nil
}

func (r *reader) template(c *content) error {
	c.Template = true
	return r.object(func(key string) (err error) {
		switch key {
		case "TemplateContent":
			return r.object(func(key string) (err error) {
				switch key {
				case "Subject":
					c.Subject, err = r.optional()
				case "Html":
					c.HasHTML = !r.null()
					if c.HasHTML {
						c.HTML, err = r.str()
					}
				case "Text":
					c.HasText = !r.null()
					if c.HasText {
						c.Text, err = r.str()
					}
				default:
					return r.unknown()
				}
				return err
			})
		case "TemplateData":
			c.Data, err = r.optional()
		case "Headers":
			c.Headers, err = r.pairs()
		case "Attachments":
			c.Attachments, err = r.attachments()
		case "TemplateName", "TemplateArn":
			if !r.null() {
				return r.unsupported()
			}
		default:
			return r.unknown()
		}
		return err
	})
}

func (r *reader) attachments() ([]attachment, error) {
	var list []attachment
	err := r.array(func() error {
		var a attachment
		err := r.object(func(key string) (err error) {
			var s string
			switch key {
			case "FileName":
				a.FileName, err = r.optional()
			case "ContentType":
				a.ContentType, err = r.optional()
			case "ContentDescription":
				a.Description, err = r.optional()
			case "ContentId":
				a.ID, err = r.optional()
			case "ContentDisposition":
				s, err = r.optional()
				a.Inline = s == "INLINE"
				if err == nil && s != "" && s != "INLINE" && s != "ATTACHMENT" {
					return badRequest("%s must be ATTACHMENT or INLINE.", r.path)
				}
			case "ContentTransferEncoding":
				a.Encoding, err = r.optional()
			case "RawContent":
				a.Data, err = r.base64()
			default:
				return r.unknown()
			}
			return err
		})
		list = append(list, a)
		return err
	})
	return list, err
}

func (r *reader) entry() (entry, error) {
	var e entry
	err := r.object(func(key string) (err error) {
		switch key {
		case "Destination":
			e.Destination, err = r.destination()
		case "ReplacementEmailContent":
			return r.object(func(key string) error {
				if key != "ReplacementTemplate" {
					return r.unknown()
				}
				return r.object(func(key string) (err error) {
					if key != "ReplacementTemplateData" {
						return r.unknown()
					}
					e.Data, err = r.optional()
					return err
				})
			})
		case "ReplacementHeaders":
			e.Headers, err = r.pairs()
		case "ReplacementTags":
			e.Tags, err = r.pairs()
		default:
			return r.unknown()
		}
		return err
	})
	return e, err
}

func (r *reader) destination() (d destination, err error) {
	err = r.object(func(key string) (err error) {
		switch key {
		case "ToAddresses":
			d.To, err = r.strings()
		case "CcAddresses":
			d.Cc, err = r.strings()
		case "BccAddresses":
			d.Bcc, err = r.strings()
		default:
			return r.unknown()
		}
		return err
	})
	return d, err
}

// pairs reads a list of Name and Value.
func (r *reader) pairs() ([]header, error) {
	var list []header
	err := r.array(func() error {
		var h header
		err := r.object(func(key string) (err error) {
			switch key {
			case "Name":
				h.Name, err = r.str()
			case "Value":
				h.Value, err = r.str()
			default:
				return r.unknown()
			}
			return err
		})
		list = append(list, h)
		return err
	})
	return list, err
}

func (r *reader) strings() ([]string, error) {
	var list []string
	err := r.array(func() error {
		s, err := r.str()
		list = append(list, s)
		return err
	})
	return list, err
}

func (r *reader) base64() ([]byte, error) {
	s, err := r.optional()
	if err != nil {
		return nil, err
	}
	data, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return nil, r.fail("is not base64")
	}
	return data, nil
}
