package main

func (d *desk) casePages() []route { return nil }
