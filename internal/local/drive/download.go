package drive

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// Download takes a file out of the API, at once or, where it is large, once it is written: path is below /api/v1.
func (c *Company) Download(ctx context.Context, path string, maxWait time.Duration) (file []byte, err error) {
	address := c.Site + "/api/v1" + path
	err = Until(ctx, maxWait, "a download", func() (bool, error) {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return false, err
		}
		if strings.HasPrefix(address, c.Site+"/") { // the bucket's address carries its own permission
			r.Header.Set("Authorization", "Bearer "+c.Token)
		}
		answer, err := c.http.Do(r)
		if err != nil {
			return false, err
		}
		defer answer.Body.Close()
		switch to := answer.Header.Get("Location"); answer.StatusCode {
		case http.StatusOK:
			var said struct{ State, Problem string }
			if file, err = io.ReadAll(answer.Body); err == nil && json.Unmarshal(file, &said) == nil && said.State != "" {
				err = fmt.Errorf("a download: %s %s", said.State, said.Problem)
			}
			return true, err
		case http.StatusAccepted, http.StatusSeeOther:
			if strings.HasPrefix(to, "/") {
				address = c.Site + to
			} else if to != "" {
				address = to
			}
			return false, nil
		}
		return false, fmt.Errorf("a download answered %d", answer.StatusCode)
	})
	return file, err
}
