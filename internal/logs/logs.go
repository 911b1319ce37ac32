// Package logs makes the one shape of a line in a function's log: a JSON object in which no key stands twice. Lambda reads
// level and time out of it, and what reads JSON takes either of two.
package logs

import (
	"context"
	"io"
	"log/slog"
)

// New is the logger of a function.
func New(w io.Writer) *slog.Logger {
	return slog.New(once{slog.NewJSONHandler(w, nil), nil})
}

// once gives an attribute that would be the second of its name another: "level" becomes "level_", as often as needed.
type once struct {
	slog.Handler
	with []string // keys that every line has
}

func (o once) Handle(ctx context.Context, r slog.Record) error {
	out := slog.NewRecord(r.Time, r.Level, r.Message, r.PC)
	taken := o.taken()
	r.Attrs(func(a slog.Attr) bool {
		a.Key = free(a.Key, taken)
		out.AddAttrs(a)
		return true
	})
	return o.Handler.Handle(ctx, out)
}

func (o once) WithAttrs(attrs []slog.Attr) slog.Handler {
	taken, keys, own := o.taken(), o.with[:len(o.with):len(o.with)], make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		a.Key = free(a.Key, taken)
		own[i], keys = a, append(keys, a.Key)
	}
	return once{o.Handler.WithAttrs(own), keys}
}

// WithGroup begins an object of its own, in which the line's keys are free.
func (o once) WithGroup(name string) slog.Handler { return o.Handler.WithGroup(name) }

func (o once) taken() map[string]bool {
	taken := map[string]bool{slog.TimeKey: true, slog.LevelKey: true, slog.MessageKey: true, slog.SourceKey: true}
	for _, key := range o.with {
		taken[key] = true
	}
	return taken
}

func free(key string, taken map[string]bool) string {
	for taken[key] {
		key += "_"
	}
	taken[key] = true
	return key
}
