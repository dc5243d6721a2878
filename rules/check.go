package rules

// Check reads the rule files at paths, as Load does, and returns every mistake in them as cds.Errors;
// nil if there is none.
func Check(paths ...string) error {
	_, err := Load(paths...)
	return err
}
