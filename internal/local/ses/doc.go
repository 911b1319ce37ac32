// Package ses is Amazon SES v2 on the laptop: it takes SendEmail, SendBulkEmail, GetAccount and the suppression list over
// SES's own wire protocol, keeps every message in one file, publishes SES's events, and has an inbox to look at.
//
// Nothing leaves the machine: every address of every domain ends in the inbox.
//
// # What is refused
//
// An operation, a field or a feature that is not built is refused by name, so that nothing is sent here that SES would not
// understand or would send differently: raw messages, stored templates, tenants, list management, sending authorisation, click
// and open tracking, and Handlebars beyond {{name}}.
//
// # Templates
//
// Inline templates take simple substitutions only (API_Template: "Amazon SES supports only simple substitions when you …
// provide the full template content in the request"). Values are NOT escaped in HTML, as in SES: "SES doesn't escape HTML
// content when rendering the HTML template for a message … you will need to escape it on the client side"
// (docs.aws.amazon.com/ses/latest/dg/send-personalized-email-advanced.html). A missing value is no error of the call: the
// entry succeeds, no message is sent, and an "Email Rendering Failed" event follows.
//
// # Addresses that behave
//
// SES's mailbox simulator (labels such as bounce+1@ work; they never enter the suppression list):
//
//	success@simulator.amazonses.com          delivered
//	bounce@simulator.amazonses.com           bounces: Permanent, General
//	complaint@simulator.amazonses.com        delivered, then complained about
//	ooto@simulator.amazonses.com             delivered (SES publishes nothing for the automatic reply)
//	suppressionlist@simulator.amazonses.com  bounces: Permanent, Suppressed (the list of all SES's customers)
//
// On any domain a label in the local part does the same for demo people (anna+bounce@example.com):
//
//	+bounce       bounces: Permanent, General; the address enters the suppression list
//	+softbounce   delayed, then bounces: Transient, General; it does not
//	+complaint    delivered, then complained about; the address enters the suppression list
//	+suppressed   bounces: Permanent, OnAccountSuppressionList, as if it were on the list
//	+reject       rejected: "Bad content"
//	+slow         delayed, then delivered after Options.SlowDelivery
//	+blocked      bounces: Permanent, General with 5.7.26, the sender's fault; it does not enter the suppression list
//	+full         delayed, then bounces: Transient, MailboxFull with 4.2.2
//	+gone         bounces: Transient, General with 5.1.1
//	+forwarded    bounces: Permanent, General, naming another recipient, as Exchange does
//	+redacted     delivered, then complained about, naming nobody
//	+notspam      delivered, then reported as not spam
//	+malformed    SendBulkEmail is refused as a whole: BadRequestException
//
// # Limits
//
// The sending rate and the daily quota count recipients. A message to several recipients is let through while anything is
// left of either, and what it overdraws is waited for afterwards, as SES does. SendEmail answers TooManyRequestsException
// (429, "Maximum sending rate exceeded.") and LimitExceededException (400, "Daily message quota exceeded."); SendBulkEmail
// answers 200 with ACCOUNT_THROTTLED and ACCOUNT_DAILY_QUOTA_EXCEEDED in the entries.
//
// # The file
//
// A message is stored as its template's hash and its data and put together when somebody looks, so that sending costs little.
// Writes are not forced to the disk one by one: every second, and on Close. A crash of the machine may lose the last second;
// a crash of the process loses at most the events that were not yet due.
package ses
