package auth

import (
	"encoding/json"
	"errors"
	"fmt"
)

// errPrivateKey means that a published set holds what must not be published: its keys are anybody's.
var errPrivateKey = errors.New("the key set holds a private or a symmetric key")

// A keySet is a JWKS, the keys that cannot be used included, so that a token can be told why.
type keySet struct {
	keys     map[string]key // by kid
	problems []string       // of the keys that cannot be used, for the log
}

// usable returns how many of the keys can be used.
func (s keySet) usable() int {
	n := 0
	for _, k := range s.keys {
		if k.unusable == "" {
			n++
		}
	}
	return n
}

// parseKeySet reads a JWKS. A key that cannot be used does not make the others so; a private one does.
func parseKeySet(data []byte) (keySet, error) {
	var document struct {
		Keys *[]map[string]json.RawMessage `json:"keys"`
	}
	if json.Unmarshal(data, &document) != nil || document.Keys == nil {
		return keySet{}, errors.New(`a JSON object with an array of objects "keys" was expected`)
	}
	set := keySet{keys: map[string]key{}}
	for i, jwk := range *document.Keys {
		if isSecret(jwk) {
			return keySet{}, errPrivateKey
		}
		kid, _ := text(jwk["kid"])
		if kid == "" || len(kid) > maxName {
			set.problems = append(set.problems, fmt.Sprintf("key %d has no kid, or one that is too long", i+1))
			continue
		}
		k := parseKey(jwk)
		if _, twice := set.keys[kid]; twice {
			k = key{unusable: "the kid stands more than once in the key set"}
		}
		if k.unusable != "" {
			set.problems = append(set.problems, fmt.Sprintf("key %q: %s", kid, k.unusable))
		}
		set.keys[kid] = k
	}
	return set, nil
}

// isSecret reports whether a JWK has one of the members that RFC 7518 has for private and symmetric keys.
func isSecret(jwk map[string]json.RawMessage) bool {
	for _, name := range []string{"d", "p", "q", "dp", "dq", "qi", "oth", "k"} {
		if _, ok := jwk[name]; ok {
			return true
		}
	}
	return false
}
