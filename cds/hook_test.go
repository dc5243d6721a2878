package cds

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestHooks(t *testing.T) {
	require.Equal(t, []string{
		"allergyintolerance-create", "appointment-book", "encounter-discharge", "encounter-start", "medication-prescribe",
		"medication-refill", "medication-verify", "order-dispatch", "order-review", "order-select", "order-sign",
		"patient-view", "problem-list-item-create",
	}, HookNames())
	for _, name := range HookNames() {
		h, ok := HookByName(name)
		require.True(t, ok)
		fields := map[string]HookField{}
		for _, f := range h.Fields {
			fields[f.Name] = f
		}
		require.Len(t, fields, len(h.Fields), name)
		require.True(t, fields["patientId"].Required, name)
		if h.Focus != "" {
			require.True(t, fields[h.Focus].Required, name)
		}
		if h.Selections != "" {
			require.True(t, fields[h.Selections].Required, name)
		}
		for _, of := range h.Brings {
			require.True(t, IsResource(of) && h.Focus != "", name)
		}
	}
	_, ok := HookByName("org.example.admission")
	require.False(t, ok)
}

func TestHookIsACopy(t *testing.T) {
	h, _ := HookByName("order-sign")
	h.Fields[0].Name = "changed"
	refill, _ := HookByName("medication-refill")
	refill.Brings[0] = "changed"
	refill, _ = HookByName("medication-refill")
	require.Equal(t, []string{"MedicationRequest"}, refill.Brings)
	again, _ := HookByName("order-sign")
	require.Equal(t, "userId", again.Fields[0].Name)
}

func TestValidHook(t *testing.T) {
	for name, want := range map[string]bool{
		"order-sign": true, "org.example.admission": true, "com.example.my_hook-2": true,
		"": false, "order-sgin": false, "org.": false, ".example": false, "org.example.a b": false, "org.exämple": false,
	} {
		require.Equal(t, want, ValidHook(name), name)
	}
}

// A pack with rules at the hooks given.
func packAt(hooks ...string) []Pack {
	return []Pack{{Name: "p", Rules: []Rule{{
		ID: "r", Hooks: hooks, When: Text{Value: "patient.gender == 'female'"},
		Card: Card{Indicator: Text{Value: "info"}, Summary: Text{Value: "x"}},
	}}}}
}

func TestEngineHooks(t *testing.T) {
	declared := Hook{Name: "org.example.admission", Fields: []HookField{{Name: "patientId", Form: "id"}}}
	engine, err := New(packAt("order-sign", "patient-view", "order-sign"))
	require.NoError(t, err)
	require.Equal(t, []string{"order-sign", "patient-view"}, engine.Hooks())

	engine, err = New(packAt(), WithHooks(declared))
	require.NoError(t, err)
	require.Contains(t, engine.Hooks(), "org.example.admission")
	require.Contains(t, engine.Hooks(), "order-dispatch")
	require.NotContains(t, engine.Hooks(), "order-review") // deprecated
	h, ok := engine.Hook("org.example.admission")
	require.True(t, ok)
	require.Equal(t, declared, h)
	h, ok = engine.Hook("org.example.other")
	require.False(t, ok)
	require.Equal(t, Hook{Name: "org.example.other"}, h)

	engine, err = New(packAt("order-sign"), WithSite(Site{Rules: []SiteRule{{ID: "r", Off: true}}}))
	require.NoError(t, err)
	require.Empty(t, engine.Hooks())
}

func TestWithHooksSaysWhatIsWrong(t *testing.T) {
	_, err := New(nil, WithHooks(
		Hook{Name: "order-sign"}, Hook{Name: "mine"},
		Hook{Name: "org.example.x", Focus: "plan", Fields: []HookField{{Name: "a", Form: "id"}, {Name: "a", Form: "text"}, {Name: "b", Form: "number"}, {Name: "userId", Form: "text"}}},
		Hook{Name: "org.example.y"}, Hook{Name: "org.example.y", Version: "2.0"},
	))
	require.EqualError(t, err, `the hook "order-sign" is one of the CDS Hooks library: it cannot be declared
the hook "mine" cannot be declared: expected a name such as org.example.my-hook
the hook "org.example.x": there are two fields "a"
the hook "org.example.x": the field "b" has the type "number": expected one of boolean, date, decimal, id, integer, reference, references, resource, resources, text
the hook "org.example.x": the field "userId" has the type "text": of CDS Hooks it is "reference"
the hook "org.example.x": there is no field "plan"
the hook "org.example.y" is declared otherwise before`)
}
