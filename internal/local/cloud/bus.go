package cloud

import "encoding/json"

// Publish puts an event on the default event bus. Every rule that matches it calls its function asynchronously; events
// that no rule wants are gone, as on EventBridge.
func (c *Cloud) Publish(event json.RawMessage) {
	for _, t := range c.cfg.Template.Functions {
		for _, rule := range t.Rules {
			if rule.Disabled || !rule.Pattern.Match(event) {
				continue
			}
			payload := event
			if rule.Input != nil {
				payload = rule.Input
			}
			c.meter.count(func(r *Report) *int64 { return &r.Events }, 1)
			c.functions[t.ID].async.enqueue(payload)
		}
	}
}
