package browsertest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// Step is something done in a tab.
type Step = chromedp.Action[chromedp.Void]

// stepLimit is for one step. It is no measure of speed, and so long that a machine that does other things beside keeps it: a step
// that takes longer waits for what never comes.
const stepLimit = 4 * time.Minute

// Run does steps one after another.
func Run(t testing.TB, ctx context.Context, steps ...Step) {
	t.Helper()
	for i, s := range steps {
		if _, err := limited(ctx, stepLimit, s); err != nil {
			t.Fatalf("step %d of %d: %v", i+1, len(steps), err)
		}
	}
}

// Ask runs an action that answers.
func Ask[T any](t testing.TB, ctx context.Context, a chromedp.Action[T]) T {
	t.Helper()
	v, err := limited(ctx, stepLimit, a)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// limited runs an action, which may take so long. The error of one that fails says what the page showed.
func limited[T any](ctx context.Context, limit time.Duration, a chromedp.Action[T]) (v T, err error) {
	if err := chromedp.Do(ctx); err != nil { // opens the tab, which lives as long as the context that it is opened with
		return v, err
	}
	inTime, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if v, err = chromedp.Run(inTime, a); err == nil {
		return v, nil
	}
	if inTime.Err() != nil && ctx.Err() == nil {
		err = fmt.Errorf("nothing came in %v: %w", limit, err)
	}
	return v, fmt.Errorf("%w\n%s", err, showing(ctx))
}

// maxShown is how many characters of a page's text an error quotes.
const maxShown = 2000

// showing says what a tab shows: title, address, and the text that one sees.
func showing(ctx context.Context) string {
	inTime, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	page, err := chromedp.Run(inTime, chromedp.Evaluate[[]string](`[document.title, location.href, document.body?.innerText ?? ""]`))
	if err != nil || len(page) != 3 {
		return fmt.Sprintf("what the page shows cannot be read: %v", err)
	}
	text := []rune(strings.Join(strings.FieldsFunc(page[2], func(r rune) bool { return r == '\n' }), "\n"))
	if len(text) > maxShown {
		text = append(text[:maxShown], '…')
	}
	return fmt.Sprintf("the page is %q, %s:\n%s", page[0], page[1], string(text))
}

// Command is a command of the DevTools protocol.
func Command[P any](c cdp.Command[P, cdp.Empty], params P) Step {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, c, params)
		return err
	})
}

// Phone makes the tab a phone of that width, in CSS pixels.
func Phone(width int64) Step {
	return chromedp.Steps(
		Command(emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: 844, DeviceScaleFactor: 2, Mobile: true}),
		Command(emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: true}))
}

// Tap is a finger on a point of the screen: trusted touch and pointer events, as a person's.
func Tap(x, y float64) Step {
	return chromedp.Steps(
		Command(input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: "touchStart", TouchPoints: []*input.TouchPoint{{X: x, Y: y}}}),
		Command(input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: "touchEnd", TouchPoints: []*input.TouchPoint{}}))
}

// TapOn is a finger on the middle of an element.
func TapOn(selector string) Step { return on(selector, Tap) }

// ClickOn is the mouse on the middle of an element. Where the page moved the element away under the mouse, it clicks again.
func ClickOn(selector string) Step {
	const watch = `window.clickHit = null; document.addEventListener("click", (c) => {window.clickHit ||= !!document.querySelector(%q)?.contains(c.target)}, {capture: true, once: true})`
	click := chromedp.Steps(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(watch, selector)), on(selector, func(x, y float64) Step { return chromedp.MouseClickXY(x, y) }))
	return func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		for {
			if _, err := click(ctx, t); err != nil {
				return chromedp.Void{}, err
			}
			// Another page knows nothing of it, nor does one without scripts: the click led there.
			if missed, err := chromedp.Evaluate[bool](`window.clickHit === false`)(ctx, t); err != nil || !missed {
				return chromedp.Void{}, ctx.Err()
			}
		}
	}
}

// on points at an element, once the page stands still: a busy machine may still be laying it out.
func on(selector string, point func(x, y float64) Step) Step {
	where := fmt.Sprintf(
		`(e => {e.scrollIntoView({block: "center", behavior: "instant"}); const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]})(document.querySelector(%q))`, selector)
	return func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		var last []float64
		for {
			at, err := chromedp.Evaluate[[]float64](where)(ctx, t)
			if err != nil {
				return chromedp.Void{}, fmt.Errorf("%s: %w", selector, err)
			}
			if slices.Equal(at, last) {
				return point(at[0], at[1])(ctx, t)
			}
			last = at
			time.Sleep(100 * time.Millisecond)
		}
	}
}

// Shown waits until an element takes room on the page, and no details that is closed holds it.
func Shown(selector string) Step {
	return True(fmt.Sprintf(`(e => !!e?.offsetHeight && e.checkVisibility())(document.querySelector(%q))`, selector))
}

// True waits until an expression is true.
func True(expression string) Step {
	return func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		for {
			ok, err := chromedp.Evaluate[bool](expression)(ctx, t)
			if ok {
				return chromedp.Void{}, nil
			}
			if ctx.Err() != nil {
				return chromedp.Void{}, errors.Join(fmt.Errorf("never true: %s", expression), ctx.Err(), err)
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
}
