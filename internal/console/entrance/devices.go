package entrance

import (
	"net/http"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/console/shell"
	"onetap/internal/door"
)

type devicesPage struct {
	shell.Frame
	Devices []shell.DeviceLine
}

// showDevices lists where the reader is signed in.
func (d *Pages) showDevices(w http.ResponseWriter, r *http.Request) error {
	p := &devicesPage{Frame: shell.NewFrame(r, "device.title")}
	var err error
	if p.Devices, err = d.DeviceLines(r, &p.Frame, door.VisitOf(r).Staff, "/devices"); err != nil {
		return err
	}
	return shell.Show(w, r, http.StatusOK, p)
}

// endDevice signs the reader out on one device, which may be this one.
func (d *Pages) endDevice(w http.ResponseWriter, r *http.Request) error {
	v := door.VisitOf(r)
	session, ok, err := d.Door.EndDevice(r.Context(), v.Staff.ID, r.PathValue("device"))
	switch {
	case err != nil:
		return err
	case !ok:
		return apperr.New(apperr.Unknown, "device_unknown", "")
	case session == v.Session:
		http.SetCookie(w, shell.Cookie(r, shell.SessionCookie, "", -time.Second))
		http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
		return nil
	}
	return shell.Done(w, r, "/devices", "device_ended")
}
