package main

func (d *desk) staffPages() []route { return nil }
