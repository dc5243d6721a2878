package hooks

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/primum-cds/primum/cds"
	"github.com/valyala/fastjson"
)

// byHand is said where a suggestion is left out because the client gave no name to the draft that it changes.
const byHand = "This order has no id, so that it cannot be changed from here: %s by hand."

// suggestions writes the suggestions of a card. The actions of one are taken together or not at all, so that
// one that cannot be carried out leaves the suggestion out, and the text says what is to be done.
func (a *answer) suggestions(t *told, k *card) error {
	recommended := 0
	for _, s := range t.card.Suggestions {
		out := suggestion{Label: s.Label, Recommended: s.Recommended}
		possible := true
		for _, act := range s.Actions {
			made, ok := a.action(act)
			possible = possible && ok
			out.Actions = append(out.Actions, made)
		}
		if !possible {
			k.Detail = strings.TrimSpace(k.Detail + "\n\n" + strings.Replace(byHand, "%s", cds.Markdown(s.Label), 1))
			continue
		}
		var err error
		if out.UUID, err = uuid(a.config.Random); err != nil {
			return err
		}
		if s.Recommended {
			recommended++
		}
		k.Suggestions = append(k.Suggestions, out)
	}
	switch {
	case len(k.Suggestions) == 0:
	case recommended > 1 || t.several: // several may be right at once
		k.SelectionBehavior = "any"
	default:
		k.SelectionBehavior = "at-most-one"
	}
	return nil
}

// action writes an action; false if it changes a draft that the client cannot be told of.
func (a *answer) action(act cds.RenderedAction) (action, bool) {
	out := action{Type: act.Type, Description: act.Description}
	if act.Type == "delete" {
		out.ResourceID = a.known(act.ResourceID)
		return out, out.ResourceID != ""
	}
	resource, err := new(fastjson.Parser).ParseBytes(act.Resource)
	if err != nil {
		return out, false
	}
	if act.Type == "create" {
		resource.Del("id") // it is another resource's: rules can only repeat what there is
	} else if a.known(text(resource.Get("resourceType"))+"/"+text(resource.Get("id"))) == "" {
		return out, false
	}
	out.Resource = json.RawMessage(tidy(resource).MarshalTo(nil))
	return out, true
}

// tidy takes out the members of a resource that have no value: neither FHIR nor CDS Hooks knows them.
func tidy(v *fastjson.Value) *fastjson.Value {
	switch v.Type() {
	case fastjson.TypeArray:
		for _, item := range v.GetArray() {
			tidy(item)
		}
	case fastjson.TypeObject:
		var empty []string
		v.GetObject().Visit(func(key []byte, member *fastjson.Value) {
			tidy(member)
			if !bytes.HasPrefix(key, []byte("_")) { // there, what is empty holds a place
				trim(member)
			}
			if vacant(member) {
				empty = append(empty, string(key))
			}
		})
		for _, key := range empty {
			v.Del(key)
		}
	}
	return v
}

// trim takes the empty objects out of a list.
func trim(list *fastjson.Value) {
	if list.Type() != fastjson.TypeArray {
		return
	}
	for i := len(list.GetArray()) - 1; i >= 0; i-- {
		if item := list.GetArray()[i]; item.Type() == fastjson.TypeObject && vacant(item) {
			list.Del(strconv.Itoa(i))
		}
	}
}

func vacant(v *fastjson.Value) bool {
	switch v.Type() {
	case fastjson.TypeNull:
		return true
	case fastjson.TypeString:
		return len(v.GetStringBytes()) == 0
	case fastjson.TypeArray:
		return len(v.GetArray()) == 0
	case fastjson.TypeObject:
		return v.GetObject().Len() == 0
	}
	return false
}
