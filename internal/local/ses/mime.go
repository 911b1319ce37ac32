package ses

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"path"
	"strings"
)

// message is a record with everything that its batch has, put together for a reader.
type message struct {
	*record
	batch         *shared
	to, cc, bcc   []string
	html, text    string
	custom        []header // headers of the template and of the entry
	configuration string
}

// assemble renders a stored message.
func (s *Server) assemble(r *record) (*message, error) {
	sh, err := s.store.batch(r.batch)
	if err != nil {
		return nil, err
	}
	m := newMessage(r, sh)
	if r.failure != "" {
		return m, nil
	}
	own, err := readData("ReplacementTemplateData", r.data)
	if err != nil {
		return nil, fmt.Errorf("reading the data of a message: %w", err)
	}
	v := values{own: own, shared: sh.data}
	if m.html, err = sh.html.string(v); err == nil {
		m.text, err = sh.text.string(v)
	}
	if err != nil {
		return nil, fmt.Errorf("rendering a message: %w", err)
	}
	return m, nil
}

// newMessage is a message without its bodies, as events need it.
func newMessage(r *record, sh *shared) *message {
	m := &message{record: r, batch: sh, configuration: sh.ConfigurationSet, custom: mergeHeaders(sh.Headers, r.headers)}
	for _, p := range r.recipients {
		switch p.kind {
		case 't':
			m.to = append(m.to, p.address)
		case 'c':
			m.cc = append(m.cc, p.address)
		default:
			m.bcc = append(m.bcc, p.address)
		}
	}
	return m
}

// messageDomain is the right side of SES's Message-ID headers.
func (s *Server) messageDomain() string {
	if s.o.Region == "us-east-1" {
		return "email.amazonses.com"
	}
	return s.o.Region + ".amazonses.com"
}

func (m *message) boundary() string {
	return fmt.Sprintf("----=_Part_%d_%d.%d", m.seq, m.random, m.time)
}

// contentType of the whole message.
func (m *message) contentType() string {
	switch b := m.batch; {
	case len(b.Attachments) > 0:
		return fmt.Sprintf("multipart/mixed; boundary=\"%s\"", m.boundary())
	case b.HasHTML && b.HasText:
		return fmt.Sprintf("multipart/alternative; boundary=\"%s\"", m.boundary())
	case b.HasHTML:
		return "text/html; charset=UTF-8"
	}
	return "text/plain; charset=UTF-8"
}

// ownHeaders are the headers that the sender's fields make, with the subject as text: these stand in events.
func (m *message) ownHeaders() []header {
	list := make([]header, 0, 8+len(m.custom))
	list = append(list, header{"From", m.from})
	for _, h := range []struct {
		name string
		all  []string
	}{{"Reply-To", m.batch.ReplyTo}, {"To", m.to}, {"Cc", m.cc}} {
		if len(h.all) > 0 {
			list = append(list, header{h.name, strings.Join(h.all, ", ")})
		}
	}
	list = append(list, header{"Subject", m.subject}, header{"MIME-Version", "1.0"}, header{"Content-Type", m.contentType()})
	for _, h := range m.custom {
		if !overwritten(h.Name) {
			list = append(list, h)
		}
	}
	return list
}

// overwritten says that SES puts its own value into a header ("Amazon SES overrides any … header you provide", header fields
// of the developer guide).
func overwritten(name string) bool {
	return strings.EqualFold(name, "Date") || strings.EqualFold(name, "Message-ID")
}

// source is the message as a mail program gets it.
func (s *Server) source(m *message) []byte {
	b := bytes.NewBuffer(s.head(m))
	switch body, single := m.single(); {
	case m.failure != "":
	case single:
		writeEncoded(b, body, encodingOf(body))
	case len(m.batch.Attachments) > 0:
		m.writeMixed(b)
	default:
		m.writeAlternative(b, m.boundary())
	}
	return b.Bytes()
}

// head is the headers of the source with the empty line after them.
func (s *Server) head(m *message) []byte {
	var b bytes.Buffer
	put := func(name, value string) { fold(&b, name, value) }
	put("Return-Path", "<"+m.id()+"@amazonses.com>")
	put("Date", m.when().Format("Mon, 2 Jan 2006 15:04:05 -0700"))
	put("Message-ID", "<"+m.id()+"@"+s.messageDomain()+">")
	put("Feedback-ID", fmt.Sprintf("1.%s.%s:AmazonSES", s.o.Region, s.o.Account))
	put("X-SES-Outgoing", m.when().Format("2006.01.02")+"-192.0.2.0")
	for _, h := range m.ownHeaders() {
		if h.Name == "Subject" {
			h.Value = mime.BEncoding.Encode("UTF-8", h.Value)
		}
		put(h.Name, h.Value)
	}
	if body, single := m.single(); single {
		put("Content-Transfer-Encoding", encodingOf(body))
	}
	b.WriteString("\r\n")
	return b.Bytes()
}

// single gives the body of a message that is not multipart.
func (m *message) single() (body string, is bool) {
	switch b := m.batch; {
	case len(b.Attachments) > 0, b.HasHTML && b.HasText:
		return "", false
	case b.HasHTML:
		return crlf(m.html), true
	}
	return crlf(m.text), true
}

