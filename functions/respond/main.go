// Command respond answers the public links: it shows the survey, takes the answer, unsubscribes.
package main

import (
	"crypto/rand"
	"log/slog"
	"os"
	"time"

	"onetap/internal/keys"
	"onetap/internal/store"
	"onetap/internal/web"
)

func main() {
	s, err := store.Open()
	if err != nil {
		slog.Error("start", "error", err)
		os.Exit(1)
	}
	keys, err := keys.FromEnvironment()
	if err != nil {
		slog.Error("start", "error", err)
		os.Exit(1)
	}
	web.Start(newPages(table{s, keys}, keys, time.Now, rand.Text).routes())
}
