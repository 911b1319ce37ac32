package bench

import (
	"context"
	"fmt"
	"time"
)

// measureImport uploads a customer list in parts through the API, and the same list once more: most lists are last
// month's with a few changes.
func measureImport(ctx context.Context, l *lab) ([]Figure, error) {
	rows := l.cfg.Sizes.Rows
	s, err := l.start(ctx, "list", nil)
	if err != nil {
		return nil, err
	}
	defer l.clean("list")
	defer s.Close()
	if err := s.Upload(ctx, "POST", "/staff", "text/csv", staffList(), nil); err != nil {
		return nil, err
	}
	parts := customerLists(rows, maxPart, l.cfg.Seed)
	bytes := 0
	for _, p := range parts {
		bytes += len(p)
	}
	l.say("%d rows, %d bytes in %d parts", rows, bytes, len(parts))
	binary, _ := s.Cloud().Environment("DeskFunction", "")
	before, everything := processes(binary), family()
	began := time.Now()
	if err := s.upload(ctx, parts, rows); err != nil {
		return nil, err
	}
	took := time.Since(began)
	desk, all := processes(binary), family()-everything
	cpu, err := desk.since(before)
	if err != nil {
		return nil, err
	}
	usage := s.Cloud().Meter().Report(time.Now()).Of("DeskFunction")
	memory := single("import: memory of the function", atMost(128), usage.PeakMB, "MB", "peak", rows, "rows").
		remark("The template gives it %d MB.", usage.Memory)
	if desk.known {
		memory.Value = float64(desk.memory) / (1 << 20)
	}
	figures := []Figure{
		single(fmt.Sprintf("import: %s rows", number(float64(rows))), atMost(10), took.Seconds(), "s", "once", rows, "rows"),
		single("import: rows a second", atLeast(10_000), float64(rows)/took.Seconds(), "rows/s", "rate", rows, "rows"),
		memory,
	}
	if desk.known {
		figures = append(figures, single("import: CPU time of the function", Bound{}, cpu.Seconds()/float64(rows)*1000, "s/1,000 rows", "mean", rows, "rows"),
			single("import: CPU time of everything", Bound{}, all.Seconds()/float64(rows)*1000, "s/1,000 rows", "mean", rows, "rows"))
	}
	figures = append(figures, single("import: write units a row", Bound{}, usage.WriteUnits/float64(rows), "", "mean", rows, "rows"))
	return figures, nil
}
