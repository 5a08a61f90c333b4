package playground

import "net/http"

func listRepoLabels(x *exchange) (reply, error) {
	return listed(x, x.repo.labels, func(l *Label) object { return x.g.labelJSON(x.repo, *l) })
}

func getLabel(x *exchange) (reply, error) {
	l := x.repo.label(x.vars["name"])
	if l == nil {
		return reply{}, notFound()
	}
	return ok(x.g.labelJSON(x.repo, *l))
}

func createLabel(x *exchange) (reply, error) {
	var in struct {
		Name        string `json:"name"`
		Color       string `json:"color"`
		Description string `json:"description"`
	}
	if err := x.decode(&in); err != nil {
		return reply{}, err
	}
	l, err := x.g.createLabel(x.by, x.repo, Label{Name: in.Name, Color: in.Color, Description: in.Description})
	if err != nil {
		return reply{}, err
	}
	return created(x.g.labelJSON(x.repo, *l))
}

// getAssignee says by its status alone whether issues can be assigned to
// somebody.
func getAssignee(x *exchange) (reply, error) {
	if !x.g.assignable(x.repo, x.vars["assignee"]) {
		return reply{}, notFound()
	}
	return reply{status: http.StatusNoContent}, nil
}
