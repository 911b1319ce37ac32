package shell

import (
	"net/http"

	"onetap/internal/auth"
	"onetap/internal/door"
	"onetap/internal/survey"
)

// DeviceLine is one device in a list of where somebody is signed in.
type DeviceLine struct {
	Kind, Since, Until string
	Here, Trusted      bool
	End, Do            string // address that ends it, and what its button says
}

// DeviceLines are the devices of somebody, as a page shows them. Each is ended at its handle under path.
func (d *Shell) DeviceLines(r *http.Request, f *Frame, m survey.Staff, path string) ([]DeviceLine, error) {
	devices, err := d.Door.Devices(r.Context(), m, door.VisitOf(r).Company)
	if err != nil {
		return nil, err
	}
	var all []DeviceLine
	for _, one := range devices {
		all = append(all, deviceLine(f, one, path))
	}
	return all, nil
}

func deviceLine(f *Frame, one auth.Device, path string) DeviceLine {
	l := DeviceLine{
		Kind: one.Kind, Here: one.Session == f.Visit.Session, Trusted: one.Trusted, End: path + "/" + one.Handle + "/end",
		Since: f.Lang.Moment(one.Created.In(f.Zone)), Until: f.Lang.Moment(one.Until.In(f.Zone)),
	}
	l.Do = f.Lang.T("device.end")
	if l.Here {
		l.Do = f.Lang.T("device.end_here")
	}
	if l.Kind == "" {
		l.Kind = f.Lang.T("device.unknown")
	}
	return l
}
