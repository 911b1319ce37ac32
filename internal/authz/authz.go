// Package authz says who may do what: one table of role and action, which every page and every call of the API asks.
//
// A role's reach says of whom: an owner of the own customers, a manager of the team's, everybody else of all.
package authz

import (
	"slices"
	"strings"

	"onetap/internal/survey"
)

// Action is something that a route does.
type Action string

// The actions. Anyone is for whoever is signed in.
const (
	Anyone        Action = "anyone"
	ReadContacts  Action = "read_contacts"  // who they are, with addresses
	WriteContacts Action = "write_contacts" // upload, stop
	BringHistory  Action = "bring_history"  // answers that were given elsewhere, and take them back
	ReadCampaigns Action = "read_campaigns" // settings, ledger
	WriteCampaign Action = "write_campaigns"
	Send          Action = "send" // launch, test, pause, resume, cancel, remind, send again
	ReadResults   Action = "read_results"
	ReadAnswers   Action = "read_answers" // one by one, with their words and without who gave them
	ReadPeople    Action = "read_people"  // who gave an answer
	ReadCases     Action = "read_cases"
	WorkCases     Action = "work_cases"
	OrganiseCalls Action = "organise_calls" // deal detractors out to executives
	ReadCalls     Action = "read_calls"     // what the executives have heard
	MakeCalls     Action = "make_calls"     // the own call sheet, and what was heard
	HoldHuddles   Action = "hold_huddles"   // see a team's sheet, keep what it agrees, raise what it cannot mend
	LeadBoard     Action = "lead_board"     // answer what was raised to the company's board
	WorkInbox     Action = "work_inbox"     // see to ideas, questions and leads that are one's own to get
	KeepConsents  Action = "keep_consents"  // take back a consent for somebody who asks for it
	ReadStaff     Action = "read_staff"
	WriteStaff    Action = "write_staff"
	WriteSettings Action = "write_settings"
	ManageTokens  Action = "manage_tokens"
	ReadAudit     Action = "read_audit"
	MoveWorkspace Action = "move_workspace" // take out everything: the administrator's alone
	PeoplesRights Action = "peoples_rights" // export and erase a person: the administrator's alone
)

// Actions lists all of them, in the order of the table.
var Actions = []Action{
	Anyone, ReadContacts, WriteContacts, BringHistory, ReadCampaigns, WriteCampaign, Send, ReadResults, ReadAnswers, ReadPeople,
	ReadCases, WorkCases, OrganiseCalls, ReadCalls, MakeCalls, HoldHuddles, LeadBoard, WorkInbox, KeepConsents, ReadStaff, WriteStaff, WriteSettings, ManageTokens, ReadAudit, MoveWorkspace, PeoplesRights,
}

// Sensitive reports whether somebody who does this must have signed in lately: it decides who may do what.
func Sensitive(a Action) bool {
	return a == WriteStaff || a == WriteSettings || a == ManageTokens || a == MoveWorkspace || a == PeoplesRights
}

// table is D27. The administrator may do everything.
var table = map[survey.Role][]Action{
	survey.RoleMarketing: {ReadContacts, WriteContacts, BringHistory, ReadCampaigns, WriteCampaign, Send, ReadResults, ReadAnswers, OrganiseCalls, ReadCalls, WorkInbox, KeepConsents, ReadStaff},
	survey.RoleOwner:     {ReadContacts, ReadResults, ReadAnswers, ReadPeople, ReadCases, WorkCases, WorkInbox, KeepConsents},
	survey.RoleManager:   {ReadContacts, ReadCampaigns, ReadResults, ReadAnswers, ReadPeople, ReadCases, WorkCases, HoldHuddles, WorkInbox, KeepConsents, ReadStaff},
	survey.RoleExecutive: {ReadContacts, ReadCampaigns, ReadResults, ReadAnswers, ReadPeople, ReadCases, WorkCases, ReadCalls, MakeCalls, HoldHuddles, LeadBoard, WorkInbox, KeepConsents, ReadStaff},
	survey.RoleAnalyst:   {ReadCampaigns, ReadResults, ReadAnswers},
}

// Can reports whether a role may do something. An unknown role may do nothing but sign in and out.
func Can(role survey.Role, a Action) bool {
	return a == Anyone || role == survey.RoleAdministrator || slices.Contains(table[role], a)
}

// Who is a person or a program that asks.
type Who struct {
	Staff survey.Staff // of a program only the role
	Token string       // the name of a program's token; "" for a person
}

// Can reports whether this one may do something.
func (w Who) Can(a Action) bool { return Can(w.Staff.Role, a) }

// All reports whether this one sees everybody's: owners see the own, managers the team's.
func (w Who) All() bool {
	return w.Token != "" || w.Staff.Role != survey.RoleOwner && w.Staff.Role != survey.RoleManager
}

// Sees reports whether what belongs to this owner and team is this one's to see. reports are the staff who have this
// one as their manager; they may be nil for an owner.
func (w Who) Sees(owner, team string, reports []survey.Staff) bool {
	if w.All() || owner != "" && strings.EqualFold(owner, w.Staff.ID) {
		return true
	}
	if w.Staff.Role != survey.RoleManager {
		return false
	}
	if w.Staff.Team != "" && strings.EqualFold(strings.TrimSpace(team), strings.TrimSpace(w.Staff.Team)) {
		return true
	}
	return slices.ContainsFunc(reports, func(m survey.Staff) bool { return owner != "" && strings.EqualFold(m.ID, owner) })
}

// Reports returns who of the staff has manager above them, directly or through others.
func Reports(staff []survey.Staff, manager string) []survey.Staff {
	var found []survey.Staff
	seen := map[string]bool{strings.ToLower(manager): true}
	for {
		n := len(found)
		for _, m := range staff {
			if id := strings.ToLower(m.ID); !seen[id] && m.Manager != "" && seen[strings.ToLower(m.Manager)] {
				seen[id] = true
				found = append(found, m)
			}
		}
		if len(found) == n {
			return found
		}
	}
}
