package main

func (d *desk) contactPages() []route { return nil }
