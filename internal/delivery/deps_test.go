package delivery

import "onetap/internal/store"

var _ Store = (*store.Store)(nil)
