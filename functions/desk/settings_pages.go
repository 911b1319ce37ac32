package main

func (d *desk) settingsPages() []route { return nil }
