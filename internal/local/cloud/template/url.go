package template

// readURL gives a function an address of its own.
func (r *reader) readURL(res *resource) {
	var p struct{ AuthType, InvokeMode, TargetFunctionArn string }
	r.decode(res.id, r.resolve(res.properties), &p)
	if p.AuthType != "NONE" || p.InvokeMode != "" && p.InvokeMode != "BUFFERED" {
		r.refuse(res.line, "%s: a function URL is understood with AuthType NONE and without streaming", res.id)
	}
	of := r.functionOf(res, "TargetFunctionArn")
	if of == "" {
		r.refuse(res.line, "%s: TargetFunctionArn must be !Ref of a function of this template", res.id)
		return
	}
	r.urls[of] = res
}

// readPermission notes what a function's own policy lets everybody do with it.
func (r *reader) readPermission(res *resource) {
	var p struct {
		Action, FunctionName, Principal, FunctionUrlAuthType string
		InvokedViaFunctionUrl                                bool
	}
	r.decode(res.id, r.resolve(res.properties), &p)
	of := r.functionOf(res, "FunctionName")
	if p.Principal != "*" || of == "" {
		r.refuse(res.line, "%s: a permission is understood for everybody (Principal '*') and a function of this template (!Ref)", res.id)
		return
	}
	switch {
	case p.Action == "lambda:InvokeFunctionUrl" && p.FunctionUrlAuthType == "NONE",
		p.Action == "lambda:InvokeFunction" && p.InvokedViaFunctionUrl:
		r.open[of+" "+p.Action] = true
	default:
		r.refuse(res.line, "%s: everybody may call a function by its URL alone", res.id)
	}
}

// checkURLs opens the functions' own addresses. Lambda answers 403 unless both permissions are given (since October 2025).
func (r *reader) checkURLs() {
	for _, f := range r.out.Functions {
		res := r.urls[f.ID]
		if res == nil {
			continue
		}
		f.URL = true
		for _, action := range []string{"lambda:InvokeFunctionUrl", "lambda:InvokeFunction"} {
			if !r.open[f.ID+" "+action] {
				r.refuse(res.line, "%s: nobody may call it: an AWS::Lambda::Permission of %s is missing", res.id, action)
			}
		}
	}
}

// functionOf is the logical id of the function that a property refers to; "" if it is none of this template.
func (r *reader) functionOf(res *resource, property string) string {
	n := lookup(res.properties, property)
	if n == nil {
		return ""
	}
	name, target := r.intrinsic(n)
	if name != "Ref" {
		return ""
	}
	if of, ok := r.resources[target.Value]; !ok || of.kind != "AWS::Serverless::Function" {
		return ""
	}
	return target.Value
}