// writeBodies writes html and text as a part of its own, for use beside attachments.
func (m *message) writeBodies(b *bytes.Buffer) {
	switch {
	case m.batch.HasHTML && m.batch.HasText:
		inner := m.boundary() + "_alternative"
		fmt.Fprintf(b, "Content-Type: multipart/alternative;\r\n boundary=\"%s\"\r\n\r\n", inner)
		m.writeAlternative(b, inner)
	case m.batch.HasHTML:
		b.WriteString("Content-Type: text/html; charset=UTF-8\r\n")
		writeBody(b, m.html)
	default:
		b.WriteString("Content-Type: text/plain; charset=UTF-8\r\n")
		writeBody(b, m.text)
	}
}

func (m *message) writeAlternative(b *bytes.Buffer, boundary string) {
	fmt.Fprintf(b, "--%s\r\nContent-Type: text/plain; charset=UTF-8\r\n", boundary)
	writeBody(b, m.text)
	fmt.Fprintf(b, "\r\n--%s\r\nContent-Type: text/html; charset=UTF-8\r\n", boundary)
	writeBody(b, m.html)
	fmt.Fprintf(b, "\r\n--%s--\r\n", boundary)
}

func (m *message) writeMixed(b *bytes.Buffer) {
	fmt.Fprintf(b, "--%s\r\n", m.boundary())
	m.writeBodies(b)
	for _, a := range m.batch.Attachments {
		fmt.Fprintf(b, "\r\n--%s\r\n", m.boundary())
		fold(b, "Content-Type", mime.FormatMediaType(a.mediaType(), map[string]string{"name": a.FileName}))
		disposition := "attachment"
		if a.Inline {
			disposition = "inline"
		}
		fold(b, "Content-Disposition", mime.FormatMediaType(disposition, map[string]string{"filename": a.FileName}))
		if a.ID != "" {
			fold(b, "Content-ID", "<"+a.ID+">")
		}
		if a.Description != "" {
			fold(b, "Content-Description", mime.BEncoding.Encode("UTF-8", a.Description))
		}
		b.WriteString("Content-Transfer-Encoding: base64\r\n\r\n")
		writeBase64(b, a.Data)
	}
	fmt.Fprintf(b, "\r\n--%s--\r\n", m.boundary())
}

func (a *attachment) mediaType() string {
	if a.ContentType != "" {
		if t, _, err := mime.ParseMediaType(a.ContentType); err == nil {
			return t
		}
	}
	if t := mime.TypeByExtension(path.Ext(a.FileName)); t != "" {
		t, _, _ = strings.Cut(t, ";")
		return t
	}
	return "application/octet-stream"
}

// writeBody writes the transfer encoding, the empty line and the body of a part.
func writeBody(b *bytes.Buffer, body string) {
	body = crlf(body)
	encoding := encodingOf(body)
	b.WriteString("Content-Transfer-Encoding: " + encoding + "\r\n\r\n")
	writeEncoded(b, body, encoding)
}

func crlf(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\n", "\r\n")
}

// encodingOf chooses as JavaMail does under SES: plain if the body is ASCII in short lines, quoted-printable if it is mostly
// ASCII, base64 if not.
func encodingOf(body string) string {
	ascii, longest, line := 0, 0, 0
	for i := range len(body) {
		if line++; body[i] == '\n' {
			longest, line = max(longest, line), 0
		}
		if body[i] < 0x80 && body[i] != 0 {
			ascii++
		}
	}
	switch longest = max(longest, line); {
	case ascii == len(body) && longest <= 998:
		return "7bit"
	case ascii > len(body)-ascii:
		return "quoted-printable"
	}
	return "base64"
}

func writeEncoded(b *bytes.Buffer, body, encoding string) {
	switch encoding {
	case "7bit":
		b.WriteString(body)
	case "quoted-printable":
		w := quotedprintable.NewWriter(b)
		_, _ = w.Write([]byte(body)) // a buffer takes everything
		_ = w.Close()
	default:
		writeBase64(b, []byte(body))
	}
}

func writeBase64(b *bytes.Buffer, data []byte) {
	const line = 57 // bytes that make 76 characters
	for len(data) > 0 {
		n := min(line, len(data))
		b.WriteString(base64.StdEncoding.EncodeToString(data[:n]))
		b.WriteString("\r\n")
		data = data[n:]
	}
}

// fold writes a header in lines of at most 76 characters, broken only where a space is.
func fold(b *bytes.Buffer, name, value string) {
	b.WriteString(name)
	b.WriteByte(':')
	width := len(name) + 1
	for i, word := range strings.Split(value, " ") {
		if width+1+len(word) > 76 && i > 0 {
			b.WriteString("\r\n")
			width = 0
		}
		b.WriteByte(' ')
		b.WriteString(word)
		width += 1 + len(word)
	}
	b.WriteString("\r\n")
}

// splitHeaders reads a block of headers without folds and encoded words.
func splitHeaders(head []byte) []header {
	var list []header
	for _, line := range strings.Split(strings.NewReplacer("\r\n ", " ", "\r\n\t", " ").Replace(string(head)), "\r\n") {
		if name, value, ok := strings.Cut(line, ":"); ok {
			list = append(list, header{name, decodeWords(strings.TrimSpace(value))})
		}
	}
	return list
}
