package shell

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/web"
)

//go:embed static
var staticFiles embed.FS

// assets are the addresses of the files of static/ by their names, with a hash of what is in them; assetFiles are the files by the
// names in these addresses.
var assets, assetFiles = func() (names, files map[string]string) {
	names, files = map[string]string{}, map[string]string{}
	entries, err := fs.ReadDir(staticFiles, "static")
	if err != nil {
		panic(err)
	}
	for _, e := range entries {
		content, err := staticFiles.ReadFile("static/" + e.Name())
		if err != nil {
			panic(err)
		}
		sum := sha256.Sum256(content)
		ext := path.Ext(e.Name())
		name := strings.TrimSuffix(e.Name(), ext) + "." + hex.EncodeToString(sum[:5]) + ext
		names[e.Name()], files[name] = "/static/"+name, e.Name()
	}
	return names, files
}()

// asset is the address of a file of static/. It panics where there is none: a test renders every page.
func asset(name string) string {
	if a, ok := assets[name]; ok {
		return a
	}
	panic("desk: there is no static/" + name)
}

var mediaTypes = map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}

// Static serves a file of static/ under the name that asset gives, for a year: another content has another name.
func Static(w http.ResponseWriter, r *http.Request) {
	name, ok := assetFiles[r.PathValue("file")]
	if !ok {
		web.Fail(w, r, apperr.New(apperr.Unknown, "no_such_page", ""))
		return
	}
	content, err := staticFiles.ReadFile("static/" + name)
	if err != nil {
		web.Fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", mediaTypes[path.Ext(name)])
	cacheForGood(w)
	w.Header().Set("Vary", "Accept-Encoding")
	w.Write(content)
}

// cacheForGood has an answer kept for a year, for what never changes under its address.
func cacheForGood(w http.ResponseWriter) {
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
}
