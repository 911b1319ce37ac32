package ses

import (
	"regexp"
	"slices"
	"strings"
)

// sendersFault reports whether a bounce is about who sends, or what: authentication, the reputation of domain or IP
// address, TLS, the content. The contact can do nothing about it, and the address is good.
func (b bounce) sendersFault() bool {
	if b.SubType.is("ContentRejected") || b.SubType.is("AttachmentRejected") || b.SubType.is("MessageTooLarge") {
		return true
	}
	for _, p := range b.Recipients {
		if blamesSender(p.status(), string(p.Diagnostic)) {
			return true
		}
	}
	return false
}

// sendersCodes are the enhanced status codes that say so by themselves, without their first digit: a mail system gives them
// as 4.7.x while it still hopes. From the registry of RFC 5248 (iana.org/assignments/smtp-enhanced-status-codes) and from
// Gmail's and Outlook's lists (support.google.com/a/answer/3726730, learn.microsoft.com/exchange "fix error code").
var sendersCodes = []string{
	".1.7", ".1.8", // bad address, or domain, of the sender
	".7.20", ".7.21", ".7.22", // DKIM
	".7.23", ".7.24", // SPF
	".7.25",          // reverse DNS
	".7.26",          // SPF and DKIM both (Gmail: unauthenticated)
	".7.27",          // Gmail: SPF did not pass; the registry: the sender has a null MX
	".7.28",          // flood of unsolicited mail
	".7.29",          // Gmail: no TLS; the registry: ARC
	".7.30", ".7.32", // REQUIRETLS; Gmail: DKIM, alignment of From
	".7.10", ".7.9", // encryption needed; the authentication mechanism is too weak
	".7.5", ".7.57", // TLS, its certificates; Microsoft: the client is not authenticated
	".2.3", ".3.4", // the letter is too large
	".7.508", ".7.509", ".7.511", ".7.512", ".7.513", ".7.515", // Microsoft: rate and list of senders, DMARC, From, authentication
	".7.705", ".7.708", ".7.750", // Microsoft: tenant over its threshold, traffic of this address not accepted
}

// sendersWords are said by mail systems that give one code for everything (5.7.1, 5.7.0, 554 without one). Each stands for
// the sender, the list that the sender is on, or the letter; what also stands in refusals of a mailbox ("blocked", "denied",
// "rejected") is not enough by itself.
var sendersWords = regexp.MustCompile(`(?i)` + strings.Join([]string{
	// authentication
	`\bdmarc\b`, `\bspf\b`, `\bdkim\b`, `unauthenticated`, `sender (?:policy framework|verif|id\b)`, `authentication (?:check|requirement|information|result)`,
	`required authentication`, `reverse (?:dns|hostname)`, `cannot find your (?:reverse )?hostname`, `\bptr\b`, `\brdns\b`, `ip name lookup failed`,
	`sender address rejected`, `sender (?:is )?(?:rejected|denied|refused|invalid)`, `(?:invalid|unauthori[sz]ed|unverified|forged) sender`, `must authenticate`,
	// TLS
	`starttls`, `must (?:use|support) (?:start)?tls`, `without tls`, `certificate (?:\w+ )?(?:validation|verif|fail|expired|invalid)`, `\btls\b.{0,30}(?:required|needed|negotiat)`, `requires? (?:a )?(?:tls|secure|encrypted)`,
	// reputation: the lists by name, and how providers speak of theirs
	`spamhaus`, `spamcop`, `barracuda`, `\bsorbs\b`, `\bsurbl\b`, `\buribl\b`, `invaluement`, `cloudmark`, `senderscore`, `\bdns[bw]l`, `\brbl`, `\bzen\.`,
	`(?:block|black|deny) ?-?list`, `\bis listed\b`, `listed (?:at|by|in|on) `, `reputation`, `\[?\bTSS?\d\d\b`, `\[IPTS\d\d`, `unsolicited`,
	`(?:\bip\b|host|client|server|sender|domain|network|messages from)[^.;]{0,80}(?:banned|blocked|blacklisted|deferred)`,
	`banned (?:sending )?(?:ip|host)`, `rate.?limit`, `too many (?:messages|connections|e-?mails) from`, `connections will not be accepted`, `user complaints`,
	// the letter, and what the house of the mailbox lets in
	`spam`, `junk mail`, `suspicious`, `content (?:rejected|filter|restriction)`, `\bpolic(?:y|ies)\b`, `virus|malware|malicious|phish`, `content presents`, `message (?:is )?too (?:big|large)`, `спам`, `политик`,
}, "|"))

// recipientsWords outweigh them: what is refused is the mailbox, whatever the text points to besides.
var recipientsWords = regexp.MustCompile(`(?i)` + strings.Join([]string{
	`no such (?:user|mailbox|recipient|person|account)`, `(?:user|recipient|mailbox|account)s?\b[^.;]{0,40}(?:unknown|not found|not exist|n't exist|disabled|inactive|unavailable|suspended|invalid)`,
	`(?:unknown|invalid|unrouteable|nonexistent) (?:user|recipient|mailbox|address|account)`, `not listed in`, `recipient address rejected`,
	`no longer (?:accepts|valid|in use|exists|active|available|works)`, `(?:ящик|пользовател|адрес|получател)[^.;]{0,40}(?:не существует|не найден|отключ|заблокир|удал)`, `нет такого (?:пользовател|ящик|адрес|получател)`,
	`mailbox (?:is )?(?:full|over)`, `(?:over|exceed\w*|out of) ?-?(?:quota|storage)`, `quota exceeded`,
}, "|"))

// microsoftBanned are the codes with which Outlook refuses IP addresses that it has banned, 5.7.606 to 5.7.649.
var microsoftBanned = regexp.MustCompile(`^[45]\.7\.6(?:0[6-9]|[1-4]\d)$`)

// blamesSender reports whether a mail system's reply is about the sender. The code says it where it is one of those that
// mean nothing else; the words only where it does not name the mailbox (x.1.x, x.2.x).
func blamesSender(status, diagnostic string) bool {
	if len(status) > 1 && slices.Contains(sendersCodes, status[1:]) || microsoftBanned.MatchString(status) {
		return true
	}
	if m := enhanced.FindStringSubmatch(diagnostic); m != nil && (slices.Contains(sendersCodes, m[1][1:]) || microsoftBanned.MatchString(m[1])) {
		return true // "5.7.1" beside "550-5.7.26 This mail has been blocked"
	}
	if mailboxCode.MatchString(status) || recipientsWords.MatchString(diagnostic) {
		return false
	}
	return sendersWords.MatchString(diagnostic)
}

// mailboxCode are codes that name the mailbox: address, moved, full, disabled; 7.17 and 7.18 are owners that have changed.
var mailboxCode = regexp.MustCompile(`^[45]\.(?:1\.(?:[1-46]|10)|2\.\d+|7\.1[378])$`)
