// Command respond answers the public links: it shows the survey, takes the answer, unsubscribes.
package main

import (
	"log/slog"
	"os"

	"onetap/internal/keys"
	"onetap/internal/public"
	"onetap/internal/store"
	"onetap/internal/web"
)

func main() {
	s, err := store.Open()
	if err != nil {
		slog.Error("start", "error", err)
		os.Exit(1)
	}
	ks, err := keys.FromEnvironment()
	if err != nil {
		slog.Error("start", "error", err)
		os.Exit(1)
	}
	web.Start(public.New(s, ks))
}
