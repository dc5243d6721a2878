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
	}
	_, ok := HookByName("org.example.admission")
	require.False(t, ok)
}

func TestHookIsACopy(t *testing.T) {
	h, _ := HookByName("order-sign")
	h.Fields[0].Name = "changed"
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
