//go:build unix && !linux

package cloud

func liveUntilKilled() {}
