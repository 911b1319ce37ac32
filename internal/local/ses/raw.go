package ses

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"path"
	"slices"
	"strings"
)

// openRaw reads what a raw message says about itself: sender, recipients, subject, and SES's own headers for configuration
// set and tags. The fields of the call win over the headers.
func (s *Server) openRaw(q *sendRequest, b *batch) error {
	m, err := mail.ReadMessage(bytes.NewReader(b.Raw))
	if err != nil {
		return badRequest("Content.Raw.Data is not a message with headers and a body: %v.", err)
	}
	if b.From == "" {
		b.From = m.Header.Get("From")
	}
	b.Subject = decodeWords(m.Header.Get("Subject"))
	if len(b.ReplyTo) == 0 {
		b.ReplyTo = addresses(m.Header.Get("Reply-To"))
	}
	if d := &q.Entries[0].Destination; d.count() == 0 {
		d.To, d.Cc, d.Bcc = addresses(m.Header.Get("To")), addresses(m.Header.Get("Cc")), addresses(m.Header.Get("Bcc"))
	}
	if b.ConfigurationSet == "" {
		b.ConfigurationSet = m.Header.Get("X-SES-CONFIGURATION-SET")
	}
	if len(q.Tags) == 0 {
		for _, pair := range strings.Split(m.Header.Get("X-SES-MESSAGE-TAGS"), ",") {
			if name, value, ok := strings.Cut(strings.TrimSpace(pair), "="); ok {
				q.Tags = append(q.Tags, header{name, value})
			}
		}
	}
	return nil
}

func addresses(list string) []string {
	parsed, err := mail.ParseAddressList(list)
	if err != nil {
		return nil
	}
	var out []string
	for _, a := range parsed {
		out = append(out, a.String())
	}
	return out
}

// rawDropped are the headers that SES takes out of a raw message or writes itself.
var rawDropped = []string{"Bcc", "Date", "Message-Id", "Return-Path", "X-Ses-Configuration-Set", "X-Ses-Message-Tags"}

// rawRest is a raw message without the headers that SES takes out.
func rawRest(raw []byte) []byte {
	out := make([]byte, 0, len(raw))
	drop := false
	for len(raw) > 0 {
		line := raw
		if i := bytes.IndexByte(raw, '\n'); i >= 0 {
			line = raw[:i+1]
		}
		raw = raw[len(line):]
		if len(bytes.TrimRight(line, "\r\n")) == 0 {
			out = append(out, "\r\n"...)
			return append(out, raw...)
		}
		if line[0] != ' ' && line[0] != '\t' {
			name, _, _ := bytes.Cut(line, []byte(":"))
			drop = slices.ContainsFunc(rawDropped, func(d string) bool { return strings.EqualFold(d, string(name)) })
		}
		if !drop {
			out = append(append(out, bytes.TrimRight(line, "\r\n")...), "\r\n"...)
		}
	}
	return out
}

// rawHeaders are the headers of a raw message that SES leaves in it, in order, unfolded and decoded.
func rawHeaders(raw []byte) []header {
	head, _, _ := bytes.Cut(rawRest(raw), []byte("\r\n\r\n"))
	return splitHeaders(head)
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

// openRaw finds the bodies of a raw message, for the inbox.
func (m *message) openRaw() {
	parsed, err := mail.ReadMessage(bytes.NewReader(m.batch.Raw))
	if err != nil {
		return // it was checked when it came; the source shows it all the same
	}
	m.findBodies(parsed.Header.Get("Content-Type"), parsed.Header.Get("Content-Transfer-Encoding"), parsed.Body, 0)
}

// findBodies takes the first html and the first text part; what cannot be read is left out, the source shows it.
func (m *message) findBodies(contentType, encoding string, body io.Reader, depth int) {
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		kind = "text/plain"
	}
	if strings.HasPrefix(kind, "multipart/") && depth < 8 {
		parts := multipart.NewReader(body, params["boundary"])
		for {
			p, err := parts.NextRawPart()
			if err != nil {
				return
			}
			m.findBodies(p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p, depth+1)
		}
	}
	into := map[string]*string{"text/html": &m.html, "text/plain": &m.text}[kind]
	if into == nil || *into != "" {
		return
	}
	switch strings.ToLower(encoding) {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	}
	data, _ := io.ReadAll(body) // what could be read is shown
	*into = string(data)
}

// badExtensions are file types that SES refuses to send (developer guide, "Unsupported attachment types").
var badExtensions = strings.Fields(`.ade .adp .app .asp .bas .bat .cer .chm .cmd .com .cpl .crt .csh .der .exe .fxp .gadget .hlp
	.hta .inf .ins .isp .its .js .jse .ksh .lib .lnk .mad .maf .mag .mam .maq .mar .mas .mat .mau .mav .maw .mda .mdb .mde .mdt
	.mdw .mdz .msc .msh .msh1 .msh2 .mshxml .msh1xml .msh2xml .msi .msp .mst .ops .pcd .pif .plg .prf .prg .reg .scf .scr .sct
	.shb .shs .sys .ps1 .ps1xml .ps2 .ps2xml .psc1 .psc2 .tmp .url .vb .vbe .vbs .vps .vsmacros .vss .vst .vsw .vxd .ws .wsc
	.wsf .wsh .xnk`)

func checkAttachments(list []attachment) error {
	for i, a := range list {
		switch {
		case a.FileName == "":
			return badRequest("Attachments[%d].FileName must not be empty.", i)
		case len(a.FileName) > 255 || strings.ContainsAny(a.FileName, "\r\n\x00"):
			return badRequest("Attachments[%d].FileName is longer than 255 characters or has a control character.", i)
		case slices.Contains(badExtensions, strings.ToLower(path.Ext(a.FileName))):
			return badRequest("Attachments[%d]: SES does not send files ending in %s.", i, path.Ext(a.FileName))
		case strings.ContainsAny(a.ID, "\r\n<> ") || strings.ContainsAny(a.Description, "\r\n"):
			return badRequest("Attachments[%d]: ContentId or ContentDescription has a character that a header cannot hold.", i)
		case a.Encoding != "" && !slices.Contains([]string{"BASE64", "QUOTED_PRINTABLE", "SEVEN_BIT"}, a.Encoding):
			return badRequest("Attachments[%d].ContentTransferEncoding must be BASE64, QUOTED_PRINTABLE or SEVEN_BIT.", i)
		}
	}
	return nil
}
