package followup_test

import (
	"onetap/internal/followup"
	"onetap/internal/ses"
	"onetap/internal/store"
)

var (
	_ followup.Store     = (*store.Store)(nil)
	_ followup.CaseStore = (*store.Store)(nil)
	_ followup.Mail      = (*ses.Client)(nil)
)
