// Package entrance is the way in and out: links by e-mail, the company's issuer of identities.
package entrance

import (
	"onetap/internal/authz"
	"onetap/internal/console/shell"
	"onetap/internal/door"
)

// Pages answers the requests for these pages. It is safe for concurrent use.
type Pages struct{ *shell.Shell }

// Routes lists what somebody who is signed in finds here. Handler answers the others.
func (d *Pages) Routes() []door.Route {
	return []door.Route{
		door.On("POST /sign-out", authz.Anyone, d.signOut, door.Unaudited),
		door.On("GET /devices", authz.Anyone, d.showDevices, ""),
		door.On("GET /devices/own", authz.Anyone, d.askOwn, ""),
		door.On("POST /devices/own", authz.Anyone, d.takeOwn, "devices.own"),
		door.On("POST /devices/not-own", authz.Anyone, d.notOwn, door.Unaudited),
		door.On("POST /devices/{device}/end", authz.Anyone, d.endDevice, "devices.end"),
		door.On("POST /language", authz.Anyone, chooseLanguage, door.Unaudited),
		door.On("POST /theme", authz.Anyone, chooseTheme, door.Unaudited),
	}
}
