package ses

import (
	"path"
	"slices"
	"strings"
)

// badExtensions are file types that SES refuses to send (developer guide, "Unsupported attachment types").
var badExtensions = strings.Fields(`.ade .adp .app .asp .bas .bat .cer .chm .cmd .com .cpl .crt .csh .der .exe .fxp .gadget .hlp
	.hta .inf .ins .isp .its .js .jse .ksh .lib .lnk .mad .maf .mag .mam .maq .mar .mas .mat .mau .mav .maw .mda .mdb .mde .mdt
	.mdw .mdz .msc .msh .msh1 .msh2 .mshxml .msh1xml .msh2xml .msi .msp .mst .ops .pcd .pif .plg .prf .prg .reg .scf .scr .sct
	.shb .shs .sys .ps1 .ps1xml .ps2 .ps2xml .psc1 .psc2 .tmp .url .vb .vbe .vbs .vps .vsmacros .vss .vst .vsw .vxd .ws .wsc
	.wsf .wsh .xnk`)

func checkAttachments(list []attachment) error {
	for i, a := range list {
		switch {
		case a.FileName == "":
			return badRequest("Attachments[%d].FileName must not be empty.", i)
		case len(a.FileName) > 255 || strings.ContainsAny(a.FileName, "\r\n\x00"):
			return badRequest("Attachments[%d].FileName is longer than 255 characters or has a control character.", i)
		case slices.Contains(badExtensions, strings.ToLower(path.Ext(a.FileName))):
			return badRequest("Attachments[%d]: SES does not send files ending in %s.", i, path.Ext(a.FileName))
		case strings.ContainsAny(a.ID, "\r\n<> ") || strings.ContainsAny(a.Description, "\r\n"):
			return badRequest("Attachments[%d]: ContentId or ContentDescription has a character that a header cannot hold.", i)
		case a.Encoding != "" && !slices.Contains([]string{"BASE64", "QUOTED_PRINTABLE", "SEVEN_BIT"}, a.Encoding):
			return badRequest("Attachments[%d].ContentTransferEncoding must be BASE64, QUOTED_PRINTABLE or SEVEN_BIT.", i)
		}
	}
	return nil
}
