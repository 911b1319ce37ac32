package counting

import "onetap/internal/store"

var (
	_ CounterStore   = (*store.Store)(nil)
	_ RecounterStore = (*store.Store)(nil)
)
