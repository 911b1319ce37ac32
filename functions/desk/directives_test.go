package main

// more are the directives that store what other functions write.
func (c *conversation) more(word, rest string) {
	c.t.Helper()
	c.fail("no directive %q", word)
}
