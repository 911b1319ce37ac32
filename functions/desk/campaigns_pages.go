package main

func (d *desk) campaignPages() []route { return nil }
